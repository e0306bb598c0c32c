"""Every key finds its entity; drafts are for editors only, wherever one asks."""

from subgraphs.catalog.content.assortment import assortment
from subgraphs.shared.demo import customer_id, demo_id, product_id, variant_id

SLUG = "lumora-halo-wireless-headphones"


async def test_each_key_finds_the_entity_and_an_unknown_one_nothing(call):
    found = await call.entities(
        "... on Product { title } ... on ProductVariant { sku } ... on Channel { name }",
        [
            {"__typename": "Product", "id": product_id(1)},
            {"__typename": "Product", "slug": SLUG},
            {"__typename": "Product", "id": "prod_0"},
            {"__typename": "ProductVariant", "id": variant_id(1, 0)},
            {"__typename": "ProductVariant", "sku": "HP-001-GR"},
            {"__typename": "ProductVariant", "sku": "nothing"},
            {"__typename": "Channel", "id": demo_id("chan", 5)},
            {"__typename": "Channel", "slug": "jp"},
            {"__typename": "Channel", "slug": "moon"},
        ],
    )
    title, sku = "Lumora Halo Wireless Headphones", "HP-001-GR"
    names = [
        entity and next(entity[k] for k in ("title", "sku", "name") if k in entity)
        for entity in found
    ]
    assert names == [
        title, title, None, sku, sku, None, "Japan", "Japan", None,
    ]  # fmt: skip


async def test_root_fields_take_exactly_one_key(call):
    for arguments in ("", f'(id: "{product_id(1)}", slug: "{SLUG}")'):
        answer = await call(f"{{ product{arguments} {{ id }} }}")
        assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
        assert answer["data"] == {"product": None}


async def test_a_variant_is_found_by_each_key(call):
    barcode = next(assortment()).variants[0].barcode
    keys = (f'id: "{variant_id(1, 0)}"', 'sku: "HP-001-GR"', f'barcode: "{barcode}"')
    for key in keys:
        data = await call.data(f"{{ variant({key}) {{ id }} }}")
        assert data["variant"] == {"id": variant_id(1, 0)}, key


async def test_a_draft_and_its_variants_are_for_editors(call):
    query = """query ($p: ID!, $v: ID!) {
        product(id: $p) { id } variant(id: $v) { id }
        _entities(representations: [{__typename: "Product", id: $p},
                                    {__typename: "ProductVariant", id: $v}]) { __typename }
    }"""
    keys = {"p": product_id(1), "v": variant_id(1, 0)}
    hide = "mutation ($p: ID!) { productUpdate(input: {id: $p, status: DRAFT}) { product { id } } }"
    editor = {"viewer": customer_id(3), "scopes": ["catalog:write"]}
    await call.data(hide, {"p": keys["p"]}, **editor)

    hidden = {"product": None, "variant": None, "_entities": [None, None]}
    assert await call.data(query, keys) == hidden
    assert await call.data(query, keys, viewer=customer_id(1)) == hidden
    shown = await call.data(query, keys, **editor)
    assert shown["product"] == {"id": keys["p"]}
    assert [entity["__typename"] for entity in shown["_entities"]] == ["Product", "ProductVariant"]


async def test_an_archived_product_stays_readable_but_leaves_the_lists(call):
    retire = (
        "mutation ($p: ID!) { productUpdate(input: {id: $p, status: ARCHIVED}) { product { id } } }"
    )
    editor = {"viewer": customer_id(3), "scopes": ["catalog:write"]}
    await call.data(retire, {"p": product_id(1)}, **editor)
    data = await call.data(
        """query ($p: ID!) {
            product(id: $p) { status }
            search(query: "halo wireless") { nodes { id } }
            collection(slug: "best-of-audio") { products { totalCount nodes { id } } }
        }""",
        {"p": product_id(1)},
    )
    assert data["product"] == {"status": "ARCHIVED"}
    assert product_id(1) not in [node["id"] for node in data["search"]["nodes"]]
    assert data["collection"]["products"]["totalCount"] == 16
    assert product_id(1) not in [node["id"] for node in data["collection"]["products"]["nodes"]]


async def test_the_cost_of_a_variant_needs_its_scope(call):
    query = '{ variant(sku: "HP-001-GR") { sku costPrice { amount currency } } }'
    for options, code in (({}, "UNAUTHENTICATED"), ({"viewer": customer_id(1)}, "FORBIDDEN")):
        answer = await call(query, **options)
        assert answer["errors"][0]["extensions"]["code"] == code
        assert answer["data"]["variant"] == {"sku": "HP-001-GR", "costPrice": None}
    allowed = await call.data(query, viewer=customer_id(3), scopes=["catalog:cost"])
    assert allowed["variant"]["costPrice"]["amount"] > 0


async def test_prices_have_the_exponent_of_their_currency(call):
    data = await call.data(
        """{ variant(sku: "HP-001-GR") {
            jp: price(channel: "jp") { amount currency exponent formatted }
            gulf: price(channel: "gulf") { amount currency exponent formatted }
            us: price(channel: "us") { amount currency exponent formatted }
            moon: price(channel: "moon") { amount }
        } }"""
    )
    assert data["variant"] == {
        "jp": {"amount": 30180, "currency": "JPY", "exponent": 0, "formatted": "¥30,180"},
        "gulf": {"amount": 61450, "currency": "KWD", "exponent": 3, "formatted": "KWD61.450"},
        "us": {"amount": 19899, "currency": "USD", "exponent": 2, "formatted": "$198.99"},
        "moon": None,
    }


async def test_options_choose_a_variant(call):
    data = await call.data(
        """{ product(slug: "lumora-halo-wireless-headphones") {
            right: variantByOptions(selected: [{name: "Colour", value: "Rose"}]) { sku }
            wrong: variantByOptions(selected: [{name: "Colour", value: "Mauve"}]) { sku }
            less: variantByOptions(selected: []) { sku }
        } }"""
    )
    assert data["product"] == {"right": {"sku": "HP-001-RO"}, "wrong": None, "less": None}
