"""Search finds words and words like them; facets count what brute force counts."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings as hypothesis_settings, strategies as st

from subgraphs.catalog.content.assortment import assortment

SEARCH = """query ($q: String, $filter: ProductFilter, $facets: [String!]) {
    search(query: $q, filter: $filter, facets: $facets, first: 100) {
        totalCount nodes { id title } edges { score }
        facets { key values { value count selected } }
    }
}"""
SHOP = list(assortment())


async def titles(call, words):
    found = (await call.data(SEARCH, {"q": words}))["search"]
    assert found["totalCount"] >= len(found["nodes"])
    return [node["title"] for node in found["nodes"]]


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("halo wireless", "Lumora Halo Wireless Headphones"),
        ("hedphones", "Lumora Legacy Wired Headphones"),
        ("runing shoes", "Strida Tempo Road Running Shoes"),
        ("espreso", "Chaya Midnight Espresso Roast"),
        ("sneker", "Strida Ember Winter Sneakers"),
        ("dutch oven", "Ferro & Oak Heritage Dutch Oven"),
    ],
)
async def test_words_and_mistyped_words_find(call, typed, title):
    assert title in await titles(call, typed)


async def test_what_is_nowhere_finds_nothing(call):
    assert await titles(call, "zzzzqq") == []


@pytest.mark.parametrize("typed", ["'; drop table catalog.products --", "%", "&|!:*()", "\\", "\0"])
async def test_signs_are_text_like_any_other(call, typed):
    await titles(call, typed)
    assert len(await titles(call, "headphones")) == 17


async def test_all_words_must_match_and_better_matches_come_first(call):
    found = (await call.data(SEARCH, {"q": "wireless headphones"}))["search"]
    assert found["nodes"][0]["title"] == "Lumora Halo Wireless Headphones"
    scores = [edge["score"] for edge in found["edges"]]
    assert scores == sorted(scores, reverse=True)


async def test_too_long_a_query_is_refused(call):
    answer = await call(SEARCH, {"q": "x" * 201})
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_the_facet_price_needs_a_channel(call):
    answer = await call(SEARCH, {"facets": ["price"]})
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


def values_of(made, key):
    """The values of a facet that a demo product has."""
    match key:
        case "brand":
            return {made.product.vendor}
        case "category":
            return {made.range.slug}
        case "colour" | "size":
            named = {name.lower(): choices for name, choices in made.options.items()}
            return {value for value, _ in named.get(key, ())}
        case _:
            return {made.facts[key]} if key in made.facts else set()


def cheapest(made, channel):
    return min((p.price.amount for p in made.prices if p.channel == channel), default=None)


def brute_force(chosen, low, high, key):
    """The counts of one facet over the demo shop, in channel `us`."""
    counts: Counter[str] = Counter()
    for made in SHOP:
        amount = cheapest(made, "us")
        if amount is None or not low <= amount <= high:
            continue
        others = [k for k in chosen if k != key]
        if all(values_of(made, k) & set(chosen[k]) for k in others):
            counts.update(values_of(made, key))
    return dict(counts)


KEYS = ("brand", "category", "colour", "size", "material", "fit")
POOL = {key: sorted({value for made in SHOP for value in values_of(made, key)}) for key in KEYS}
CHOICES = st.dictionaries(st.sampled_from(KEYS), st.integers(0, 1000), max_size=2)


@hypothesis_settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(picked=CHOICES, low=st.integers(0, 30_000), width=st.integers(0, 100_000))
async def test_facets_count_what_brute_force_counts(call, picked, low, width):
    chosen = {
        key: [POOL[key][seed % len(POOL[key])], POOL[key][seed // 3 % len(POOL[key])]]
        for key, seed in picked.items()
    }
    high = low + width
    filter_ = {
        "channel": "us",
        "priceMin": {"amount": low, "currency": "USD"},
        "priceMax": {"amount": high, "currency": "USD"},
        "attributes": [{"key": key, "anyOf": some} for key, some in chosen.items()],
    }
    found = (await call.data(SEARCH, {"filter": filter_, "facets": list(KEYS)}))["search"]
    told = {
        facet["key"]: {value["value"]: value["count"] for value in facet["values"]}
        for facet in found["facets"]
    }
    for key in KEYS:
        assert told.get(key, {}) == brute_force(chosen, low, high, key), key
    selected = {
        (facet["key"], value["value"])
        for facet in found["facets"]
        for value in facet["values"]
        if value["selected"]
    }
    assert selected <= {(key, value) for key, some in chosen.items() for value in some}


async def test_ranges_of_prices_count_each_product_once_and_filter_as_they_say(call):
    found = await call.data(SEARCH, {"filter": {"channel": "gulf"}, "facets": ["price"]})
    [facet] = found["search"]["facets"]
    assert sum(value["count"] for value in facet["values"]) == found["search"]["totalCount"]
    for value in facet["values"]:
        low, high = map(int, value["value"].split("-"))
        expected = sum(
            amount is not None and low <= amount <= high
            for amount in (cheapest(made, "gulf") for made in SHOP)
        )
        assert value["count"] == expected
        limits = {
            "channel": "gulf",
            "priceMin": {"amount": low, "currency": "KWD"},
            "priceMax": {"amount": high, "currency": "KWD"},
        }
        narrowed = await call.data(SEARCH, {"filter": limits})
        assert narrowed["search"]["totalCount"] == value["count"]
