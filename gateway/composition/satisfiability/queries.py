"""Counter-examples as GraphQL: the query of a path, as short as it can be shown."""

from collections.abc import Mapping, Sequence

from gateway.composition.satisfiability.walk import Step
from gateway.federation.model import FieldDef, Kind, TypeDef
from gateway.federation.type_refs import named


def query_of(kind: str, path: Sequence[Step], types: Mapping[str, TypeDef]) -> str:
    """The query, one field a line; `...` stands for any selection."""
    lines = ["{" if kind == "query" else f"{kind} {{"]
    for step in path:
        indent = "  " * len(lines)
        if step.condition is not None:
            lines.append(f"{indent}... on {step.condition} {{")
        else:
            lines.append(f"{indent}{_field(types[step.type_name].fields[step.name])} {{")
    if _is_leaf(path[-1], types):
        lines[-1] = lines[-1].removesuffix(" {")
    else:
        lines += ["  " * len(lines) + "...", "  " * (len(lines) - 1) + "}"]
    lines += ["  " * depth + "}" for depth in reversed(range(len(path)))]
    return "\n".join(lines)


def _field(field: FieldDef) -> str:
    required = [f'{a.name}: "<any {a.type}>"' for a in field.args.values() if a.required]
    return f"{field.name}({', '.join(required)})" if required else field.name


def _is_leaf(step: Step, types: Mapping[str, TypeDef]) -> bool:
    if step.condition is not None:
        return False
    type_ = types.get(named(types[step.type_name].fields[step.name].type))
    return type_ is None or type_.kind not in (Kind.OBJECT, Kind.INTERFACE, Kind.UNION)
