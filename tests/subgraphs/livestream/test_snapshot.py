"""What is shown with a stream is that of its head, whatever happens between the statements (P3)."""

from subgraphs.livestream import reads
from tests.subgraphs.livestream.acts import PRODUCTS, room


async def test_p3_pin_and_chat_are_read_as_of_the_head(call, database):
    made = await room(call)
    first = (await made.pin(PRODUCTS[0]))["pin"]
    await made.say("Before")
    async with database.session() as session:
        before = (await reads.streams_by_id(session, [made.id]))[made.id]
    second = (await made.pin(PRODUCTS[1]))["pin"]
    await made.say("After")
    async with database.session() as session:
        after = (await reads.streams_by_id(session, [made.id]))[made.id]
        places = [before.place, after.place]
        pins = await reads.current_pins(session, places)
        chat = await reads.latest_chat(session, places, 5)
    assert (before.head, after.head) == (4, 6)
    assert [pins[place].id for place in places] == [first["id"], second["id"]]
    assert [[line.body for line in chat[place]] for place in places] == [
        ["Before"],
        ["Before", "After"],
    ]


async def test_before_the_first_pin_there_is_none(call, database):
    made = await room(call)
    async with database.session() as session:
        before = (await reads.streams_by_id(session, [made.id]))[made.id]
        await made.pin(PRODUCTS[0])
        assert await reads.current_pins(session, [before.place]) == {}
