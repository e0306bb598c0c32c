"""Accounts, transfers, entries and holds as values."""

from datetime import datetime
from enum import StrEnum

import msgspec

from subgraphs.shared.money import Money


class AccountKind(StrEnum):
    """What an account holds. SYSTEM accounts are the world outside: cards, banks, the shop."""

    CASH = "CASH"
    POINTS = "POINTS"
    MERCHANT = "MERCHANT"
    SYSTEM = "SYSTEM"


class WalletKind(StrEnum):
    """The kinds that customers see."""

    CASH = "CASH"
    POINTS = "POINTS"
    MERCHANT = "MERCHANT"


class EntryReason(StrEnum):
    """Why money moved."""

    TOP_UP = "TOP_UP"
    WITHDRAWAL = "WITHDRAWAL"
    TRANSFER = "TRANSFER"
    HOLD_CAPTURE = "HOLD_CAPTURE"
    GIFT = "GIFT"
    POINTS_EARN = "POINTS_EARN"


class Outside(StrEnum):
    """Where money comes from and goes to: one system account each and currency."""

    CARDS = "cards"
    BANKS = "banks"
    REWARDS = "rewards"
    SALES = "sales"

    def account_id(self, currency: str) -> str:
        """The id of its account in a currency."""
        return f"wal_system_{self.value}_{currency}"


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """An account; `posted` is the sum of its entries in minor units, `version` their number.

    For SYSTEM accounts neither is kept: entries alone tell, so that they are no bottleneck.
    """

    id: str
    owner_id: str | None
    kind: AccountKind
    currency: str
    posted: int
    held: int
    version: int

    @property
    def posted_money(self) -> Money:
        return Money(self.posted, self.currency)

    @property
    def held_money(self) -> Money:
        return Money(self.held, self.currency)

    @property
    def available(self) -> Money:
        """What can be spent: posted less held."""
        return Money(self.posted - self.held, self.currency)


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One side of a transfer: `amount` is positive into the account. Never changes."""

    id: str
    account_id: str
    transfer_id: str
    currency: str
    amount: int
    balance_after: int
    sequence: int
    reason: EntryReason
    ref_id: str | None
    memo: str | None
    posted_at: datetime


class Transfer(msgspec.Struct, frozen=True, kw_only=True):
    """What a mutation on an account came to: the account afterwards, and its entry."""

    id: str
    account: Account
    entry: Entry


class HoldState(StrEnum):
    """Where a hold is: ACTIVE until it is resolved, once."""

    ACTIVE = "ACTIVE"
    CAPTURED = "CAPTURED"
    PARTIALLY_CAPTURED = "PARTIALLY_CAPTURED"
    RELEASED = "RELEASED"
    EXPIRED = "EXPIRED"


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """Money of an account that is set aside for `ref_id`, in minor units."""

    id: str
    ref_id: str
    account_id: str
    currency: str
    amount: int
    captured: int
    state: HoldState
    expires_at: datetime | None
    created_at: datetime
    resolved_at: datetime | None

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)


class HoldRefused(msgspec.Struct, frozen=True):
    """Nothing was set aside for `ref_id`; `code` is a value of `UserErrorCode`."""

    ref_id: str
    code: str
    message: str


class PaymentMade(msgspec.Struct, frozen=True, kw_only=True):
    """Money that went from one customer's wallet to another's for `ref_id`."""

    ref_id: str
    transfer_id: str
    wallet_id: str
    recipient_wallet_id: str
    amount: Money


class PaymentRefused(msgspec.Struct, frozen=True):
    """Nothing was paid for `ref_id`; `code` is a value of `UserErrorCode`."""

    ref_id: str
    code: str
    message: str


class TrialBalance(msgspec.Struct, frozen=True, kw_only=True):
    """All entries of a currency added up, in minor units. The difference is always zero."""

    currency: str
    debits: int
    credits: int
    as_of: datetime

    @property
    def difference(self) -> int:
        return self.credits - self.debits
