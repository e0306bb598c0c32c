"""`@provides`: along one field, a subgraph resolves more than elsewhere.

The field leads to a *view*: a copy of the target's node with the provided fields added. Selections
below a provided field are views again, so that what is provided is never had by another way.
"""

from gateway.query_graph.builder import GraphBuilder
from gateway.query_graph.fields import join_in
from gateway.query_graph.graph import FieldMove
from gateway.selections.model import Field, Fragment, SelectionSet
from gateway.supergraph.model import Supergraph


def add_views(builder: GraphBuilder, supergraph: Supergraph) -> None:
    """Turns the moves of fields with `@provides` towards views of their types."""
    views = _Views(builder, supergraph)
    for node in list(builder.nodes):
        if node.subgraph is None or node.kind == "leaf":
            continue
        type_ = supergraph.types[node.via or node.type_name]
        for edges in list(builder.out(node.id).fields.values()):
            for edge in list(edges):
                field = type_.fields.get(edge.field)
                join = join_in(type_, field, node.subgraph) if field else None
                if join is not None and join.provides:
                    views.redirect(edge, join.provides)


class _Views:
    def __init__(self, builder: GraphBuilder, supergraph: Supergraph) -> None:
        self._builder = builder
        self._supergraph = supergraph

    def redirect(self, edge: FieldMove, provides: SelectionSet) -> None:
        """Replace a field's move by one to a view of its target."""
        target = self._view(edge.target, provides)
        self._builder.replace_field(edge.source, edge.field)
        self._builder.field(
            edge.source,
            target,
            edge.field,
            edge.type_text,
            edge.requires,
            edge.override,
            provided=edge.provided,
        )

    def _view(self, plain: int, provides: SelectionSet) -> int:
        view = self._copy(plain)
        self._provide(view, plain, provides)
        return view

    def _copy(self, plain: int) -> int:
        view = self._builder.copy_node(plain)
        out = self._builder.out(plain)
        for edges in out.fields.values():
            for edge in edges:
                self._builder.field(
                    view,
                    edge.target,
                    edge.field,
                    edge.type_text,
                    edge.requires,
                    edge.override,
                    provided=edge.provided,
                )
        for entity in out.entities:
            self._builder.entity(view, entity.target, entity.key, entity.typename)
        for abstract in out.abstract.values():
            self._builder.abstract(view, abstract.target)
        for move in out.interface_objects.values():
            self._builder.interface_object(view, move.target, move.requires)
        if plain in self._builder.reentry_keys:
            self._builder.reentry_keys[view] = self._builder.reentry_keys[plain]
        return view

    def _provide(self, view: int, plain: int, provides: SelectionSet) -> None:
        for selection in provides:
            match selection:
                case Field():
                    self._provide_field(view, selection)
                    self._provide_to_members(view, (selection,))
                case Fragment(type_condition=None, selections=inner):
                    self._provide(view, plain, inner)
                case Fragment(type_condition=condition, selections=inner):
                    if condition == self._builder.nodes[view].type_name:
                        self._provide(view, plain, inner)
                    else:
                        self._provide_to_members(view, inner, condition)

    def _provide_to_members(
        self, view: int, provides: SelectionSet, condition: str | None = None
    ) -> None:
        """Provide to the concrete types of an abstract view, as far as the condition allows."""
        allowed = None
        if condition is not None:
            allowed = self._supergraph.possible_types.get(condition, frozenset({condition}))
        for name, move in list(self._builder.out(view).abstract.items()):
            if allowed is not None and name not in allowed:
                continue
            target = move.target
            if not self._builder.nodes[target].view:
                target = self._copy(target)
                self._builder.abstract(view, target)
            self._provide(target, target, provides)

    def _provide_field(self, view: int, selection: Field) -> None:
        node = self._builder.nodes[view]
        type_ = self._supergraph.types[node.via or node.type_name]
        field = type_.fields.get(selection.name)
        if field is None or node.subgraph is None:
            return
        join = join_in(type_, field, node.subgraph)
        type_text = (join.type if join else None) or field.type
        target = self._builder.find(type_text.strip("[]!"), node.subgraph)
        known = self._builder.out(view).fields.get(selection.name)
        if known:
            target = known[0].target
        if target is None:
            target = self._builder.node("leaf", field.type_name, node.subgraph)
        elif selection.selections:
            target = self._view(target, selection.selections)
        self._builder.replace_field(view, selection.name)
        self._builder.field(view, target, selection.name, type_text, provided=True)
