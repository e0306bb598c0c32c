"""Roots: shared fields, mutations in series, subscriptions, introspection, variables."""

import pytest
from inline_snapshot import snapshot

from gateway.planner.budget import Budget
from gateway.planner.errors import QueryPlanTooComplex
from tests.support.planner import plan, supergraph

SHARED = supergraph(
    "a b",
    """
type Query @join__type(graph: A) @join__type(graph: B) {
  product(id: ID!): Product
  both: Int
  onlyB: Int @join__field(graph: B)
}
type Product @join__type(graph: A) @join__type(graph: B) {
  name: String @join__field(graph: A)
  price: Int @join__field(graph: B)
}
type Mutation @join__type(graph: A) @join__type(graph: B) {
  addA(name: String): Item @join__field(graph: A)
  addB(name: String): Item @join__field(graph: B)
  addEither: Item
}
type Item @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") {
  id: ID!
  inA: Int @join__field(graph: A)
  inB: Int @join__field(graph: B)
}
type Subscription @join__type(graph: A) { added: Item }
""",
    "query: Query mutation: Mutation subscription: Subscription",
)


def test_a_shared_root_field_is_asked_of_every_subgraph_that_has_a_part() -> None:
    query = "query ($id: ID!) { product(id: $id) { name price } }"
    assert plan(SHARED, query) == snapshot("""\
QueryPlan {
  Parallel {
    Fetch(service: "a") {
      query ($id: ID!) {
        product(id: $id) {
          name
        }
      }
    }
    Fetch(service: "b") {
      query ($id: ID!) {
        product(id: $id) {
          price
        }
      }
    }
  }
}\
""")


def test_a_field_that_two_subgraphs_have_is_taken_where_one_goes_anyway() -> None:
    assert plan(SHARED, "{ both onlyB }") == snapshot("""\
QueryPlan {
  Fetch(service: "b") {
    {
      both
      onlyB
    }
  }
}\
""")


def test_an_object_of_which_nothing_is_left_to_ask_is_still_looked_for() -> None:
    query = "query ($id: ID!) { product(id: $id) { name @skip(if: true) } }"
    assert plan(SHARED, query) == snapshot("""\
QueryPlan {
  Fetch(service: "a") {
    query ($id: ID!) {
      product(id: $id) {
        __typename
      }
    }
  }
}\
""")


def test_the_gateway_itself_answers_introspection() -> None:
    assert plan(SHARED, "{ __typename __schema { queryType { name } } }") == "QueryPlan {}"


def test_mutations_of_one_subgraph_share_a_fetch_while_order_holds() -> None:
    query = 'mutation { x: addA(name: "x") { inA } y: addA(name: "y") { inB } z: addA { inA } }'
    assert plan(SHARED, query) == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "a") {
      mutation {
        x: addA(name: "x") {
          inA
        }
        y: addA(name: "y") {
          __fc_id: id
          __typename
        }
      }
    }
    Flatten(path: "y") {
      Fetch(service: "b") {
        Item { __fc_id: id } =>
        query ($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Item {
              inB
            }
          }
        }
      }
    }
    Fetch(service: "a") {
      mutation {
        z: addA {
          inA
        }
      }
    }
  }
}\
""")


def test_a_client_s_variable_may_be_named_as_the_gateway_s_own() -> None:
    fields = "id a: inB b: inB @skip(if: $representations)"
    query = f"mutation ($representations: Boolean!) {{ addA {{ {fields} }} }}"
    assert plan(SHARED, query) == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "a") {
      mutation {
        addA {
          id
          __typename
        }
      }
    }
    Flatten(path: "addA") {
      Fetch(service: "b") {
        Item { id } =>
        query ($representations_: [_Any!]!, $representations: Boolean!) {
          _entities(representations: $representations_) {
            ... on Item {
              a: inB
              b: inB @skip(if: $representations)
            }
          }
        }
      }
    }
  }
}\
""")


def test_mutations_of_two_subgraphs_run_one_after_the_other() -> None:
    assert plan(SHARED, "mutation { addB { inB } addA { inA } }") == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "b") {
      mutation {
        addB {
          inB
        }
      }
    }
    Fetch(service: "a") {
      mutation {
        addA {
          inA
        }
      }
    }
  }
}\
""")


def test_a_shared_mutation_runs_in_one_subgraph_only() -> None:
    assert plan(SHARED, "mutation { addEither { inA inB } }") == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "a") {
      mutation {
        addEither {
          inA
          __fc_id: id
          __typename
        }
      }
    }
    Flatten(path: "addEither") {
      Fetch(service: "b") {
        Item { __fc_id: id } =>
        query ($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Item {
              inB
            }
          }
        }
      }
    }
  }
}\
""")


def test_a_subscription_is_completed_by_fetches() -> None:
    assert plan(SHARED, "subscription { added { inA inB } }") == snapshot("""\
QueryPlan {
  Subscription {
    Fetch(service: "a") {
      subscription {
        added {
          inA
          __fc_id: id
          __typename
        }
      }
    }
    Flatten(path: "added") {
      Fetch(service: "b") {
        Item { __fc_id: id } =>
        query ($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Item {
              inB
            }
          }
        }
      }
    }
  }
}\
""")


def test_an_operation_over_budget_is_refused_with_a_code() -> None:
    with pytest.raises(QueryPlanTooComplex) as refused:
        plan(SHARED, "{ both onlyB }", Budget(2))
    assert refused.value.extensions == {"code": "QUERY_PLAN_TOO_COMPLEX"}


def test_the_same_operation_always_takes_the_same_number_of_steps() -> None:
    budgets = [Budget(), Budget()]
    for budget in budgets:
        plan(SHARED, "query ($id: ID!) { product(id: $id) { name price } }", budget)
    assert budgets[0].spent == budgets[1].spent == snapshot(6)


def test_root_fields_of_one_fragment_may_be_of_unlike_subgraphs() -> None:
    query = """mutation ($yes: Boolean!) { ... @include(if: $yes) {
      addA { inA } addB { inB } } }"""
    planned = plan(SHARED, query)
    assert planned.index('service: "a"') < planned.index('service: "b"')


def test_a_root_field_with_effects_is_sent_once_however_often_it_is_asked() -> None:
    query = """mutation ($yes: Boolean!) { addA { id } ... @include(if: $yes) {
      addA { inA } } }"""
    assert plan(SHARED, query).count("Fetch") == 1


def test_no_directive_is_repeated_at_one_place() -> None:
    query = """query ($a: Boolean!, $b: Boolean!) { both ... @include(if: $a) {
      ... @include(if: $b) { onlyB } } }"""
    planned = plan(SHARED, query)
    assert "@include(if: $a) @include(if: $b)" not in planned
