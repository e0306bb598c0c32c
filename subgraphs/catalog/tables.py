"""The catalog's tables, in the PostgreSQL schema `catalog`. The migrations make them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    DateTime,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    column,
    func,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR
from sqlalchemy.sql.selectable import TableValuedAlias

SCHEMA = "catalog"
metadata = MetaData(schema=SCHEMA)
_instant = DateTime(timezone=True)

channels = Table(
    "channels",
    metadata,
    Column("id", Text, primary_key=True),
    Column("slug", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("countries", ARRAY(Text), nullable=False),
    Column("tax_inclusive", Boolean, nullable=False),
    Column("position", Integer, nullable=False),
)

categories = Table(
    "categories",
    metadata,
    Column("id", Text, primary_key=True),
    Column("slug", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("parent_id", ForeignKey("catalog.categories.id"), index=True),
    Column("ondc_domain", Text),
    Column("position", Integer, nullable=False),
)

products = Table(
    "products",
    metadata,
    Column("id", Text, primary_key=True),
    Column("slug", Text, nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("vendor", Text),
    Column("status", Text, nullable=False),
    Column("category_id", ForeignKey("catalog.categories.id"), index=True),
    Column("tags", ARRAY(Text), nullable=False),
    # Category, attribute values and tags as words: what else a shopper may type.
    Column("keywords", Text, nullable=False, server_default=""),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("created_at", _instant, nullable=False, server_default=func.now()),
    Column("updated_at", _instant, nullable=False, server_default=func.now()),
    Column(
        "search",
        TSVECTOR,
        Computed(
            "setweight(to_tsvector('english'::regconfig, title), 'A')"
            " || setweight(to_tsvector('english'::regconfig, coalesce(vendor, '')), 'B')"
            " || setweight(to_tsvector('english'::regconfig, keywords), 'B')"
            " || setweight(to_tsvector('english'::regconfig, description), 'D')",
            persisted=True,
        ),
    ),
    # What a mistyped word is compared with. Descriptions are left out: too much noise.
    Column(
        "words",
        Text,
        Computed("lower(title || ' ' || coalesce(vendor, '') || ' ' || keywords)", persisted=True),
    ),
    CheckConstraint("status in ('DRAFT', 'ACTIVE', 'ARCHIVED')", name="products_status"),
    Index("products_search", "search", postgresql_using="gin"),
    Index(
        "products_words", "words", postgresql_using="gin", postgresql_ops={"words": "gin_trgm_ops"}
    ),
    Index("products_newest", "created_at", "id", postgresql_where=text("status = 'ACTIVE'")),
    Index("products_vendor", "vendor"),
)

collections = Table(
    "collections",
    metadata,
    Column("id", Text, primary_key=True),
    Column("slug", Text, nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("position", Integer, nullable=False),
)

collection_products = Table(
    "collection_products",
    metadata,
    Column("collection_id", ForeignKey("catalog.collections.id"), primary_key=True),
    Column("product_id", ForeignKey("catalog.products.id"), primary_key=True, index=True),
    Column("position", Integer, nullable=False),
)

options = Table(
    "options",
    metadata,
    Column("product_id", ForeignKey("catalog.products.id"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("position", Integer, nullable=False),
)

option_values = Table(
    "option_values",
    metadata,
    Column("product_id", Text, primary_key=True),
    Column("option_name", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    Column("swatch_hex", Text),
    Column("position", Integer, nullable=False),
    ForeignKeyConstraint(
        ["product_id", "option_name"], ["catalog.options.product_id", "catalog.options.name"]
    ),
)

variants = Table(
    "variants",
    metadata,
    Column("id", Text, primary_key=True),
    Column("product_id", ForeignKey("catalog.products.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("sku", Text, nullable=False, unique=True),
    Column("barcode", Text, unique=True),
    # [[option, value], …] in the order of the product's options.
    Column("choices", JSONB, nullable=False),
    Column("weight_grams", Integer),
    Column("cost_amount", BigInteger),
    Column("cost_currency", Text),
    Column("price_version", Integer, nullable=False, server_default="0"),
    UniqueConstraint("product_id", "position", name="variants_position"),
    # Looked at on commit, so that two variants may swap their choices.
    UniqueConstraint(
        "product_id", "choices", name="variants_choices", deferrable=True, initially="DEFERRED"
    ),
    UniqueConstraint("id", "product_id", name="variants_product"),
    CheckConstraint("weight_grams > 0", name="variants_weight"),
    CheckConstraint("cost_amount >= 0", name="variants_cost"),
    CheckConstraint(
        "(cost_amount is null) = (cost_currency is null)", name="variants_cost_currency"
    ),
)

prices = Table(
    "prices",
    metadata,
    Column("variant_id", Text, primary_key=True),
    Column("channel", ForeignKey("catalog.channels.slug"), primary_key=True),
    # Repeated here so that the cheapest variant of a product is one index look-up.
    Column("product_id", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("compare_at", BigInteger),
    ForeignKeyConstraint(
        ["variant_id", "product_id"], ["catalog.variants.id", "catalog.variants.product_id"]
    ),
    CheckConstraint("amount between 0 and 9007199254740991", name="prices_amount"),
    CheckConstraint("compare_at between amount and 9007199254740991", name="prices_compare_at"),
    Index("prices_product", "product_id", "channel", "amount"),
)

attribute_types = Table(
    "attribute_types",
    metadata,
    Column("key", Text, primary_key=True),
    Column("label", Text, nullable=False),
    Column("unit", Text),
    Column("position", Integer, nullable=False),
)

attributes = Table(
    "attributes",
    metadata,
    Column("product_id", ForeignKey("catalog.products.id"), primary_key=True),
    Column("key", ForeignKey("catalog.attribute_types.key"), primary_key=True),
    Column("value", Text, nullable=False),
    Index("attributes_value", "key", "value"),
)

images = Table(
    "images",
    metadata,
    Column("id", Text, primary_key=True),
    Column("product_id", Text, nullable=False),
    Column("variant_id", Text, index=True),
    Column("file", Text, nullable=False),
    Column("alt", Text, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    ForeignKeyConstraint(["product_id"], ["catalog.products.id"]),
    ForeignKeyConstraint(
        ["variant_id", "product_id"], ["catalog.variants.id", "catalog.variants.product_id"]
    ),
    Index("images_product", "product_id", "position"),
)

# A view: what products can be filtered and counted by. Keys are `brand`, `category`, the keys of
# attributes and the names of options in lower case.
facets = table(
    "facets",
    column("product_id", Text),
    column("key", Text),
    column("key_label", Text),
    column("value", Text),
    column("label", Text),
    schema=SCHEMA,
)


def found(words: str) -> TableValuedAlias:
    """The active products that match what a shopper typed, as rows (id, score)."""
    function = func.catalog.found(words)
    return function.table_valued(column("id", Text), column("score", Double), name="found")
