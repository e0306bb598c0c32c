"""Why there is no plan.

RequestError
├── QueryPlanTooComplex    planning would take too long
├── EventFieldArguments    an event's payload cannot answer a field with arguments
└── NoPathFound            no subgraph resolves a field from where it is asked
"""

from gateway.errors import RequestError


class QueryPlanTooComplex(RequestError):
    """The step budget is used up."""

    code = "QUERY_PLAN_TOO_COMPLEX"


class EventFieldArguments(RequestError):
    """A field of a value in an event has arguments: the payload holds one form of it only."""

    code = "EVENT_FIELD_ARGUMENTS"


class NoPathFound(RequestError):
    """The supergraph has a field that no way leads to: composition should have refused it."""

    code = "QUERY_PLANNING_FAILED"
    http_status = 500
