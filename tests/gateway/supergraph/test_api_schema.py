"""The schema that clients see."""

from graphql import print_schema
from inline_snapshot import snapshot

from gateway.supergraph.parse import parse_supergraph
from tests.support.planner import supergraph


def test_what_is_inaccessible_and_all_machinery_is_left_out() -> None:
    graph = supergraph(
        "a",
        """
        directive @tag(name: String!) repeatable on FIELD_DEFINITION | OBJECT
        directive @live(fast: Boolean @inaccessible, slow: Boolean) on QUERY | OBJECT
        "The roots."
        type Query @join__type(graph: A) @tag(name: "public") {
          "An item."
          item(id: ID!, secret: String @inaccessible, kind: Kind = ONE): Item
            @deprecated(reason: "old")
          hidden: Int @inaccessible
        }
        interface Node @join__type(graph: A) { id: ID! }
        interface Inner @join__type(graph: A) @inaccessible { id: ID! }
        type Item implements Node & Inner @join__type(graph: A) { id: ID! when: Date }
        type Secret @join__type(graph: A) @inaccessible { id: ID! }
        union Any @join__type(graph: A) = Item | Secret
        enum Kind @join__type(graph: A) { ONE TWO @inaccessible }
        scalar Date @join__type(graph: A) @specifiedBy(url: "https://example.org/date")
        input Filter @join__type(graph: A) { kind: Kind hidden: Int @inaccessible }
        scalar link__Import
        """,
    )
    assert print_schema(graph.api_schema) == snapshot('''\
directive @live(slow: Boolean) on QUERY

"""
Answer the fragment later, in a part of its own, to clients that take answers in parts.
"""
directive @defer(
  """Whether to do so."""
  if: Boolean! = true

  """Tells the part from others."""
  label: String
) on FRAGMENT_SPREAD | INLINE_FRAGMENT

"""The roots."""
type Query {
  """An item."""
  item(id: ID!, kind: Kind = ONE): Item @deprecated(reason: "old")
}

interface Node {
  id: ID!
}

type Item implements Node {
  id: ID!
  when: Date
}

union Any = Item

enum Kind {
  ONE
}

scalar Date @specifiedBy(url: "https://example.org/date")

input Filter {
  kind: Kind
}\
''')


def test_the_inaccessible_directive_may_have_another_name() -> None:
    graph = parse_supergraph(
        """
        schema @link(url: "https://specs.apollo.dev/join/v0.3")
          @link(url: "https://specs.apollo.dev/inaccessible/v0.2", as: "private") { query: Query }
        enum join__Graph { A @join__graph(name: "a", url: "") }
        type Query @join__type(graph: A) { x: Int y: Int @private }
        """
    )
    assert print_schema(graph.api_schema) == snapshot('''\
"""
Answer the fragment later, in a part of its own, to clients that take answers in parts.
"""
directive @defer(
  """Whether to do so."""
  if: Boolean! = true

  """Tells the part from others."""
  label: String
) on FRAGMENT_SPREAD | INLINE_FRAGMENT

type Query {
  x: Int
}\
''')
