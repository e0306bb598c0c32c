"""Unions: the members of all subgraphs together."""

from collections.abc import Mapping

from gateway.composition import codes
from gateway.composition.merge.context import Merge
from gateway.federation.model import Applied, TypeDef
from gateway.federation.values import enum, string


def merge_union(merge: Merge, type_: TypeDef, sources: Mapping[int, TypeDef]) -> None:
    """Note on the merged union which subgraph has which member."""
    for member in type_.members:
        having = [index for index, source in sources.items() if member in source.members]
        type_.directives += [
            Applied(
                "join__unionMember",
                {"graph": enum(merge.graphs[index]), "member": string(member)},
            )
            for index in having
        ]
        absent = [index for index in sources if index not in having]
        if absent:
            merge.report.hint(
                codes.INCONSISTENT_UNION_MEMBER,
                f'Union type "{type_.name}" includes member type "{member}" in some but not all'
                f' defining subgraphs: "{member}" is defined in {merge.listed(having)} but not in'
                f" {merge.listed(absent)}.",
                *merge.places(having, type_.name),
            )
