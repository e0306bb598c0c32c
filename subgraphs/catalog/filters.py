"""What the graph takes to choose products, and its translation into criteria."""

from collections.abc import Sequence

import strawberry

from subgraphs.catalog.criteria import (
    MAX_CHOSEN,
    MAX_FACETS,
    MAX_VALUES,
    MAX_WORDS,
    PRICE,
    Criteria,
)
from subgraphs.catalog.models import Channel, ProductSort
from subgraphs.catalog.parts import Info, SelectedOptionInput
from subgraphs.shared.errors import BadUserInput
from subgraphs.shared.money_types import MoneyInput

_BY_PRICE = (ProductSort.PRICE_ASC, ProductSort.PRICE_DESC)


@strawberry.input(description="Values of a facet, of which a product must have one.")
class AttributeFilterInput:
    """See `Criteria.chosen`."""

    key: str = strawberry.field(
        description="The key of an attribute or of another facet: brand, category, colour."
    )
    any_of: list[str] = strawberry.field(description="The values.")


@strawberry.input(description="Which products; all conditions must hold.")
class ProductFilter:
    """See `Criteria`."""

    category_slug: str | None = strawberry.field(
        default=None, description="In this category or one below it."
    )
    collection_slug: str | None = strawberry.field(default=None, description="In this collection.")
    channel: str | None = strawberry.field(
        default=None, description="With a price in this channel."
    )
    price_min: MoneyInput | None = strawberry.field(
        default=None, description="The cheapest variant costs at least this; needs `channel`."
    )
    price_max: MoneyInput | None = strawberry.field(
        default=None, description="The cheapest variant costs at most this; needs `channel`."
    )
    attributes: list[AttributeFilterInput] | None = strawberry.field(
        default=None, description="With one of the values of each."
    )
    options: list[SelectedOptionInput] | None = strawberry.field(
        default=None,
        description="Offering these choices; of several of one option, one of them.",
    )


async def criteria_of(
    info: Info, asked: ProductFilter | None, sort: ProductSort, words: str | None = None
) -> tuple[Criteria, Channel | None]:
    """The criteria, and the channel they name.

    Raises:
        BadUserInput: they contradict each other, or name a channel that is not there.
    """
    filter_ = asked or ProductFilter()
    channel = await _channel(info, filter_.channel)
    if channel is None and (sort in _BY_PRICE or filter_.price_min or filter_.price_max):
        raise BadUserInput("Prices differ by channel: name one in `filter.channel`.")
    typed = (words or "").replace("\0", "").strip()
    if len(typed) > MAX_WORDS:
        raise BadUserInput(f"`query` has at most {MAX_WORDS} characters.")
    found = Criteria(
        words=typed or None,
        category=filter_.category_slug,
        collection=filter_.collection_slug,
        channel=filter_.channel,
        lowest=_amount(filter_.price_min, channel),
        highest=_amount(filter_.price_max, channel),
        chosen=_chosen(filter_),
    )
    return found, channel


def facet_keys(facets: Sequence[str] | None, channel: Channel | None) -> list[str]:
    """The facets asked for, each once.

    Raises:
        BadUserInput: too many, or `price` without a channel.
    """
    keys = list(dict.fromkeys(facets or ()))
    if len(keys) > MAX_FACETS:
        raise BadUserInput(f"`facets` names at most {MAX_FACETS}.")
    if PRICE in keys and channel is None:
        raise BadUserInput("The facet price needs `filter.channel`.")
    return keys


async def _channel(info: Info, slug: str | None) -> Channel | None:
    if slug is None:
        return None
    for channel in await info.context.loaders.every_channel():
        if channel.slug == slug:
            return channel
    raise BadUserInput(f"There is no channel {slug!r}.")


def _amount(limit: MoneyInput | None, channel: Channel | None) -> int | None:
    if limit is None or channel is None:
        return None
    if limit.currency != channel.currency:
        raise BadUserInput(f"Prices of the channel {channel.slug!r} are in {channel.currency}.")
    return limit.amount


def _chosen(asked: ProductFilter) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """By facet, in a fixed order: what options of one name and attributes of one key allow."""
    values: dict[str, list[str]] = {}
    for option in asked.options or ():
        values.setdefault(option.name.lower(), []).append(option.value)
    for attribute in asked.attributes or ():
        values.setdefault(attribute.key, []).extend(attribute.any_of)
    if len(values) > MAX_CHOSEN or any(len(some) > MAX_VALUES for some in values.values()):
        raise BadUserInput(f"A filter has at most {MAX_CHOSEN} facets of {MAX_VALUES} values.")
    if PRICE in values:
        raise BadUserInput("Filter prices by `priceMin` and `priceMax`.")
    return tuple((key, tuple(dict.fromkeys(some))) for key, some in sorted(values.items()))
