"""SATISFIABILITY_ERROR and its kin: build the query graph, walk it from each root, report."""

from collections.abc import Iterable, Iterator

from gateway.composition import codes
from gateway.composition.errors import Place
from gateway.composition.merge.context import Merge, Supergraph as Merged, listed
from gateway.composition.satisfiability.join_model import join_model
from gateway.composition.satisfiability.queries import query_of
from gateway.composition.satisfiability.reach import Reach
from gateway.composition.satisfiability.reasons import reasons_for
from gateway.composition.satisfiability.walk import (
    Dead,
    Found,
    Shared,
    State,
    Step,
    TooManyPaths,
    Walker,
)
from gateway.federation.model import first
from gateway.query_graph.build import build_query_graph
from gateway.supergraph.model import Supergraph

MAX_PATHS = 1_000_000


def check_satisfiability(merge: Merge, merged: Merged, max_paths: int = MAX_PATHS) -> None:
    """Report what clients may ask but no plan could answer."""
    model = join_model(merge, merged)
    _Check(merge, merged, model, max_paths).run()


class _Check:
    def __init__(self, merge: Merge, merged: Merged, model: Supergraph, max_paths: int) -> None:
        self._merge = merge
        self._types = merged.types
        self._model = model
        self._graph = build_query_graph(model)
        self._reach = Reach(self._graph, model.possible_types)
        self._max_paths = max_paths
        self._hinted: set[str] = set()

    def _walker(self, *, thorough: bool) -> Walker:
        types, possible = self._types, self._model.possible_types
        return Walker(self._reach, types, possible, self._max_paths, thorough=thorough)

    def run(self) -> None:
        for kind, root in self._graph.roots.items():
            entries = self._graph.moves[root].entrypoints
            nodes = frozenset(entry.target for entry in entries)
            name = self._model.roots[kind]
            if first(self._types[name].directives, "inaccessible"):
                continue
            if kind == "mutation":
                self._mutations(name, nodes)
            else:
                found = list(self._walker(thorough=False).walk(State(name, nodes)))
                if any(isinstance(one, Dead) for one in found):
                    found = list(self._walker(thorough=True).walk(State(name, nodes)))
                self._report(kind, found)

    def _report(self, kind: str, found: Iterable[Found]) -> None:
        for one in found:
            match one:
                case Dead():
                    self._dead(kind, one)
                case Shared():
                    self._shared(kind, one)
                case TooManyPaths():
                    self._merge.report.error(
                        codes.MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED,
                        f"Maximum number of validation subgraph paths exceeded: {one.count}",
                    )

    def _explain(self, kind: str, dead: Dead) -> str:
        query = query_of(kind, (*dead.state.path, dead.step), self._types)
        why = "\n".join(reasons_for(dead, self._reach, self._model))
        return (
            f"The following supergraph API query:\n{query}\ncannot be satisfied by the subgraphs"
            f" because:\n{why}"
        )

    def _places(self, step: Step) -> list[Place]:
        coordinate = f"{step.type_name}.{step.name}" if step.name else step.type_name
        return [
            Place(self._merge.names[index], coordinate)
            for index, source in self._merge.sources(step.type_name).items()
            if not step.name or step.name in source.fields
        ]

    def _dead(self, kind: str, dead: Dead) -> None:
        self._merge.report.error(
            codes.SATISFIABILITY_ERROR, self._explain(kind, dead), *self._places(dead.step)
        )

    def _shared(self, kind: str, shared: Shared) -> None:
        coordinate = f"{shared.step.type_name}.{shared.step.name}"
        types = shared.runtime_types
        query = query_of(kind, (*shared.state.path, shared.step), self._types)
        lead = (
            f"For the following supergraph API query:\n{query}\nShared field"
            f' "{coordinate}" return type'
        )
        ref = self._types[shared.step.type_name].fields[shared.step.name].type
        common = frozenset.intersection(*types.values())
        if not common:
            shown = ";\n".join(
                f' - in subgraph "{name}", {listed(sorted(own), "type", "types")}'
                for name, own in types.items()
            )
            self._merge.report.error(
                codes.SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES,
                f'{lead} "{ref}" has a non-intersecting set of possible runtime types across'
                f" subgraphs. Runtime types in subgraphs are:\n{shown}.\nThis is not allowed as"
                " shared fields must resolve the same way in all subgraphs, and that implies at"
                " least some common runtime types between the subgraphs.",
                *self._places(shared.step),
            )
        elif coordinate not in self._hinted:
            self._hinted.add(coordinate)
            never = ";\n".join(
                f' - subgraph "{name}" should never resolve "{coordinate}" to an object of'
                f" {listed(sorted(own - common), 'type', 'types')}"
                for name, own in types.items()
                if own - common
            )
            self._merge.report.hint(
                codes.INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN,
                f'{lead} "{ref}" has different sets of possible runtime types across subgraphs.\n'
                "Since a shared field must be resolved the same way in all subgraphs, make sure"
                f' that {listed(types)} only resolve "{coordinate}" to objects of'
                f" {listed(sorted(common), 'type', 'types')}. In particular:\n{never}.\nOtherwise"
                " the @shareable contract will be broken.",
                *self._places(shared.step),
            )

    def _mutations(self, name: str, nodes: frozenset[int]) -> None:
        """A mutation runs once: one subgraph must do for the whole of a top-level field."""
        walker = self._walker(thorough=True)
        for field_name, field in self._types[name].fields.items():
            if first(field.directives, "inaccessible"):
                continue
            having = [n for n in sorted(nodes) if field_name in self._graph.moves[n].fields]
            if len(having) < 2:
                self._report("mutation", self._from_field(walker, name, nodes, field_name))
                continue
            attempts: dict[int, list[Found]] = {}
            for node in having:
                alone = self._walker(thorough=True)
                attempts[node] = list(self._from_field(alone, name, frozenset({node}), field_name))
            self._shared_mutation(name, field_name, attempts)

    def _from_field(
        self, walker: Walker, name: str, nodes: frozenset[int], field: str
    ) -> Iterator[Found]:
        for found in walker.follow(State(name, nodes), field):
            if isinstance(found, State):
                yield from walker.walk(found)
            else:
                yield found

    def _shared_mutation(self, name: str, field: str, attempts: dict[int, list[Found]]) -> None:
        dead = {node: [f for f in found if isinstance(f, Dead)] for node, found in attempts.items()}
        if not all(dead.values()):
            sound = next(node for node, found in dead.items() if not found)
            self._report("mutation", attempts[sound])
            return
        explained = "\n".join(
            f'- When calling "{name}.{field}" at top-level from subgraph'
            f' "{self._graph.nodes[node].subgraph}":\n{_indented(self._explain("mutation", one))}'
            for node, found in dead.items()
            for one in found
        )
        self._merge.report.error(
            codes.SATISFIABILITY_ERROR,
            f'Supergraph API queries using the mutation field "{name}.{field}" at top-level must be'
            " satisfiable without needing to call that field from multiple subgraphs, but every"
            " subgraph with that field encounters satisfiability errors. Please fix these"
            " satisfiability errors for (at least) one of the following subgraphs with the mutation"
            f" field:\n{explained}",
            *self._places(Step(name, field)),
        )


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())
