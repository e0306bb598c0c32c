"""Each mutation of the graph writes one event for each aggregate it changes, in its transaction.

A database with all subgraphs' tables notes which transactions change which of them. One story goes
through all mutations; after each of them, every change must have its events.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from graphql import GraphQLObjectType
from sqlalchemy import text

from fusion.schema import ROOT
from fusion.subgraphs import SUBGRAPHS, module
from gateway.supergraph.parse import parse_supergraph
from subgraphs.cart import prices as cart_prices
from subgraphs.groupbuy import prices as groupbuy_prices
from subgraphs.livestream.gift_rows import add_gift
from subgraphs.livestream.models import Gift
from subgraphs.shared.app import Subgraph, create_app
from subgraphs.shared.consumer import Received
from subgraphs.shared.database import Database
from subgraphs.shared.demo import customer_id
from subgraphs.shared.money import Money
from subgraphs.shared.origin import UNKNOWN
from subgraphs.shared.unit_of_work import UnitOfWork
from tests.support.groupbuys import Shop
from tests.support.postgres import Server
from tests.support.subgraphs import Caller, calling, settings
from tests.support.told import Watch, watch
from tests.support.wallets import Bank

INR = {"amount": 100, "currency": "INR"}
NOW = datetime.now(UTC)
SCOPES = ("stream:host", "catalog:write", "promotion:write", "wallet:write", "gateway:audience")
SUPERGRAPH = parse_supergraph((ROOT / "supergraph.graphql").read_text())

# What the catalog told of a variant, to those who keep its price.
PRICED = Received(
    id="var_1:1",
    type="fc.catalog.price.changed.v1",
    topic="fc.catalog.price.v1",
    key="var_1",
    sequence=1,
    time=NOW,
    data={
        "variantId": "var_1",
        "productId": "prod_1",
        "status": "ACTIVE",
        "prices": [{"channel": "in", "amount": 10_000, "currency": "INR"}],
    },
    origin=UNKNOWN,
)

# What counts many small things tells of them together, a moment later: nobody follows each one.
COUNTED_LATER = {
    "streamLike": "fc.livestream.viewers.counted.v1",
    "streamAudienceReport": "fc.livestream.viewers.counted.v1",
}


class Story:
    """All subgraphs over one database, and who does what in them."""

    def __init__(self, callers: dict[str, Caller], databases: dict[str, Database]) -> None:
        self._callers = callers
        self.databases = databases
        self._watches = {name: Watch(database) for name, database in databases.items()}
        self.done: set[str] = set()
        self.wallets: list[str] = []
        self._keys = 0

    async def begin(self) -> None:
        await watch(self.databases["catalog"])
        for each in self._watches.values():
            await each.told()

    async def does(
        self, who: str, field: str, types: list[str], selected: str = "", **arguments: Any
    ) -> dict[str, Any]:
        """Run a mutation, and assert that it told exactly this, in the subgraph that has it."""
        subgraph, payload = await self._run(who, field, selected, arguments)
        told = await self._watches[subgraph].told()
        assert [type_.split(".", 2)[2].removesuffix(".v1") for type_ in told] == types, field
        self.done.add(field)
        return payload

    async def again(self, who: str, field: str, **arguments: Any) -> None:
        """Run a mutation that changes nothing any more, and so tells nothing."""
        subgraph, _ = await self._run(who, field, "", arguments)
        assert await self._watches[subgraph].told() == [], field

    async def _run(
        self, who: str, field: str, selected: str, arguments: dict[str, Any]
    ) -> tuple[str, dict[str, Any]]:
        definition = mutations().fields[field]
        given = self._with_key(definition, arguments)
        declared = ", ".join(f"${name}: {definition.args[name].type}" for name in given)
        passed = ", ".join(f"{name}: ${name}" for name in given)
        query = (
            f"mutation ({declared}) {{ {field}({passed}) {{ {selected} userErrors {{ code }} }} }}"
        )
        subgraph = subgraph_of(field)
        data = await self._callers[subgraph].data(query, given, viewer=who, scopes=SCOPES)
        payload: dict[str, Any] = data[field]
        assert payload["userErrors"] == [], (field, payload)
        return subgraph, payload

    def _with_key(self, definition: Any, arguments: dict[str, Any]) -> dict[str, Any]:
        """The arguments, as `input` where there is one, with an idempotency key if it takes one."""
        self._keys += 1
        key = {"idempotencyKey": f"a key that nobody guesses {self._keys}"}
        if "input" in definition.args:
            takes_key = "idempotencyKey" in definition.args["input"].type.of_type.fields
            return {"input": {**(key if takes_key else {}), **arguments}}
        return {**(key if "idempotencyKey" in definition.args else {}), **arguments}


def mutations() -> GraphQLObjectType:
    found = SUPERGRAPH.api_schema.mutation_type
    assert found is not None
    return found


def subgraph_of(field: str) -> str:
    for name in SUBGRAPHS:
        root = module(name, "schema").schema._schema.mutation_type
        if root is not None and field in root.fields:
            return name
    raise AssertionError(field)


@asynccontextmanager
async def stories(server: Server) -> AsyncIterator[Story]:
    url = await server.migrated(*SUBGRAPHS)
    async with AsyncExitStack() as stack:
        callers, databases = {}, {}
        for name in SUBGRAPHS:
            whole = module(name, "app").SUBGRAPH
            still = Subgraph(name=name, schema=whole.schema, loaders=whole.loaders)
            app = create_app(still, settings(name, url))
            callers[name] = await stack.enter_async_context(calling(app, name))
            databases[name] = Database(url, name)
            stack.push_async_callback(databases[name].close)
        yield Story(callers, databases)
    await server.drop(url)


@pytest.fixture
async def story(postgres_server: Server) -> AsyncIterator[Story]:
    async with stories(postgres_server) as story:
        await module("catalog", "seed").seed(story.databases["catalog"])
        await Shop(story.databases["groupbuy"]).offer(size=2)
        for follower in (cart_prices, groupbuy_prices):
            name = follower.__name__.split(".")[1]
            async with UnitOfWork(story.databases[name]) as unit:
                await follower.take_over(unit, PRICED)
        bank = Bank(story.databases["wallet"])
        story.wallets = [await bank.open(name) for name in ("ann", "max")]
        rose = Gift(id="rose", name="A rose", price=Money(10, "INR"), icon_url=None)
        async with UnitOfWork(story.databases["livestream"]) as unit:
            await add_gift(unit.session, rose, 1)
        await story.begin()
        yield story


async def test_every_mutation_tells_of_what_it_changes(story: Story):
    await shopping(story)
    await editing(story)
    await paying(story)
    await offering(story)
    await buying_together(story)
    await posting(story)
    await hosting(story)
    assert story.done | set(COUNTED_LATER) >= set(mutations().fields)


async def shopping(story: Story) -> None:
    updated = ["cart.updated"]
    line = {"variantId": "var_1", "quantity": 1}
    made = await story.does("ann", "cartCreate", updated, "cart { id }", channel="in")
    cart = made["cart"]["id"]
    lines = "cart { lines { id } }"
    added = await story.does("ann", "cartLinesAdd", updated, lines, cartId=cart, lines=[line])
    (id_,) = [each["id"] for each in added["cart"]["lines"]]
    set_ = {"cartId": cart, "lines": [{"lineId": id_, "quantity": 3}]}
    await story.does("ann", "cartLinesUpdate", updated, **set_)
    await story.again("ann", "cartLinesUpdate", **set_)
    await story.does("ann", "cartLinesRemove", updated, cartId=cart, lineIds=[id_])
    made = await story.does(None, "cartCreate", updated, "cart { id }", channel="in")  # type: ignore[arg-type]
    await story.does("ann", "cartClaim", updated, cartId=made["cart"]["id"])
    await story.again("ann", "cartClaim", cartId=made["cart"]["id"])


async def editing(story: Story) -> None:
    who = "editor"
    made = await story.does(
        who, "productCreate", ["product.updated"], "product { id }",
        slug="a-lamp", title="A lamp", options=["Colour"],
    )  # fmt: skip
    product = made["product"]["id"]
    await story.does(who, "productUpdate", ["product.updated"], id=product, title="Another")
    variants = [{"sku": "L-1", "options": [{"name": "Colour", "value": "Red"}]}]
    found = await story.does(
        who, "variantsUpsert", ["product.updated"], "product { variants { nodes { id } } }",
        productId=product, variants=variants,
    )  # fmt: skip
    (variant,) = [each["id"] for each in found["product"]["variants"]["nodes"]]
    await story.does(
        who, "variantPriceSet", ["price.changed"], variantId=variant, channel="in", price=INR
    )


async def paying(story: Story) -> None:
    posted = ["entry.posted"]
    ann, max_ = story.wallets
    for _ in range(5):
        await story.does(
            "ann", "walletTopUp", posted, walletId=ann, amount=INR, cardToken="tok_visa"
        )
    await story.does(
        "ann", "walletTransfer", posted * 2, fromWalletId=ann, toWalletId=max_, amount=INR
    )
    await story.does(
        "ann", "walletWithdraw", posted, walletId=ann, amount=INR, bankToken="bank_test"
    )


async def buying_together(story: Story) -> None:
    card = {"cardToken": "tok_visa"}
    made = await story.does(
        "ann", "groupBuyOpen", ["group.opened"], "groupBuy { id }", offerId="offer", payment=card
    )
    group = made["groupBuy"]["id"]
    await story.does("max", "groupBuyJoin", ["group.filled"], groupBuyId=group, payment=card)
    made = await story.does(
        "eve", "groupBuyOpen", ["group.opened"], "groupBuy { id }", offerId="offer", payment=card
    )
    await story.does("eve", "groupBuyLeave", ["group.cancelled"], groupBuyId=made["groupBuy"]["id"])
    await story.again("eve", "groupBuyLeave", groupBuyId=made["groupBuy"]["id"])


async def offering(story: Story) -> None:
    await story.does(
        "editor", "groupBuyOfferCreate", ["offer.created"],
        variantId="var_1", size=2, groupPrice=INR, windowSeconds=3600, quota=1,
        startsAt=NOW.isoformat(), endsAt=(NOW + timedelta(days=1)).isoformat(),
    )  # fmt: skip


async def posting(story: Story) -> None:
    author = customer_id(5)
    made = await story.does(
        author, "postCreate", ["post.created"], "post { id }", body="Hello all."
    )
    post = made["post"]["id"]
    like = {"postId": post, "kind": "LIKE"}
    await story.does("max", "postReact", ["reaction.set"], **like, on=True)
    await story.again("max", "postReact", **like, on=True)
    await story.does("max", "postReact", ["reaction.cleared"], **like, on=False)
    await story.does("max", "commentAdd", ["comment.added"], postId=post, body="Hello.")
    await story.does("max", "followSet", ["follow.set"], customerId=author, following=True)
    await story.again("max", "followSet", customerId=author, following=True)
    await story.does(
        "eve", "followSet", ["post.followed", "follow.set"], customerId=author, following=True,
        postId=post,
    )  # fmt: skip
    await story.does("eve", "postReport", ["post.reported"], postId=post, reason="SPAM")
    await story.again("eve", "postReport", postId=post, reason="SPAM")


async def hosting(story: Story) -> None:
    host = "host"
    soon = (NOW + timedelta(hours=1)).isoformat()
    made = await story.does(
        host, "streamSchedule", ["stream.scheduled"], "stream { id }",
        title="Lamps", scheduledAt=soon, productIds=["prod_1"],
    )  # fmt: skip
    room = made["stream"]["id"]
    await story.does(host, "streamStart", ["stream.started"], streamId=room)
    await story.again(host, "streamStart", streamId=room)
    items = [{"productId": "prod_1", "offerPrice": None}, {"productId": "prod_2"}]
    await story.does(host, "streamShelfSet", ["shelf.changed"], streamId=room, items=items)
    await story.does(host, "streamPinProduct", ["pin.set"], streamId=room, productId="prod_1")
    await story.does(host, "streamUnpin", ["pin.cleared"], streamId=room)
    await story.again(host, "streamUnpin", streamId=room)
    await story.does(
        host, "streamCouponDrop", ["coupon.dropped"],
        streamId=room, title="Ten", percent=10, quantity=1, seconds=60,
    )  # fmt: skip
    async with story.databases["livestream"].session() as session:
        drop = (await session.execute(text("select id from livestream.coupon_drops"))).scalar_one()
    await story.does("ann", "streamCouponClaim", ["coupon.claimed"], "code", dropId=drop)
    said = await story.does(
        "ann", "chatSend", ["chat.posted"], "message { id }", streamId=room, body="Hi"
    )
    message = said["message"]["id"]
    await story.does(host, "chatModerate", ["chat.removed"], streamId=room, messageId=message)
    await story.again(host, "chatModerate", streamId=room, messageId=message)
    await story.does(
        host,
        "chatModerate",
        ["chat.muted"],
        streamId=room,
        muteCustomerId=customer_id(9),
        seconds=60,
    )
    await story.does(
        "ann", "giftSend", ["gift.asked"], streamId=room, giftId="rose", walletId=story.wallets[0]
    )
    await story.does(host, "streamEnd", ["stream.ended"], streamId=room)
    await story.again(host, "streamEnd", streamId=room)
