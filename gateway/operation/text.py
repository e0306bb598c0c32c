"""An operation as GraphQL text: what normalisation made of the client's."""

from gateway.operation.model import Operation, Variable
from gateway.selections.model import Field, SelectionSet
from gateway.selections.text import print_field_head, print_fragment_head


def print_operation(operation: Operation) -> str:
    """The operation, one selection a line."""
    name = f" {operation.name}" if operation.name else ""
    variables = ", ".join(_variable(variable) for variable in operation.variables)
    head = f"{operation.kind}{name}{f'({variables})' if variables else ''}"
    return "\n".join([f"{head} {{", *_lines(operation.selections, "  "), "}"])


def _variable(variable: Variable) -> str:
    default = f" = {variable.default}" if variable.default is not None else ""
    return f"${variable.name}: {variable.type}{default}"


def _lines(selections: SelectionSet, indent: str) -> list[str]:
    lines: list[str] = []
    for selection in selections:
        head = (
            print_field_head(selection)
            if isinstance(selection, Field)
            else print_fragment_head(selection)
        )
        if not selection.selections:
            lines.append(f"{indent}{head}")
            continue
        inner = _lines(selection.selections, indent + "  ")
        lines += [f"{indent}{head} {{", *inner, f"{indent}}}"]
    return lines
