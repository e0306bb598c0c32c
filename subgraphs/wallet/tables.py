"""The ledger's tables, in the schema `wallet`. Migrations make them, with their triggers."""

from sqlalchemy import BigInteger, Column, DateTime, ForeignKey, MetaData, Table, Text

SCHEMA = "wallet"
metadata = MetaData(schema=SCHEMA)

accounts = Table(
    "account",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner_id", Text),
    Column("kind", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("posted", BigInteger, nullable=False, server_default="0"),
    Column("held", BigInteger, nullable=False, server_default="0"),
    Column("version", BigInteger, nullable=False, server_default="0"),
    Column("created_at", DateTime(timezone=True), nullable=False),
)

transfers = Table(
    "transfer",
    metadata,
    Column("id", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("ref_id", Text),
    Column("memo", Text),
    Column("posted_at", DateTime(timezone=True), nullable=False),
)

entries = Table(
    "entry",
    metadata,
    Column("id", Text, primary_key=True),
    Column("transfer_id", ForeignKey(transfers.c.id), nullable=False),
    Column("account_id", ForeignKey(accounts.c.id), nullable=False),
    Column("currency", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("balance_after", BigInteger),
    Column("sequence", BigInteger),
    Column("posted_at", DateTime(timezone=True), nullable=False),
)

holds = Table(
    "hold",
    metadata,
    Column("id", Text, primary_key=True),
    Column("ref_id", Text, nullable=False, unique=True),
    Column("account_id", ForeignKey(accounts.c.id), nullable=False),
    Column("currency", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("captured", BigInteger, nullable=False, server_default="0"),
    Column("state", Text, nullable=False, server_default="ACTIVE"),
    Column("expires_at", DateTime(timezone=True)),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("resolved_at", DateTime(timezone=True)),
)

payment_refusals = Table(
    "payment_refusal",
    metadata,
    Column("ref_id", Text, primary_key=True),
    Column("code", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("refused_at", DateTime(timezone=True), nullable=False),
)

hold_refusals = Table(
    "hold_refusal",
    metadata,
    Column("ref_id", Text, primary_key=True),
    Column("code", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("refused_at", DateTime(timezone=True), nullable=False),
)
