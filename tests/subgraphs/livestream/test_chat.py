"""Chat: numbered lines while live, removal and mutes by the host."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from subgraphs.livestream import paces
from subgraphs.livestream.content import blocked
from subgraphs.livestream.demo_texts import CHAT as DEMO_LINES, HOST_LINES
from subgraphs.shared.demo import customer_id
from tests.subgraphs.livestream.acts import (
    CHAT,
    HOST,
    OTHER_HOST,
    PRODUCTS,
    VIEWER,
    key,
    refusal,
    room,
)
from tests.subgraphs.livestream.log import events_of

READ = """
    query ($id: ID!, $last: Int!) {
        stream(id: $id) { chat(last: $last) { body sequence removed author { id } } }
    }
"""


async def test_lines_are_numbered_by_their_events(call, database):
    made = await room(call)
    for body in ("Hello from Pune!", "  How heavy is it?  ", "Ordered!"):
        assert (await made.say(body))["userErrors"] == []
    chat = (await call.data(READ, {"id": made.id, "last": 2}))["stream"]["chat"]
    assert [(line["sequence"], line["body"]) for line in chat] == [
        (4, "How heavy is it?"),
        (5, "Ordered!"),
    ]
    event = (await events_of(database, made.id))[3]
    assert event["type"] == "fc.livestream.chat.posted.v1"
    assert event["data"]["__typename"] == "ChatEvent"
    assert event["data"]["message"]["sequence"] == int(event["sequence"])
    assert event["data"]["message"]["author"] == {"id": VIEWER}


async def test_a_line_sent_twice_with_a_key_is_said_once(call, database):
    made = await room(call)
    same = key()
    first = await made.say("Hello!", idempotencyKey=same)
    again = await made.say("Hello!", idempotencyKey=same)
    assert first["message"] == again["message"]
    assert len(await events_of(database, made.id)) == 3


@pytest.mark.parametrize("body", ["", "   ", "x" * 301])
async def test_an_empty_or_endless_line_is_refused(call, body):
    made = await room(call)
    assert refusal(await made.say(body)) == ("INVALID", ["body"])


async def test_nobody_chats_in_a_stream_that_is_not_live(call):
    made = await room(call, live=False)
    assert refusal(await made.say("Hello?")) == ("STREAM_NOT_LIVE", ["streamId"])
    made.id = "strm_nowhere"
    assert refusal(await made.say("Hello?")) == ("NOT_FOUND", ["streamId"])


async def test_the_anonymous_cannot_chat(call):
    made = await room(call)
    asked = {"streamId": made.id, "body": "Boo", "idempotencyKey": key()}
    answer = await call(CHAT, {"in": asked})
    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_a_removed_line_keeps_its_place_and_loses_its_text(call, database):
    made = await room(call)
    message = (await made.say("Buy followers at …"))["message"]
    removed = await made.moderate(messageId=message["id"])
    await made.moderate(messageId=message["id"])
    assert removed["message"] == {
        "id": message["id"],
        "body": "",
        "removed": True,
        "sequence": message["sequence"],
    }
    told = await events_of(database, made.id)
    assert len(told) == 4
    assert told[-1]["data"]["type"] == "CHAT_REMOVED"
    assert told[-1]["data"]["message"]["body"] == ""


async def test_the_muted_cannot_write_until_the_mute_is_over(call, database):
    made = await room(call)
    muted = await made.moderate(muteCustomerId=VIEWER, seconds=60)
    assert muted == {"message": None, "userErrors": []}
    assert refusal(await made.say("Me again"))[0] == "MUTED"
    assert (await made.say("Not me", viewer=customer_id(8)))["userErrors"] == []
    async with database.engine.begin() as connection:
        await connection.execute(
            text("update livestream.mutes set until = until - interval '60 s'")
        )
    assert (await made.say("Back again"))["userErrors"] == []
    types = [event["data"]["type"] for event in await events_of(database, made.id)]
    assert types == ["SCHEDULED", "STARTED", "CHAT_MUTED", "CHAT", "CHAT"]


async def test_moderation_is_the_hosts_and_of_the_streams_own_messages(call):
    made, other = await room(call), await room(call)
    message = (await other.say("Elsewhere"))["message"]["id"]
    assert refusal(await made.moderate(messageId=message)) == ("NOT_FOUND", ["messageId"])
    assert refusal(await made.moderate(OTHER_HOST, messageId=message)) == (
        "FORBIDDEN",
        ["streamId"],
    )


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({}, ["messageId"]),
        ({"muteCustomerId": VIEWER}, ["messageId"]),
        ({"messageId": "chat_1", "muteCustomerId": VIEWER, "seconds": 60}, ["messageId"]),
        ({"muteCustomerId": VIEWER, "seconds": 9}, ["seconds"]),
        ({"muteCustomerId": PRODUCTS[0], "seconds": 60}, ["muteCustomerId"]),
        ({"muteCustomerId": "cust_" + "x" * 251, "seconds": 60}, ["muteCustomerId"]),
    ],
)
async def test_unclear_moderation_is_refused(call, asked, field):
    made = await room(call)
    assert refusal(await made.moderate(**asked)) == ("INVALID", field)


async def test_more_chat_than_allowed_is_an_error(call):
    made = await room(call)
    answer = await call(READ, {"id": made.id, "last": 201})
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_who_writes_too_fast_has_to_wait_in_that_stream_alone(call, database, monkeypatch):
    monkeypatch.setattr(paces, "CHAT", paces.Pace(act="CHAT", every=timedelta(hours=1), burst=3))
    made, other = await room(call), await room(call)
    async with asyncio.TaskGroup() as group:
        lines = [group.create_task(made.say(f"Line {n}")) for n in range(10)]
    refused = [task.result() for task in lines if task.result()["userErrors"]]
    assert [refusal(payload) for payload in refused] == [("RATE_LIMITED", None)] * 7
    assert "try again in" in refused[0]["userErrors"][0]["message"]
    assert (await made.say("Another viewer", viewer=customer_id(8)))["userErrors"] == []
    assert (await other.say("Another stream"))["userErrors"] == []
    for n in range(5):
        assert (await made.say(f"The host {n}", viewer=HOST))["userErrors"] == []
    async with database.engine.begin() as connection:
        await connection.execute(
            text("update livestream.paces set busy_until = busy_until - interval '1 h'")
        )
    assert (await made.say("An hour later"))["userErrors"] == []
    assert refusal(await made.say("At once again"))[0] == "RATE_LIMITED"


@pytest.mark.parametrize(
    "body",
    [
        "Cheaper at https://elsewhere.example",
        "go to WWW.elsewhere.example",
        "my-shop.com has it",
        "my\uff0dshop\uff0ecom has it",  # full-width
        "my-\u200bshop.c\u200bom has it",
        "call +91 98765 43210",
        "find me on Telegram",
        "what a bitch",
    ],
)
async def test_links_numbers_and_insults_are_not_let_through(call, database, body):
    made = await room(call)
    assert refusal(await made.say(body)) == ("CONTENT_BLOCKED", ["body"])
    assert len(await events_of(database, made.id)) == 2
    assert (await made.say(body, viewer=HOST))["userErrors"] == []


@pytest.mark.parametrize(
    "body",
    [
        *DEMO_LINES,
        *HOST_LINES,
        "Is it 12.500 or 12,500 rupees?",
        "Size 44, order 2026-1122?",
        "The Scunthorpe one, please.",
        "Great.in blue, please!",
        "Wow.me too",
    ],
)
def test_what_people_say_in_a_shop_is_let_through(body):
    assert blocked(body) is None
