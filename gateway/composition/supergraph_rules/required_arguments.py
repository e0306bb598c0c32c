"""REQUIRES_INVALID_FIELDS: what `@requires` selects must be selectable where it is resolved.

Another subgraph may have made an argument mandatory, or have left it out.
"""

from collections.abc import Iterator

from graphql import FieldNode, InlineFragmentNode, SelectionSetNode

from gateway.composition import codes
from gateway.composition.merge.context import Merge, Supergraph
from gateway.federation.model import TypeDef, first
from gateway.federation.type_refs import named
from gateway.federation.values import string_of
from gateway.selections.parse import field_set_node


def check_required_arguments(merge: Merge, supergraph: Supergraph) -> None:
    """Report every `@requires` whose arguments the supergraph does not take."""
    for index, schema in enumerate(merge.schemas):
        for type_ in schema.types.values():
            for field in type_.fields.values():
                applied = first(field.directives, "requires") if field.directives else None
                if applied is None or type_.name not in supergraph.types:
                    continue
                text = string_of(applied.args["fields"]) or ""
                coordinate = f"{type_.name}.{field.name}"
                selections = field_set_node(text)
                for problem in _check(merge, supergraph, supergraph.types[type_.name], selections):
                    merge.report.error(
                        codes.REQUIRES_INVALID_FIELDS,
                        f'[{schema.name}] On field "{coordinate}", for @requires(fields: "{text}"):'
                        f" {problem}",
                        *merge.places([index], coordinate),
                    )


def _check(
    merge: Merge, supergraph: Supergraph, type_: TypeDef, selections: SelectionSetNode
) -> Iterator[str]:
    for node in selections.selections:
        if isinstance(node, InlineFragmentNode):
            name = node.type_condition.name.value if node.type_condition else type_.name
            if name in supergraph.types:
                yield from _check(merge, supergraph, supergraph.types[name], node.selection_set)
        elif isinstance(node, FieldNode) and node.name.value in type_.fields:
            yield from _check_field(merge, supergraph, type_, node)


def _check_field(
    merge: Merge, supergraph: Supergraph, type_: TypeDef, node: FieldNode
) -> Iterator[str]:
    field = type_.fields[node.name.value]
    coordinate = f"{type_.name}.{field.name}"
    given = {argument.name.value for argument in node.arguments or ()}
    for name, argument in field.args.items():
        if argument.required and name not in given:
            demanding = [
                i
                for i, source in merge.sources(type_.name).items()
                if field.name in source.fields
                and name in source.fields[field.name].args
                and source.fields[field.name].args[name].required
            ]
            yield (
                f'no value provided for argument "{name}" of field "{coordinate}" but a value is'
                f' mandatory as "{name}" is required in {merge.listed(demanding)}'
            )
    for name in sorted(given - field.args.keys()):
        yield (
            f'cannot provide a value for argument "{name}" of field "{coordinate}" as argument'
            f' "{name}" is not defined in all subgraphs with the field'
        )
    target = supergraph.types.get(named(field.type))
    if node.selection_set is not None and target is not None:
        yield from _check(merge, supergraph, target, node.selection_set)
