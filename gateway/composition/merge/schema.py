"""The supergraph as a whole: its types, its directives, its links."""

from collections.abc import Sequence

from graphql import ListValueNode, ValueNode

from gateway.composition import codes
from gateway.composition.errors import Report
from gateway.composition.facts import Facts
from gateway.composition.merge.access import spread_access_rules
from gateway.composition.merge.compose_directive import compose_custom_directives
from gateway.composition.merge.context import Merge, Supergraph
from gateway.composition.merge.descriptions import merge_description
from gateway.composition.merge.directive_names import (
    compose_federation_directives,
    link_applications,
)
from gateway.composition.merge.directives import join_directive, merge_directives
from gateway.composition.merge.executable_directives import merge_executable_directives
from gateway.composition.merge.federation_versions import hint_upgrades
from gateway.composition.merge.interface_objects import add_interface_object_fields
from gateway.composition.merge.types import merge_types
from gateway.federation.model import Applied
from gateway.federation.specs import CONNECT_SPEC
from gateway.federation.values import items, make


def merge_subgraphs(facts: list[Facts], report: Report) -> tuple[Merge, Supergraph] | None:
    """The supergraph of subgraphs that are in order; what does not fit goes to the report.

    None where it is not even clear which directives are composed.
    """
    schemas = [fact.schema for fact in facts]
    composed = compose_federation_directives(schemas, report)
    compose_custom_directives(schemas, composed, report)
    hint_upgrades(schemas, report)
    if report.errors:
        return None
    merge = Merge(facts, composed, report)
    merge_types(merge)
    add_interface_object_fields(merge)
    spread_access_rules(merge)
    definitions = {d.name: d for d in composed.definitions}
    for definition in merge_executable_directives(merge):
        definitions.setdefault(definition.name, definition)
    for type_ in composed.types:
        merge.types[type_.name] = type_
    if not merge.types["Query"].fields:
        report.error(
            codes.NO_QUERIES,
            "No queries found in any subgraph: a supergraph must have a query root type.",
        )
    supergraph = Supergraph(
        types=merge.types,
        directive_defs=definitions,
        directives=_schema_directives(merge),
        roots={
            kind: kind.capitalize()
            for kind in ("query", "mutation", "subscription")
            if kind.capitalize() in merge.types and merge.types[kind.capitalize()].fields
        },
        graphs=[
            (merge.graphs[index], schema.name, schema.url) for index, schema in enumerate(schemas)
        ],
        description=merge_description(
            merge, {i: schema.description for i, schema in enumerate(schemas)}, "schema"
        ),
    )
    return merge, supergraph


def _schema_directives(merge: Merge) -> list[Applied]:
    directives = link_applications(merge.composed.links)
    for index, schema in enumerate(merge.schemas):
        for link in schema.links:
            if link.identity == CONNECT_SPEC.identity:
                args = {name: make(value) for name, value in link.arguments}
                joined = join_directive(merge, [index], "link", args)
                _add(directives, joined)
    own = {index: schema.directives for index, schema in enumerate(merge.schemas)}
    return directives + merge_directives(merge, own, "schema")


def _add(directives: list[Applied], joined: Applied) -> None:
    """Join equal links of several subgraphs."""
    for known in directives:
        if known.name == "join__directive" and known.args["args"] == joined.args["args"]:
            graphs = (*_listed(known.args["graphs"]), *_listed(joined.args["graphs"]))
            known.args["graphs"] = items(graphs)
            return
    directives.append(joined)


def _listed(value: ValueNode) -> Sequence[ValueNode]:
    return value.values if isinstance(value, ListValueNode) else ()
