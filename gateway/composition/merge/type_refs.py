"""Types of fields and arguments: one that fits what all subgraphs say.

An output may be widened (a client must expect all that any subgraph returns), an input must be
narrowed (a client may send only what all subgraphs take).
"""

from collections.abc import Mapping

from gateway.composition import codes
from gateway.composition.codes import Code, HintCode
from gateway.composition.merge.context import Merge
from gateway.federation.model import Kind, TypeDef
from gateway.federation.type_refs import is_list, is_non_null, item, nullable

Types = Mapping[str, TypeDef]


def is_strict_subtype(types: Types, wide: str, narrow: str) -> bool:
    """Whether `narrow` is another type than `wide` that can stand wherever `wide` can."""
    return wide != narrow and _fits(types, wide, narrow)


def _fits(types: Types, wide: str, narrow: str) -> bool:
    if wide == narrow:
        return True
    if is_non_null(narrow):
        return _fits(types, nullable(wide), nullable(narrow))
    if is_non_null(wide):
        return False
    if is_list(wide) or is_list(narrow):
        return is_list(wide) and is_list(narrow) and _fits(types, item(wide), item(narrow))
    abstract, concrete = types.get(wide), types.get(narrow)
    if abstract is None or concrete is None:
        return False
    if abstract.kind is Kind.UNION:
        return narrow in abstract.members
    return abstract.kind is Kind.INTERFACE and wide in concrete.interfaces


def merge_output_ref(merge: Merge, refs: Mapping[int, str], coordinate: str) -> tuple[str, bool]:
    """The widest of the types, and whether all are equal."""
    return _merge(
        merge,
        refs,
        f'field "{coordinate}"',
        coordinate,
        (codes.FIELD_TYPE_MISMATCH, codes.INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE),
        narrow=False,
    )


def merge_argument_ref(merge: Merge, refs: Mapping[int, str], coordinate: str) -> tuple[str, bool]:
    """The narrowest of the types, and whether all are equal."""
    return _merge(
        merge,
        refs,
        f'argument "{coordinate}"',
        coordinate,
        (codes.FIELD_ARGUMENT_TYPE_MISMATCH, codes.INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE),
        narrow=True,
    )


def merge_input_field_ref(
    merge: Merge, refs: Mapping[int, str], coordinate: str
) -> tuple[str, bool]:
    """The narrowest of the types, and whether all are equal."""
    return _merge(
        merge,
        refs,
        f'input field "{coordinate}"',
        coordinate,
        (codes.FIELD_TYPE_MISMATCH, codes.INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE),
        narrow=True,
    )


def _merge(
    merge: Merge,
    refs: Mapping[int, str],
    element: str,
    coordinate: str,
    outcome: tuple[Code, HintCode],
    *,
    narrow: bool,
) -> tuple[str, bool]:
    distinct = list(dict.fromkeys(refs.values()))
    chosen = distinct[0]
    for ref in distinct[1:]:
        wide, slim = (ref, chosen) if narrow else (chosen, ref)
        if is_strict_subtype(merge.types, wide, slim):
            continue
        if not is_strict_subtype(merge.types, slim, wide):
            quoted = {index: f'"{value}"' for index, value in refs.items()}
            merge.report.error(
                outcome[0],
                f"Type of {element} is incompatible across subgraphs: it has"
                f" {merge.by_value(quoted, 'type')}",
                *merge.places(refs, coordinate),
            )
            return chosen, False
        chosen = ref
    if len(distinct) > 1:
        _hint(merge, refs, element, coordinate, outcome[1], chosen, narrow=narrow)
    return chosen, len(distinct) == 1


def _hint(  # noqa: PLR0913
    merge: Merge,
    refs: Mapping[int, str],
    element: str,
    coordinate: str,
    code: HintCode,
    chosen: str,
    *,
    narrow: bool,
) -> None:
    users = [index for index, ref in refs.items() if ref == chosen]
    quoted = {index: f'"{ref}"' for index, ref in refs.items() if ref != chosen}
    relation = "supertype" if narrow else "subtype"
    merge.report.hint(
        code,
        f"Type of {element} is inconsistent but compatible across subgraphs: will use type"
        f' "{chosen}" (from {merge.listed(users)}) in supergraph but "{coordinate}" has'
        f" {merge.by_value(quoted, relation)}.",
        *merge.places(refs, coordinate),
    )
