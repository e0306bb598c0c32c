"""The supergraph as SDL, in a stable order: directives, then types, each by name.

Specification: https://specs.apollo.dev/join/v0.5
"""

from collections.abc import Iterable, Mapping

from graphql.language.block_string import print_block_string

from gateway.composition.merge.context import Supergraph
from gateway.federation.model import (
    Applied,
    ArgumentDef,
    DirectiveDef,
    EnumValueDef,
    FieldDef,
    Kind,
    TypeDef,
)
from gateway.federation.values import text

_SPEC_DIRECTIVES = """\
directive @join__directive(graphs: [join__Graph!], name: String!, args: join__DirectiveArguments) \
repeatable on SCHEMA | OBJECT | INTERFACE | FIELD_DEFINITION

directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE

directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, \
type: String, external: Boolean, override: String, usedOverridden: Boolean, overrideLabel: String, \
contextArguments: [join__ContextArgument!]) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION

directive @join__graph(name: String!, url: String!) on ENUM_VALUE

directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT \
| INTERFACE

directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, \
resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE \
| UNION | ENUM | INPUT_OBJECT | SCALAR

directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION

directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on \
SCHEMA"""

_SPEC_TYPES = '''\
input join__ContextArgument {
  name: String!
  type: String!
  context: String!
  selection: join__FieldValue!
}

scalar join__DirectiveArguments

scalar join__FieldSet

scalar join__FieldValue

scalar link__Import

enum link__Purpose {
  """
  `SECURITY` features provide metadata necessary to securely resolve fields.
  """
  SECURITY

  """
  `EXECUTION` features provide metadata necessary for operation execution.
  """
  EXECUTION
}'''

_KEYWORDS = {
    Kind.SCALAR: "scalar",
    Kind.OBJECT: "type",
    Kind.INTERFACE: "interface",
    Kind.UNION: "union",
    Kind.ENUM: "enum",
    Kind.INPUT: "input",
}


def print_supergraph(supergraph: Supergraph) -> str:
    """The whole document, ending in a newline."""
    blocks = [_schema(supergraph), _SPEC_DIRECTIVES]
    blocks += [_directive_def(d) for d in sorted(supergraph.directive_defs.values(), key=_name)]
    blocks += [_SPEC_TYPES, _graphs(supergraph.graphs)]
    blocks += [_type(type_) for type_ in sorted(supergraph.types.values(), key=_name)]
    return "\n\n".join(blocks) + "\n"


def _name(element: DirectiveDef | TypeDef) -> str:
    return element.name


def _schema(supergraph: Supergraph) -> str:
    roots = "".join(f"  {kind}: {name}\n" for kind, name in supergraph.roots.items())
    directives = _lines(supergraph.directives)
    return f"{_description(supergraph.description)}schema{directives}{{\n{roots}}}"


def _graphs(graphs: list[tuple[str, str, str]]) -> str:
    values = "".join(
        f"  {value} @join__graph(name: {_quoted(name)}, url: {_quoted(url)})\n"
        for value, name, url in graphs
    )
    return f"enum join__Graph {{\n{values}}}"


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _directive_def(definition: DirectiveDef) -> str:
    repeatable = " repeatable" if definition.repeatable else ""
    return (
        f"{_description(definition.description)}directive @{definition.name}"
        f"{_arguments(definition.args, '')}{repeatable} on {' | '.join(definition.locations)}"
    )


def _type(type_: TypeDef) -> str:
    head = f"{_description(type_.description)}{_KEYWORDS[type_.kind]} {type_.name}"
    if type_.interfaces:
        head += f" implements {' & '.join(type_.interfaces)}"
    if type_.kind is Kind.SCALAR:
        return f"{head}{_lines(type_.directives)}".rstrip()
    if type_.kind is Kind.UNION:
        return f"{head}{_lines(type_.directives)} = {' | '.join(type_.members)}"
    members = [_field(field) for field in type_.fields.values()]
    members += [_enum_value(value) for value in type_.values.values()]
    return f"{head}{_lines(type_.directives)}{{\n{''.join(members)}}}"


def _field(field: FieldDef) -> str:
    default = f" = {text(field.default)}" if field.default is not None else ""
    return (
        f"{_description(field.description, '  ')}  {field.name}{_arguments(field.args, '  ')}:"
        f" {field.type}{default}{_inline(field.directives)}\n"
    )


def _enum_value(value: EnumValueDef) -> str:
    return f"{_description(value.description, '  ')}  {value.name}{_inline(value.directives)}\n"


def _arguments(arguments: Mapping[str, ArgumentDef], indent: str) -> str:
    if not arguments:
        return ""
    if not any(argument.description for argument in arguments.values()):
        return f"({', '.join(map(_argument, arguments.values()))})"
    inner = indent + "  "
    lines = "".join(
        f"{_description(argument.description, inner)}{inner}{_argument(argument)}\n"
        for argument in arguments.values()
    )
    return f"(\n{lines}{indent})"


def _argument(argument: ArgumentDef) -> str:
    default = f" = {text(argument.default)}" if argument.default is not None else ""
    return f"{argument.name}: {argument.type}{default}{_inline(argument.directives)}"


def _inline(directives: Iterable[Applied]) -> str:
    return "".join(f" {_application(applied)}" for applied in directives)


def _lines(directives: Iterable[Applied]) -> str:
    lines = "".join(f"\n  {_application(applied)}" for applied in directives)
    return f"{lines}\n" if lines else " "


def _application(applied: Applied) -> str:
    if not applied.args:
        return f"@{applied.name}"
    args = ", ".join(f"{name}: {text(value)}" for name, value in applied.args.items())
    return f"@{applied.name}({args})"


def _description(description: str | None, indent: str = "") -> str:
    if not description:
        return ""
    block = print_block_string(description)
    return "".join(f"{indent}{line}\n" if line else "\n" for line in block.split("\n"))
