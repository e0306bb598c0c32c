"""Why a valid operation is not run.

RequestError
├── PlanningTimeout            QUERY_PLANNING_TIMEOUT        503
├── SubscriptionNotSupported   SUBSCRIPTION_NOT_SUPPORTED    400
└── StreamNeeded               SUBSCRIPTION_NEEDS_A_STREAM   406
"""

from gateway.errors import RequestError


class PlanningTimeout(RequestError):
    """The plan took longer than a request may wait."""

    code = "QUERY_PLANNING_TIMEOUT"
    http_status = 503


class SubscriptionNotSupported(RequestError):
    """The subscription's root field is no event stream, or no event source is configured."""

    code = "SUBSCRIPTION_NOT_SUPPORTED"


class StreamNeeded(RequestError):
    """A subscription was asked for by a transport that gives one answer."""

    code = "SUBSCRIPTION_NEEDS_A_STREAM"
    http_status = 406
