"""Pages follow each other without gap or repetition; filters and orders do what they say."""

import pytest

from subgraphs.shared.demo import customer_id

PAGE = """query ($first: Int!, $after: String, $sort: ProductSort!, $filter: ProductFilter) {
    products(first: $first, after: $after, sort: $sort, filter: $filter) {
        totalCount nodes { id createdAt priceRange(channel: "us") { min { amount } } }
        pageInfo { hasNextPage hasPreviousPage endCursor }
    }
}"""


PUBLISH = """mutation ($p: ID!) {
    productUpdate(input: {id: $p, status: ACTIVE}) { product { id } }
}"""


async def walk(call, first, sort, filter_=None, between=None):
    """All items, page by page."""
    found, after = [], None
    while True:
        variables = {"first": first, "after": after, "sort": sort, "filter": filter_}
        page = (await call.data(PAGE, variables))["products"]
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        found += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return found, page["totalCount"]
        after = page["pageInfo"]["endCursor"]
        if between is not None:
            await between()
            between = None


@pytest.mark.parametrize("sort", ["RELEVANCE", "NEWEST", "PRICE_ASC", "PRICE_DESC"])
async def test_pages_make_up_the_whole_list_in_order(call, sort):
    found, total = await walk(call, 37, sort, {"channel": "us"})
    assert len(found) == total == 200
    assert len({node["id"] for node in found}) == 200
    amounts = [node["priceRange"]["min"]["amount"] for node in found]
    times = [node["createdAt"] for node in found]
    match sort:
        case "PRICE_ASC":
            assert amounts == sorted(amounts)
        case "PRICE_DESC":
            assert amounts == sorted(amounts, reverse=True)
        case _:
            assert times == sorted(times, reverse=True)


async def test_a_product_that_appears_meanwhile_moves_no_page(call):
    editor = {"viewer": customer_id(3), "scopes": ["catalog:write"]}

    async def appear():
        made = await call.data(
            """mutation { productCreate(input: {slug: "new", title: "New", idempotencyKey: "k"}) {
                product { id } } }""",
            **editor,
        )
        await call.data(
            PUBLISH,
            {"p": made["productCreate"]["product"]["id"]},
            **editor,
        )

    before, _ = await walk(call, 50, "NEWEST")
    during, total = await walk(call, 50, "NEWEST", between=appear)
    assert during == before
    assert total == 201


async def test_filters_narrow_and_a_department_holds_its_categories(call):
    async def number(filter_):
        return (await walk(call, 100, "NEWEST", filter_))[1]

    assert await number({"categorySlug": "electronics"}) == 51
    assert await number({"categorySlug": "cameras"}) == 17
    assert await number({"categorySlug": "nowhere"}) == 0
    assert await number({"collectionSlug": "best-of-audio"}) == 17
    assert await number({"attributes": [{"key": "brand", "anyOf": ["Lumora", "Koyo"]}]}) == 17
    assert await number({"channel": "jp"}) < 200


async def test_prices_limit_by_the_cheapest_variant_inclusively(call):
    filter_ = {
        "channel": "us",
        "priceMin": {"amount": 19899, "currency": "USD"},
        "priceMax": {"amount": 19899, "currency": "USD"},
    }
    found, _ = await walk(call, 100, "PRICE_ASC", filter_)
    assert found
    assert {node["priceRange"]["min"]["amount"] for node in found} == {19899}


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"first": 101}, "between 0 and 100"),
        ({"first": -1}, "between 0 and 100"),
        ({"after": "nonsense"}, "not a cursor"),
        ({"sort": "PRICE_ASC"}, "filter.channel"),
        ({"filter": {"channel": "moon"}}, "no channel"),
        ({"filter": {"priceMin": {"amount": 1, "currency": "USD"}}}, "filter.channel"),
        (
            {"filter": {"channel": "jp", "priceMax": {"amount": 1, "currency": "USD"}}},
            "are in JPY",
        ),
    ],
)
async def test_a_wrong_argument_is_told(call, variables, words):
    answer = await call(PAGE, {"first": 2, "sort": "NEWEST"} | variables)
    [error] = answer["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert words in error["message"]


async def test_a_cursor_of_another_order_is_refused(call):
    by_price = await call.data(PAGE, {"first": 2, "sort": "PRICE_ASC", "filter": {"channel": "us"}})
    after = by_price["products"]["pageInfo"]["endCursor"]
    answer = await call(PAGE, {"first": 2, "sort": "NEWEST", "after": after})
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_variants_are_paged_in_order(call):
    query = """query ($after: String) { product(slug: "strida-tempo-road-running-shoes") {
        variants(first: 4, after: $after) {
            totalCount nodes { sku } pageInfo { hasNextPage endCursor }
        }
    } }"""
    one = (await call.data(query))["product"]["variants"]
    two = (await call.data(query, {"after": one["pageInfo"]["endCursor"]}))["product"]["variants"]
    assert one["totalCount"] == 6
    assert [one["pageInfo"]["hasNextPage"], two["pageInfo"]["hasNextPage"]] == [True, False]
    skus = [node["sku"] for node in one["nodes"] + two["nodes"]]
    assert len(set(skus)) == 6
