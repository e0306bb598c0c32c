"""Entities by their keys: simple, compound, nested, several, and keys that need other keys."""

from inline_snapshot import snapshot

from tests.support.planner import plan, supergraph

USERS = supergraph(
    "accounts reviews",
    """
type Query @join__type(graph: ACCOUNTS) @join__type(graph: REVIEWS) {
  me: User @join__field(graph: ACCOUNTS)
  users: [User!]! @join__field(graph: ACCOUNTS)
}
type User @join__type(graph: ACCOUNTS, key: "id") @join__type(graph: REVIEWS, key: "id") {
  id: ID!
  name: String @join__field(graph: ACCOUNTS)
  reviews: [Review!] @join__field(graph: REVIEWS)
}
type Review @join__type(graph: REVIEWS) { body: String author: User }
""",
)


def test_a_query_of_one_subgraph_is_one_fetch() -> None:
    assert plan(USERS, "{ me { id name } }") == snapshot("""\
QueryPlan {
  Fetch(service: "accounts") {
    {
      me {
        id
        name
      }
    }
  }
}\
""")


def test_a_key_the_client_did_not_ask_for_is_hidden() -> None:
    assert plan(USERS, "{ me { reviews { body } } }") == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "accounts") {
      {
        me {
          __fc_id: id
          __typename
        }
      }
    }
    Flatten(path: "me") {
      Fetch(service: "reviews") {
        User { __fc_id: id } =>
        query ($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on User {
              reviews {
                body
              }
            }
          }
        }
      }
    }
  }
}\
""")


def test_a_key_the_client_asked_for_under_an_alias_is_read_from_there() -> None:
    assert plan(USERS, "{ me { key: id reviews { body } } }") == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "accounts") {
      {
        me {
          key: id
          __typename
        }
      }
    }
    Flatten(path: "me") {
      Fetch(service: "reviews") {
        User { key: id } =>
        query ($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on User {
              reviews {
                body
              }
            }
          }
        }
      }
    }
  }
}\
""")


def test_an_alias_that_takes_the_name_of_a_key_does_not_hide_it() -> None:
    assert plan(USERS, "{ me { id: name reviews { body } } }") == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "accounts") {
      {
        me {
          id: name
          __fc_id: id
          __typename
        }
      }
    }
    Flatten(path: "me") {
      Fetch(service: "reviews") {
        User { __fc_id: id } =>
        query ($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on User {
              reviews {
                body
              }
            }
          }
        }
      }
    }
  }
}\
""")


def test_fields_of_one_entity_are_fetched_once() -> None:
    query = "{ me { reviews { body } again: reviews { author { id } } } }"
    assert plan(USERS, query) == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "accounts") {
      {
        me {
          __fc_id: id
          __typename
        }
      }
    }
    Flatten(path: "me") {
      Fetch(service: "reviews") {
        User { __fc_id: id } =>
        query ($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on User {
              reviews {
                body
              }
              again: reviews {
                author {
                  id
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


def test_a_fetch_goes_back_to_the_first_subgraph_further_down() -> None:
    assert plan(USERS, "{ me { name reviews { author { name } } } }") == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "accounts") {
      {
        me {
          name
          __fc_id: id
          __typename
        }
      }
    }
    Flatten(path: "me") {
      Fetch(service: "reviews") {
        User { __fc_id: id } =>
        query ($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on User {
              reviews {
                author {
                  __fc_id: id
                  __typename
                }
              }
            }
          }
        }
      }
    }
    Flatten(path: "me.reviews.author") {
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


CHAIN = supergraph(
    "a b c",
    """
type Query @join__type(graph: A) @join__type(graph: B) @join__type(graph: C) {
  product: Product @join__field(graph: A)
}
type Product
  @join__type(graph: A, key: "upc")
  @join__type(graph: B, key: "upc")
  @join__type(graph: B, key: "id region { code }")
  @join__type(graph: C, key: "id region { code }")
{
  upc: ID! @join__field(graph: A) @join__field(graph: B)
  id: ID! @join__field(graph: B) @join__field(graph: C)
  region: Region @join__field(graph: B) @join__field(graph: C)
  stock: Int @join__field(graph: C)
}
type Region @join__type(graph: B) @join__type(graph: C) { code: String name: String }
""",
)


def test_a_key_that_needs_another_key_is_had_by_two_hops() -> None:
    assert plan(CHAIN, "{ product { stock } }") == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "a") {
      {
        product {
          __fc_upc: upc
          __typename
        }
      }
    }
    Flatten(path: "product") {
      Fetch(service: "b") {
        Product { __fc_upc: upc } =>
        query ($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Product {
              __fc_id: id
              __fc_region: region {
                __fc_code: code
              }
            }
          }
        }
      }
    }
    Flatten(path: "product") {
      Fetch(service: "c") {
        Product { __fc_id: id __fc_region: region { __fc_code: code } } =>
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
}\
""")


def test_what_the_client_asks_of_a_nested_key_is_merged_with_it() -> None:
    assert plan(CHAIN, "{ product { region { name code } stock } }") == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "a") {
      {
        product {
          __fc_upc: upc
          __typename
        }
      }
    }
    Flatten(path: "product") {
      Fetch(service: "b") {
        Product { __fc_upc: upc } =>
        query ($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Product {
              region {
                name
                code
              }
              __fc_id: id
            }
          }
        }
      }
    }
    Flatten(path: "product") {
      Fetch(service: "c") {
        Product { __fc_id: id region { code } } =>
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
}\
""")


UNRESOLVABLE = supergraph(
    "a b",
    """
type Query @join__type(graph: A) @join__type(graph: B) {
  a: T @join__field(graph: A)
  b: T @join__field(graph: B)
}
type T @join__type(graph: A, key: "id") @join__type(graph: B, key: "id", resolvable: false) {
  id: ID!
  inA: Int @join__field(graph: A)
}
""",
)


def test_a_reference_is_completed_where_the_key_is_resolvable() -> None:
    assert plan(UNRESOLVABLE, "{ b { inA } }") == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "b") {
      {
        b {
          __fc_id: id
          __typename
        }
      }
    }
    Flatten(path: "b") {
      Fetch(service: "a") {
        T { __fc_id: id } =>
        query ($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on T {
              inA
            }
          }
        }
      }
    }
  }
}\
""")


PARENT = supergraph(
    "a b",
    """
type Query @join__type(graph: A) @join__type(graph: B) { product: Product @join__field(graph: A) }
type Product @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") {
  id: ID!
  category: Category
}
type Category @join__type(graph: A) @join__type(graph: B) {
  name: String @join__field(graph: A)
  details: String @join__field(graph: B)
}
""",
)


def test_a_value_without_key_is_completed_through_its_parent() -> None:
    assert plan(PARENT, "{ product { category { name details } } }") == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "a") {
      {
        product {
          category {
            name
          }
          __fc_id: id
          __typename
        }
      }
    }
    Flatten(path: "product") {
      Fetch(service: "b") {
        Product { __fc_id: id } =>
        query ($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Product {
              category {
                details
              }
            }
          }
        }
      }
    }
  }
}\
""")
