"""`@override`: who resolves a field after it moved, at once or by label."""

from inline_snapshot import snapshot

from tests.support.planner import plan, supergraph

MOVED = supergraph(
    "a b",
    """
type Query @join__type(graph: A) @join__type(graph: B) { post: Post @join__field(graph: A) }
type Post @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") {
  id: ID!
  title: String @join__field(graph: A, usedOverridden: true) @join__field(graph: B, override: "a")
  body: String @join__field(graph: A)
    @join__field(graph: B, override: "a", overrideLabel: "percent(50)")
  slug: String @join__field(graph: A, usedOverridden: true, overrideLabel: "percent(50)")
    @join__field(graph: B, override: "a", overrideLabel: "percent(50)")
}
""",
)


def test_an_overridden_field_is_fetched_from_its_new_owner() -> None:
    assert plan(MOVED, "{ post { title } }") == snapshot("""\
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
              title
            }
          }
        }
      }
    }
  }
}\
""")


def test_a_labelled_override_holds_only_while_its_label_is_active() -> None:
    assert plan(MOVED, "{ post { body } }") == snapshot("""\
QueryPlan {
  Fetch(service: "a") {
    {
      post {
        body
      }
    }
  }
}\
""")
    moved = plan(MOVED, "{ post { body } }", override_labels={"percent(50)"})
    assert moved == snapshot("""\
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
              body
            }
          }
        }
      }
    }
  }
}\
""")


def test_a_labelled_override_of_a_field_still_used_leaves_it_to_its_old_owner_too() -> None:
    assert plan(MOVED, "{ post { slug } }") == snapshot("""\
QueryPlan {
  Fetch(service: "a") {
    {
      post {
        slug
      }
    }
  }
}\
""")
