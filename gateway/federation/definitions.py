"""What a linked specification defines against what the subgraph defines itself.

A subgraph may repeat the definitions of the specifications it links, whole or in part: they must
then agree with the specification; what it leaves out is filled in.
"""

from collections.abc import Callable

import msgspec

from gateway.federation.faults import Fault, FaultKind
from gateway.federation.model import DirectiveDef, Kind, Schema, TypeDef
from gateway.federation.type_refs import is_list, is_non_null, item, nullable
from gateway.federation.values import same, text


def complete_directive(
    schema: Schema, expected: DirectiveDef, *, lenient: bool = False
) -> list[Fault]:
    """Add the definition, or check the subgraph's own against it.

    `lenient`: as federation 1 was, which took arguments left out or optional for meant.
    """
    own = schema.directive_defs.get(expected.name)
    if own is None:
        schema.directive_defs[expected.name] = expected
        return []
    if lenient and not own.args:
        own = schema.directive_defs[own.name] = msgspec.structs.replace(own, args=expected.args)
    problems = _arguments(schema, own, expected, lenient=lenient)
    if own.repeatable and not expected.repeatable:
        problems.append(f'"@{own.name}" should not be repeatable')
    if set(own.locations) - set(expected.locations):
        problems.append(
            f'"@{own.name}" should have locations {", ".join(expected.locations)},'
            f" but found (non-subset) {', '.join(own.locations)}"
        )
    return [
        Fault(
            FaultKind.DIRECTIVE_DEFINITION,
            f'Invalid definition for directive "@{own.name}": {problem}',
            f"@{own.name}",
        )
        for problem in problems
    ]


def complete_type(schema: Schema, expected: TypeDef) -> list[Fault]:
    """Add the type, or check the subgraph's own against it."""
    own = schema.types.get(expected.name)
    if own is None:
        schema.types[expected.name] = expected
        return []
    problem = _type_problem(own, expected)
    if problem is None:
        return []
    message = f'Invalid definition for type "{own.name}": {problem}'
    return [Fault(FaultKind.TYPE_DEFINITION, message, own.name)]


def _type_problem(own: TypeDef, expected: TypeDef) -> str | None:
    if own.kind is not expected.kind:
        return f"{own.name} should be a {expected.kind} type but is defined as a {own.kind} type"
    if own.kind is Kind.ENUM and set(own.values) != set(expected.values):
        wanted, found = ", ".join(sorted(expected.values)), ", ".join(sorted(own.values))
        return f"expected values [{wanted}] but found [{found}]"
    for name, field in expected.fields.items():
        found_field = own.fields.get(name)
        if found_field is not None and found_field.type != field.type:
            return f'field "{name}" should have type "{field.type}"'
        if found_field is None and field.required:
            return f'missing expected field "{name}"'
    return None


def _arguments(
    schema: Schema, own: DirectiveDef, expected: DirectiveDef, *, lenient: bool
) -> list[str]:
    problems = []
    for name, argument in expected.args.items():
        found = own.args.get(name)
        wanted = nullable(argument.type) if lenient else argument.type
        if found is None:
            if argument.required:
                problems.append(f'missing required argument "{name}"')
        elif not _accepts(found.type, wanted, _is_custom_scalar(schema)):
            problems.append(
                f'argument "{name}" should have type "{argument.type}"'
                f' but found type "{found.type}"'
            )
        elif not is_non_null(found.type) and not same(found.default, argument.default):
            problems.append(
                f'argument "{name}" should have {_default(argument.default)}'
                f" but found {_default(found.default)}"
            )
    problems += [
        f'unknown/unsupported argument "{name}"' for name in own.args if name not in expected.args
    ]
    return problems


def _default(value: object) -> str:
    return f"default value {text(value)}" if value is not None else "no default value"  # type: ignore[arg-type]


def _is_custom_scalar(schema: Schema) -> Callable[[str], bool]:
    def known(name: str) -> bool:
        type_ = schema.types.get(name)
        return name in schema.spec_types or (type_ is not None and type_.kind is Kind.SCALAR)

    return known


def _accepts(own: str, expected: str, is_scalar: Callable[[str], bool]) -> bool:
    """An optional argument may be made mandatory; String may stand for a custom scalar."""
    if is_non_null(expected) and not is_non_null(own):
        return False
    own, expected = nullable(own), nullable(expected)
    if is_list(own) or is_list(expected):
        return is_list(own) and is_list(expected) and _accepts(item(own), item(expected), is_scalar)
    return own == expected or (own in ("String", "_FieldSet") and is_scalar(expected))
