"""What can be wrong with an HTTP request before any GraphQL is looked at.

RequestError
├── MalformedRequest      BAD_REQUEST, INVALID_JSON, …   400
├── MethodNotAllowed      METHOD_NOT_ALLOWED             405
├── NotAcceptable         NOT_ACCEPTABLE                 406
├── BodyTimeout           REQUEST_BODY_TIMEOUT           408
├── BodyTooLarge          REQUEST_BODY_TOO_LARGE         413
├── EventStreamNotFound   EVENT_STREAM_NOT_FOUND         404
├── EventStreamTaken      EVENT_STREAM_TAKEN             409
├── OperationIdTaken      OPERATION_ID_TAKEN             409
├── UnsupportedMediaType  UNSUPPORTED_MEDIA_TYPE         415
├── TooManyConnections    TOO_MANY_CONNECTIONS           429
├── TooManyOperations     TOO_MANY_OPERATIONS            429
└── GatewayStopping       GATEWAY_STOPPING               503
"""

from gateway.errors import RequestError


class MalformedRequest(RequestError):
    """The request is not what GraphQL over HTTP asks for."""


class MethodNotAllowed(RequestError):
    """Another method is needed; the answer's Allow header names them."""

    code = "METHOD_NOT_ALLOWED"
    http_status = 405


class NotAcceptable(RequestError):
    """The Accept header names no form that the gateway can answer in."""

    code = "NOT_ACCEPTABLE"
    http_status = 406


class BodyTimeout(RequestError):
    """The body did not arrive in time."""

    code = "REQUEST_BODY_TIMEOUT"
    http_status = 408


class BodyTooLarge(RequestError):
    """The body is larger than `limits.max_body_size`."""

    code = "REQUEST_BODY_TOO_LARGE"
    http_status = 413


class EventStreamNotFound(RequestError):
    """No event stream is reserved under this token for this client."""

    code = "EVENT_STREAM_NOT_FOUND"
    http_status = 404


class EventStreamTaken(RequestError):
    """The reserved event stream is open already; it opens once."""

    code = "EVENT_STREAM_TAKEN"
    http_status = 409


class OperationIdTaken(RequestError):
    """An operation of the event stream has this id."""

    code = "OPERATION_ID_TAKEN"
    http_status = 409


class UnsupportedMediaType(RequestError):
    """The body is not JSON in UTF-8, or it is compressed."""

    code = "UNSUPPORTED_MEDIA_TYPE"
    http_status = 415


class TooManyConnections(RequestError):
    """The user, or the whole process, has as many long-lived connections as allowed."""

    code = "TOO_MANY_CONNECTIONS"
    http_status = 429


class TooManyOperations(RequestError):
    """The event stream has as many operations as allowed."""

    code = "TOO_MANY_OPERATIONS"
    http_status = 429


class GatewayStopping(RequestError):
    """The gateway was told to stop, and `http.shutdown_timeout` was over before the answer."""

    code = "GATEWAY_STOPPING"
    http_status = 503
