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

OVERLAY = supergraph(
    "a b",
    """
type Query @join__type(graph: A) @join__type(graph: B) {
  media: [Media!] @join__field(graph: A)
  rated: [Media!] @join__field(graph: B)
}
interface Media
  @join__type(graph: A, key: "id") @join__type(graph: B, key: "id", isInterfaceObject: true)
{
  id: ID!
  rating: Int @join__field(graph: B)
  length: Int @join__field(graph: B)
  sequel: Media @join__field(graph: B)
}
type Book implements Media
  @join__implements(graph: A, interface: "Media") @join__type(graph: A, key: "id")
{ id: ID! rating: Int @join__field length: Int @join__field sequel: Media @join__field }
type Film implements Media
  @join__implements(graph: A, interface: "Media") @join__type(graph: A, key: "id")
{ id: ID! rating: Int @join__field length: Int @join__field sequel: Media @join__field }
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


def test_a_conditional_fragment_leaves_the_asked_typename_unconditional() -> None:
    query = "query ($x: Boolean!) { rated { __typename ... on Book @include(if: $x) { pages } } }"
    assert plan(MEDIA, query) == snapshot("""\
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
        query ($representations: [_Any!]!, $x: Boolean!) {
          _entities(representations: $representations) {
            ... on Media {
              __typename
              ... on Book {
                ... @include(if: $x) {
                  pages
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


def test_fields_of_unlike_types_under_the_name_of_the_interface_do_not_mix() -> None:
    query = "{ media { ... on Book { x: rating } ... on Film { x: length } } }"
    assert plan(OVERLAY, query) == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "a") {
      {
        media {
          __typename
          ... on Book {
            __fc_id: id
            __typename
          }
          ... on Film {
            __fc_id: id
            __typename
          }
        }
      }
    }
    Parallel {
      Flatten(path: "media") {
        Fetch(service: "b") {
          Book as Media { __fc_id: id } =>
          query ($representations: [_Any!]!) {
            _entities(representations: $representations) {
              ... on Media {
                x: rating
              }
            }
          }
        }
      }
      Flatten(path: "media") {
        Fetch(service: "b") {
          Film as Media { __fc_id: id } =>
          query ($representations: [_Any!]!) {
            _entities(representations: $representations) {
              ... on Media {
                x: length
              }
            }
          }
        }
      }
    }
  }
}\
""")


def test_an_aliased_field_of_one_concrete_type_is_not_asked_of_the_others() -> None:
    query = "{ rated { ... on Book { x: rating } ... on Film { x: length } } }"
    assert plan(OVERLAY, query) == snapshot("""\
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
    Parallel {
      Flatten(path: "rated") {
        Fetch(service: "b") {
          Book as Media { __fc_id: id } =>
          query ($representations: [_Any!]!) {
            _entities(representations: $representations) {
              ... on Media {
                x: rating
              }
            }
          }
        }
      }
      Flatten(path: "rated") {
        Fetch(service: "b") {
          Film as Media { __fc_id: id } =>
          query ($representations: [_Any!]!) {
            _entities(representations: $representations) {
              ... on Media {
                x: length
              }
            }
          }
        }
      }
    }
  }
}\
""")


def test_what_lies_below_a_concrete_type_waits_for_the_type() -> None:
    query = "{ rated { ... on Book { sequel { __typename } } } }"
    assert plan(OVERLAY, query) == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "b") {
      {
        rated {
          __typename
          __fc_id: id
          sequel {
            __typename
            __fc_id: id
          }
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
    Flatten(path: "rated|[Book].sequel") {
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


def test_the_type_is_asked_for_whatever_conditions_the_fields_are_under() -> None:
    query = """
    query ($f: Boolean!) { rated { ... on Book { pages @skip(if: $f) } ... on Book { publisher } } }
    """
    assert "Skip" not in plan(MEDIA, query)
    outside = "query ($f: Boolean!) { rated { ... @skip(if: $f) { ... on Book { pages } } } }"
    assert "Skip(if: $f)" in plan(MEDIA, outside)
