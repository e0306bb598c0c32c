"""Which moves a supergraph allows."""

from gateway.query_graph.build import build_query_graph
from gateway.query_graph.dot import print_dot
from gateway.query_graph.graph import EntityMove, FieldMove, InterfaceObjectMove, QueryGraph
from gateway.selections.text import print_selections
from tests.support.planner import supergraph


def graph_of(names: str, body: str, roots: str = "query: Query") -> QueryGraph:
    return build_query_graph(supergraph(names, body, roots))


def moves(graph: QueryGraph, node: str) -> set[str]:
    """The edges out of a node, as `label -> target`; those to leaves without their target."""
    found = set()
    for source in graph.nodes:
        for edge in graph.edges_from(source.id) if str(source) == node else ():
            target = graph.node(edge.target)
            to = "" if target.kind == "leaf" else f" -> {target}"
            match edge:
                case FieldMove(field=field, requires=requires):
                    needs = f" requires {print_selections(requires)}" if requires else ""
                    found.add(f"{field}{needs}{to}")
                case EntityMove(key=key, typename=typename):
                    found.add(f"key {print_selections(key)} as {typename}{to}")
                case InterfaceObjectMove():
                    found.add(f"by typename{to}")
                case _:
                    found.add(f"on{to}")
    return found - {"__typename"}


ENTITY = """
type Query @join__type(graph: A) @join__type(graph: B) { t: T @join__field(graph: A) }
type T @join__type(graph: A, key: "id") @join__type(graph: B, key: "id")
  @join__type(graph: B, key: "code", resolvable: false)
{
  id: ID!
  code: ID @join__field(graph: B)
  gone: Int @join__field(graph: A, usedOverridden: true) @join__field(graph: B, override: "a")
  needed: Int @join__field(graph: A) @join__field(graph: B, external: true)
  needs: Int @join__field(graph: B, requires: "needed")
}
"""


def test_external_and_overridden_fields_have_no_move() -> None:
    graph = graph_of("a b", ENTITY)
    assert moves(graph, "T/a") == {"id", "needed", "key id as None -> T/b"}
    assert moves(graph, "T/b") == {
        "id",
        "code",
        "gone",
        "needs requires needed",
        "key id as None -> T/a",
    }


def test_a_root_without_fields_in_a_subgraph_is_no_entrypoint() -> None:
    assert moves(graph_of("a b", ENTITY), "Query/*") == {"on -> Query/a"}


def test_a_subgraph_is_re_entered_by_its_resolvable_keys() -> None:
    graph = graph_of("a b", ENTITY)
    (node,) = (node for node in graph.nodes if str(node) == "T/b")
    assert [print_selections(key) for key in graph.reentry_keys[node.id]] == ["id"]


def test_an_interface_has_the_fields_that_all_its_types_resolve() -> None:
    graph = graph_of(
        "a b",
        """
        type Query @join__type(graph: A) { i: I }
        interface I @join__type(graph: A) { x: Int y: Int }
        type One implements I @join__implements(graph: A, interface: "I") @join__type(graph: A)
        { x: Int y: Int @join__field(graph: A, external: true) }
        type Two implements I @join__implements(graph: A, interface: "I") @join__type(graph: A)
        { x: Int y: Int }
        """,
    )
    assert moves(graph, "I/a") == {"x", "on -> One/a", "on -> Two/a"}


def test_a_provided_field_is_there_along_its_path_only() -> None:
    graph = graph_of(
        "a b",
        """
        type Query @join__type(graph: A) @join__type(graph: B)
        { more: T @join__field(graph: A, provides: "name") less: T @join__field(graph: A) }
        type T @join__type(graph: A, key: "id") @join__type(graph: B, key: "id")
        { id: ID! name: String @join__field(graph: A, external: true) @join__field(graph: B) }
        """,
    )
    assert moves(graph, "Query/a") == {"more -> T/a#1", "less -> T/a"}
    assert moves(graph, "T/a") == {"id", "key id as None -> T/b"}
    assert moves(graph, "T/a#1") == {"id", "name", "key id as None -> T/b"}


def test_objects_move_into_interface_objects_under_the_interfaces_name() -> None:
    graph = graph_of(
        "a b",
        """
        type Query @join__type(graph: A) { i: I }
        interface I @join__type(graph: A, key: "id")
          @join__type(graph: B, key: "id", isInterfaceObject: true)
        { id: ID! b: Int @join__field(graph: B) }
        type T implements I @join__implements(graph: A, interface: "I")
          @join__type(graph: A, key: "id") { id: ID! b: Int @join__field }
        """,
    )
    assert moves(graph, "I/a") == {"id", "key id as I -> I/b", "on -> T/a"}
    assert moves(graph, "T/a") == {"id", "key id as I -> T as I/b"}
    assert moves(graph, "I/b") == {"id", "b", "key id as I -> I/a", "by typename -> T as I/b"}
    assert moves(graph, "T as I/b") == {"id", "b", "key id as T -> T/a"}


def test_an_event_payload_has_values_whole_and_of_entities_the_key() -> None:
    graph = graph_of(
        "a",
        """
        type Query @join__type(graph: A) { t: T }
        type T @join__type(graph: A, key: "id") { id: ID! name: String }
        type Event @join__type(graph: A) { at: Int t: T }
        type Subscription @join__type(graph: A) {
          live: Event @eventStream(topic: "x", key: "id", class: LOG)
          own: T
        }
        """,
        "query: Query subscription: Subscription",
    )
    assert graph.event_subgraphs == {"a#events": "a"}
    assert moves(graph, "Subscription/a") == {"own -> T/a"}
    assert moves(graph, "Subscription/a#events") == {"live -> Event/a#events"}
    assert moves(graph, "Event/a#events") == {"at", "t -> T/a#events"}
    assert moves(graph, "T/a#events") == {"id", "key id as None -> T/a"}


def test_the_graph_is_drawn_without_leaves() -> None:
    text = print_dot(graph_of("a b", ENTITY))
    assert 'label="T/a"' in text
    assert 'label="key id"' in text
    assert "String" not in text
