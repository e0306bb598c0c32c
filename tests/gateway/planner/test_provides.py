"""`@provides`: fields that a subgraph resolves along one path only."""

from inline_snapshot import snapshot

from tests.support.planner import plan, supergraph

REVIEWS = supergraph(
    "accounts reviews",
    """
type Query @join__type(graph: ACCOUNTS) @join__type(graph: REVIEWS) {
  review: Review @join__field(graph: REVIEWS)
  latest: [Item] @join__field(graph: REVIEWS, provides: "... on User { name }")
}
type Review @join__type(graph: REVIEWS) {
  author: User @join__field(graph: REVIEWS, provides: "name address { city }")
  editor: User
}
type User @join__type(graph: ACCOUNTS, key: "id") @join__type(graph: REVIEWS, key: "id") {
  id: ID!
  name: String @join__field(graph: ACCOUNTS) @join__field(graph: REVIEWS, external: true)
  address: Address @join__field(graph: ACCOUNTS) @join__field(graph: REVIEWS, external: true)
}
type Address @join__type(graph: ACCOUNTS) @join__type(graph: REVIEWS) {
  city: String @join__field(graph: ACCOUNTS) @join__field(graph: REVIEWS, external: true)
  street: String @join__field(graph: ACCOUNTS)
}
type Team @join__type(graph: REVIEWS) { title: String }
union Item @join__type(graph: REVIEWS)
  @join__unionMember(graph: REVIEWS, member: "User")
  @join__unionMember(graph: REVIEWS, member: "Team")
  = User | Team
""",
)


def test_a_provided_field_needs_no_other_fetch() -> None:
    assert plan(REVIEWS, "{ review { author { name address { city } } } }") == snapshot("""\
QueryPlan {
  Fetch(service: "reviews") {
    {
      review {
        author {
          name
          address {
            city
          }
        }
      }
    }
  }
}\
""")


def test_elsewhere_the_field_is_fetched_from_its_owner() -> None:
    assert plan(REVIEWS, "{ review { editor { name } } }") == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "reviews") {
      {
        review {
          editor {
            __fc_id: id
            __typename
          }
        }
      }
    }
    Flatten(path: "review.editor") {
      Fetch(service: "accounts") {
        User { __fc_id: id } =>
        query ($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on User {
              name
            }
          }
        }
      }
    }
  }
}\
""")


def test_what_is_not_provided_of_a_provided_value_comes_from_its_owner() -> None:
    query = "{ review { author { name address { city street } } } }"
    assert plan(REVIEWS, query) == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "reviews") {
      {
        review {
          author {
            name
            address {
              city
            }
            __fc_id: id
            __typename
          }
        }
      }
    }
    Flatten(path: "review.author") {
      Fetch(service: "accounts") {
        User { __fc_id: id } =>
        query ($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on User {
              address {
                street
              }
            }
          }
        }
      }
    }
  }
}\
""")


def test_a_union_member_can_be_provided() -> None:
    query = "{ latest { ... on User { name } ... on Team { title } } }"
    assert plan(REVIEWS, query) == snapshot("""\
QueryPlan {
  Fetch(service: "reviews") {
    {
      latest {
        __typename
        ... on User {
          name
        }
        ... on Team {
          title
        }
      }
    }
  }
}\
""")
