"""`@defer`: what is fetched at once, and what for each deferred fragment."""

from inline_snapshot import snapshot

from gateway.operation.deferred import settle
from gateway.operation.parse import parse_document, resolve_operation
from gateway.plan.as_json import plan_as_json
from gateway.plan.nodes import Defer, PlanNode, QueryPlan
from gateway.plan.text import print_plan
from gateway.planner.planner import Planner
from gateway.supergraph.model import Supergraph
from tests.support.planner import supergraph

SHOP = supergraph(
    "catalog reviews stock",
    """
type Query @join__type(graph: CATALOG) {
  product: Product
  products: [Product!]
}
type Mutation @join__type(graph: CATALOG) { rename: Product reprice: Product }
type Product
  @join__type(graph: CATALOG, key: "id")
  @join__type(graph: REVIEWS, key: "id")
  @join__type(graph: STOCK, key: "id")
{
  id: ID!
  name: String @join__field(graph: CATALOG)
  rating: Int @join__field(graph: REVIEWS)
  weight: Int @join__field(graph: REVIEWS) @join__field(graph: STOCK, external: true)
  left: Int @join__field(graph: STOCK)
  postage: Int @join__field(graph: STOCK, requires: "weight")
}
""",
    "query: Query mutation: Mutation",
)

ITEMS = supergraph(
    "items books people",
    """
type Query @join__type(graph: ITEMS) { items: [Item!] }
interface Item @join__type(graph: ITEMS) @join__type(graph: BOOKS) { author: Person }
type Film implements Item
  @join__type(graph: ITEMS, key: "id") @join__implements(graph: ITEMS, interface: "Item")
{
  id: ID!
  author: Person
}
type Book implements Item
  @join__type(graph: ITEMS, key: "id") @join__implements(graph: ITEMS, interface: "Item")
  @join__type(graph: BOOKS, key: "id") @join__implements(graph: BOOKS, interface: "Item")
{
  id: ID!
  author: Person @join__field(graph: BOOKS)
}
type Person
  @join__type(graph: ITEMS, key: "id") @join__type(graph: BOOKS, key: "id")
  @join__type(graph: PEOPLE, key: "id")
{
  id: ID!
  age: Int @join__field(graph: PEOPLE)
}
""",
)


def node(text: str, graph: Supergraph = SHOP) -> PlanNode | None:
    return _plan(text, graph).node


def plan(text: str, graph: Supergraph = SHOP) -> str:
    return print_plan(_plan(text, graph))


def _plan(text: str, graph: Supergraph) -> QueryPlan:
    document = parse_document(text)
    operation = resolve_operation(document, None, graph.api_schema, defers=True)
    return Planner(graph).plan(settle(operation, ()))


def test_what_only_a_deferred_fragment_needs_is_fetched_later():
    assert plan('{ product { name ... @defer(label: "r") { rating } } }') == snapshot("""\
QueryPlan {
  Defer {
    Primary {
      Fetch(service: "catalog") {
        {
          product {
            name
            __fc_id: id
            __typename
          }
        }
      }
    }
    Part 1 (path: "product", label: "r")
    Deferred 1 (parts: 1) {
      Flatten(path: "product") {
        Fetch(service: "reviews") {
          Product { __fc_id: id } =>
          query ($representations: [_Any!]!) {
            _entities(representations: $representations) {
              ... on Product {
                rating
              }
            }
          }
        }
      }
    }
  }
}\
""")


def test_what_the_answer_at_once_does_not_need_it_does_not_wait_for():
    """Requirement and key both lead to `stock`; without `@defer` that would be one fetch."""
    assert plan("{ product { left ... @defer { postage } } }") == snapshot("""\
QueryPlan {
  Defer {
    Primary {
      Sequence {
        Fetch(service: "catalog") {
          {
            product {
              __fc_id: id
              __typename
            }
          }
        }
        Flatten(path: "product") {
          Fetch(service: "stock") {
            Product { __fc_id: id } =>
            query ($representations: [_Any!]!) {
              _entities(representations: $representations) {
                ... on Product {
                  left
                }
              }
            }
          }
        }
      }
    }
    Part 1 (path: "product")
    Deferred 1 (parts: 1) {
      Sequence {
        Flatten(path: "product") {
          Fetch(service: "reviews") {
            Product { __fc_id: id } =>
            query ($representations: [_Any!]!) {
              _entities(representations: $representations) {
                ... on Product {
                  __fc_weight: weight
                }
              }
            }
          }
        }
        Flatten(path: "product") {
          Fetch(service: "stock") {
            Product { __fc_id: id __fc_weight: weight } =>
            query ($representations: [_Any!]!) {
              _entities(representations: $representations) {
                ... on Product {
                  postage
                }
              }
            }
          }
        }
      }
    }
  }
}\
""")


def test_a_fetch_that_both_need_is_made_once():
    found = node("{ product { left ... @defer { id left name } } }")
    assert isinstance(found, Defer)
    assert found.fetches == ()


def test_what_is_asked_again_of_some_types_costs_no_fetch_at_once():
    again = "... @defer { ... on Book { author { age } } }"
    asked = "items { author { age } }"
    at_once = node(f"{{ {asked} }}", ITEMS)
    found = node(f"{{ {asked} items {{ {again} }} }}", ITEMS)
    assert isinstance(found, Defer)
    assert found.primary == at_once
    assert found.fetches == ()


def test_what_two_fragments_need_is_fetched_once_before_the_rest_of_each():
    text = (
        '{ product { ... @defer(label: "a") { weight }'
        ' ... @defer(label: "b") { postage weight } } }'
    )
    found = node(text)
    assert isinstance(found, Defer)
    assert [(one.parts, one.after) for one in found.fetches] == [((1, 2), ()), ((2,), (0,))]


def test_a_fragment_in_another_names_it():
    found = node("{ product { ... @defer { name ... @defer { rating } } } }")
    assert isinstance(found, Defer)
    assert [(one.number, one.path, one.parent) for one in found.parts] == [
        (1, ("product",), None),
        (2, ("product",), 1),
    ]


def test_deferred_fields_of_a_mutation_are_fetched_after_all_its_root_fields():
    text = "mutation { rename { ... @defer { rating } } reprice { left } }"
    assert plan(text) == snapshot("""\
QueryPlan {
  Defer {
    Primary {
      Sequence {
        Fetch(service: "catalog") {
          mutation {
            rename {
              __typename
              __fc_id: id
            }
          }
        }
        Fetch(service: "catalog") {
          mutation {
            reprice {
              __fc_id: id
              __typename
            }
          }
        }
        Flatten(path: "reprice") {
          Fetch(service: "stock") {
            Product { __fc_id: id } =>
            query ($representations: [_Any!]!) {
              _entities(representations: $representations) {
                ... on Product {
                  left
                }
              }
            }
          }
        }
      }
    }
    Part 1 (path: "rename")
    Deferred 1 (parts: 1) {
      Flatten(path: "rename") {
        Fetch(service: "reviews") {
          Product { __fc_id: id } =>
          query ($representations: [_Any!]!) {
            _entities(representations: $representations) {
              ... on Product {
                rating
              }
            }
          }
        }
      }
    }
  }
}\
""")


def test_a_plan_with_deferred_parts_as_json():
    drawn = plan_as_json(_plan('{ product { name ... @defer(label: "r") { rating } } }', SHOP))
    assert drawn is not None
    assert drawn["parts"] == [{"number": 1, "label": "r", "path": ["product"], "parent": None}]
    primary, later = drawn["nodes"]
    assert (primary["kind"], primary["nodes"][0]["subgraph"]) == ("Primary", "catalog")
    assert (later["kind"], later["label"]) == ("Deferred", "r")
    assert later["nodes"][0]["nodes"][0]["subgraph"] == "reviews"
