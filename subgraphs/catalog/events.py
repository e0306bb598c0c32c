"""What the catalog tells: products by product id, prices by variant id.

`fc.catalog.price.v1` backs `Subscription.priceChanged`. Beside the field's payload each event holds
all that another subgraph needs to sell the variant (its product, whether it is active, its price
in every channel), so the newest event of a key is a complete row of a projection.
"""

from collections.abc import Sequence
from typing import Any

from subgraphs.catalog.models import Price, PriceReason, Product, Variant
from subgraphs.shared.events import Event
from subgraphs.shared.topics import FOR_EVER, Topic

PRODUCT_TOPIC = "fc.catalog.product.v1"
PRODUCT_UPDATED = "fc.catalog.product.updated.v1"
PRICE_TOPIC = "fc.catalog.price.v1"
PRICE_CHANGED = "fc.catalog.price.changed.v1"

TOPICS = (
    Topic(
        name=PRODUCT_TOPIC,
        key="the product's id",
        types=(PRODUCT_UPDATED,),
        retention=FOR_EVER,
        compact=True,
    ),
    Topic(
        name=PRICE_TOPIC,
        key="the variant's id",
        types=(PRICE_CHANGED,),
        retention=FOR_EVER,
        compact=True,
    ),
)


def product_updated(product: Product) -> Event:
    """A product was made or changed, its variants included."""
    data = {
        "productId": product.id,
        "slug": product.slug,
        "title": product.title,
        "vendor": product.vendor,
        "status": product.status.value,
        "categoryId": product.category_id,
        "version": product.version,
    }
    return Event(type=PRODUCT_UPDATED, topic=PRODUCT_TOPIC, key=product.id, data=data)


def price_changed(
    product: Product, variant: Variant, prices: Sequence[Price], channel: str
) -> Event:
    """A variant's price in `channel`, or whether it is sold, has changed; `prices` are all it has.

    Raises:
        StopIteration: there is no price in that channel.
    """
    changed = next(price for price in prices if price.channel == channel)
    money = changed.price.payload()
    data = {
        "variant": {"id": variant.id},
        "channel": channel,
        "price": {
            "price": money,
            "listPrice": money,
            "reason": PriceReason.LIST.value,
            "endsAt": None,
            "sourceId": None,
        },
        "version": variant.price_version,
        "variantId": variant.id,
        "sku": variant.sku,
        "productId": product.id,
        "title": f"{product.title}, {variant.title}" if variant.choices else product.title,
        "status": product.status.value,
        "prices": [_price(price) for price in prices],
    }
    return Event(type=PRICE_CHANGED, topic=PRICE_TOPIC, key=variant.id, data=data)


def _price(price: Price) -> dict[str, Any]:
    return {
        "channel": price.channel,
        "amount": price.price.amount,
        "currency": price.price.currency,
        "compareAt": price.compare_at.amount if price.compare_at else None,
    }
