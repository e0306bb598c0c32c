"""`@external` fields: they take no part in a merge, but must agree with its outcome."""

from collections.abc import Mapping

from gateway.composition import codes
from gateway.composition.codes import Code
from gateway.composition.merge.context import Merge
from gateway.composition.merge.type_refs import is_strict_subtype
from gateway.federation.model import Applied, FieldDef
from gateway.federation.values import same, text


def without_external(
    merge: Merge, type_name: str, fields: Mapping[int, FieldDef]
) -> dict[int, FieldDef]:
    """The fields that are resolved, at least in part; reports what external ones may not carry."""
    kept = {
        index: field
        for index, field in fields.items()
        if not merge.facts[index].is_external(type_name, field)
    }
    for index, field in fields.items() if kept else ():
        if index in kept:
            continue
        for applied in field.directives:
            if applied.name in merge.composed.kept[index]:
                merge.report.error(
                    codes.MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL,
                    f"[{merge.names[index]}] Cannot apply merged directive {_shown(applied)} to"
                    f' external field "{type_name}.{field.name}"',
                    *merge.places([index], f"{type_name}.{field.name}"),
                )
    return kept


def check_external(
    merge: Merge,
    type_name: str,
    fields: Mapping[int, FieldDef],
    merged: FieldDef,
    *,
    equal_types: bool,
) -> None:
    """Report external fields whose type or arguments do not fit the merged field."""
    coordinate = f"{type_name}.{merged.name}"
    external = {
        index: field
        for index, field in fields.items()
        if merge.facts[index].is_external(type_name, field)
    }
    wrong = {
        index: f'"{field.type}"'
        for index, field in external.items()
        if field.type != merged.type
        and (equal_types or not is_strict_subtype(merge.types, merged.type, field.type))
    }
    _report(merge, codes.EXTERNAL_TYPE_MISMATCH, f'field "{coordinate}"', f'"{merged.type}"', wrong)
    for name, argument in merged.args.items():
        element = f'"{coordinate}({name}:)"'
        missing = [index for index, field in external.items() if name not in field.args]
        if missing:
            merge.report.error(
                codes.EXTERNAL_ARGUMENT_MISSING,
                f'Field "{coordinate}" is missing argument {element} in some subgraphs where it is'
                f" marked @external: the argument is not declared in {merge.listed(missing)}.",
                *merge.places(fields, coordinate),
            )
            continue
        found = {index: field.args[name] for index, field in external.items()}
        types = {
            index: f'"{own.type}"'
            for index, own in found.items()
            if own.type != argument.type
            and not is_strict_subtype(merge.types, own.type, argument.type)
        }
        _report(
            merge,
            codes.EXTERNAL_ARGUMENT_TYPE_MISMATCH,
            f"argument {element}",
            f'"{argument.type}"',
            types,
        )
        defaults = {
            index: text(own.default) if own.default is not None else "no default value"
            for index, own in found.items()
            if not same(own.default, argument.default)
        }
        _report(
            merge,
            codes.EXTERNAL_ARGUMENT_DEFAULT_MISMATCH,
            f"default of argument {element}",
            text(argument.default) if argument.default is not None else "no default value",
            defaults,
        )


def _report(merge: Merge, code: Code, element: str, merged: str, wrong: dict[int, str]) -> None:
    if wrong:
        coordinate = element.split('"')[1]
        merge.report.error(
            code,
            f"Type of {element} is incompatible across subgraphs (where marked @external): it is"
            f" {merged} where it is defined but {merge.by_value(wrong, 'is')}",
            *merge.places(wrong, coordinate),
        )


def _shown(applied: Applied) -> str:
    args = ", ".join(f"{name}: {text(value)}" for name, value in applied.args.items())
    return f"@{applied.name}({args})" if args else f"@{applied.name}"
