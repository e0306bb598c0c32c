"""What can go wrong with a subscription that a subgraph serves, and how clients are told.

SubgraphError
└── SubgraphSocketClosed         SUBREQUEST_WEBSOCKET_CLOSED           it closed with a reason
RequestError
├── UpstreamFailed               the code of the SubgraphError         it ended with a fault
├── UpstreamLost                 SUBSCRIPTION_UPSTREAM_LOST            not reached again in time
├── EventsMayBeLost              SUBSCRIPTION_EVENTS_MAY_BE_LOST       told; the stream goes on
└── TooManyUpstreams             TOO_MANY_UPSTREAM_SUBSCRIPTIONS       of this process
GatewayError
└── Refused                      the subgraph's own GraphQL errors, which end the subscription
"""

from gateway.errors import GatewayError, RequestError
from gateway.executor.errors import SubgraphError


class Refused(GatewayError):
    """The subgraph ends a subscription with errors of its own: `answer` has them, as JSON."""

    def __init__(self, answer: bytes) -> None:
        super().__init__("the subgraph refuses the subscription")
        self.answer = answer


class SubgraphSocketClosed(SubgraphError):
    """The subgraph closed the WebSocket for a reason that trying again does not change."""

    code = "SUBREQUEST_WEBSOCKET_CLOSED"

    def __init__(self, close_code: int) -> None:
        super().__init__(
            f"The subgraph closed the WebSocket with code {close_code}",
            extensions={"websocket": {"code": close_code}},
        )
        self.close_code = close_code


class UpstreamFailed(RequestError):
    """The subgraph's subscription could not begin, or ended with a fault."""

    code = "SUBREQUEST_FAILED"
    http_status = 200

    @classmethod
    def because(cls, error: SubgraphError, subgraph: str) -> "UpstreamFailed":
        """What clients are told of a fault of this subgraph."""
        return cls(error.message, extensions={**error.extensions, "service": subgraph})


class UpstreamLost(RequestError):
    """The connection to the subgraph broke and could not be made again."""

    code = "SUBSCRIPTION_UPSTREAM_LOST"
    http_status = 200


class EventsMayBeLost(RequestError):
    """Comes between two events: what happened between them, nobody knows."""

    code = "SUBSCRIPTION_EVENTS_MAY_BE_LOST"
    http_status = 200


class TooManyUpstreams(RequestError):
    """The process has as many subscriptions at subgraphs as allowed."""

    code = "TOO_MANY_UPSTREAM_SUBSCRIPTIONS"
    http_status = 503
