"""The smaller types of the catalog's graph: what products and variants are described with."""

from datetime import datetime
from typing import Self

import strawberry

from subgraphs.catalog import criteria, models
from subgraphs.catalog.errors import Code
from subgraphs.catalog.loaders import Loaders
from subgraphs.shared.context import Context
from subgraphs.shared.errors import BadUserInput, BusinessError
from subgraphs.shared.fields import resolved
from subgraphs.shared.money_types import MoneyType
from subgraphs.shared.node import Node
from subgraphs.shared.scalars import CurrencyCode

Info = strawberry.Info[Context[Loaders], None]

# The models' own enumerations, made known to the graph.
strawberry.enum(
    models.ProductStatus, description="Drafts are for editors, archived products are not sold."
)
strawberry.enum(
    models.ProductSort,
    description="Order of a list. RELEVANCE without words is NEWEST; prices need a channel.",
)
strawberry.enum(models.PriceReason, description="Why a price is what it is.")
strawberry.enum(models.MediaKind, description="What a medium is.")
strawberry.enum(Code, name="UserErrorCode", description="Why a mutation was refused.")


@strawberry.interface(description="A rule that refused a mutation, which changed nothing.")
class UserError:
    """A `BusinessError` in the graph."""

    code: Code = strawberry.field(description="For programs.")
    message: str = strawberry.field(description="For people.")
    field: list[str] | None = strawberry.field(description="Path of the input at fault.")


@strawberry.federation.type(shareable=True, description="An input that a rule refused.")
class InputError(UserError):
    """The plain kind of `UserError`."""

    @classmethod
    def of(cls, error: BusinessError) -> Self:
        return cls(code=Code(error.code), message=error.message, field=error.field)


@strawberry.federation.type(
    keys=["id", "slug"], description="A market: one currency, some countries, prices of its own."
)
class Channel(Node):
    """A `models.Channel`."""

    slug: str = strawberry.field(description="What every `channel` argument takes.")
    name: str = strawberry.field(description="For people.")
    currency: CurrencyCode = strawberry.field(description="The currency of all its prices.")
    countries: list[str] = strawberry.field(description="ISO 3166 codes of where it sells.")
    tax_inclusive: bool = strawberry.field(description="Whether its prices include taxes.")

    @classmethod
    def of(cls, channel: models.Channel) -> Self:
        return cls(
            id=strawberry.ID(channel.id),
            slug=channel.slug,
            name=channel.name,
            currency=CurrencyCode(channel.currency),
            countries=list(channel.countries),
            tax_inclusive=channel.tax_inclusive,
        )

    @classmethod
    async def resolve_reference(
        cls,
        info: Info,
        id: strawberry.ID | None = None,  # noqa: A002
        slug: str | None = None,
    ) -> Self | None:
        for channel in await info.context.loaders.every_channel():
            if channel.id == id or (id is None and channel.slug == slug):
                return cls.of(channel)
        return None


@strawberry.federation.type(
    keys=["id"], description="A place in the shop's tree: a department, or a category of one."
)
class Category(Node):
    """A `models.Category`."""

    slug: str = strawberry.field(description="For addresses.")
    name: str = strawberry.field(description="For people.")
    ondc_domain: str | None = strawberry.field(description="Its domain in the ONDC network.")
    parent_id: strawberry.Private[str | None]

    @resolved("The category above it; departments have none.")
    async def parent(self, info: Info) -> "Category | None":
        if self.parent_id is None:
            return None
        return await Category.find(info, self.parent_id)

    @resolved("The categories right below it, in order.")
    async def children(self, info: Info) -> "list[Category]":
        return [Category.of(child) for child in await info.context.loaders.children.load(self.id)]

    @classmethod
    def of(cls, category: models.Category) -> Self:
        return cls(
            id=strawberry.ID(category.id),
            slug=category.slug,
            name=category.name,
            ondc_domain=category.ondc_domain,
            parent_id=category.parent_id,
        )

    @classmethod
    async def find(cls, info: Info, category_id: str) -> Self | None:
        """The category of that id."""
        category = await info.context.loaders.categories.load(category_id)
        return None if category is None else cls.of(category)

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:  # noqa: A002
        return await cls.find(info, id)


@strawberry.type(description="One choice of an option.")
class ProductOptionValue:
    """A `models.OptionValue`."""

    name: str = strawberry.field(description="Such as Black.")
    swatch_hex: str | None = strawberry.field(description="The colour as #rrggbb, if it is one.")


@strawberry.type(description="A dimension in which the variants of a product differ.")
class ProductOption:
    """A `models.Option`."""

    name: str = strawberry.field(description="Such as Colour.")
    values: list[ProductOptionValue] = strawberry.field(description="What there is to choose.")

    @classmethod
    def of(cls, option: models.Option) -> Self:
        values = [ProductOptionValue(name=v.name, swatch_hex=v.swatch_hex) for v in option.values]
        return cls(name=option.name, values=values)


@strawberry.type(description="What was chosen of an option.")
class SelectedOption:
    """A pair of `models.Variant.choices`."""

    name: str = strawberry.field(description="The option, such as Colour.")
    value: str = strawberry.field(description="The choice, such as Black.")


@strawberry.input(description="What to choose of an option.")
class SelectedOptionInput:
    """A pair of `models.Variant.choices`."""

    name: str = strawberry.field(description="The option, such as Colour.")
    value: str = strawberry.field(description="The choice, such as Black.")


@strawberry.type(description="A fact about a product, of a kind that products share.")
class AttributeValue:
    """A `models.Attribute`."""

    key: str = strawberry.field(description="For programs; also the key of its facet.")
    label: str = strawberry.field(description="For people.")
    value: str = strawberry.field(description="The fact.")
    unit: str | None = strawberry.field(description="In which unit, such as h.")

    @classmethod
    def of(cls, fact: models.Attribute) -> Self:
        return cls(key=fact.key, label=fact.label, value=fact.value, unit=fact.unit)


@strawberry.interface(description="A picture of a product, or something else to look at.")
class Media:
    """What products can be looked at with."""

    id: strawberry.ID = strawberry.field(description="The medium's id.")
    alt: str | None = strawberry.field(description="What there is to see, in words.")
    kind: models.MediaKind = strawberry.field(description="What it is.")

    # Each kind answers it, with arguments of its own, which a plain attribute would not allow.
    @resolved("Where it is.")
    def url(self, info: Info) -> str:
        raise NotImplementedError(info.field_name)


@strawberry.type(description="A picture.")
class ImageMedia(Media):
    """A `models.Image`."""

    file: strawberry.Private[str]
    width: int = strawberry.field(description="In pixels at its natural size.")
    height: int = strawberry.field(description="In pixels at its natural size.")

    @resolved(
        "Where it is, for a place at most that many pixels wide. Vector pictures (.svg) are sharp "
        "at any width and have one address."
    )
    def url(self, info: Info, max_width: int | None = None) -> str:
        if max_width is not None and max_width < 1:
            raise BadUserInput("`maxWidth` is at least 1.")
        return f"{info.context.settings.media_url}/{self.file}"

    @classmethod
    def of(cls, image: models.Image) -> Self:
        return cls(
            id=strawberry.ID(image.id),
            alt=image.alt,
            kind=models.MediaKind.IMAGE,
            file=image.file,
            width=image.width,
            height=image.height,
        )


@strawberry.type(description="What the cheapest and the dearest variant cost in a channel.")
class PriceRange:
    """A `models.PriceRange`."""

    min: MoneyType = strawberry.field(description="The lowest price.")
    max: MoneyType = strawberry.field(description="The highest price.")

    @classmethod
    def of(cls, found: models.PriceRange) -> Self:
        return cls(min=MoneyType.of(found.lowest), max=MoneyType.of(found.highest))


@strawberry.type(
    description="What a variant costs now, with the reason, so that a head can explain it."
)
class EffectivePrice:
    """A `models.Price`."""

    price: MoneyType = strawberry.field(description="What is paid.")
    list_price: MoneyType = strawberry.field(description="What it costs without the reason.")
    reason: models.PriceReason = strawberry.field(description="Why `price` is what it is.")
    ends_at: datetime | None = strawberry.field(
        description="Until when the reason holds; a list price has no end."
    )
    source_id: strawberry.ID | None = strawberry.field(
        description="What gave the reason; a list price has none."
    )

    @classmethod
    def of(cls, price: models.Price) -> Self:
        money = MoneyType.of(price.price)
        return cls(
            price=money,
            list_price=money,
            reason=models.PriceReason.LIST,
            ends_at=None,
            source_id=None,
        )


@strawberry.type(description="How many of the found products have a value.")
class FacetValue:
    """A `criteria.FacetValue`."""

    value: str = strawberry.field(
        description="For `filter.attributes`; of the facet price `first-last` in minor units."
    )
    label: str = strawberry.field(description="For people.")
    count: int = strawberry.field(description="How many products, exactly.")
    selected: bool = strawberry.field(description="Whether the filter asks for it.")


@strawberry.type(
    description="A property of the found products. What is chosen of it narrows the others only."
)
class Facet:
    """A `criteria.Facet`."""

    key: str = strawberry.field(description="For programs.")
    label: str = strawberry.field(description="For people.")
    values: list[FacetValue] = strawberry.field(
        description="Most frequent first; of the facet price in the order of the amounts."
    )

    @classmethod
    def of(cls, facet: criteria.Facet) -> Self:
        values = [
            FacetValue(value=v.value, label=v.label, count=v.count, selected=v.selected)
            for v in facet.values
        ]
        return cls(key=facet.key, label=facet.label, values=values)
