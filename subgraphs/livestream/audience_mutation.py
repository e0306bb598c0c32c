"""What gateways report of their viewers: no client can, for it is in no client's graph."""

import strawberry
from strawberry.federation.schema_directives import Inaccessible

from subgraphs.livestream import presence
from subgraphs.livestream.types import Info
from subgraphs.shared.errors import Forbidden
from subgraphs.shared.fields import resolved

GATEWAY_SCOPE = "gateway:audience"
GATEWAY_SUBJECT = "gateway:"


@strawberry.federation.input(
    inaccessible=True, description="How many different viewers a stream has with a gateway."
)
class AudienceInput:
    """One stream of a report."""

    key: strawberry.ID = strawberry.field(description="The stream.")
    viewers: int = strawberry.field(description="How many, 0 or more.")


@strawberry.type
class AudienceMutation:
    """Part of `Mutation`."""

    @resolved(
        "All viewers of a gateway process, reported every few seconds by itself. True: taken over.",
        tags=["internal"],
        scopes=[[GATEWAY_SCOPE]],
        directives=[Inaccessible()],
    )
    async def stream_audience_report(self, info: Info, audience: list[AudienceInput]) -> bool:
        reporter = info.context.require_scopes(GATEWAY_SCOPE).sub
        if not reporter.startswith(GATEWAY_SUBJECT):
            raise Forbidden("Gateways report viewers, and nobody else.")
        viewers = {str(entry.key): entry.viewers for entry in audience}
        await info.context.transact(lambda unit: presence.report(unit, reporter, viewers))
        return True
