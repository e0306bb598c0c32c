"""The tables of schema `cart`; `variant`, `price` and `pin_offer` copy what others tell."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    MetaData,
    Table,
    Text,
)

SCHEMA = "cart"
metadata = MetaData(schema=SCHEMA)

_instant = DateTime(timezone=True)

carts = Table(
    "cart",
    metadata,
    Column("id", Text, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("customer_id", Text),
    Column("version", Integer, nullable=False),
    Column("created_at", _instant, nullable=False),
    Column("expires_at", _instant, nullable=False),
)

lines = Table(
    "line",
    metadata,
    Column("id", Text, primary_key=True),
    Column("cart_id", ForeignKey(carts.c.id), nullable=False),
    Column("position", Integer, nullable=False),
    Column("variant_id", Text, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("unit_amount", BigInteger, nullable=False),
    Column("source_kind", Text),
    Column("source_ref", Text),
)

variants = Table(
    "variant",
    metadata,
    Column("id", Text, primary_key=True),
    Column("on_sale", Boolean, nullable=False),
    Column("product_id", Text),
)

pin_offers = Table(
    "pin_offer",
    metadata,
    Column("pin_id", Text, primary_key=True),
    Column("stream_id", Text, nullable=False),
    Column("product_id", Text, nullable=False),
    Column("variant_id", Text),
    Column("currency", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("opens_at", _instant, nullable=False),
    Column("closes_at", _instant),
)

prices = Table(
    "price",
    metadata,
    Column("variant_id", ForeignKey(variants.c.id), primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("currency", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
)
