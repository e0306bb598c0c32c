"""`@skip` and `@include` by variables: on fields, on fragments, on all that a fetch is for."""

from inline_snapshot import snapshot

from tests.support.planner import plan, supergraph

PRODUCT = supergraph(
    "a b c",
    """
type Query @join__type(graph: A) @join__type(graph: B) @join__type(graph: C) {
  product: Product @join__field(graph: A)
}
type Product
  @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") @join__type(graph: C, key: "id")
{
  id: ID!
  price: Int @join__field(graph: A) @join__field(graph: B, external: true)
  dear: Boolean
    @join__field(graph: B, requires: "price") @join__field(graph: C, external: true)
  stock: Int @join__field(graph: B)
  luxury: Boolean @join__field(graph: C, requires: "dear")
}
""",
)


def test_a_conditional_field_keeps_its_directive() -> None:
    query = "query ($x: Boolean!) { product { id price @include(if: $x) } }"
    assert plan(PRODUCT, query) == snapshot("""\
QueryPlan {
  Fetch(service: "a") {
    query ($x: Boolean!) {
      product {
        id
        price @include(if: $x)
      }
    }
  }
}\
""")


def test_a_fetch_for_conditional_fields_only_is_conditional() -> None:
    query = "query ($x: Boolean!) { product { stock @skip(if: $x) } }"
    assert plan(PRODUCT, query) == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "a") {
      {
        product {
          __fc_id: id
          __typename
        }
      }
    }
    Skip(if: $x) {
      Flatten(path: "product") {
        Fetch(service: "b") {
          Product { __fc_id: id } =>
          query ($representations: [_Any!]!) {
            _entities(representations: $representations) {
              ... on Product {
                stock
              }
            }
          }
        }
      }
    }
  }
}\
""")


def test_fetches_for_a_conditional_requirement_are_conditional_too() -> None:
    query = "query ($x: Boolean!) { product { price luxury @include(if: $x) } }"
    assert plan(PRODUCT, query) == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "a") {
      {
        product {
          price
          __fc_id: id
          __typename
        }
      }
    }
    Include(if: $x) {
      Sequence {
        Flatten(path: "product") {
          Fetch(service: "b") {
            Product { __fc_id: id price } =>
            query ($representations: [_Any!]!) {
              _entities(representations: $representations) {
                ... on Product {
                  __fc_dear: dear
                }
              }
            }
          }
        }
        Flatten(path: "product") {
          Fetch(service: "c") {
            Product { __fc_id: id __fc_dear: dear } =>
            query ($representations: [_Any!]!) {
              _entities(representations: $representations) {
                ... on Product {
                  luxury
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


def test_a_fetch_that_is_also_for_others_is_not_conditional() -> None:
    query = "query ($x: Boolean!) { product { stock luxury @include(if: $x) } }"
    assert plan(PRODUCT, query) == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "a") {
      {
        product {
          __fc_id: id
          __typename
          __fc_price: price
        }
      }
    }
    Flatten(path: "product") {
      Fetch(service: "b") {
        Product { __fc_id: id __fc_price: price } =>
        query ($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Product {
              stock
              __fc_dear: dear
            }
          }
        }
      }
    }
    Include(if: $x) {
      Flatten(path: "product") {
        Fetch(service: "c") {
          Product { __fc_id: id __fc_dear: dear } =>
          query ($representations: [_Any!]!) {
            _entities(representations: $representations) {
              ... on Product {
                luxury
              }
            }
          }
        }
      }
    }
  }
}\
""")


def test_a_conditional_fragment_keeps_its_key_under_the_condition() -> None:
    query = "query ($x: Boolean!) { product { price ... @include(if: $x) { stock } } }"
    assert plan(PRODUCT, query) == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "a") {
      query ($x: Boolean!) {
        product {
          price
          ... @include(if: $x) {
            __fc_id: id
            __typename
          }
        }
      }
    }
    Include(if: $x) {
      Flatten(path: "product") {
        Fetch(service: "b") {
          Product { __fc_id: id } =>
          query ($representations: [_Any!]!) {
            _entities(representations: $representations) {
              ... on Product {
                stock
              }
            }
          }
        }
      }
    }
  }
}\
""")


def test_a_root_field_that_is_skipped_is_not_fetched() -> None:
    query = "query ($x: Boolean!) { product @skip(if: $x) { price } }"
    assert plan(PRODUCT, query) == snapshot("""\
QueryPlan {
  Skip(if: $x) {
    Fetch(service: "a") {
      {
        product {
          price
        }
      }
    }
  }
}\
""")


def test_literal_conditions_leave_nothing_behind() -> None:
    query = "{ product { price @include(if: true) stock @skip(if: true) } }"
    assert plan(PRODUCT, query) == snapshot("""\
QueryPlan {
  Fetch(service: "a") {
    {
      product {
        price
      }
    }
  }
}\
""")
