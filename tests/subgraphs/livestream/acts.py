"""What hosts and viewers do in these tests, by the graph."""

from typing import Any
from uuid import uuid4

from subgraphs.shared.demo import customer_id, product_id
from tests.support.subgraphs import Caller

HOST = customer_id(2)
OTHER_HOST = customer_id(11)
VIEWER = customer_id(7)
SCOPES = ["stream:host"]
PRODUCTS = [product_id(n) for n in range(1, 6)]

ERRORS = "userErrors { __typename code message field }"
STREAM = """
    stream {
        id title state headCursor startedAt endedAt host { id }
        shelf { position product { id } offerPrice { amount currency } pinCount deepLink }
        currentPin { id sequence product { id } }
    }
"""
SCHEDULE = (
    f"mutation ($in: StreamScheduleInput!) {{ streamSchedule(input: $in) {{ {STREAM} {ERRORS} }} }}"
)
START = f"mutation ($id: ID!) {{ streamStart(streamId: $id) {{ {STREAM} {ERRORS} }} }}"
END = f"mutation ($id: ID!) {{ streamEnd(streamId: $id) {{ {STREAM} {ERRORS} }} }}"
SHELF = (
    f"mutation ($in: StreamShelfSetInput!) {{ streamShelfSet(input: $in) {{ {STREAM} {ERRORS} }} }}"
)
PIN = f"""
    mutation ($in: StreamPinInput!) {{
        streamPinProduct(input: $in) {{
            pin {{
                id sequence product {{ id }} variant {{ id }} pinnedAt endsAt
                offerPrice {{ amount currency exponent formatted }}
            }}
            idempotentReplay {STREAM} {ERRORS}
        }}
    }}
"""
UNPIN = f"""
    mutation ($id: ID!) {{
        streamUnpin(streamId: $id) {{ pin {{ id }} idempotentReplay {STREAM} {ERRORS} }}
    }}
"""
CHAT = f"""
    mutation ($in: ChatSendInput!) {{
        chatSend(input: $in) {{ message {{ id body sequence author {{ id }} removed }} {ERRORS} }}
    }}
"""
MODERATE = f"""
    mutation ($in: ChatModerateInput!) {{
        chatModerate(input: $in) {{ message {{ id body removed sequence }} {ERRORS} }}
    }}
"""


class Room:
    """One stream, and its host's and viewers' moves; each gives the mutation's payload."""

    def __init__(self, call: Caller, stream_id: str) -> None:
        self.call = call
        self.id = stream_id

    async def start(self, host: str = HOST) -> dict[str, Any]:
        return await do(self.call, START, {"id": self.id}, host)

    async def end(self, host: str = HOST) -> dict[str, Any]:
        return await do(self.call, END, {"id": self.id}, host)

    async def pin(self, product: str, host: str = HOST, **others: Any) -> dict[str, Any]:
        asked = {"streamId": self.id, "productId": product, "idempotencyKey": key()} | others
        return await do(self.call, PIN, {"in": asked}, host)

    async def unpin(self, host: str = HOST) -> dict[str, Any]:
        return await do(self.call, UNPIN, {"id": self.id}, host)

    async def shelve(self, items: list[dict[str, Any]], host: str = HOST) -> dict[str, Any]:
        return await do(self.call, SHELF, {"in": {"streamId": self.id, "items": items}}, host)

    async def say(self, body: str, viewer: str = VIEWER, **others: Any) -> dict[str, Any]:
        asked = {"streamId": self.id, "body": body, "idempotencyKey": key()} | others
        return await do(self.call, CHAT, {"in": asked}, viewer, [])

    async def moderate(self, host: str = HOST, **asked: Any) -> dict[str, Any]:
        return await do(self.call, MODERATE, {"in": {"streamId": self.id} | asked}, host)


async def room(call: Caller, *, live: bool = True, host: str = HOST) -> Room:
    """A new room with `PRODUCTS` on its shelf."""
    asked = {
        "title": "Small flats, good chairs",
        "scheduledAt": "2026-11-22T18:00:00Z",
        "productIds": PRODUCTS,
        "idempotencyKey": key(),
    }
    payload = await do(call, SCHEDULE, {"in": asked}, host)
    made = Room(call, payload["stream"]["id"])
    if live:
        await made.start(host)
    return made


async def do(
    call: Caller, mutation: str, variables: dict[str, Any], viewer: str, scopes: Any = SCOPES
) -> dict[str, Any]:
    """The payload of a mutation with one root field."""
    data = await call.data(mutation, variables, viewer=viewer, scopes=scopes)
    payload: dict[str, Any]
    [payload] = data.values()
    return payload


def refusal(payload: dict[str, Any]) -> tuple[str, list[str] | None]:
    """Code and field of the one refusal."""
    [error] = payload["userErrors"]
    assert error["__typename"] == "InputError"
    assert error["message"]
    return error["code"], error["field"]


def key() -> str:
    return uuid4().hex
