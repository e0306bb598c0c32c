"""The tables of schema `groupbuy`, with the constraints that hold its invariants.

G1 (seats) is `group_has_seats` and the two unique indexes on members; G2 is `filled_when_paid`.
"""

from sqlalchemy import BigInteger, Column, DateTime, ForeignKey, Integer, MetaData, Table, Text

SCHEMA = "groupbuy"
metadata = MetaData(schema=SCHEMA)

_instant = DateTime(timezone=True)

offers = Table(
    "offer",
    metadata,
    Column("id", Text, primary_key=True),
    Column("product_id", Text, nullable=False),
    Column("variant_id", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("currency", Text, nullable=False),
    Column("group_price", BigInteger, nullable=False),
    Column("solo_price", BigInteger, nullable=False),
    Column("window_seconds", Integer, nullable=False),
    Column("starts_at", _instant, nullable=False),
    Column("ends_at", _instant, nullable=False),
    Column("quota", Integer, nullable=False),
    Column("active_groups", Integer, nullable=False, server_default="0"),
    Column("sold_groups", Integer, nullable=False, server_default="0"),
    Column("per_customer_limit", Integer),
)

groups = Table(
    "group_buy",
    metadata,
    Column("id", Text, primary_key=True),
    Column("offer_id", ForeignKey(offers.c.id), nullable=False),
    Column("state", Text, nullable=False),
    Column("leader_id", Text, nullable=False),
    Column("share_code", Text, nullable=False, unique=True),
    Column("size", Integer, nullable=False),
    Column("paid_count", Integer, nullable=False),
    Column("held_count", Integer, nullable=False, server_default="0"),
    Column("opens_at", _instant),
    Column("expires_at", _instant, nullable=False),
    Column("filled_at", _instant),
    Column("version", Integer, nullable=False),
)

members = Table(
    "member",
    metadata,
    Column("id", Text, primary_key=True),
    Column("group_id", ForeignKey(groups.c.id), nullable=False),
    Column("customer_id", Text, nullable=False),
    Column("seat", Integer, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("card_token", Text),
    Column("joined_at", _instant, nullable=False),
    Column("wallet_id", Text),
    Column("held_until", _instant),
    Column("refusal", Text),
)
