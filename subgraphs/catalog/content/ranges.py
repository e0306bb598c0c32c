"""What a range of demo products is made of. The departments fill it with words."""

import msgspec


class Colour(msgspec.Struct, frozen=True):
    """A colour that products come in, with the shade in which its picture is drawn."""

    name: str
    hex: str


class Model(msgspec.Struct, frozen=True):
    """One product: its name without the brand, its price in US cents, and what makes it special."""

    name: str
    cents: int
    charm: str


class Range(msgspec.Struct, frozen=True):
    """One category: its brands, its models, the choices they come in, the facts told about them.

    `choices` are the values of the option `choice` beside the colour (sizes, kits, volumes), each
    with what it adds to the price in US cents. `facts` maps an attribute's key to the values that
    models take in turn. `lines` are sentences for descriptions; `{value}` of a fact is filled in.
    """

    slug: str
    name: str
    ondc_domain: str
    brands: tuple[str, ...]
    code: str
    colours: tuple[Colour, ...]
    colours_each: int
    choice: str | None
    choices: tuple[tuple[str, int], ...]
    facts: dict[str, tuple[str, ...]]
    lines: tuple[str, ...]
    grams: tuple[int, int]
    models: tuple[Model, ...]


class Department(msgspec.Struct, frozen=True):
    """A main branch of the shop's tree."""

    slug: str
    name: str
    ranges: tuple[Range, ...]


def models(table: str) -> tuple[Model, ...]:
    """Reads models written one a line: `name | dollars | charm`."""
    rows = [[part.strip() for part in line.split("|")] for line in table.strip().splitlines()]
    return tuple(Model(name, round(float(dollars) * 100), charm) for name, dollars, charm in rows)


def colours(table: str) -> tuple[Colour, ...]:
    """Reads colours written `Name #hex, Name #hex`."""
    pairs = [entry.strip().rsplit(" ", 1) for entry in table.split(",")]
    return tuple(Colour(name, shade) for name, shade in pairs)
