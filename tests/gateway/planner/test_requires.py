"""`@requires`: what must be sent along, chains of it, arguments, fragments, circles."""

from inline_snapshot import snapshot

from tests.support.planner import plan, supergraph

SHIPPING = supergraph(
    "products inventory",
    """
type Query @join__type(graph: PRODUCTS) @join__type(graph: INVENTORY) {
  products: [Product!] @join__field(graph: PRODUCTS)
  stocked: [Product!] @join__field(graph: INVENTORY)
}
type Product @join__type(graph: PRODUCTS, key: "upc") @join__type(graph: INVENTORY, key: "upc") {
  upc: ID!
  name: String @join__field(graph: PRODUCTS)
  weight: Int @join__field(graph: PRODUCTS) @join__field(graph: INVENTORY, external: true)
  size: Size @join__field(graph: PRODUCTS) @join__field(graph: INVENTORY, external: true)
  price(currency: String): Int
    @join__field(graph: PRODUCTS) @join__field(graph: INVENTORY, external: true)
  inStock: Boolean @join__field(graph: INVENTORY)
  shipping: Int @join__field(graph: INVENTORY, requires: "weight size { height }")
  inEuro: Int @join__field(graph: INVENTORY, requires: "price(currency: \\"EUR\\")")
  inYen: Int @join__field(graph: INVENTORY, requires: "price(currency: \\"JPY\\")")
}
type Size @join__type(graph: PRODUCTS) @join__type(graph: INVENTORY) {
  height: Int @join__field(graph: PRODUCTS) @join__field(graph: INVENTORY, external: true)
  width: Int @join__field(graph: PRODUCTS)
}
""",
)


def test_required_fields_are_sent_with_the_key() -> None:
    assert plan(SHIPPING, "{ products { shipping inStock } }") == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "products") {
      {
        products {
          __fc_upc: upc
          __typename
          __fc_weight: weight
          __fc_size: size {
            __fc_height: height
          }
        }
      }
    }
    Flatten(path: "products") {
      Fetch(service: "inventory") {
        Product {
          __fc_upc: upc
          __fc_weight: weight
          __fc_size: size {
            __fc_height: height
          }
        } =>
        query ($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Product {
              shipping
              inStock
            }
          }
        }
      }
    }
  }
}\
""")


def test_required_fields_the_client_asked_for_are_not_fetched_twice() -> None:
    query = "{ products { w: weight size { width } shipping } }"
    assert plan(SHIPPING, query) == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "products") {
      {
        products {
          w: weight
          size {
            width
            __fc_height: height
          }
          __fc_upc: upc
          __typename
        }
      }
    }
    Flatten(path: "products") {
      Fetch(service: "inventory") {
        Product { __fc_upc: upc w: weight size { __fc_height: height } } =>
        query ($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Product {
              shipping
            }
          }
        }
      }
    }
  }
}\
""")


def test_a_field_that_requires_re_enters_its_own_subgraph() -> None:
    assert plan(SHIPPING, "{ stocked { inStock shipping } }") == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "inventory") {
      {
        stocked {
          inStock
          __fc_upc: upc
          __typename
        }
      }
    }
    Flatten(path: "stocked") {
      Fetch(service: "products") {
        Product { __fc_upc: upc } =>
        query ($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Product {
              __fc_weight: weight
              __fc_size: size {
                __fc_height: height
              }
            }
          }
        }
      }
    }
    Flatten(path: "stocked") {
      Fetch(service: "inventory") {
        Product {
          __fc_upc: upc
          __fc_weight: weight
          __fc_size: size {
            __fc_height: height
          }
        } =>
        query ($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Product {
              shipping
            }
          }
        }
      }
    }
  }
}\
""")


def test_one_field_required_with_two_arguments_takes_two_fetches() -> None:
    query = '{ products { price(currency: "EUR") inEuro inYen } }'
    assert plan(SHIPPING, query) == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "products") {
      {
        products {
          price(currency: "EUR")
          __fc_upc: upc
          __typename
          __fc_price: price(currency: "JPY")
        }
      }
    }
    Parallel {
      Flatten(path: "products") {
        Fetch(service: "inventory") {
          Product { __fc_upc: upc price } =>
          query ($representations: [_Any!]!) {
            _entities(representations: $representations) {
              ... on Product {
                inEuro
              }
            }
          }
        }
      }
      Flatten(path: "products") {
        Fetch(service: "inventory") {
          Product { __fc_upc: upc __fc_price: price } =>
          query ($representations: [_Any!]!) {
            _entities(representations: $representations) {
              ... on Product {
                inYen
              }
            }
          }
        }
      }
    }
  }
}\
""")


CIRCLE = supergraph(
    "a b",
    """
type Query @join__type(graph: A) @join__type(graph: B) { post: Post @join__field(graph: A) }
type Post @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") {
  id: ID!
  author: Author @join__field(graph: B) @join__field(graph: A, external: true)
  novice: Boolean
    @join__field(graph: B, requires: "author { years }") @join__field(graph: A, external: true)
  expert: Boolean @join__field(graph: A, requires: "novice")
}
type Author @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") {
  id: ID!
  years: Int @join__field(graph: A) @join__field(graph: B, external: true)
}
""",
)


def test_requirements_go_back_and_forth_between_two_subgraphs() -> None:
    assert plan(CIRCLE, "{ post { expert } }") == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "a") {
      {
        post {
          __fc_id: id
          __typename
        }
      }
    }
    Flatten(path: "post") {
      Fetch(service: "b") {
        Post { __fc_id: id } =>
        query ($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Post {
              __fc_author: author {
                __fc_id: id
                __typename
              }
            }
          }
        }
      }
    }
    Flatten(path: "post.__fc_author") {
      Fetch(service: "a") {
        Author { __fc_id: id } =>
        query ($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Author {
              __fc_years: years
            }
          }
        }
      }
    }
    Flatten(path: "post") {
      Fetch(service: "b") {
        Post { __fc_id: id __fc_author: author { __fc_years: years } } =>
        query ($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Post {
              __fc_novice: novice
            }
          }
        }
      }
    }
    Flatten(path: "post") {
      Fetch(service: "a") {
        Post { __fc_id: id __fc_novice: novice } =>
        query ($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Post {
              expert
            }
          }
        }
      }
    }
  }
}\
""")


ABSTRACT = supergraph(
    "a b",
    """
type Query @join__type(graph: A) @join__type(graph: B) { box: Box @join__field(graph: A) }
type Box @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") {
  id: ID!
  content: Content @join__field(graph: A) @join__field(graph: B, external: true)
  label: String
    @join__field(
      graph: B, requires: "content { name ... on Book { pages } ... on Disc { minutes } }"
    )
}
interface Content @join__type(graph: A) @join__type(graph: B) { name: String }
type Book implements Content
  @join__implements(graph: A, interface: "Content")
  @join__implements(graph: B, interface: "Content")
  @join__type(graph: A) @join__type(graph: B)
{
  name: String @join__field(graph: A) @join__field(graph: B, external: true)
  pages: Int @join__field(graph: A) @join__field(graph: B, external: true)
}
type Disc implements Content
  @join__implements(graph: A, interface: "Content")
  @join__implements(graph: B, interface: "Content")
  @join__type(graph: A) @join__type(graph: B)
{
  name: String @join__field(graph: A) @join__field(graph: B, external: true)
  minutes: Int @join__field(graph: A) @join__field(graph: B, external: true)
}
""",
)


def test_required_fragments_are_read_by_the_type_of_the_object() -> None:
    assert plan(ABSTRACT, "{ box { label } }") == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "a") {
      {
        box {
          __fc_id: id
          __typename
          __fc_content: content {
            __typename
            __fc_name: name
            ... on Book {
              __fc_pages: pages
            }
            ... on Disc {
              __fc_minutes: minutes
            }
          }
        }
      }
    }
    Flatten(path: "box") {
      Fetch(service: "b") {
        Box {
          __fc_id: id
          __fc_content: content {
            __typename
            __fc_name: name
            ... on Book {
              __fc_pages: pages
            }
            ... on Disc {
              __fc_minutes: minutes
            }
          }
        } =>
        query ($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Box {
              label
            }
          }
        }
      }
    }
  }
}\
""")
