"""Editors' mutations: what they change, what they refuse and why, and what they tell others."""

import asyncio
import random

import pytest

from subgraphs.shared.demo import customer_id, demo_id, product_id, variant_id
from tests.subgraphs.catalog.log import told

EDITOR = {"viewer": customer_id(3), "scopes": ["catalog:write"]}
ERRORS = "userErrors { __typename code field message }"
CREATE = f"""mutation ($input: ProductCreateInput!) {{ productCreate(input: $input) {{
    product {{ id slug title status version category {{ slug }} options {{ name }}
               attributes {{ key value }} }}
    {ERRORS}
}} }}"""
UPDATE = f"""mutation ($input: ProductUpdateInput!) {{ productUpdate(input: $input) {{
    product {{ id title status version }} {ERRORS}
}} }}"""
UPSERT = f"""mutation ($input: VariantsUpsertInput!) {{ variantsUpsert(input: $input) {{
    product {{ version options {{ name values {{ name }} }}
               variants {{ nodes {{ id sku barcode title weightGrams }} }} }}
    {ERRORS}
}} }}"""
PRICE = f"""mutation ($input: VariantPriceSetInput!) {{ variantPriceSet(input: $input) {{
    variant {{ id price(channel: "jp") {{ amount }} compareAtPrice(channel: "jp") {{ amount }} }}
    {ERRORS}
}} }}"""
NEW = {
    "slug": "glimt-orb-lamp",
    "title": "Glimt Orb Lamp",
    "categoryId": demo_id("cat", 107),
    "options": ["Colour"],
    "attributes": [{"key": "bulb", "value": "E27"}],
    "idempotencyKey": "one",
}


async def run(call, mutation, **given):
    """The payload of a mutation by an editor."""
    data = await call.data(mutation, {"input": given}, **EDITOR)
    return next(iter(data.values()))


async def create(call, **changes):
    return await run(call, CREATE, **NEW | changes)


def refusal(payload):
    """Code and field of the one error; nothing else came back."""
    [error] = payload["userErrors"]
    assert error["__typename"] == "InputError"
    assert payload.get("product") is None
    assert payload.get("variant") is None
    return error["code"], error["field"]


@pytest.mark.parametrize("mutation", [CREATE, UPDATE, UPSERT, PRICE])
async def test_only_editors_edit(call, mutation):
    given = {
        CREATE: NEW,
        UPDATE: {"id": product_id(1)},
        UPSERT: {"productId": product_id(1), "variants": []},
        PRICE: {
            "variantId": variant_id(1, 0),
            "channel": "jp",
            "price": {"amount": 1, "currency": "JPY"},
        },
    }[mutation]
    for options, code in (({}, "UNAUTHENTICATED"), ({"viewer": customer_id(1)}, "FORBIDDEN")):
        answer = await call(mutation, {"input": given}, **options)
        assert answer["data"] is None
        assert answer["errors"][0]["extensions"]["code"] == code


async def test_a_product_begins_as_a_draft_with_all_that_was_told(call, database):
    made = await create(call)
    assert made["userErrors"] == []
    product = made["product"]
    del product["title"]
    assert product == {
        "id": product["id"],
        "slug": "glimt-orb-lamp",
        "status": "DRAFT",
        "version": 1,
        "category": {"slug": "lamps"},
        "options": [{"name": "Colour"}],
        "attributes": [{"key": "bulb", "value": "E27"}],
    }
    [event] = await told(database, product["id"])
    assert event["type"] == "fc.catalog.product.updated.v1"
    assert event["data"]["status"] == "DRAFT"


async def test_a_creation_sent_twice_happens_once(call, database):
    first = await create(call)
    again = await create(call)
    assert again == first
    assert len(await told(database, first["product"]["id"])) == 1
    assert refusal(await create(call, title="Another")) == (
        "IDEMPOTENCY_KEY_REUSED",
        ["idempotencyKey"],
    )


async def test_a_creation_sent_twice_at_once_happens_once(call):
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(create(call)) for _ in range(8)]
    payloads = [task.result() for task in tasks]
    assert len({payload["product"]["id"] for payload in payloads}) == 1


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"slug": "Not A Slug"}, "INVALID", ["slug"]),
        ({"slug": "lumora-halo-wireless-headphones"}, "CONFLICT", ["slug"]),
        ({"title": "  "}, "INVALID", ["title"]),
        ({"title": "x" * 201}, "INVALID", ["title"]),
        ({"description": "x" * 20_001}, "INVALID", ["description"]),
        ({"categoryId": "cat_0"}, "NOT_FOUND", ["categoryId"]),
        ({"options": ["A", "B", "C", "D", "E", "F"]}, "INVALID", ["options"]),
        ({"options": ["Size", "size"]}, "INVALID", ["options", "1"]),
        ({"options": ["x" * 61]}, "INVALID", ["options", "0"]),
        ({"attributes": [{"key": "soul", "value": "x"}]}, "NOT_FOUND", ["attributes", "0", "key"]),
        ({"attributes": [{"key": "bulb", "value": ""}]}, "INVALID", ["attributes", "0", "value"]),
        ({"idempotencyKey": ""}, "INVALID", ["idempotencyKey"]),
    ],
)
async def test_a_wrong_product_is_refused_with_its_field(call, changes, code, field):
    assert refusal(await create(call, **changes)) == (code, field)


async def test_an_update_expects_the_version_it_has_seen(call):
    one = await run(call, UPDATE, id=product_id(1), title="Halo", expectedVersion=1)
    assert one["product"] == {
        "id": product_id(1),
        "title": "Halo",
        "status": "ACTIVE",
        "version": 2,
    }
    late = await run(call, UPDATE, id=product_id(1), title="Hello", expectedVersion=1)
    assert refusal(late) == ("CONFLICT", ["expectedVersion"])
    assert refusal(await run(call, UPDATE, id="prod_0", title="x")) == ("NOT_FOUND", ["id"])


async def test_of_updates_at_once_with_one_version_one_wins(call):
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(
                run(call, UPDATE, id=product_id(1), title=f"Title {n}", expectedVersion=1)
            )
            for n in range(8)
        ]
    won = [task.result()["product"] for task in tasks if task.result()["product"]]
    assert [product["version"] for product in won] == [2]


async def test_an_update_without_a_change_tells_nothing(call, database):
    before = len(await told(database, product_id(1)))
    same = await run(call, UPDATE, id=product_id(1), title="Lumora Halo Wireless Headphones")
    assert same["product"]["version"] == 1
    assert len(await told(database, product_id(1))) == before


async def test_whether_a_product_is_sold_is_told_of_each_variant(call, database):
    await run(call, UPDATE, id=product_id(1), status="ARCHIVED")
    for k in range(3):
        *_, last = await told(database, variant_id(1, k))
        assert last["type"] == "fc.catalog.price.changed.v1"
        assert last["sequence"] == "2"
        assert last["data"]["status"] == "ARCHIVED"
        assert last["data"]["version"] == 2
        assert len(last["data"]["prices"]) >= 5


async def test_variants_are_made_and_changed_by_their_sku(call):
    product = (await create(call))["product"]["id"]
    rose = {"sku": "ORB-1", "options": [{"name": "Colour", "value": "Rose"}], "weightGrams": 400}
    moss = {"sku": "ORB-2", "options": [{"name": "Colour", "value": "Moss"}]}
    made = await run(call, UPSERT, productId=product, variants=[rose, moss])
    assert [node["title"] for node in made["product"]["variants"]["nodes"]] == ["Rose", "Moss"]
    # The two swap their colours, one gets another weight.
    swapped = [
        rose | {"options": moss["options"], "weightGrams": 500},
        moss | {"options": rose["options"]},
    ]
    changed = await run(call, UPSERT, productId=product, variants=swapped)
    nodes = changed["product"]["variants"]["nodes"]
    assert [(n["sku"], n["title"], n["weightGrams"]) for n in nodes] == [
        ("ORB-1", "Moss", 500),
        ("ORB-2", "Rose", None),
    ]
    assert [n["id"] for n in nodes] == [n["id"] for n in made["product"]["variants"]["nodes"]]
    only = await run(
        call, UPSERT, productId=product,
        variants=[moss | {"options": [{"name": "Colour", "value": "Sky"}]}],
    )  # fmt: skip
    [option] = only["product"]["options"]
    assert {value["name"] for value in option["values"]} == {"Moss", "Sky"}


RED = [{"name": "Colour", "value": "Red"}]


async def test_the_longest_options_and_choices_are_not_too_long_for_the_database(call):
    chance = random.Random(0)
    names, values = (["".join(chr(chance.randrange(0x20000, 0x2A000)) for _ in range(60))
                      for _ in range(5)] for _ in range(2))  # fmt: skip
    made = await create(call, options=names)
    options = [{"name": name, "value": value} for name, value in zip(names, values, strict=True)]
    saved = await run(
        call,
        UPSERT,
        productId=made["product"]["id"],
        variants=[{"sku": "LONG", "options": options}],
    )
    assert saved["userErrors"] == []
    options[4]["value"] += "x"
    refused = await run(
        call,
        UPSERT,
        productId=made["product"]["id"],
        variants=[{"sku": "LONGER", "options": options}],
    )
    assert refusal(refused) == ("INVALID", ["variants", "0", "options", "4", "value"])


@pytest.mark.parametrize(
    ("variants", "code", "field"),
    [
        ([], "INVALID", ["variants"]),
        ([{"sku": "lower", "options": RED}], "INVALID", ["variants", "0", "sku"]),
        ([{"sku": "HP-001-GR", "options": RED}], "DUPLICATE_SKU", ["variants", "0", "sku"]),
        (
            [{"sku": "A", "options": RED}, {"sku": "A", "options": RED}],
            "DUPLICATE_SKU",
            ["variants", "1", "sku"],
        ),
        (
            [{"sku": "A", "options": RED}, {"sku": "B", "options": RED}],
            "CONFLICT",
            ["variants", "1", "options"],
        ),
        ([{"sku": "A", "options": []}], "INVALID", ["variants", "0", "options"]),
        (
            [{"sku": "A", "options": [{"name": "Taste", "value": "x"}]}],
            "INVALID",
            ["variants", "0", "options"],
        ),
        (
            [{"sku": "A", "options": RED, "barcode": "8900041000102"}],
            "INVALID",
            ["variants", "0", "barcode"],
        ),
        (
            [{"sku": "A", "options": RED, "barcode": "8900041000101"}],
            "CONFLICT",
            ["variants", "0", "barcode"],
        ),
        (
            [{"sku": "A", "options": RED, "weightGrams": 0}],
            "INVALID",
            ["variants", "0", "weightGrams"],
        ),
    ],
)
async def test_wrong_variants_are_refused_and_none_is_made(call, variants, code, field):
    product = (await create(call))["product"]["id"]
    refused = await run(call, UPSERT, productId=product, variants=variants)
    assert refusal(refused) == (code, field)
    data = await call.data(
        "query ($p: ID!) { product(id: $p) { version variants { totalCount } } }",
        {"p": product},
        **EDITOR,
    )
    assert data["product"] == {"version": 1, "variants": {"totalCount": 0}}


async def test_of_products_that_take_a_sku_at_once_one_gets_it(call):
    ids = [
        (await create(call, slug=f"lamp-{n}", idempotencyKey=f"k{n}"))["product"]["id"]
        for n in range(4)
    ]
    variant = {"sku": "WANTED", "options": RED}
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(run(call, UPSERT, productId=id_, variants=[variant])) for id_ in ids
        ]
    payloads = [task.result() for task in tasks]
    assert sum(payload["product"] is not None for payload in payloads) == 1
    codes = {error["code"] for payload in payloads for error in payload["userErrors"]}
    assert codes == {"DUPLICATE_SKU"}


def price_of(amount, compare_at=None, currency="JPY"):
    money = {"amount": amount, "currency": currency}
    former = None if compare_at is None else {"amount": compare_at, "currency": currency}
    return {"variantId": variant_id(1, 0), "channel": "jp", "price": money, "compareAt": former}


async def test_a_price_is_set_and_told_with_all_that_others_keep(call, database):
    done = await run(call, PRICE, **price_of(29_800, 31_000))
    assert done == {
        "variant": {
            "id": variant_id(1, 0),
            "price": {"amount": 29_800},
            "compareAtPrice": {"amount": 31_000},
        },
        "userErrors": [],
    }
    *_, event = await told(database, variant_id(1, 0))
    data = event["data"]
    assert event["id"] == f"{variant_id(1, 0)}:2"
    assert data["variant"] == {"id": variant_id(1, 0)}
    assert (data["channel"], data["version"]) == ("jp", 2)
    assert data["price"]["price"] == {
        "amount": 29_800,
        "currency": "JPY",
        "exponent": 0,
        "formatted": "¥29,800",
    }
    assert (data["productId"], data["sku"], data["status"]) == (
        product_id(1),
        "HP-001-GR",
        "ACTIVE",
    )
    by_channel = {price["channel"]: price for price in data["prices"]}
    assert by_channel["jp"] == {
        "channel": "jp",
        "amount": 29_800,
        "currency": "JPY",
        "compareAt": 31_000,
    }
    assert set(by_channel) == {"in", "us", "eu", "cn", "jp", "gulf"}


async def test_the_same_price_again_tells_nothing(call, database):
    await run(call, PRICE, **price_of(29_800))
    before = len(await told(database, variant_id(1, 0)))
    await run(call, PRICE, **price_of(29_800))
    assert len(await told(database, variant_id(1, 0))) == before


async def test_prices_set_at_once_are_told_in_the_order_in_which_they_held(call, database):
    async with asyncio.TaskGroup() as group:
        for n in range(10):
            group.create_task(run(call, PRICE, **price_of(20_000 + n)))
    events = (await told(database, variant_id(1, 0)))[1:]
    assert [event["data"]["version"] for event in events] == list(range(2, 12))
    now = await call.data('{ variant(sku: "HP-001-GR") { price(channel: "jp") { amount } } }')
    assert events[-1]["data"]["price"]["price"]["amount"] == now["variant"]["price"]["amount"]


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"variantId": "var_0"}, "NOT_FOUND", ["variantId"]),
        ({"channel": "moon"}, "NOT_FOUND", ["channel"]),
        (price_of(1, currency="USD"), "INVALID", ["price", "currency"]),
        (price_of(-1), "INVALID", ["price", "amount"]),
        (price_of(100, 99), "INVALID", ["compareAt", "amount"]),
    ],
)
async def test_a_wrong_price_is_refused(call, changes, code, field):
    assert refusal(await run(call, PRICE, **price_of(100) | changes)) == (code, field)


async def test_a_price_beyond_53_bits_or_of_no_currency_is_bad_input(call):
    for price in (price_of(2**53), price_of(1, currency="XXQ"), price_of(1.5)):
        answer = await call(PRICE, {"input": price}, **EDITOR)
        assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
