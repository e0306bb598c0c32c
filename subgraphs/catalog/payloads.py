"""What mutations take and give back."""

import strawberry

from subgraphs.catalog.models import ProductStatus
from subgraphs.catalog.parts import SelectedOptionInput, UserError
from subgraphs.catalog.types import Product, ProductVariant
from subgraphs.shared.money_types import MoneyInput

_KEY = "Made by the client, new for each intent: with it, a mutation sent twice happens once."
_ERRORS = "Why nothing was done; empty on success."


@strawberry.input(description="A fact about a product.")
class AttributeInput:
    """See `commands.CreateProduct`."""

    key: str = strawberry.field(description="The key of a kind of attribute that the shop has.")
    value: str = strawberry.field(description="The fact, without its unit.")


@strawberry.input(description="A product to make; it begins as a draft.")
class ProductCreateInput:
    """See `commands.CreateProduct`."""

    slug: str = strawberry.field(description="For addresses: lower case, digits and hyphens.")
    title: str = strawberry.field(description="1 to 200 characters.")
    description: str | None = strawberry.field(
        default=None, description="Up to 20,000 characters of plain text."
    )
    vendor: str | None = strawberry.field(default=None, description="The brand.")
    category_id: strawberry.ID | None = strawberry.field(
        default=None, description="Where it stands in the shop's tree."
    )
    options: list[str] | None = strawberry.field(
        default=None,
        description="Up to 5 names, each of up to 60 characters, of what there will be to choose.",
    )
    attributes: list[AttributeInput] | None = strawberry.field(
        default=None, description="Up to 50 facts, each of another kind."
    )
    idempotency_key: str = strawberry.field(description=_KEY)


@strawberry.input(description="What to change of a product; what is left out stays.")
class ProductUpdateInput:
    """See `commands.UpdateProduct`."""

    id: strawberry.ID = strawberry.field(description="The product.")
    title: str | None = strawberry.field(default=None, description="1 to 200 characters.")
    description: str | None = strawberry.field(
        default=None, description="Up to 20,000 characters of plain text."
    )
    vendor: str | None = strawberry.field(default=None, description="The brand.")
    status: ProductStatus | None = strawberry.field(
        default=None, description="ACTIVE puts it on sale."
    )
    expected_version: int | None = strawberry.field(
        default=None, description="Refuse with CONFLICT if it has another version by now."
    )


@strawberry.input(description="A variant to make, or with a known SKU to change.")
class VariantInput:
    """See `commands.UpsertVariant`."""

    sku: str = strawberry.field(
        description="Capital letters and digits, in groups joined by - _ or a point."
    )
    barcode: str | None = strawberry.field(
        default=None, description="A GTIN of 8, 12, 13 or 14 digits; without it none."
    )
    options: list[SelectedOptionInput] = strawberry.field(
        description="One choice of each of the product's options, of up to 60 characters."
    )
    weight_grams: int | None = strawberry.field(
        default=None, description="In grams, packed; without it unknown."
    )


@strawberry.input(description="Variants to make or to change; all or none.")
class VariantsUpsertInput:
    """See `commands.UpsertVariant`."""

    product_id: strawberry.ID = strawberry.field(description="The product.")
    variants: list[VariantInput] = strawberry.field(description="1 to 100.")


@strawberry.input(description="A price to set.")
class VariantPriceSetInput:
    """See `commands.SetPrice`."""

    variant_id: strawberry.ID = strawberry.field(description="The variant.")
    channel: str = strawberry.field(description="Where it shall hold.")
    price: MoneyInput = strawberry.field(description="The price, in the channel's currency.")
    compare_at: MoneyInput | None = strawberry.field(
        default=None, description="The former price to show, not below `price`; without it none."
    )


@strawberry.type(description="A product after a mutation.")
class ProductPayload:
    """Of `productCreate`, `productUpdate` and `variantsUpsert`."""

    product: Product | None = strawberry.field(description="The product as it is now.")
    user_errors: list[UserError] = strawberry.field(description=_ERRORS)


@strawberry.type(description="A variant after a mutation.")
class VariantPayload:
    """Of `variantPriceSet`."""

    variant: ProductVariant | None = strawberry.field(description="The variant as it is now.")
    user_errors: list[UserError] = strawberry.field(description=_ERRORS)
