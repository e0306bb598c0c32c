"""From an Accept header to the form of the answer (GraphQL over HTTP; RFC 9110 section 12.5.1).

Where a client likes two forms equally, or names none, it gets `application/json`: what the
specification asks of servers, and what every client can read.
"""

from enum import Enum
from functools import lru_cache

from gateway.server.multipart import PartsForm


class Form(Enum):
    """The form of an answer; the value is its media type."""

    JSON = "application/json"
    GRAPHQL_RESPONSE = "application/graphql-response+json"
    EVENT_STREAM = "text/event-stream"

    @property
    def content_type(self) -> bytes:
        """The value of the Content-Type header."""
        return f"{self.value}; charset=utf-8".encode()


_NAMES = {
    Form.JSON: (Form.JSON.value, "application/*", "*/*"),
    Form.GRAPHQL_RESPONSE: (Form.GRAPHQL_RESPONSE.value, "application/*", "*/*"),
    Form.EVENT_STREAM: (Form.EVENT_STREAM.value,),
}
"""The media ranges that a form is meant by, from the most specific on."""


@lru_cache(maxsize=256)
def negotiate(accept: str | None, *, streams: bool = True) -> Form | None:
    """The form that the client likes best; None where it takes none that there is.

    Event streams are one only where there are `streams`, and only by their full name.

    What is said of a media type by its full name holds rather than what a range says of it. Of
    forms with the same `q` one named in full is better, then the one that comes first.
    """
    if accept is None or not accept.strip():
        return Form.JSON
    ranges = _ranges(accept)
    best: tuple[float, int, int] = (0.0, 0, 0)
    chosen: Form | None = None
    for form in Form:
        if form is Form.EVENT_STREAM and not streams:
            continue
        matching = [(name, ranges[name]) for name in _NAMES[form] if name in ranges]
        if not matching:
            continue
        name, (quality, place) = matching[0]
        rank = (quality, int(name == form.value), -place)
        if quality > 0 and (chosen is None or rank > best):
            best, chosen = rank, form
    return chosen


@lru_cache(maxsize=256)
def accepts_subscription_parts(accept: str) -> bool:
    """Whether the client takes subscriptions in parts."""
    return any(
        media_range.strip().lower() == "multipart/mixed"
        and "subscriptionspec=1.0" in _parameters(parameters)
        and _quality(parameters) > 0
        for media_range, _, parameters in (
            part.strip().partition(";") for part in accept.split(",")
        )
    )


@lru_cache(maxsize=256)
def negotiate_parts(accept: str) -> PartsForm | None:
    """The form in which the client takes an answer in parts; None where it takes none.

    Only who names one of the two forms is meant: a plain `multipart/mixed` says nothing of it.
    """
    best: tuple[float, PartsForm] | None = None
    for part in accept.split(","):
        media_range, _, parameters = part.strip().partition(";")
        if media_range.strip().lower() == "multipart/mixed":
            quality = _quality(parameters)
            form = _parts_form(parameters)
            if form is not None and quality > 0 and (best is None or quality > best[0]):
                best = (quality, form)
    return None if best is None else best[1]


def _parts_form(parameters: str) -> PartsForm | None:
    named = _parameters(parameters)
    return next((form for form in PartsForm if form.value.lower() in named), None)


def _parameters(parameters: str) -> set[str]:
    """Each as `name=value`, in lower case, without quotes."""
    return {parameter.strip().replace('"', "").lower() for parameter in parameters.split(";")}


def _ranges(accept: str) -> dict[str, tuple[float, int]]:
    """The quality and place of each media range; of one that is named twice, the better."""
    found: dict[str, tuple[float, int]] = {}
    for place, part in enumerate(accept.split(",")):
        media_range, _, parameters = part.strip().partition(";")
        name, quality = media_range.strip().lower(), _quality(parameters)
        if name not in found or quality > found[name][0]:
            found[name] = (quality, place)
    return found


def _quality(parameters: str) -> float:
    for parameter in parameters.split(";"):
        name, _, value = parameter.strip().partition("=")
        if name.strip().lower() == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0
