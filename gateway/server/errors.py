"""What can be wrong with an HTTP request before any GraphQL is looked at.

RequestError
├── MalformedRequest      BAD_REQUEST, INVALID_JSON, …   400
├── MethodNotAllowed      METHOD_NOT_ALLOWED             405
├── NotAcceptable         NOT_ACCEPTABLE                 406
├── BodyTimeout           REQUEST_BODY_TIMEOUT           408
├── BodyTooLarge          REQUEST_BODY_TOO_LARGE         413
├── UnsupportedMediaType  UNSUPPORTED_MEDIA_TYPE         415
└── TooManyConnections    TOO_MANY_CONNECTIONS           429
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


class UnsupportedMediaType(RequestError):
    """The body is not JSON in UTF-8, or it is compressed."""

    code = "UNSUPPORTED_MEDIA_TYPE"
    http_status = 415


class TooManyConnections(RequestError):
    """The user, or the whole process, has as many long-lived connections as allowed."""

    code = "TOO_MANY_CONNECTIONS"
    http_status = 429
