"""The cart's graph, called as the gateway calls it."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import pytest

from subgraphs.cart import repository
from subgraphs.shared.database import Database
from subgraphs.shared.money import MAX_AMOUNT, Money
from subgraphs.shared.unit_of_work import UnitOfWork
from tests.support.subgraphs import Caller

CART = """
  id version channel { slug } customer { id } lineCount
  totals { subtotal { amount } total { amount currency exponent formatted } }
  lines {
    id quantity variant { id } unitPrice { amount } lineTotal { amount } source { kind refId }
  }
"""
CREATE = f"""mutation ($in: CartCreateInput!) {{
  cartCreate(input: $in) {{ cart {{ {CART} }} userErrors {{ code field message }} }} }}"""
ADD = f"""mutation ($in: CartLinesAddInput!) {{
  cartLinesAdd(input: $in) {{ cart {{ {CART} }} userErrors {{ code field }} }} }}"""
UPDATE = f"""mutation ($in: CartLinesUpdateInput!) {{
  cartLinesUpdate(input: $in) {{ cart {{ {CART} }} userErrors {{ code field }} }} }}"""
REMOVE = f"""mutation ($cart: ID!, $lines: [ID!]!) {{
  cartLinesRemove(cartId: $cart, lineIds: $lines) {{
    cart {{ {CART} }} userErrors {{ code }} }} }}"""
CLAIM = "mutation ($id: ID!) { cartClaim(cartId: $id) { cart { id } userErrors { code field } } }"
READ = "query ($id: ID!) { cart(id: $id) { id } }"


def line(variant: str, quantity: int = 1, **others: Any) -> dict[str, Any]:
    return {"variantId": variant, "quantity": quantity, **others}


async def create(call: Caller, *lines: dict[str, Any], viewer: str | None = None) -> dict[str, Any]:
    asked = {"channel": "in", "lines": list(lines)}
    payload = (await call.data(CREATE, {"in": asked}, viewer=viewer))["cartCreate"]
    assert payload["userErrors"] == []
    cart: dict[str, Any] = payload["cart"]
    return cart


async def test_lines_are_priced_and_add_up_exactly(call: Caller):
    cart = await create(call, line("lamp", 3), line("chair"), line("sock", 999))
    assert [entry["lineTotal"]["amount"] for entry in cart["lines"]] == [59_997, 1_250_050, 999]
    assert cart["totals"] == {
        "subtotal": {"amount": 1_311_046},
        "total": {
            "amount": 1_311_046,
            "currency": "INR",
            "exponent": 2,
            "formatted": "₹13,110.46",
        },
    }
    assert (cart["version"], cart["lineCount"], cart["customer"]) == (1, 3, None)


@pytest.mark.parametrize(
    ("channel", "variant", "exponent", "formatted"),
    [("jp", "lamp", 0, "¥7,000"), ("gulf", "chair", 3, "KWD90.250")],
)
async def test_currencies_keep_their_own_decimals(
    call: Caller, channel: str, variant: str, exponent: int, formatted: str
):
    asked = {"channel": channel, "lines": [line(variant, 2)]}
    total = (await call.data(CREATE, {"in": asked}))["cartCreate"]["cart"]["totals"]["total"]
    assert (total["exponent"], total["formatted"]) == (exponent, formatted)


async def test_the_same_thing_from_the_same_place_is_one_line(call: Caller):
    pin = {"source": {"kind": "STREAM_PIN", "refId": "strm_1"}}
    cart = await create(call, line("lamp"), line("lamp", 2), line("lamp", 1, **pin))
    assert [entry["quantity"] for entry in cart["lines"]] == [3, 1]
    assert cart["lines"][1]["source"] == {"kind": "STREAM_PIN", "refId": "strm_1"}


async def test_quantities_change_and_zero_removes(call: Caller):
    cart = await create(call, line("lamp"), line("sock", 2))
    lamp, sock = (entry["id"] for entry in cart["lines"])
    wanted = [{"lineId": lamp, "quantity": 5}, {"lineId": sock, "quantity": 0}]
    asked = {"cartId": cart["id"], "lines": wanted, "expectedVersion": 1}
    changed = (await call.data(UPDATE, {"in": asked}))["cartLinesUpdate"]["cart"]
    assert [(entry["id"], entry["quantity"]) for entry in changed["lines"]] == [(lamp, 5)]
    late = (await call.data(UPDATE, {"in": asked}))["cartLinesUpdate"]
    assert late["userErrors"] == [{"code": "CONFLICT", "field": ["expectedVersion"]}]


async def test_removing_twice_is_no_error_and_no_new_version(call: Caller):
    cart = await create(call, line("lamp"))
    asked = {"cart": cart["id"], "lines": [cart["lines"][0]["id"]]}
    assert (await call.data(REMOVE, asked))["cartLinesRemove"]["cart"]["version"] == 2
    assert (await call.data(REMOVE, asked))["cartLinesRemove"]["cart"]["version"] == 2


@pytest.mark.parametrize(
    ("new", "code", "field"),
    [
        (line("unknown"), "NOT_FOUND", ["lines", "1", "variantId"]),
        (line("gone"), "NOT_FOUND", ["lines", "1", "variantId"]),
        (line("lamp", 0), "INVALID", ["lines", "1", "quantity"]),
        (line("lamp", -1), "INVALID", ["lines", "1", "quantity"]),
        (line("lamp", 1000), "INVALID", ["lines", "1", "quantity"]),
    ],
    ids=["unknown", "not on sale", "none", "negative", "too many"],
)
async def test_a_bad_line_changes_nothing(
    call: Caller, new: dict[str, Any], code: str, field: list[str]
):
    cart = await create(call, line("sock"))
    asked = {"cartId": cart["id"], "lines": [line("sock"), new]}
    payload = (await call.data(ADD, {"in": asked}))["cartLinesAdd"]
    assert payload == {"cart": None, "userErrors": [{"code": code, "field": field}]}
    data = await call.data("query ($id: ID!) { cart(id: $id) { version } }", {"id": cart["id"]})
    assert data["cart"]["version"] == 1


async def test_a_channel_that_sells_nothing_is_refused(call: Caller):
    payload = (await call.data(CREATE, {"in": {"channel": "moon"}}))["cartCreate"]
    assert payload["userErrors"][0]["code"] == "NOT_FOUND"


async def test_a_cart_has_at_most_a_hundred_lines(call: Caller):
    lines = [line("lamp", 1, source={"kind": "POST", "refId": f"p{n}"}) for n in range(101)]
    payload = (await call.data(CREATE, {"in": {"channel": "in", "lines": lines}}))["cartCreate"]
    assert [error["code"] for error in payload["userErrors"]] == ["INVALID"]
    # More than PostgreSQL takes in one statement.
    lines = [line(f"v{n}") for n in range(40_000)]
    payload = (await call.data(CREATE, {"in": {"channel": "in", "lines": lines}}))["cartCreate"]
    assert [error["code"] for error in payload["userErrors"]] == ["INVALID"]


async def test_a_repeated_create_gives_the_same_cart(call: Caller):
    asked = {"channel": "in", "lines": [line("lamp")], "idempotencyKey": "0123456789abcdef"}
    first = (await call.data(CREATE, {"in": asked}))["cartCreate"]["cart"]
    again = (await call.data(CREATE, {"in": asked}))["cartCreate"]["cart"]
    assert again["id"] == first["id"]
    other = (await call.data(CREATE, {"in": asked | {"channel": "jp"}}))["cartCreate"]
    assert other["userErrors"][0]["code"] == "IDEMPOTENCY_KEY_REUSED"


async def test_nobody_gets_a_stranger_s_cart_by_a_short_key(call: Caller):
    asked = {"channel": "in", "idempotencyKey": "1"}
    payload = (await call.data(CREATE, {"in": asked}))["cartCreate"]
    assert payload["userErrors"][0]["field"] == ["idempotencyKey"]


async def test_a_repeated_create_gives_the_cart_as_it_is_and_to_its_owner_alone(call: Caller):
    asked = {"channel": "in", "lines": [line("lamp")], "idempotencyKey": "0123456789abcdef"}
    cart = (await call.data(CREATE, {"in": asked}))["cartCreate"]["cart"]
    await call.data(ADD, {"in": {"cartId": cart["id"], "lines": [line("sock")]}})
    again = (await call.data(CREATE, {"in": asked}))["cartCreate"]["cart"]
    assert (again["version"], again["lineCount"]) == (2, 2)
    await call.data(CLAIM, {"id": cart["id"]}, viewer="ann")
    replayed = (await call.data(CREATE, {"in": asked}))["cartCreate"]
    assert replayed["cart"] is None
    assert [error["code"] for error in replayed["userErrors"]] == ["NOT_FOUND"]


async def test_what_leads_to_a_line_has_an_id(call: Caller):
    for ref in ("", "a b", "x" * 256, "針" * 900):
        asked = {"channel": "in", "lines": [line("lamp", source={"kind": "POST", "refId": ref})]}
        payload = (await call.data(CREATE, {"in": asked}))["cartCreate"]
        [error] = payload["userErrors"]
        assert (error["code"], error["field"]) == ("INVALID", ["lines", "0", "source", "refId"])


async def test_a_cart_costs_no_more_than_an_amount_can_be(call: Caller, database: Database):
    most = MAX_AMOUNT // 3
    async with UnitOfWork(database) as unit:
        await repository.write_prices(
            unit.session,
            "moon",
            product_id="prod_moon",
            on_sale=True,
            amounts={"in": Money(most, "INR")},
        )
    cart = await create(call, line("moon", 3))
    assert cart["totals"]["total"]["amount"] == most * 3
    asked = {"in": {"cartId": cart["id"], "lines": [line("moon")]}}
    more = (await call.data(ADD, asked))["cartLinesAdd"]
    assert more["userErrors"] == [{"code": "INVALID", "field": ["lines"]}]
    wanted = [{"lineId": cart["lines"][0]["id"], "quantity": 999}]
    more = await call.data(UPDATE, {"in": {"cartId": cart["id"], "lines": wanted}})
    assert more["cartLinesUpdate"]["userErrors"] == [{"code": "INVALID", "field": ["lines"]}]
    assert (await call.data(READ, {"id": cart["id"]}))["cart"] == {"id": cart["id"]}


async def test_a_claimed_cart_looks_missing_to_everybody_else(call: Caller):
    cart = await create(call, line("lamp"))
    claimed = (await call.data(CLAIM, {"id": cart["id"]}, viewer="ann"))["cartClaim"]
    assert claimed["cart"] == {"id": cart["id"]}
    for viewer in ("bob", None):
        assert await call.data(READ, {"id": cart["id"]}, viewer=viewer) == {"cart": None}
        found = await call.entities(
            "... on Cart { version }", [{"__typename": "Cart", "id": cart["id"]}], viewer=viewer
        )
        assert found == [None]
        asked = {"in": {"cartId": cart["id"], "lines": [line("lamp")]}}
        added = (await call.data(ADD, asked, viewer=viewer))["cartLinesAdd"]
        assert added["userErrors"] == [{"code": "NOT_FOUND", "field": ["cartId"]}]
    stolen = (await call.data(CLAIM, {"id": cart["id"]}, viewer="bob"))["cartClaim"]
    assert stolen["userErrors"] == [{"code": "NOT_FOUND", "field": ["cartId"]}]
    assert await call.data(READ, {"id": cart["id"]}, viewer="ann") == {"cart": {"id": cart["id"]}}


async def test_only_the_owner_sees_active_carts(call: Caller):
    cart = await create(call, line("lamp"), viewer="ann")
    ann = [{"__typename": "Customer", "id": "ann"}]
    wanted = "... on Customer { activeCarts { id } }"
    mine = await call.entities(wanted, ann, viewer="ann")
    assert mine[0]["activeCarts"] == [{"id": cart["id"]}]
    assert (await call.entities(wanted, ann, viewer="bob"))[0]["activeCarts"] == []


async def test_concurrent_additions_are_all_counted(call: Caller):
    cart = await create(call)

    async def add() -> None:
        asked = {"cartId": cart["id"], "lines": [line("sock")]}
        payload = (await call.data(ADD, {"in": asked}))["cartLinesAdd"]
        assert payload["userErrors"] == []

    async with asyncio.TaskGroup() as group:
        for _ in range(30):
            group.create_task(add())
    query = f"query ($id: ID!) {{ cart(id: $id) {{ {CART} }} }}"
    after = (await call.data(query, {"id": cart["id"]}))["cart"]
    assert [entry["quantity"] for entry in after["lines"]] == [30]
    assert after["version"] == 31


@pytest.mark.parametrize("count", [1, 25])
async def test_a_list_of_carts_costs_the_same_whatever_its_length(
    call: Caller,
    postgres_statements: Callable[[], AbstractContextManager[Sequence[str]]],
    count: int,
):
    carts = [await create(call, line("lamp"), line("sock"), viewer="ann") for _ in range(count)]
    ids = [{"__typename": "Cart", "id": cart["id"]} for cart in carts]
    with postgres_statements() as sent:
        found = await call.entities(f"... on Cart {{ {CART} }}", ids, viewer="ann")
    assert len(found) == count
    assert len([statement for statement in sent if "select" in statement.lower()]) == 2


async def test_each_mutation_of_an_operation_answers_with_the_cart_as_it_left_it(call: Caller):
    cart = await create(call, line("lamp"), viewer="ann")
    both = """mutation ($one: CartLinesAddInput!, $two: CartLinesAddInput!) {
        one: cartLinesAdd(input: $one) { cart { ...Seen customer { activeCarts { ...Seen } } } }
        two: cartLinesAdd(input: $two) { cart { ...Seen customer { activeCarts { ...Seen } } } } }
        fragment Seen on Cart { version lineCount totals { total { amount } } }"""
    asked = {
        name: {"cartId": cart["id"], "lines": [line(variant)]}
        for name, variant in (("one", "sock"), ("two", "chair"))
    }
    answer = await call.data(both, asked, viewer="ann")
    for name, version, total in (("one", 2, 20_000), ("two", 3, 1_270_050)):
        seen = {"version": version, "lineCount": version, "totals": {"total": {"amount": total}}}
        assert answer[name]["cart"] == seen | {"customer": {"activeCarts": [seen]}}


async def test_carts_of_carts_of_carts_cost_no_more_statements_than_levels(
    call: Caller,
    postgres_statements: Callable[[], AbstractContextManager[Sequence[str]]],
):
    for _ in range(5):
        await create(call, line("lamp"), viewer="ann")
    deep = "activeCarts { customer { activeCarts { customer { activeCarts { id } } } } }"
    ann = [{"__typename": "Customer", "id": "ann"}]
    with postgres_statements() as sent:
        [found] = await call.entities(f"... on Customer {{ {deep} }}", ann, viewer="ann")
    assert len(found["activeCarts"][4]["customer"]["activeCarts"]) == 5
    assert len(sent) == 1
