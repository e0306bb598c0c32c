"""No field costs a statement for each object: every field of every entity is tried.

Half of what there is of an entity, and then all of it, is asked for with all its fields and all
that they lead to, some levels deep. The other half must not cost further SQL statements.
"""

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager

import pytest
from graphql import (
    GraphQLArgument,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
    is_required_argument,
)
from sqlalchemy import text

from fusion.subgraphs import SUBGRAPHS, module
from subgraphs.cart.repository import write_prices
from subgraphs.cart.service import Carts, NewCart, NewLine
from subgraphs.livestream.gift_rows import catalogue
from subgraphs.livestream.gifts import SendGift, send
from subgraphs.shared.app import Subgraph, create_app
from subgraphs.shared.database import Database
from subgraphs.shared.demo import customer_id, demo_id
from subgraphs.shared.identity import Viewer
from subgraphs.shared.money import Money
from subgraphs.shared.unit_of_work import UnitOfWork, transact
from tests.support.postgres import Server
from tests.support.subgraphs import calling, settings
from tests.support.wallets import Bank

ME = customer_id(1)
SCOPES = ["catalog:cost", "catalog:write"]
LEVELS = 3
REQUIRED = {"channel": '"in"', "selected": '[{name: "Colour", value: "Black"}]'}
# Where the ids of each entity are found. Its owner alone sees some: those are made for `ME`.
IDS = {
    "catalog": {
        "Product": "select id from catalog.products order by id limit 30",
        "ProductVariant": "select id from catalog.variants order by id limit 30",
        "Category": "select id from catalog.categories where parent_id is not null",
        "Collection": "select id from catalog.collections",
        "Channel": "select id from catalog.channels",
    },
    "cart": {
        "Cart": "select id from cart.cart",
        "Customer": "select customer_id from cart.cart",
    },
    "social": {
        "Post": "select id from social.posts order by id limit 30",
        "Customer": "select distinct author_id from social.posts",
        "Product": "select distinct product_id from social.tags order by 1 limit 30",
    },
    "livestream": {
        "Stream": "select id from livestream.streams",
        "Customer": "select host_id from livestream.streams",
        "Product": "select product_id from livestream.shelf_items",
        "GiftSending": "select id from livestream.gift_sendings",
    },
    "groupbuy": {
        "GroupBuy": "select id from groupbuy.group_buy",
        "GroupBuyOffer": "select id from groupbuy.offer",
        "GroupBuyProgress": "select id from groupbuy.group_buy",
        "Product": "select o.product_id from groupbuy.offer o join groupbuy.group_buy g"
        " on g.offer_id = o.id where g.state = 'OPEN'",
        "Customer": "select customer_id from groupbuy.member where customer_id ="
        " (select customer_id from groupbuy.member group by 1 order by count(*) desc limit 1)",
    },
    "wallet": {
        "Wallet": "select id from wallet.account where owner_id is not null",
        "WalletEntry": "select id from wallet.entry where sequence is not null",
        "Customer": "select owner_id from wallet.account where owner_id is not null",
    },
}


def key(entity: str, id_: str) -> dict[str, object]:
    """The key of an entity: its id, but for a group's progress, which is what an event held."""
    if entity != "GroupBuyProgress":
        return {"id": id_}
    told = {"paidCount": 1, "size": 2, "state": "OPEN", "version": 1}
    return {"groupBuy": {"id": id_}, **told}


async def fill_carts(database: Database) -> None:
    async with UnitOfWork(database) as unit:
        for variant in ("a", "b"):
            amounts = {"in": Money(5, "INR")}
            await write_prices(
                unit.session, variant, product_id="prod_1", on_sale=True, amounts=amounts
            )
    asked = NewCart(channel="in", lines=(NewLine("a", 1), NewLine("b", 2)))
    for _ in range(8):
        await Carts(database, Viewer(ME)).create(asked, None)


async def fill_wallets(database: Database) -> None:
    bank = Bank(database)
    for currency in ("USD", "EUR", "CNY", "JPY", "KWD"):
        await bank.open(ME, 1_000, currency)
    await bank.hold(ME, await bank.open(ME, 1_000), 10, "memb_1")


async def send_gifts(database: Database) -> None:
    await module("livestream", "seed").seed(database)
    async with database.session() as session:
        rose = (await catalogue(session))[0].id
    stream, wallet = demo_id("strm", 1), demo_id("wal", 1)
    gift = SendGift(stream_id=stream, gift_id=rose, count=1, wallet_id=wallet)
    for _ in range(6):
        await transact(database, lambda unit: send(unit, ME, gift))


FILL: dict[str, Callable[[Database], Awaitable[None]]] = {
    "cart": fill_carts,
    "wallet": fill_wallets,
    "livestream": send_gifts,
}


def selection(type_: GraphQLNamedType, levels: int) -> str:
    """All fields of a type, and of what they lead to."""
    if not isinstance(type_, GraphQLObjectType):
        return "{ __typename }" if hasattr(type_, "fields") else ""
    asked = ["__typename"]
    for name, field in type_.fields.items():
        inner = get_named_type(field.type)
        if levels or not hasattr(inner, "fields"):
            asked.append(f"{name}{arguments(field.args)} {selection(inner, levels - 1)}")
    return f"{{ {' '.join(asked)} }}"


def arguments(takes: dict[str, GraphQLArgument]) -> str:
    """What a field cannot do without."""
    given = [
        f"{name}: {REQUIRED[name]}" for name, one in takes.items() if is_required_argument(one)
    ]
    return f"({', '.join(given)})" if given else ""


def is_resolved(type_: GraphQLObjectType) -> bool:
    """Whether the subgraph finds it by its key; other subgraphs' entities it may only name."""
    return hasattr(type_.extensions["strawberry-definition"].origin, "resolve_reference")


@pytest.mark.parametrize("name", SUBGRAPHS)
async def test_all_fields_of_all_entities_cost_the_same_whatever_their_number(
    name: str,
    postgres_server: Server,
    postgres_statements: Callable[[], AbstractContextManager[list[str]]],
):
    graph = module(name, "app").SUBGRAPH
    still = Subgraph(name=name, schema=graph.schema, loaders=graph.loaders)
    types = graph.schema._schema.type_map
    union = types["_Entity"]
    assert isinstance(union, GraphQLUnionType)
    entities = [type_.name for type_ in union.types if is_resolved(type_)]
    assert set(entities) == set(IDS[name])
    async with postgres_server.database(name) as database:
        await FILL.get(name, module(name, "seed").seed)(database)
        async with calling(create_app(still, settings(name, database.url)), name) as call:
            for entity in entities:
                async with database.session() as session:
                    ids = list(await session.scalars(text(IDS[name][entity])))
                viewer = ids[0] if entity == "Customer" else ME
                asked = f"... on {entity} {selection(types[entity], LEVELS)}"
                costs = []
                # The first is not compared: it may have to connect to the database.
                for some in (ids[:1], ids[::2], ids):
                    representations = [{"__typename": entity, **key(entity, id_)} for id_ in some]
                    with postgres_statements() as sent:
                        found = await call.entities(
                            asked, representations, viewer=viewer, scopes=SCOPES
                        )
                    costs.append(len(sent))
                    assert len(found) == len(some)
                    assert None not in found
                # Two ways to one loader may meet in a statement, or come one after the other.
                more = costs[2] - costs[1]
                assert 2 * more < len(ids) - len(ids[::2]), (entity, costs)
                assert costs[2] > 0, entity
