from sqlalchemy import text

from subgraphs.catalog.seed import seed as seed_catalog
from subgraphs.groupbuy.models import GroupBuyState
from subgraphs.groupbuy.repository import group_page
from subgraphs.groupbuy.seed import OPEN_GROUPS, REFUNDED_GROUPS, group_id, seed
from subgraphs.shared.connections import page_request
from subgraphs.shared.database import Database
from tests.support.groupbuys import Shop
from tests.support.postgres import Server


async def test_the_demo_groups_are_there(shop: Shop):
    await seed(shop.database)
    await shop.audit()
    async with shop.database.session() as session:
        request = page_request(100)
        open_ = await group_page(session, GroupBuyState.OPEN, request)
        refunded = await group_page(session, GroupBuyState.REFUNDED, request)
        assert (await session.execute(text("select count(*) from groupbuy.offer"))).scalar() == 40
    assert (len(open_), len(refunded)) == (OPEN_GROUPS, REFUNDED_GROUPS)
    assert (await shop.group(group_id(1))).seats_left == 1
    await shop.join(group_id(1), "the last")
    assert (await shop.group(group_id(1))).state is GroupBuyState.FILLED


async def test_alone_a_product_costs_what_the_catalog_says(postgres_server: Server):
    url = await postgres_server.migrated("catalog", "groupbuy")
    catalog, database = Database(url, "catalog"), Database(url, "groupbuy")
    await seed_catalog(catalog)
    await seed(database)
    async with database.session() as session:
        query = text("""
            select o.solo_price, o.group_price, p.amount from groupbuy.offer as o
            join catalog.prices as p on p.variant_id = o.variant_id and p.channel = 'in'""")
        found = (await session.execute(query)).all()
    assert len(found) == 40
    assert all(row.group_price < row.solo_price == row.amount for row in found)
    await catalog.close()
    await database.close()
    await postgres_server.drop(url)


async def test_seeding_again_changes_nothing(shop: Shop):
    await seed(shop.database)
    await shop.join(group_id(1), "the last")
    query = text("select id, state, version from groupbuy.group_buy order by id")
    async with shop.database.session() as session:
        before = (await session.execute(query)).all()
    await seed(shop.database)
    async with shop.database.session() as session:
        assert (await session.execute(query)).all() == before
