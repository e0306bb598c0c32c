"""The demo shop's assortment: which products and variants there are, and what they cost where.

Everything is a function of a product's number, so every database has the same shop. Other
subgraphs know products by `subgraphs.shared.demo`: 17 of each range, in the order of `RANGES`.
"""

import random
from collections.abc import Iterator
from datetime import timedelta
from itertools import product as combinations

import msgspec

from subgraphs.catalog.content.electronics import ELECTRONICS
from subgraphs.catalog.content.fashion import FASHION
from subgraphs.catalog.content.home import HOME
from subgraphs.catalog.content.ranges import Colour, Model, Range
from subgraphs.catalog.content.wellness import WELLNESS
from subgraphs.catalog.models import Price, Product, ProductStatus, Variant, check_digit
from subgraphs.shared.demo import EPOCH, PRODUCTS, RANGE_SIZE, RANGES, demo_id
from subgraphs.shared.money import Money

DEPARTMENTS = (ELECTRONICS, FASHION, HOME, WELLNESS)
_BY_SLUG = {range_.slug: range_ for department in DEPARTMENTS for range_ in department.ranges}


class Shade(msgspec.Struct, frozen=True):
    """A colour of a product and the variants that have it; `file` is their picture."""

    colour: Colour
    variants: tuple[str, ...]
    file: str


class DemoProduct(msgspec.Struct, frozen=True, kw_only=True):
    """One product with all that belongs to it. `facts` are values by attribute."""

    number: int
    range: Range
    model: Model
    product: Product
    options: dict[str, tuple[tuple[str, str | None], ...]]
    variants: tuple[Variant, ...]
    prices: tuple[Price, ...]
    facts: dict[str, str]
    shades: tuple[Shade, ...]


def assortment() -> Iterator[DemoProduct]:
    """All demo products, in the order of their numbers."""
    for number in range(1, PRODUCTS + 1):
        yield _product(number)


def _product(number: int) -> DemoProduct:
    place, index = divmod(number - 1, RANGE_SIZE)
    range_ = _BY_SLUG[RANGES[place]]
    model = range_.models[index]
    # The same every time; nothing secret.
    chance = random.Random(number)  # noqa: S311
    brand = range_.brands[index % len(range_.brands)]
    facts = {key: chance.choice(values) for key, values in range_.facts.items()}
    colours = chance.sample(range_.colours, range_.colours_each)
    # New things come in every few hours, spread over the ranges.
    made = EPOCH + timedelta(hours=(number * 77) % PRODUCTS * 6)
    product = Product(
        id=demo_id("prod", number),
        slug=_slug(f"{brand} {model.name}"),
        title=f"{brand} {model.name}",
        description=_description(range_, model, facts, brand),
        vendor=brand,
        status=ProductStatus.ACTIVE,
        category_id=demo_id("cat", 101 + place),
        tags=tuple(_tags(model, chance)),
        version=1,
        created_at=made,
        updated_at=made,
    )
    variants, prices = _variants(number, range_, model, colours)
    return DemoProduct(
        number=number,
        range=range_,
        model=model,
        product=product,
        options=_options(range_, colours),
        variants=variants,
        prices=prices,
        facts=facts,
        shades=_shades(product, variants, colours),
    )


def _description(range_: Range, model: Model, facts: dict[str, str], brand: str) -> str:
    filled = " ".join(range_.lines)
    for key, value in facts.items():
        filled = filled.replace(f"{{{key}}}", value)
    return f"{model.name} by {brand}: {model.charm}. {filled}"


def _tags(model: Model, chance: random.Random) -> list[str]:
    moods = ("gift", "everyday", "travel", "studio", "weekend", "bestseller", "new season")
    return sorted({model.name.split()[0].lower(), *chance.sample(moods, 2)})


def _options(range_: Range, colours: list[Colour]) -> dict[str, tuple[tuple[str, str | None], ...]]:
    found: dict[str, tuple[tuple[str, str | None], ...]] = {}
    if range_.colours_each > 1:
        found["Colour"] = tuple((colour.name, colour.hex) for colour in colours)
    if range_.choice is not None:
        found[range_.choice] = tuple((name, None) for name, _ in range_.choices)
    return found


def _variants(
    number: int, range_: Range, model: Model, colours: list[Colour]
) -> tuple[tuple[Variant, ...], tuple[Price, ...]]:
    chance = random.Random(f"variants of {number}")  # noqa: S311
    grams = chance.randrange(*range_.grams, 10)
    reduced = chance.random() < 0.25
    absent = chance.choice(("cn", "jp", "gulf")) if chance.random() < 0.12 else None
    variants: list[Variant] = []
    prices: list[Price] = []
    for k, (colour, choice) in enumerate(combinations(colours, range_.choices or (("", 0),))):
        size, more = choice
        cents = model.cents + more
        named = [("Colour", colour.name)] if range_.colours_each > 1 else []
        named += [(range_.choice, size)] if range_.choice else []
        variant = Variant(
            id=demo_id("var", number * 10 + k),
            product_id=demo_id("prod", number),
            position=k,
            sku=f"{range_.code}-{number:03}-{_short(colour.name)}{_short(size, '-')}",
            barcode=_barcode(number * 10 + k),
            choices=tuple(named),
            weight_grams=grams + 40 * k,
            cost=Money(cents * chance.randrange(38, 58) // 100, "USD"),
            price_version=1,
        )
        variants.append(variant)
        sold = [market for market in MARKETS if market.slug != absent]
        prices += [_price(variant.id, market, cents, reduced=reduced) for market in sold]
    return tuple(variants), tuple(prices)


class Market(msgspec.Struct, frozen=True):
    """A channel: 100 US cents are `rate` minor units; prices are `ending` below a `step`."""

    slug: str
    name: str
    currency: str
    countries: tuple[str, ...]
    tax_inclusive: bool
    rate: int
    step: int
    ending: int

    def amount(self, cents: int) -> int:
        """What a price in US cents becomes here."""
        steps = (cents * self.rate + 50 * self.step) // (100 * self.step)
        return max(steps, 1) * self.step - self.ending


MARKETS = (
    Market("in", "India", "INR", ("IN",), True, 8_400, 10_000, 100),
    Market("us", "United States", "USD", ("US", "CA"), False, 100, 100, 1),
    Market("eu", "Europe", "EUR", ("DE", "FR", "NL", "IT", "ES", "SE"), True, 104, 100, 1),
    Market("cn", "China", "CNY", ("CN",), True, 720, 1_000, 100),
    Market("jp", "Japan", "JPY", ("JP",), True, 152, 100, 20),
    Market("gulf", "Gulf", "KWD", ("KW", "BH", "OM"), True, 308, 500, 50),
)


def _price(variant_id: str, market: Market, cents: int, *, reduced: bool) -> Price:
    former = market.amount(round(cents * 1.2)) if reduced else None
    return Price(
        variant_id=variant_id,
        channel=market.slug,
        price=Money(market.amount(cents), market.currency),
        compare_at=None if former is None else Money(former, market.currency),
    )


def _shades(
    product: Product, variants: tuple[Variant, ...], colours: list[Colour]
) -> tuple[Shade, ...]:
    each = len(variants) // len(colours)
    return tuple(
        Shade(
            colour,
            tuple(variant.id for variant in variants[place * each : (place + 1) * each]),
            f"{product.slug}-{_slug(colour.name)}.svg",
        )
        for place, colour in enumerate(colours)
    )


def _slug(text: str) -> str:
    plain = text.lower().replace("é", "e").replace("ê", "e").replace("&", "and")
    words = "".join(letter if letter.isascii() and letter.isalnum() else " " for letter in plain)
    return "-".join(words.split())


def _short(text: str, before: str = "") -> str:
    """The first letters of words, and numbers whole: `Cloud White` is CLWH, `EU 39` is EU39."""
    words = "".join(letter if letter.isalnum() else " " for letter in text.upper()).split()
    parts = [word if word[0].isdigit() else word[:2] for word in words]
    return before + "".join(parts) if parts else ""


def _barcode(number: int) -> str:
    digits = f"890{4_100_000 + number:09}"
    return digits + check_digit(digits)
