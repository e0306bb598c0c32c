"""Equal fetches at several places: one request, if none has to wait for the other."""

from inline_snapshot import snapshot

from tests.support.planner import plan, supergraph

SHOP = supergraph(
    "a b c",
    """
type Query @join__type(graph: A) @join__type(graph: B) @join__type(graph: C) {
  best: Product @join__field(graph: A)
  worst: Product @join__field(graph: A)
  other: Product @join__field(graph: C)
}
type Product
  @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") @join__type(graph: C, key: "id")
{
  id: ID!
  similar: Product @join__field(graph: A)
  name: String @join__field(graph: B)
}
""",
)


def test_equal_fetches_behind_one_fetch_are_one_request() -> None:
    assert plan(SHOP, "{ best { name } worst { id name similar { name } } }") == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "a") {
      {
        best {
          __fc_id: id
          __typename
        }
        worst {
          id
          __typename
          similar {
            __fc_id: id
            __typename
          }
        }
      }
    }
    Batch(service: "b") {
      path "best":
        Product { __fc_id: id } =>
      path "worst":
        Product { id } =>
      path "worst.similar":
        Product { __fc_id: id } =>
      query ($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on Product {
            name
          }
        }
      }
    }
  }
}\
""")


def test_a_fetch_does_not_wait_for_an_equal_one_elsewhere() -> None:
    assert plan(SHOP, "{ best { name } other { name } }") == snapshot("""\
QueryPlan {
  Parallel {
    Sequence {
      Fetch(service: "a") {
        {
          best {
            __fc_id: id
            __typename
          }
        }
      }
      Flatten(path: "best") {
        Fetch(service: "b") {
          Product { __fc_id: id } =>
          query ($representations: [_Any!]!) {
            _entities(representations: $representations) {
              ... on Product {
                name
              }
            }
          }
        }
      }
    }
    Sequence {
      Fetch(service: "c") {
        {
          other {
            __fc_id: id
            __typename
          }
        }
      }
      Flatten(path: "other") {
        Fetch(service: "b") {
          Product { __fc_id: id } =>
          query ($representations: [_Any!]!) {
            _entities(representations: $representations) {
              ... on Product {
                name
              }
            }
          }
        }
      }
    }
  }
}\
""")
