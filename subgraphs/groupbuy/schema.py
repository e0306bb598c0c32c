"""The roots of group-buying: who may ask what, and which use case answers."""

from collections.abc import AsyncIterator

import strawberry

from subgraphs.groupbuy import models, offers, repository
from subgraphs.groupbuy.events import TOPIC
from subgraphs.groupbuy.payloads import (
    GroupBuyJoinInput,
    GroupBuyOfferCreateInput,
    GroupBuyOfferPayload,
    GroupBuyOpenInput,
    GroupBuyPayload,
)
from subgraphs.groupbuy.service import GroupBuying, Joining, Opening
from subgraphs.groupbuy.types import (
    Customer,
    GroupBuy,
    GroupBuyOffer,
    GroupBuyProgress,
    Info,
    InputError,
    Product,
)
from subgraphs.shared.connections import Connection, page_of, page_request
from subgraphs.shared.directives import (
    EventStreamClass,
    event_stream,
    list_size,
    served_by_gateway,
)
from subgraphs.shared.errors import BadUserInput, BusinessError
from subgraphs.shared.fields import resolved, subscribed
from subgraphs.shared.idempotency import RememberedRefusal
from subgraphs.shared.schema import build_schema


@strawberry.type
class Query:
    @resolved("Offers that are open now.", tags=["public"], directives=[list_size()])
    async def group_buy_offers(
        self,
        info: Info,
        product_id: strawberry.ID | None = None,
        first: int = 20,
        after: str | None = None,
    ) -> Connection[GroupBuyOffer]:
        request = page_request(first, after)
        async with info.context.database.session() as session:
            rows = await repository.offer_page(session, product_id, request)
        page = page_of(rows, request, lambda offer: (offer.id,))
        return Connection[GroupBuyOffer].of(page, GroupBuyOffer.of)

    @resolved(
        "Groups in a state (null: any), by when their time is up.",
        tags=["public"],
        directives=[list_size()],
    )
    async def group_buys(
        self,
        info: Info,
        state: models.GroupBuyState | None = models.GroupBuyState.OPEN,
        first: int = 20,
        after: str | None = None,
    ) -> Connection[GroupBuy]:
        request = page_request(first, after)
        async with info.context.database.session() as session:
            rows = await repository.group_page(session, state, request)
        page = page_of(rows, request, lambda group: (group.expires_at, group.id))
        return Connection[GroupBuy].of(page, GroupBuy.of)

    @resolved("A group, by its id or the code that invites to it.", tags=["public"])
    async def group_buy(
        self,
        info: Info,
        id: strawberry.ID | None = None,  # noqa: A002
        share_code: str | None = None,
    ) -> GroupBuy | None:
        if (id is None) == (share_code is None):
            raise BadUserInput("Give `id` or `shareCode`.")
        if id is not None:
            group = await info.context.loaders.group.load(id)
        else:
            async with info.context.database.session() as session:
                code = (share_code or "").strip().upper()
                group = await repository.group_by_share_code(session, code)
        return GroupBuy.of(group) if group else None


@strawberry.type
class Mutation:
    @resolved("Open a group of an offer.", tags=["public"], authenticated=True)
    async def group_buy_open(self, info: Info, input: GroupBuyOpenInput) -> GroupBuyPayload:  # noqa: A002
        asked = Opening(
            offer_id=input.offer_id, quantity=input.quantity, payment=input.payment.value()
        )
        return await GroupBuyPayload.of(_buying(info).open(asked, input.idempotency_key))

    @resolved("Take a seat in a group.", tags=["public"], authenticated=True)
    async def group_buy_join(self, info: Info, input: GroupBuyJoinInput) -> GroupBuyPayload:  # noqa: A002
        asked = Joining(
            group_id=input.group_buy_id, quantity=input.quantity, payment=input.payment.value()
        )
        return await GroupBuyPayload.of(_buying(info).join(asked, input.idempotency_key))

    @resolved(
        "Give up the viewer's seat while the group is open; the leader's going calls it off.",
        tags=["public"],
        authenticated=True,
    )
    async def group_buy_leave(self, info: Info, group_buy_id: strawberry.ID) -> GroupBuyPayload:
        return await GroupBuyPayload.of(_buying(info).leave(group_buy_id))

    @resolved(
        "Sell something of the catalog for less to those who buy it together.",
        tags=["partner"],
        scopes=[["promotion:write"]],
    )
    async def group_buy_offer_create(
        self,
        info: Info,
        input: GroupBuyOfferCreateInput,  # noqa: A002
    ) -> GroupBuyOfferPayload:
        info.context.require_scopes("promotion:write")
        command = input.command()
        try:
            outcome = await info.context.once(
                info.field_name,
                input.idempotency_key,
                command,
                lambda unit: offers.create(unit, command),
            )
        except BusinessError as error:
            return GroupBuyOfferPayload(
                offer=None,
                user_errors=[InputError.of(error)],
                idempotent_replay=isinstance(error, RememberedRefusal),
            )
        info.context.loaders.forget()
        offer = await info.context.loaders.offer.load(outcome.result)
        return GroupBuyOfferPayload(
            offer=GroupBuyOffer.of(offer) if offer else None,
            user_errors=[],
            idempotent_replay=outcome.replayed,
        )


@strawberry.type
class Subscription:
    @subscribed(
        "How far a group is, whenever that changes.",
        tags=["public"],
        directives=[event_stream(TOPIC, "groupBuyId", EventStreamClass.STATE)],
    )
    async def group_buy_progress(
        self, group_buy_id: strawberry.ID
    ) -> AsyncIterator[GroupBuyProgress]:
        async for event in served_by_gateway(GroupBuyProgress):
            yield event


schema = build_schema(Query, Mutation, Subscription, types=[Customer, Product, InputError])


def _buying(info: Info) -> GroupBuying:
    context = info.context
    viewer = context.require_viewer()
    # Mutations of one operation come one after the other, each with its answer.
    context.loaders.forget()
    return GroupBuying(context.database, viewer, context.origin)
