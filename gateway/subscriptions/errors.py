"""What can go wrong in a live query, each with its code.

    RequestError
    ├── CursorInvalid         CURSOR_INVALID               not ours, or of another stream
    ├── CursorExpired         CURSOR_EXPIRED               events after it are no longer kept
    ├── SlowConsumer          SUBSCRIPTION_SLOW_CONSUMER   the client did not keep up
    ├── EventsLost            SUBSCRIPTION_EVENTS_LOST     the log misses events in the middle
    ├── StreamKeyInvalid      SUBSCRIPTION_KEY_INVALID     no usable value for the routing argument
    ├── ViewerRequired        UNAUTHENTICATED              the stream is the client's own
    ├── ClaimRequired         UNAUTHORIZED_FIELD_OR_TYPE   the token lacks what events are chosen by
    ├── TokenExpired          SUBSCRIPTION_TOKEN_EXPIRED   the client's token has, meanwhile
    ├── SchemaChanged         SUBSCRIPTION_SCHEMA_CHANGED  the graph no longer has what it asks for
    ├── SourceUnavailable     EVENT_SOURCE_UNAVAILABLE     the event log cannot be reached
    ├── LookupTooDeep         EVENT_LOOKUP_TOO_DEEP        a key's newest event is not found in time
    └── HubClosed             SUBSCRIPTION_SERVER_CLOSING  the gateway stops; subscribe again

After SlowConsumer, EventsLost, TokenExpired and SchemaChanged, `extensions.cursor` holds the
last position that was delivered: subscribe with `after:` that cursor to go on.
"""

from gateway.errors import RequestError


class CursorInvalid(RequestError):
    """A cursor that this gateway did not sign, or that belongs to another stream."""

    code = "CURSOR_INVALID"


BEYOND = "The cursor is ahead of the event log, which has begun anew or was put back."


class CursorExpired(RequestError):
    """A cursor whose following events the log no longer holds."""

    code = "CURSOR_EXPIRED"


class SlowConsumer(RequestError):
    """The client fell further behind than the bound on waiting messages."""

    code = "SUBSCRIPTION_SLOW_CONSUMER"
    http_status = 200


class EventsLost(RequestError):
    """An event is missing and the log cannot give it."""

    code = "SUBSCRIPTION_EVENTS_LOST"
    http_status = 200


class StreamKeyInvalid(RequestError):
    """The argument that selects the stream has no usable value."""

    code = "SUBSCRIPTION_KEY_INVALID"


class ViewerRequired(RequestError):
    """The stream's key is the viewer, and the client is anonymous."""

    code = "UNAUTHENTICATED"
    http_status = 401


class ClaimRequired(RequestError):
    """The stream's events are chosen by a claim that the client's token does not have."""

    code = "UNAUTHORIZED_FIELD_OR_TYPE"
    http_status = 403


class TokenExpired(RequestError):
    """The token that the subscription began with is no longer valid."""

    code = "SUBSCRIPTION_TOKEN_EXPIRED"
    http_status = 401


class SchemaChanged(RequestError):
    """A new supergraph is served, over which the subscription cannot go on."""

    code = "SUBSCRIPTION_SCHEMA_CHANGED"
    http_status = 200


class SourceUnavailable(RequestError):
    """The event log cannot be reached."""

    code = "EVENT_SOURCE_UNAVAILABLE"
    http_status = 503


class LookupTooDeep(RequestError):
    """A key's newest event is not among those of the event log that are searched for it."""

    code = "EVENT_LOOKUP_TOO_DEEP"
    http_status = 503


class HubClosed(RequestError):
    """The gateway stops: clients reconnect to another replica and go on at their cursor."""

    code = "SUBSCRIPTION_SERVER_CLOSING"
    http_status = 503


def closing() -> HubClosed:
    """What subscribers are told when the gateway stops."""
    return HubClosed("The gateway is shutting down; subscribe again to go on.")
