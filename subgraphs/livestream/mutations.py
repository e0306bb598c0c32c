"""The mutations: input to command, command to use case, outcome to payload."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec
import strawberry

from subgraphs.livestream import chat, coupons, errors, repository, service
from subgraphs.livestream.models import StreamSnapshot
from subgraphs.livestream.payloads import (
    ChatModerateInput,
    ChatPayload,
    ChatSendInput,
    CouponClaimPayload,
    PinPayload,
    StreamCouponDropInput,
    StreamPayload,
    StreamPinInput,
    StreamScheduleInput,
    StreamShelfSetInput,
    StreamStartPayload,
)
from subgraphs.livestream.types import (
    ChatMessageType,
    Info,
    InputError,
    StreamPin,
    StreamType,
    UserError,
)
from subgraphs.livestream.video import tokens
from subgraphs.livestream.video.settings import VideoSettings
from subgraphs.shared.errors import BusinessError
from subgraphs.shared.fields import resolved
from subgraphs.shared.idempotency import RememberedRefusal
from subgraphs.shared.money import Money
from subgraphs.shared.money_types import MoneyInput
from subgraphs.shared.unit_of_work import UnitOfWork

T = TypeVar("T")
HOST = "stream:host"


class _Claim(msgspec.Struct, frozen=True):
    drop_id: str


@strawberry.type
class Mutation:
    """Host mutations check the scope here, and in `service` that the stream is the host's."""

    @resolved("Announce a stream.", tags=["partner"], scopes=[[HOST]])
    async def stream_schedule(self, info: Info, input: StreamScheduleInput) -> StreamPayload:  # noqa: A002
        host = info.context.require_scopes(HOST).sub
        command = service.ScheduleStream(
            title=input.title,
            scheduled_at=input.scheduled_at,
            product_ids=tuple(input.product_ids),
        )
        try:
            outcome = await info.context.once(
                info.field_name,
                input.idempotency_key,
                command,
                lambda unit: service.schedule(unit, host, command),
            )
        except BusinessError as error:
            return StreamPayload(stream=None, user_errors=_refused(error))
        return StreamPayload(stream=await _stream(info, outcome.result), user_errors=[])

    @resolved(
        "Go on air. Once on air, doing so again changes nothing, and gives a fresh ingest token.",
        tags=["partner"],
        scopes=[[HOST]],
    )
    async def stream_start(self, info: Info, stream_id: strawberry.ID) -> StreamStartPayload:
        host = info.context.require_scopes(HOST).sub
        video = VideoSettings.from_environment()
        try:
            await info.context.transact(lambda unit: service.start(unit, host, stream_id))
        except BusinessError as error:
            return StreamStartPayload(stream=None, user_errors=_refused(error))
        payload = StreamStartPayload(stream=await _stream(info, stream_id), user_errors=[])
        if video is not None:
            payload.whip_url = f"{video.address}/whip/{stream_id}"
            payload.ingest_token = tokens.mint(video.key, tokens.Ingest(stream_id, host))
        return payload

    @resolved(
        "Go off air, or cancel what was only announced. Doing so again changes nothing.",
        tags=["partner"],
        scopes=[[HOST]],
    )
    async def stream_end(self, info: Info, stream_id: strawberry.ID) -> StreamPayload:
        host = info.context.require_scopes(HOST).sub
        try:
            await info.context.transact(lambda unit: service.end(unit, host, stream_id))
        except BusinessError as error:
            return StreamPayload(stream=None, user_errors=_refused(error))
        return StreamPayload(stream=await _stream(info, stream_id), user_errors=[])

    @resolved("Put other products on the shelf.", tags=["partner"], scopes=[[HOST]])
    async def stream_shelf_set(self, info: Info, input: StreamShelfSetInput) -> StreamPayload:  # noqa: A002
        host = info.context.require_scopes(HOST).sub
        command = service.SetShelf(
            stream_id=input.stream_id,
            offers=tuple(
                service.Offer(product_id=item.product_id, price=_money(item.offer_price))
                for item in input.items
            ),
        )
        try:
            await info.context.transact(lambda unit: service.set_shelf(unit, host, command))
        except BusinessError as error:
            return StreamPayload(stream=None, user_errors=_refused(error))
        return StreamPayload(stream=await _stream(info, input.stream_id), user_errors=[])

    @resolved("Hold up a product of the shelf.", tags=["partner"], scopes=[[HOST]])
    async def stream_pin_product(self, info: Info, input: StreamPinInput) -> PinPayload:  # noqa: A002
        host = info.context.require_scopes(HOST).sub
        command = service.PinProduct(
            stream_id=input.stream_id,
            product_id=input.product_id,
            variant_id=input.variant_id,
            offer_price=_money(input.offer_price),
            seconds=input.seconds,
        )
        try:
            outcome = await info.context.once(
                info.field_name,
                input.idempotency_key,
                command,
                lambda unit: service.pin_product(unit, host, command),
            )
        except BusinessError as error:
            return PinPayload(
                stream=None,
                pin=None,
                user_errors=_refused(error),
                idempotent_replay=isinstance(error, RememberedRefusal),
            )
        async with info.context.database.session() as session:
            pin = await repository.pin_by_id(session, outcome.result)
        return PinPayload(
            stream=await _stream(info, input.stream_id),
            pin=None if pin is None else StreamPin.of(pin),
            user_errors=[],
            idempotent_replay=outcome.replayed,
        )

    @resolved(
        "Take down what is held up; with nothing there, changes nothing.",
        tags=["partner"],
        scopes=[[HOST]],
    )
    async def stream_unpin(self, info: Info, stream_id: strawberry.ID) -> PinPayload:
        host = info.context.require_scopes(HOST).sub
        try:
            pin = await info.context.transact(lambda unit: service.unpin(unit, host, stream_id))
        except BusinessError as error:
            return PinPayload(
                stream=None, pin=None, user_errors=_refused(error), idempotent_replay=False
            )
        return PinPayload(
            stream=await _stream(info, stream_id),
            pin=None if pin is None else StreamPin.of(pin),
            user_errors=[],
            idempotent_replay=pin is None,
        )

    @resolved("Drop coupons for viewers to claim.", tags=["partner"], scopes=[[HOST]])
    async def stream_coupon_drop(self, info: Info, input: StreamCouponDropInput) -> StreamPayload:  # noqa: A002
        host = info.context.require_scopes(HOST).sub
        command = coupons.DropCoupons(
            stream_id=input.stream_id,
            title=input.title,
            percent=input.percent,
            quantity=input.quantity,
            seconds=input.seconds,
        )
        try:
            await info.context.once(
                info.field_name,
                input.idempotency_key,
                command,
                lambda unit: coupons.drop(unit, host, command),
            )
        except BusinessError as error:
            return StreamPayload(stream=None, user_errors=_refused(error))
        return StreamPayload(stream=await _stream(info, input.stream_id), user_errors=[])

    @resolved(
        "Claim a coupon that was dropped: one for each customer, as long as there are any.",
        tags=["public"],
        authenticated=True,
    )
    async def stream_coupon_claim(
        self, info: Info, drop_id: strawberry.ID, idempotency_key: str
    ) -> CouponClaimPayload:
        viewer = info.context.require_viewer().sub
        command = _Claim(drop_id)
        try:
            outcome = await info.context.once(
                info.field_name,
                idempotency_key,
                command,
                lambda unit: coupons.claim(unit, viewer, drop_id),
            )
        except BusinessError as error:
            replayed = isinstance(error, RememberedRefusal)
            return CouponClaimPayload(
                code=None, user_errors=_refused(error), idempotent_replay=replayed
            )
        return CouponClaimPayload(
            code=outcome.result, user_errors=[], idempotent_replay=outcome.replayed
        )

    @resolved("Say a line in a stream that is on air.", tags=["public"], authenticated=True)
    async def chat_send(self, info: Info, input: ChatSendInput) -> ChatPayload:  # noqa: A002
        author = info.context.require_viewer().sub
        command = chat.SendChat(stream_id=input.stream_id, body=input.body)
        try:
            outcome = await info.context.once(
                info.field_name,
                input.idempotency_key,
                command,
                lambda unit: chat.send(unit, author, command),
            )
        except BusinessError as error:
            return ChatPayload(message=None, user_errors=_refused(error))
        return ChatPayload(message=await _message(info, outcome.result), user_errors=[])

    @resolved("Remove a message, or mute who wrote it.", tags=["partner"], scopes=[[HOST]])
    async def chat_moderate(self, info: Info, input: ChatModerateInput) -> ChatPayload:  # noqa: A002
        host = info.context.require_scopes(HOST).sub
        try:
            message_id = await info.context.transact(_moderation(host, input))
        except BusinessError as error:
            return ChatPayload(message=None, user_errors=_refused(error))
        message = None if message_id is None else await _message(info, message_id)
        return ChatPayload(message=message, user_errors=[])


def _moderation(
    host: str,
    asked: ChatModerateInput,
) -> Callable[[UnitOfWork], Awaitable[str | None]]:
    match asked.message_id, asked.mute_customer_id, asked.seconds:
        case str() as message_id, None, None:
            removal = chat.RemoveMessage(stream_id=asked.stream_id, message_id=message_id)
            return lambda unit: chat.remove(unit, host, removal)
        case None, str() as customer_id, int() as seconds:
            mute = chat.MuteCustomer(
                stream_id=asked.stream_id, customer_id=customer_id, seconds=seconds
            )
            return lambda unit: chat.mute(unit, host, mute)
        case _:
            raise errors.invalid(
                "Give messageId alone, or muteCustomerId with seconds.", "messageId"
            )


async def _stream(info: Info, stream_id: str) -> StreamType | None:
    """The stream as the mutation left it, not as the request may have read it before."""
    info.context.loaders.forget()
    snapshot: StreamSnapshot | None = await info.context.loaders.streams.load(stream_id)
    return None if snapshot is None else StreamType.of(snapshot)


async def _message(info: Info, message_id: str) -> ChatMessageType | None:
    info.context.loaders.forget()
    async with info.context.database.session() as session:
        message = await repository.message_by_id(session, message_id)
    return None if message is None else ChatMessageType.of(message)


def _refused(error: BusinessError) -> list[UserError]:
    return [InputError.of(error)]


def _money(given: MoneyInput | None) -> Money | None:
    return None if given is None else given.value()
