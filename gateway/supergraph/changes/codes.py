"""Every code of a schema change, with how bad it is: the one registry.

Where graphql-js (and graphql-core) has a name for a change, it is used.
"""

from enum import StrEnum

import msgspec


class Severity(StrEnum):
    """What a change can do to clients that run already, worst first."""

    BREAKING = "BREAKING"
    DANGEROUS = "DANGEROUS"
    SAFE = "SAFE"


class ChangeCode(msgspec.Struct, frozen=True):
    """A kind of change."""

    name: str
    severity: Severity
    description: str


def _code(name: str, severity: Severity, description: str) -> ChangeCode:
    return ChangeCode(name, severity, description)


_B, _D, _S = Severity.BREAKING, Severity.DANGEROUS, Severity.SAFE

OPERATION_TYPE_REMOVED = _code(
    "OPERATION_TYPE_REMOVED", _B, "A whole kind of operation (mutation, subscription) is gone."
)
TYPE_REMOVED = _code("TYPE_REMOVED", _B, "A type is gone.")
TYPE_CHANGED_KIND = _code(
    "TYPE_CHANGED_KIND", _B, "A type became another kind of type, such as an object an interface."
)
TYPE_REMOVED_FROM_UNION = _code("TYPE_REMOVED_FROM_UNION", _B, "A member of a union is gone.")
IMPLEMENTED_INTERFACE_REMOVED = _code(
    "IMPLEMENTED_INTERFACE_REMOVED", _B, "A type implements an interface no more."
)
VALUE_REMOVED_FROM_ENUM = _code("VALUE_REMOVED_FROM_ENUM", _B, "A value of an enum is gone.")
FIELD_REMOVED = _code("FIELD_REMOVED", _B, "A field, or an input field, is gone.")
FIELD_CHANGED_KIND = _code(
    "FIELD_CHANGED_KIND",
    _B,
    "A field gives what clients do not expect (null among it), or an input field refuses what it"
    " took.",
)
REQUIRED_INPUT_FIELD_ADDED = _code(
    "REQUIRED_INPUT_FIELD_ADDED", _B, "An input field that must be given was added."
)
INPUT_FIELD_BECAME_REQUIRED = _code(
    "INPUT_FIELD_BECAME_REQUIRED", _B, "A non-null input field lost its default."
)
ONE_OF_ADDED = _code("ONE_OF_ADDED", _B, "An input object takes only one of its fields now.")
REQUIRED_ARG_ADDED = _code(
    "REQUIRED_ARG_ADDED", _B, "An argument that must be given was added to a field."
)
ARG_REMOVED = _code("ARG_REMOVED", _B, "An argument of a field is gone.")
ARG_CHANGED_KIND = _code("ARG_CHANGED_KIND", _B, "An argument refuses what it took.")
ARG_BECAME_REQUIRED = _code(
    "ARG_BECAME_REQUIRED", _B, "A non-null argument lost its default: it must be given now."
)
DIRECTIVE_REMOVED = _code("DIRECTIVE_REMOVED", _B, "A directive of operations is gone.")
DIRECTIVE_ARG_REMOVED = _code("DIRECTIVE_ARG_REMOVED", _B, "An argument of a directive is gone.")
REQUIRED_DIRECTIVE_ARG_ADDED = _code(
    "REQUIRED_DIRECTIVE_ARG_ADDED", _B, "An argument that must be given was added to a directive."
)
DIRECTIVE_REPEATABLE_REMOVED = _code(
    "DIRECTIVE_REPEATABLE_REMOVED", _B, "A directive may be given once only now."
)
DIRECTIVE_LOCATION_REMOVED = _code(
    "DIRECTIVE_LOCATION_REMOVED", _B, "A directive may no more stand where it could."
)

VALUE_ADDED_TO_ENUM = _code(
    "VALUE_ADDED_TO_ENUM", _D, "Clients may read a value of an enum that they do not know."
)
TYPE_ADDED_TO_UNION = _code(
    "TYPE_ADDED_TO_UNION", _D, "Clients may read objects of a type that they do not know."
)
IMPLEMENTED_INTERFACE_ADDED = _code(
    "IMPLEMENTED_INTERFACE_ADDED",
    _D,
    "Where an interface is read, clients may meet a type that they do not know.",
)
OPTIONAL_INPUT_FIELD_ADDED = _code(
    "OPTIONAL_INPUT_FIELD_ADDED", _D, "An input field was added; clients leave it out."
)
OPTIONAL_ARG_ADDED = _code("OPTIONAL_ARG_ADDED", _D, "An argument was added; clients leave it out.")
ARG_DEFAULT_VALUE_CHANGE = _code(
    "ARG_DEFAULT_VALUE_CHANGE", _D, "Leaving an argument out means something else now."
)
INPUT_FIELD_DEFAULT_VALUE_CHANGE = _code(
    "INPUT_FIELD_DEFAULT_VALUE_CHANGE", _D, "Leaving an input field out means something else now."
)
SPECIFIED_BY_CHANGED = _code(
    "SPECIFIED_BY_CHANGED", _D, "A scalar follows another specification now."
)

OPERATION_TYPE_ADDED = _code(
    "OPERATION_TYPE_ADDED", _S, "A kind of operation (mutation, subscription) was added."
)
TYPE_ADDED = _code("TYPE_ADDED", _S, "A type was added.")
FIELD_ADDED = _code("FIELD_ADDED", _S, "A field was added.")
FIELD_CHANGED_KIND_SAFE = _code(
    "FIELD_CHANGED_KIND_SAFE", _S, "A field promises more now, or an input field takes more."
)
ARG_CHANGED_KIND_SAFE = _code("ARG_CHANGED_KIND_SAFE", _S, "An argument takes more than before.")
ARG_DEFAULT_VALUE_ADDED = _code(
    "ARG_DEFAULT_VALUE_ADDED", _S, "An argument that had to be given may be left out now."
)
INPUT_FIELD_DEFAULT_VALUE_ADDED = _code(
    "INPUT_FIELD_DEFAULT_VALUE_ADDED",
    _S,
    "An input field that had to be given may be left out now.",
)
INPUT_VALUE_ADDED_TO_ENUM = _code(
    "INPUT_VALUE_ADDED_TO_ENUM", _S, "An enum that clients only send has one value more."
)
ONE_OF_REMOVED = _code("ONE_OF_REMOVED", _S, "An input object takes several of its fields now.")
DIRECTIVE_ADDED = _code("DIRECTIVE_ADDED", _S, "A directive of operations was added.")
OPTIONAL_DIRECTIVE_ARG_ADDED = _code(
    "OPTIONAL_DIRECTIVE_ARG_ADDED", _S, "A directive has one optional argument more."
)
DIRECTIVE_REPEATABLE_ADDED = _code(
    "DIRECTIVE_REPEATABLE_ADDED", _S, "A directive may be given several times now."
)
DIRECTIVE_LOCATION_ADDED = _code(
    "DIRECTIVE_LOCATION_ADDED", _S, "A directive may stand where it could not."
)
DEPRECATED = _code("DEPRECATED", _S, "An element is deprecated now.")
DEPRECATION_REMOVED = _code("DEPRECATION_REMOVED", _S, "An element is deprecated no more.")
DEPRECATION_REASON_CHANGED = _code(
    "DEPRECATION_REASON_CHANGED", _S, "Another reason for a deprecation is given."
)
DESCRIPTION_CHANGED = _code("DESCRIPTION_CHANGED", _S, "An element is described differently.")

CHANGES = {code.name: code for code in tuple(globals().values()) if isinstance(code, ChangeCode)}
