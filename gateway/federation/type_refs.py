"""Type references as text: `[Product!]!` is all that composition has to know of a reference.

Text is what is compared, merged and printed; taking it apart costs a slice.
"""


def named(ref: str) -> str:
    """The name inside lists and non-nulls: `Product` of `[Product!]!`."""
    return ref.strip("[]!")


def is_non_null(ref: str) -> bool:
    """Whether it ends in `!`."""
    return ref.endswith("!")


def nullable(ref: str) -> str:
    """The reference without its outermost `!`."""
    return ref.removesuffix("!")


def is_list(ref: str) -> bool:
    """Whether it is a list, nullable or not."""
    return ref.startswith("[")


def item(ref: str) -> str:
    """What a list holds: `Product!` of `[Product!]`."""
    return nullable(ref)[1:-1]


def renamed(ref: str, names: dict[str, str]) -> str:
    """The reference with its named type replaced where `names` says so."""
    name = named(ref)
    return ref.replace(name, names[name]) if name in names else ref
