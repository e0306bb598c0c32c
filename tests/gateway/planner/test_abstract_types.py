"""Interfaces and unions, known in part or in other ways to each subgraph."""

import pytest
from inline_snapshot import snapshot

from gateway.planner.errors import NoPathFound
from tests.support.planner import plan, supergraph

SHOP = supergraph(
    "products reviews",
    """
type Query @join__type(graph: PRODUCTS) @join__type(graph: REVIEWS) {
  products: [Product!] @join__field(graph: PRODUCTS)
  found: [Found!] @join__field(graph: PRODUCTS)
}
interface Product @join__type(graph: PRODUCTS) @join__type(graph: REVIEWS) {
  id: ID!
  sku: String @join__field(graph: PRODUCTS)
  reviews: [Review!] @join__field(graph: REVIEWS)
}
type Book implements Product
  @join__implements(graph: PRODUCTS, interface: "Product")
  @join__implements(graph: REVIEWS, interface: "Product")
  @join__type(graph: PRODUCTS, key: "id") @join__type(graph: REVIEWS, key: "id")
{
  id: ID!
  sku: String @join__field(graph: PRODUCTS)
  pages: Int @join__field(graph: PRODUCTS)
  reviews: [Review!] @join__field(graph: REVIEWS)
}
type Disc implements Product
  @join__implements(graph: PRODUCTS, interface: "Product")
  @join__implements(graph: REVIEWS, interface: "Product")
  @join__type(graph: PRODUCTS, key: "id") @join__type(graph: REVIEWS, key: "id")
{
  id: ID!
  sku: String @join__field(graph: PRODUCTS)
  reviews: [Review!] @join__field(graph: REVIEWS)
}
type Review @join__type(graph: REVIEWS) { body: String product: Product }
type Person @join__type(graph: PRODUCTS) { name: String }
union Found @join__type(graph: PRODUCTS)
  @join__unionMember(graph: PRODUCTS, member: "Book")
  @join__unionMember(graph: PRODUCTS, member: "Person")
  = Book | Person
""",
)


def test_a_field_that_all_types_have_is_asked_of_the_interface() -> None:
    assert plan(SHOP, "{ products { sku ... on Book { pages } } }") == snapshot("""\
QueryPlan {
  Fetch(service: "products") {
    {
      products {
        __typename
        sku
        ... on Book {
          pages
        }
      }
    }
  }
}\
""")


def test_a_field_of_another_subgraph_is_asked_of_each_type_in_one_fetch() -> None:
    assert plan(SHOP, "{ products { reviews { body } } }") == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "products") {
      {
        products {
          __typename
          ... on Book {
            __fc_id: id
            __typename
          }
          ... on Disc {
            __fc_id: id
            __typename
          }
        }
      }
    }
    Flatten(path: "products") {
      Fetch(service: "reviews") {
        Book { __fc_id: id } =>
        Disc { __fc_id: id } =>
        query ($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Book {
              reviews {
                body
              }
            }
            ... on Disc {
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


def test_what_is_below_several_types_is_fetched_once() -> None:
    assert plan(SHOP, "{ products { reviews { product { sku } } } }") == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "products") {
      {
        products {
          __typename
          ... on Book {
            __fc_id: id
            __typename
          }
          ... on Disc {
            __fc_id: id
            __typename
          }
        }
      }
    }
    Flatten(path: "products") {
      Fetch(service: "reviews") {
        Book { __fc_id: id } =>
        Disc { __fc_id: id } =>
        query ($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Book {
              reviews {
                product {
                  __typename
                  ... on Book {
                    __fc_id: id
                    __typename
                  }
                  ... on Disc {
                    __fc_id: id
                    __typename
                  }
                }
              }
            }
            ... on Disc {
              reviews {
                product {
                  __typename
                  ... on Book {
                    __fc_id: id
                    __typename
                  }
                  ... on Disc {
                    __fc_id: id
                    __typename
                  }
                }
              }
            }
          }
        }
      }
    }
    Flatten(path: "products|[Book|Disc].reviews.product") {
      Fetch(service: "products") {
        Book { __fc_id: id } =>
        Disc { __fc_id: id } =>
        query ($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Book {
              sku
            }
            ... on Disc {
              sku
            }
          }
        }
      }
    }
  }
}\
""")


def test_a_fragment_on_an_interface_applies_to_the_members_that_implement_it() -> None:
    query = "{ found { ... on Product { sku } ... on Person { name } } }"
    assert plan(SHOP, query) == snapshot("""\
QueryPlan {
  Fetch(service: "products") {
    {
      found {
        __typename
        ... on Book {
          sku
        }
        ... on Person {
          name
        }
      }
    }
  }
}\
""")


PARTIAL = supergraph(
    "a b",
    """
type Query @join__type(graph: A) @join__type(graph: B) {
  media: [Media]
  inA: [Media] @join__field(graph: A)
  node: Node
}
type Book @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") {
  id: ID!
  a: Int @join__field(graph: A)
  b: Int @join__field(graph: B)
}
type Song @join__type(graph: A, key: "id") { id: ID! }
type Film @join__type(graph: B, key: "id") { id: ID! }
union Media @join__type(graph: A) @join__type(graph: B)
  @join__unionMember(graph: A, member: "Book") @join__unionMember(graph: A, member: "Song")
  @join__unionMember(graph: B, member: "Book") @join__unionMember(graph: B, member: "Film")
  = Book | Song | Film
interface Node @join__type(graph: A) @join__type(graph: B) { id: ID! }
type One implements Node
  @join__implements(graph: A, interface: "Node") @join__implements(graph: B, interface: "Node")
  @join__type(graph: A, key: "id") @join__type(graph: B, key: "id")
{ id: ID! @join__field(graph: A) @join__field(graph: B, external: true) }
type Two implements Node
  @join__implements(graph: A, interface: "Node") @join__implements(graph: B, interface: "Node")
  @join__type(graph: A, key: "id") @join__type(graph: B, key: "id")
{ id: ID! @join__field(graph: A, external: true) @join__field(graph: B) }
""",
)


def test_of_a_shared_union_only_members_that_all_know_are_asked_for() -> None:
    query = "{ media { ... on Book { b } ... on Song { id } ... on Film { id } } }"
    assert plan(PARTIAL, query) == snapshot("""\
QueryPlan {
  Fetch(service: "b") {
    {
      media {
        __typename
        ... on Book {
          b
        }
      }
    }
  }
}\
""")


def test_a_union_of_one_subgraph_has_the_members_that_it_knows() -> None:
    query = "{ inA { ... on Book { a b } ... on Song { id } ... on Film { id } } }"
    assert plan(PARTIAL, query) == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "a") {
      {
        inA {
          __typename
          ... on Book {
            a
            __fc_id: id
            __typename
          }
          ... on Song {
            id
          }
        }
      }
    }
    Flatten(path: "inA") {
      Fetch(service: "b") {
        Book { __fc_id: id } =>
        query ($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Book {
              b
            }
          }
        }
      }
    }
  }
}\
""")


def test_all_types_of_a_shared_interface_must_be_served_by_one_subgraph() -> None:
    with pytest.raises(NoPathFound, match=r"No subgraph resolves Node\.id from where it is asked"):
        plan(PARTIAL, "{ node { id } }")
    assert plan(PARTIAL, "{ node { ... on Two { id } } }") == snapshot("""\
QueryPlan {
  Fetch(service: "b") {
    {
      node {
        __typename
        ... on Two {
          id
        }
      }
    }
  }
}\
""")


CONFLICT = supergraph(
    "a",
    """
type Query @join__type(graph: A) { accounts: [Account!] }
type User @join__type(graph: A) { id: ID @join__field(graph: A, type: "ID!") friends: [Account!] }
type Admin @join__type(graph: A) { id: ID friends: [Account!] }
union Account @join__type(graph: A)
  @join__unionMember(graph: A, member: "User") @join__unionMember(graph: A, member: "Admin")
  = User | Admin
""",
)


def test_fields_of_unlike_types_get_an_alias_and_are_renamed() -> None:
    query = """{ accounts {
      ... on User { id friends { ... on User { id } ... on Admin { id } } }
      ... on Admin { id } } }"""
    assert plan(CONFLICT, query) == snapshot("""\
QueryPlan {
  Fetch(service: "a") {
    {
      accounts {
        __typename
        ... on User {
          id
          friends {
            __typename
            ... on User {
              id
            }
            ... on Admin {
              __fc_as1_id: id
            }
          }
        }
        ... on Admin {
          __fc_as1_id: id
        }
      }
    }
    Rename accounts|[Admin].__fc_as1_id -> id
    Rename accounts|[User].friends|[Admin].__fc_as1_id -> id
  }
}\
""")


ENTITIES = supergraph(
    "a b",
    """
type Query @join__type(graph: A) @join__type(graph: B) {
  media: [Media!] @join__field(graph: B)
}
interface Media
  @join__type(graph: A, key: "id") @join__type(graph: B, key: "id", isInterfaceObject: true)
{ id: ID! }
type Book implements Media
  @join__implements(graph: A, interface: "Media") @join__type(graph: A, key: "id")
{ id: ID! size: Int! @join__field(graph: A, type: "Int!") }
type Film implements Media
  @join__implements(graph: A, interface: "Media") @join__type(graph: A, key: "id")
{ id: ID! size: Int! @join__field(graph: A, type: "Int") }
""",
)


def test_a_rename_below_an_interface_is_for_the_objects_that_implement_it() -> None:
    query = "{ media { ... on Book { size } ... on Film { size } } }"
    assert plan(ENTITIES, query) == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "b") {
      {
        media {
          __typename
          __fc_id: id
        }
      }
    }
    Flatten(path: "media") {
      Fetch(service: "a") {
        Book | Film | Media as Media { __fc_id: id } =>
        query ($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Media {
              __typename
              ... on Book {
                size
              }
              ... on Film {
                __fc_as1_size: size
              }
            }
          }
        }
        Rename |[Book|Film|Media]|[Film].__fc_as1_size -> size
      }
    }
  }
}\
""")
