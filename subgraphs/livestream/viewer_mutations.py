"""What viewers do besides chatting: gifts and likes."""

import strawberry

from subgraphs.livestream import gift_rows, gifts, presence
from subgraphs.livestream.gift_types import GiftPayload, GiftSendingType, GiftSendInput
from subgraphs.livestream.payloads import StreamPayload
from subgraphs.livestream.types import Info, InputError, StreamType
from subgraphs.shared.errors import BusinessError
from subgraphs.shared.fields import resolved
from subgraphs.shared.idempotency import RememberedRefusal


@strawberry.type
class ViewerMutation:
    """Part of `Mutation`."""

    @resolved(
        "Send a gift to the host of a stream on air: it is shown once the wallet has paid it.",
        tags=["public"],
        authenticated=True,
    )
    async def gift_send(self, info: Info, input: GiftSendInput) -> GiftPayload:  # noqa: A002
        customer = info.context.require_viewer().sub
        command = gifts.SendGift(
            stream_id=input.stream_id,
            gift_id=input.gift_id,
            count=input.count,
            wallet_id=input.wallet_id,
        )
        try:
            outcome = await info.context.once(
                info.field_name,
                input.idempotency_key,
                command,
                lambda unit: gifts.send(unit, customer, command),
            )
        except BusinessError as error:
            replayed = isinstance(error, RememberedRefusal)
            return GiftPayload(
                gift_sending=None, user_errors=[InputError.of(error)], idempotent_replay=replayed
            )
        async with info.context.database.session() as session:
            sent = await gift_rows.sendings_of(session, customer, [outcome.result])
        return GiftPayload(
            gift_sending=GiftSendingType.of(sent[outcome.result]),
            user_errors=[],
            idempotent_replay=outcome.replayed,
        )

    @resolved(
        "Like a stream on air: as often as the viewer tapped since the last time. Sent twice, it"
        " counts twice.",
        tags=["public"],
        authenticated=True,
    )
    async def stream_like(
        self, info: Info, stream_id: strawberry.ID, count: int = 1
    ) -> StreamPayload:
        customer = info.context.require_viewer().sub
        command = presence.Like(stream_id=stream_id, count=count)
        try:
            await info.context.transact(lambda unit: presence.like(unit, customer, command))
        except BusinessError as error:
            return StreamPayload(stream=None, user_errors=[InputError.of(error)])
        info.context.loaders.forget()
        liked = await info.context.loaders.streams.load(stream_id)
        return StreamPayload(stream=StreamType.of(liked) if liked else None, user_errors=[])
