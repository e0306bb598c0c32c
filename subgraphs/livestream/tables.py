"""The tables of schema `livestream`, with the constraints that hold its invariants.

P1 (at most one current pin) is the partial unique index `pin_current`; P2 is the unique sequence of
pins and of chat messages within their stream, handed out under the lock of the outbox sequence.
"""

import sqlalchemy as sa

metadata = sa.MetaData(schema="livestream")

_instant = sa.DateTime(timezone=True)

streams = sa.Table(
    "streams",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("host_id", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("scheduled_at", _instant, nullable=False),
    sa.Column("started_at", _instant),
    sa.Column("ended_at", _instant),
    sa.CheckConstraint(
        "state in ('SCHEDULED', 'LIVE', 'ENDED', 'CANCELLED')", name="stream_state_known"
    ),
    sa.CheckConstraint(
        "(started_at is not null) = (state in ('LIVE', 'ENDED'))"
        " and (ended_at is not null) = (state in ('ENDED', 'CANCELLED'))",
        name="stream_times_match_state",
    ),
    sa.Index("stream_by_time", "scheduled_at", "id"),
    sa.Index("stream_by_state", "state", "scheduled_at", "id"),
    sa.Index("stream_by_host", "host_id", "scheduled_at", "id"),
)

shelf_items = sa.Table(
    "shelf_items",
    metadata,
    sa.Column("stream_id", sa.ForeignKey(streams.c.id), primary_key=True),
    sa.Column("product_id", sa.Text, primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("offer_amount", sa.BigInteger),
    sa.Column("offer_currency", sa.Text),
    sa.UniqueConstraint("stream_id", "position", name="shelf_item_one_per_position"),
    sa.CheckConstraint(
        "(offer_amount is null) = (offer_currency is null) and offer_amount > 0",
        name="shelf_item_offer_whole",
    ),
    sa.Index("shelf_item_by_product", "product_id"),
)

pins = sa.Table(
    "pins",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("stream_id", sa.ForeignKey(streams.c.id), nullable=False),
    sa.Column("sequence", sa.BigInteger, nullable=False),
    sa.Column("product_id", sa.Text, nullable=False),
    sa.Column("variant_id", sa.Text),
    sa.Column("offer_amount", sa.BigInteger),
    sa.Column("offer_currency", sa.Text),
    sa.Column("pinned_at", _instant, nullable=False),
    sa.Column("ends_at", _instant),
    # The event that took it down: an unpin, the next pin or the end of the stream.
    sa.Column("cleared_sequence", sa.BigInteger),
    sa.UniqueConstraint("stream_id", "sequence", name="pin_one_per_sequence"),
    sa.CheckConstraint(
        "(offer_amount is null) = (offer_currency is null) and offer_amount > 0",
        name="pin_offer_whole",
    ),
    sa.CheckConstraint("ends_at > pinned_at", name="pin_window_open"),
    sa.CheckConstraint("cleared_sequence > sequence", name="pin_cleared_later"),
    sa.Index(
        "pin_current",
        "stream_id",
        unique=True,
        postgresql_where=sa.text("cleared_sequence is null"),
    ),
    sa.Index("pin_by_product", "stream_id", "product_id"),
)

chat_messages = sa.Table(
    "chat_messages",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("stream_id", sa.ForeignKey(streams.c.id), nullable=False),
    sa.Column("sequence", sa.BigInteger, nullable=False),
    sa.Column("author_id", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("at", _instant, nullable=False),
    sa.Column("removed_sequence", sa.BigInteger),
    sa.UniqueConstraint("stream_id", "sequence", name="chat_message_one_per_sequence"),
)

mutes = sa.Table(
    "mutes",
    metadata,
    sa.Column("stream_id", sa.ForeignKey(streams.c.id), primary_key=True),
    sa.Column("customer_id", sa.Text, primary_key=True),
    sa.Column("until", _instant, nullable=False),
)

coupon_drops = sa.Table(
    "coupon_drops",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("stream_id", sa.ForeignKey(streams.c.id), nullable=False),
    sa.Column("sequence", sa.BigInteger, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("percent", sa.Integer, nullable=False),
    sa.Column("quantity", sa.Integer, nullable=False),
    sa.Column("claimed", sa.Integer, nullable=False, server_default="0"),
    sa.Column("ends_at", _instant, nullable=False),
    sa.UniqueConstraint("stream_id", "sequence", name="coupon_drop_one_per_sequence"),
    sa.CheckConstraint("percent between 1 and 100", name="coupon_drop_percent"),
    sa.CheckConstraint("0 <= claimed and claimed <= quantity", name="coupon_drop_claims"),
)

coupon_claims = sa.Table(
    "coupon_claims",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("drop_id", sa.ForeignKey(coupon_drops.c.id), nullable=False),
    sa.Column("customer_id", sa.Text, nullable=False),
    sa.Column("claimed_at", _instant, nullable=False),
    sa.UniqueConstraint("drop_id", "customer_id", name="coupon_claim_one_each"),
)

# A lease: whoever holds the publisher renews it; `video.broadcasts` has the reads and writes.
broadcasts = sa.Table(
    "broadcasts",
    metadata,
    sa.Column("stream_id", sa.ForeignKey(streams.c.id), primary_key=True),
    sa.Column("session_id", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("on_air", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("alive_until", _instant, nullable=False),
)

gifts = sa.Table(
    "gifts",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("icon_url", sa.Text),
    sa.UniqueConstraint("position", name="gift_one_per_position"),
    sa.CheckConstraint("amount > 0", name="gift_costs_something"),
)

gift_sendings = sa.Table(
    "gift_sendings",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("stream_id", sa.ForeignKey(streams.c.id), nullable=False),
    sa.Column("gift_id", sa.ForeignKey(gifts.c.id), nullable=False),
    sa.Column("count", sa.Integer, nullable=False),
    sa.Column("customer_id", sa.Text, nullable=False),
    sa.Column("wallet_id", sa.Text, nullable=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False, server_default="PENDING"),
    sa.Column("refusal", sa.Text),
    # The event that showed it.
    sa.Column("sequence", sa.BigInteger),
    sa.Column("sent_at", _instant, nullable=False),
    sa.UniqueConstraint("stream_id", "sequence", name="gift_sending_one_per_sequence"),
    sa.CheckConstraint("count > 0", name="gift_sending_count"),
    sa.CheckConstraint("amount > 0", name="gift_sending_amount"),
    sa.CheckConstraint("state in ('PENDING', 'SENT', 'REFUSED')", name="gift_sending_state"),
    sa.CheckConstraint("(state = 'SENT') = (sequence is not null)", name="gift_sending_told"),
    sa.CheckConstraint("(state = 'REFUSED') = (refusal is not null)", name="gift_sending_refused"),
)

presence = sa.Table(
    "presence",
    metadata,
    sa.Column("stream_id", sa.ForeignKey(streams.c.id), primary_key=True),
    sa.Column("viewers", sa.Integer, nullable=False, server_default="0"),
    sa.Column("peak_viewers", sa.Integer, nullable=False, server_default="0"),
    sa.Column("likes", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("told_likes", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("told_at", _instant, nullable=False, server_default="-infinity"),
    sa.CheckConstraint("0 <= viewers and viewers <= peak_viewers", name="presence_peak"),
    sa.CheckConstraint("0 <= told_likes and told_likes <= likes", name="presence_likes"),
    sa.Index(
        "presence_to_tell",
        "stream_id",
        postgresql_where=sa.text("viewers > 0 or told_likes < likes or told_at = '-infinity'"),
    ),
)

audience_reports = sa.Table(
    "audience_reports",
    metadata,
    sa.Column("stream_id", sa.ForeignKey(streams.c.id), primary_key=True),
    sa.Column("reporter", sa.Text, primary_key=True),
    sa.Column("viewers", sa.Integer, nullable=False),
    sa.Column("reported_at", _instant, nullable=False),
    sa.CheckConstraint("viewers > 0", name="audience_report_viewers"),
    sa.Index("audience_report_by_reporter", "reporter"),
)

paces = sa.Table(
    "paces",
    metadata,
    sa.Column("stream_id", sa.ForeignKey(streams.c.id), primary_key=True),
    sa.Column("customer_id", sa.Text, primary_key=True),
    sa.Column("act", sa.Text, primary_key=True),
    sa.Column("busy_until", _instant, nullable=False),
)

# Read for the head of a stream; `subgraphs.shared.outbox` makes and writes them.
outbox = sa.table(
    "outbox",
    sa.column("topic", sa.Text),
    sa.column("key", sa.Text),
    sa.column("sequence", sa.BigInteger),
    sa.column("time", _instant),
    schema="livestream",
)
outbox_sequence = sa.table(
    "outbox_sequence",
    sa.column("topic", sa.Text),
    sa.column("key", sa.Text),
    sa.column("value", sa.BigInteger),
    schema="livestream",
)
