"""`@interfaceObject`: a subgraph that adds fields to an interface without knowing its types."""

from inline_snapshot import snapshot

from tests.support.planner import plan, supergraph

MEDIA = supergraph(
    "a b c",
    """
type Query @join__type(graph: A) @join__type(graph: B) @join__type(graph: C) {
  media: [Media!] @join__field(graph: A)
  rated: [Media!] @join__field(graph: B)
}
interface Media
  @join__type(graph: A, key: "id") @join__type(graph: B, key: "id", isInterfaceObject: true)
{
  id: ID!
  title: String @join__field(graph: A)
  rating: Int @join__field(graph: B)
}
type Book implements Media
  @join__implements(graph: A, interface: "Media")
  @join__type(graph: A, key: "id") @join__type(graph: C, key: "id")
{
  id: ID!
  title: String @join__field(graph: A)
  rating: Int @join__field
  pages: Int @join__field(graph: A)
  publisher: String @join__field(graph: C)
}
type Film implements Media
  @join__implements(graph: A, interface: "Media") @join__type(graph: A, key: "id")
{
  id: ID!
  title: String
  rating: Int @join__field
}
""",
)


def test_any_object_is_looked_up_under_the_name_of_the_interface() -> None:
    assert plan(MEDIA, "{ media { rating } }") == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "a") {
      {
        media {
          __typename
          __fc_id: id
        }
      }
    }
    Flatten(path: "media") {
      Fetch(service: "b") {
        Book | Film | Media as Media { __fc_id: id } =>
        query ($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Media {
              rating
            }
          }
        }
      }
    }
  }
}\
""")


def test_an_interface_object_alone_needs_no_concrete_type() -> None:
    assert plan(MEDIA, "{ rated { id rating } }") == snapshot("""\
QueryPlan {
  Fetch(service: "b") {
    {
      rated {
        __typename
        id
        rating
      }
    }
  }
}\
""")


def test_typename_comes_from_a_subgraph_that_knows_it() -> None:
    assert plan(MEDIA, "{ rated { __typename rating } }") == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "b") {
      {
        rated {
          __typename
          __fc_id: id
          rating
        }
      }
    }
    Flatten(path: "rated") {
      Fetch(service: "a") {
        Book | Film | Media as Media { __fc_id: id } =>
        query ($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Media {
              __typename
            }
          }
        }
      }
    }
  }
}\
""")


def test_a_fragment_on_a_concrete_type_waits_for_the_type() -> None:
    assert plan(MEDIA, "{ rated { ... on Book { rating pages } } }") == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "b") {
      {
        rated {
          __typename
          __fc_id: id
          rating
        }
      }
    }
    Flatten(path: "rated") {
      Fetch(service: "a") {
        Book | Film | Media as Media { __fc_id: id } =>
        query ($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Media {
              __typename
              ... on Book {
                pages
              }
            }
          }
        }
      }
    }
  }
}\
""")


def test_a_concrete_type_leads_on_to_a_third_subgraph() -> None:
    assert plan(MEDIA, "{ rated { ... on Book { publisher } } }") == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "b") {
      {
        rated {
          __typename
          __fc_id: id
        }
      }
    }
    Flatten(path: "rated") {
      Fetch(service: "a") {
        Book | Film | Media as Media { __fc_id: id } =>
        query ($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Media {
              __typename
            }
          }
        }
      }
    }
    Flatten(path: "rated") {
      Fetch(service: "c") {
        Book as Book { __fc_id: id } =>
        query ($representations: [_Any!]!) {
          _entities(representations: $representations) {
            ... on Book {
              publisher
            }
          }
        }
      }
    }
  }
}\
""")
