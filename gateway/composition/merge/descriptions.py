"""Descriptions: the one that most subgraphs give."""

from collections.abc import Mapping

from gateway.composition import codes
from gateway.composition.merge.context import Merge


def merge_description(
    merge: Merge, descriptions: Mapping[int, str | None], coordinate: str
) -> str | None:
    """The most frequent description, the earlier of equals; none is no other description."""
    users: dict[str, list[int]] = {}
    for index, description in descriptions.items():
        if description:
            users.setdefault(description, []).append(index)
    if not users:
        return None
    chosen = max(users, key=lambda description: len(users[description]))
    if len(users) > 1:
        element = f'Element "{coordinate}"' if coordinate != "schema" else "The schema definition"
        others = "\n".join(
            f"In {merge.listed(indexes)}, the description is:\n{_block(description)}"
            for description, indexes in users.items()
            if description != chosen
        )
        merge.report.hint(
            codes.INCONSISTENT_DESCRIPTION,
            f"{element} has inconsistent descriptions across subgraphs. The supergraph will use"
            f" description (from {merge.listed(users[chosen])}):\n{_block(chosen)}\n{others}",
            *merge.places(descriptions, coordinate),
        )
    return chosen


def _block(description: str) -> str:
    lines = ['"""', *description.splitlines(), '"""']
    return "\n".join(f"  {line}" for line in lines)
