"""What all elements share: descriptions, deprecations, and how inputs may change."""

from collections.abc import Iterator
from typing import Any

import msgspec
from graphql import (
    GraphQLArgument,
    GraphQLInputField,
    is_non_null_type,
    is_required_argument,
    is_required_input_field,
)
from graphql.utilities.find_schema_changes import (
    get_default_value,
    is_change_safe_for_input_object_field_or_field_arg,
)

from gateway.supergraph.changes import codes
from gateway.supergraph.changes.codes import ChangeCode
from gateway.supergraph.changes.model import Change

Input = GraphQLArgument | GraphQLInputField


class InputCodes(msgspec.Struct, frozen=True):
    """How the changes of one kind of input are called."""

    what: str
    removed: ChangeCode
    required_added: ChangeCode
    optional_added: ChangeCode
    changed: ChangeCode
    widened: ChangeCode
    became_required: ChangeCode
    default_changed: ChangeCode
    default_added: ChangeCode


ARGUMENTS = InputCodes(
    "argument",
    codes.ARG_REMOVED,
    codes.REQUIRED_ARG_ADDED,
    codes.OPTIONAL_ARG_ADDED,
    codes.ARG_CHANGED_KIND,
    codes.ARG_CHANGED_KIND_SAFE,
    codes.ARG_BECAME_REQUIRED,
    codes.ARG_DEFAULT_VALUE_CHANGE,
    codes.ARG_DEFAULT_VALUE_ADDED,
)
INPUT_FIELDS = InputCodes(
    "input field",
    codes.FIELD_REMOVED,
    codes.REQUIRED_INPUT_FIELD_ADDED,
    codes.OPTIONAL_INPUT_FIELD_ADDED,
    codes.FIELD_CHANGED_KIND,
    codes.FIELD_CHANGED_KIND_SAFE,
    codes.INPUT_FIELD_BECAME_REQUIRED,
    codes.INPUT_FIELD_DEFAULT_VALUE_CHANGE,
    codes.INPUT_FIELD_DEFAULT_VALUE_ADDED,
)
DIRECTIVE_ARGUMENTS = msgspec.structs.replace(
    ARGUMENTS,
    removed=codes.DIRECTIVE_ARG_REMOVED,
    required_added=codes.REQUIRED_DIRECTIVE_ARG_ADDED,
    optional_added=codes.OPTIONAL_DIRECTIVE_ARG_ADDED,
)


def is_required(value: Input) -> bool:
    """Whether clients must give it."""
    if isinstance(value, GraphQLArgument):
        return is_required_argument(value)
    return is_required_input_field(value)


def input_changes(
    where: InputCodes,
    owner: str,
    form: str,
    old: dict[str, Any],
    new: dict[str, Any],
) -> Iterator[Change]:
    """How a set of arguments or input fields changed.

    `owner` is the mark of whoever uses them; `form` the coordinate of one, as `T.f({}:)`.
    """
    for name in old.keys() - new.keys():
        coordinate = form.format(name)
        message = f"The {where.what} {coordinate} was removed."
        yield Change(where.removed, coordinate, message, ((coordinate,),))
    for name in new.keys() - old.keys():
        coordinate = form.format(name)
        needed = is_required(new[name])
        code = where.required_added if needed else where.optional_added
        kind = "required" if needed else "optional"
        message = f"The {kind} {where.what} {coordinate}: {new[name].type} was added."
        yield Change(code, coordinate, message, ((owner,),))
    for name in old.keys() & new.keys():
        coordinate = form.format(name)
        yield from _input_change(where, coordinate, old[name], new[name])
        yield from element_changes(coordinate, old[name], new[name])


def _input_change(where: InputCodes, coordinate: str, old: Input, new: Input) -> Iterator[Change]:
    given, left_out = (coordinate,), (f"~{coordinate}",)
    became_required = is_required(new) and not is_required(old)
    if str(old.type) != str(new.type):
        safe = is_change_safe_for_input_object_field_or_field_arg(old.type, new.type)
        code = where.widened if safe else where.changed
        message = f"The {where.what} {coordinate} changed its type from {old.type} to {new.type}."
        hits = (given, left_out) if became_required else (given,)
        yield Change(code, coordinate, message, hits)
    before, after = get_default_value(old), get_default_value(new)
    if before == after:
        return
    if became_required and is_non_null_type(old.type):
        message = f"The {where.what} {coordinate} lost its default {before}: it must be given now."
        yield Change(where.became_required, coordinate, message, (left_out,))
    elif is_required(old):
        if after is not None:
            message = f"The {where.what} {coordinate} may be left out: it has the default {after}."
            yield Change(where.default_added, coordinate, message)
    else:
        message = (
            f"The default of the {where.what} {coordinate} changed"
            f" from {before or 'none'} to {after or 'none'}."
        )
        yield Change(where.default_changed, coordinate, message, (left_out,))


def element_changes(coordinate: str, old: Any, new: Any) -> Iterator[Change]:
    """Description and deprecation, of any element that has them."""
    if (old.description or "") != (new.description or ""):
        message = f"The description of {coordinate} changed."
        yield Change(codes.DESCRIPTION_CHANGED, coordinate, message)
    before = getattr(old, "deprecation_reason", None)
    after = getattr(new, "deprecation_reason", None)
    if before == after:
        return
    if before is None:
        message = f"{coordinate} is deprecated: {after}"
        yield Change(codes.DEPRECATED, coordinate, message, ((coordinate,),))
    elif after is None:
        message = f"{coordinate} is deprecated no more."
        yield Change(codes.DEPRECATION_REMOVED, coordinate, message, ((coordinate,),))
    else:
        message = f"The deprecation of {coordinate} says now: {after}"
        yield Change(codes.DEPRECATION_REASON_CHANGED, coordinate, message, ((coordinate,),))
