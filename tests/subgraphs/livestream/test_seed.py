"""The demo's rooms."""

from sqlalchemy import text

from subgraphs.catalog.content.assortment import assortment
from subgraphs.livestream.demo_texts import LIVE, OFFERS
from subgraphs.livestream.seed import seed, shelf_of
from subgraphs.shared.database import Database
from subgraphs.shared.demo import demo_id


async def test_rooms_are_seeded_once_with_contiguous_events(database: Database):
    await seed(database)
    await seed(database)
    async with database.session() as session:
        states = await session.execute(
            text("select state, count(*) from livestream.streams group by state order by state")
        )
        assert [tuple(row) for row in states] == [("ENDED", 5), ("LIVE", 3), ("SCHEDULED", 4)]
        gaps = await session.execute(
            text(
                """select key from livestream.outbox group by key
                having count(*) <> max(sequence) or min(sequence) <> 1"""
            )
        )
        assert gaps.all() == []


async def test_seeded_rows_carry_the_sequence_of_their_event(database: Database):
    await seed(database)
    async with database.session() as session:
        strangers = await session.execute(
            text(
                """
                select p.id from (
                    select id, stream_id, sequence from livestream.pins
                    union all select id, stream_id, sequence from livestream.chat_messages
                ) as p
                left join livestream.outbox o on o.key = p.stream_id and o.sequence = p.sequence
                where o.event->'data'->'pin'->>'id' is distinct from p.id
                and o.event->'data'->'message'->>'id' is distinct from p.id"""
            )
        )
        assert strangers.all() == []


def test_what_a_stream_offers_is_cheaper_than_in_the_catalog():
    listed = {
        product.number: min(
            price.price.amount for price in product.prices if price.price.currency == "INR"
        )
        for product in assortment()
    }
    for number, rupees in OFFERS.items():
        assert 0.75 < rupees * 100 / listed[number] < 0.95


async def test_the_tours_product_is_on_the_shelf_of_its_stream(database: Database):
    """What the playground pins without anything typed in."""
    await seed(database)
    async with database.session() as session:
        found = await session.execute(
            text(
                """select product_id from livestream.shelf_items
                where stream_id = :stream order by position"""
            ),
            {"stream": demo_id("strm", 1)},
        )
        assert list(found.scalars()) == shelf_of(1, LIVE[0])
