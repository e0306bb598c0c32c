"""Supergraphs in few words, and plans as text."""

from collections.abc import Collection

from gateway.operation.parse import parse_operation
from gateway.plan.text import print_plan
from gateway.planner.budget import Budget
from gateway.planner.planner import Planner
from gateway.supergraph.model import Supergraph
from gateway.supergraph.parse import parse_supergraph

LINKS = (
    '@link(url: "https://specs.apollo.dev/link/v1.0")'
    ' @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION)'
    ' @link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY)'
)


def supergraph(names: str, body: str, roots: str = "query: Query") -> Supergraph:
    """A supergraph of the subgraphs `names`; their enum values are the names in upper case."""
    return parse_supergraph(supergraph_sdl(names, body, roots))


def supergraph_sdl(names: str, body: str, roots: str = "query: Query") -> str:
    """The SDL of that supergraph: `body` holds its types with their join directives."""
    graphs = " ".join(
        f'{name.upper()} @join__graph(name: "{name}", url: "http://{name}")'
        for name in names.split()
    )
    return (
        f"schema {LINKS} {{ {roots} }}\nscalar join__FieldSet\n"
        f"enum join__Graph {{ {graphs} }}\n{body}"
    )


def plan(
    graph: Supergraph,
    query: str,
    budget: Budget | None = None,
    override_labels: Collection[str] = (),
) -> str:
    """The plan of a query, as text."""
    operation = parse_operation(query, None, graph.api_schema)
    return print_plan(Planner(graph).plan(operation, budget, override_labels))


def many_types(count: int) -> Supergraph:
    """An interface with many implementations, each field of which is in one of two subgraphs."""
    in_both = " ".join(
        f'@join__implements(graph: {name}, interface: "Node") @join__type(graph: {name}, key: "id")'
        for name in "AB"
    )
    types = "\n".join(
        f"type T{index} implements Node {in_both} {{ id: ID!"
        f" a: Int @join__field(graph: {'AB'[index % 2]})"
        f" b: Int @join__field(graph: {'BA'[index % 2]})"
        f" next: Node @join__field(graph: {'AB'[index % 3 > 0]}) }}"
        for index in range(count)
    )
    return supergraph(
        "a b",
        f"""
type Query @join__type(graph: A) @join__type(graph: B) {{ node: Node @join__field(graph: A) }}
interface Node @join__type(graph: A) @join__type(graph: B) {{ id: ID! a: Int b: Int next: Node }}
{types}
""",
    )


def many_keys(count: int) -> Supergraph:
    """An entity with many keys, all known to two subgraphs."""
    keys = " ".join(
        f'@join__type(graph: {name}, key: "k{index}")' for index in range(count) for name in "AB"
    )
    fields = " ".join(f"k{index}: ID!" for index in range(count))
    return supergraph(
        "a b",
        f"""
type Query @join__type(graph: A) @join__type(graph: B) {{ item: Item @join__field(graph: A) }}
type Item {keys} {{ {fields} x: Int @join__field(graph: B) }}
""",
    )
