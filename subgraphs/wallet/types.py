"""The types of the wallet's graph, made from the models."""

from datetime import datetime
from typing import Self

import strawberry

from subgraphs.shared.connections import Connection, page_request
from subgraphs.shared.context import Context
from subgraphs.shared.directives import list_size
from subgraphs.shared.errors import BusinessError
from subgraphs.shared.fields import resolved
from subgraphs.shared.money import Money
from subgraphs.shared.money_types import MoneyType
from subgraphs.shared.node import Node
from subgraphs.shared.scalars import CurrencyCode, EventCursor, MinorUnits
from subgraphs.wallet import models
from subgraphs.wallet.errors import Code
from subgraphs.wallet.limits import TIER, limits_of
from subgraphs.wallet.loaders import Loaders

Info = strawberry.Info[Context[Loaders], None]

strawberry.enum(models.WalletKind, description="What a wallet holds.")
strawberry.enum(models.EntryReason, description="Why money moved.")
strawberry.enum(models.HoldState, description="Where a hold is; it is resolved once.")
strawberry.enum(Code, name="UserErrorCode", description="Why a mutation was refused.")


@strawberry.interface(description="A rule that refused a mutation, which changed nothing.")
class UserError:
    code: Code = strawberry.field(description="For programs.")
    message: str = strawberry.field(description="For people.")
    field: list[str] | None = strawberry.field(description="Path of the input at fault.")


@strawberry.federation.type(shareable=True, description="An input that a rule refused.")
class InputError(UserError):
    pass


@strawberry.type(description="The wallet has less than was asked for.")
class InsufficientFundsError(UserError):
    available: MoneyType = strawberry.field(description="What it has.")


def user_error(error: BusinessError) -> UserError:
    """The item of `userErrors` for a refusal."""
    code = Code(error.code)
    if code is Code.INSUFFICIENT_FUNDS:
        available = MoneyType.of(Money(error.details["amount"], error.details["currency"]))
        return InsufficientFundsError(
            code=code, message=error.message, field=error.field, available=available
        )
    return InputError(code=code, message=error.message, field=error.field)


@strawberry.type(description="How much a wallet may hold and send.")
class WalletLimits:
    account: strawberry.Private[models.Account]
    max_balance: MoneyType = strawberry.field(description="The most it may hold.")
    tier: str = strawberry.field(description="The name of the set of limits.")

    @resolved("What transfers, gifts and withdrawals may still take this month (UTC).")
    async def monthly_out_remaining(self, info: Info) -> MoneyType:
        sent = await info.context.loaders.sent_this_month.load(self.account.id)
        currency = self.account.currency
        return MoneyType.of(limits_of(currency).remaining(Money(sent, currency)))


@strawberry.federation.type(
    keys=["id"],
    description="One side of a transfer. It never changes. Only the wallet's owner sees it.",
)
class WalletEntry:
    id: strawberry.ID = strawberry.field(description="The entry's id.")
    transfer_id: strawberry.ID = strawberry.field(description="The same for both sides.")
    amount: MoneyType = strawberry.field(description="Positive into the wallet, negative out.")
    balance_after: MoneyType = strawberry.field(description="The balance that it left.")
    reason: models.EntryReason = strawberry.field(description="Why money moved.")
    ref_id: strawberry.ID | None = strawberry.field(description="What it was for, if anything.")
    memo: str | None = strawberry.field(description="What the sender wrote.")
    posted_at: datetime = strawberry.field(description="When.")

    @classmethod
    def of(cls, entry: models.Entry) -> Self:
        return cls(
            id=strawberry.ID(entry.id),
            transfer_id=strawberry.ID(entry.transfer_id),
            amount=MoneyType.of(Money(entry.amount, entry.currency)),
            balance_after=MoneyType.of(Money(entry.balance_after, entry.currency)),
            reason=entry.reason,
            ref_id=strawberry.ID(entry.ref_id) if entry.ref_id else None,
            memo=entry.memo,
            posted_at=entry.posted_at,
        )

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:  # noqa: A002
        entry = await info.context.loaders.entry.load(id)
        return cls.of(entry) if entry else None


@strawberry.type(description="Money of a wallet that is set aside.")
class WalletHold:
    id: strawberry.ID = strawberry.field(description="The hold's id.")
    amount: MoneyType = strawberry.field(description="How much was set aside.")
    captured: MoneyType = strawberry.field(description="How much of it was taken.")
    state: models.HoldState = strawberry.field(description="Where it is.")
    ref_id: strawberry.ID = strawberry.field(description="What it is for.")
    expires_at: datetime | None = strawberry.field(description="When it frees itself, if ever.")
    created_at: datetime = strawberry.field(description="Since when.")

    @classmethod
    def of(cls, hold: models.Hold) -> Self:
        return cls(
            id=strawberry.ID(hold.id),
            amount=MoneyType.of(hold.money),
            captured=MoneyType.of(Money(hold.captured, hold.currency)),
            state=hold.state,
            ref_id=strawberry.ID(hold.ref_id),
            expires_at=hold.expires_at,
            created_at=hold.created_at,
        )


@strawberry.federation.type(
    keys=["id"], description="Money or points of one customer. Only the owner sees it."
)
class Wallet(Node):
    account: strawberry.Private[models.Account]
    kind: models.WalletKind = strawberry.field(description="What it holds.")
    currency: CurrencyCode = strawberry.field(description="Its only currency.")
    posted: MoneyType = strawberry.field(description="The sum of its entries.")
    held: MoneyType = strawberry.field(description="What is set aside.")
    available: MoneyType = strawberry.field(description="Posted less held.")
    version: int = strawberry.field(description="How many entries it has.")

    @resolved("Whose it is.")
    def owner(self) -> "Customer":
        return Customer(id=strawberry.ID(self.account.owner_id or ""))

    @resolved("What it may hold and send.")
    def limits(self) -> WalletLimits:
        limits = limits_of(self.account.currency)
        return WalletLimits(
            account=self.account, max_balance=MoneyType.of(limits.max_balance), tier=TIER
        )

    @resolved("Its entries, newest first.", directives=[list_size()])
    async def entries(
        self, info: Info, first: int = 20, after: str | None = None
    ) -> Connection[WalletEntry]:
        request = page_request(first, after)
        page = await info.context.loaders.entry_page.load((self.account.id, request))
        return Connection[WalletEntry].of(page, WalletEntry.of)

    @resolved("Its holds in a state (null: any), newest first, 100 at most.")
    async def holds(
        self, info: Info, state: models.HoldState | None = models.HoldState.ACTIVE
    ) -> list[WalletHold]:
        found = await info.context.loaders.holds.load((self.account.id, state))
        return [WalletHold.of(hold) for hold in found]

    @classmethod
    def of(cls, account: models.Account) -> Self:
        return cls(
            id=strawberry.ID(account.id),
            account=account,
            kind=models.WalletKind(account.kind.value),
            currency=CurrencyCode(account.currency),
            posted=MoneyType.of(account.posted_money),
            held=MoneyType.of(account.held_money),
            available=MoneyType.of(account.available),
            version=account.version,
        )

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> Self | None:  # noqa: A002
        account = await info.context.loaders.account.load(id)
        return cls.of(account) if account else None


@strawberry.federation.type(keys=["id"], description="A customer of the shop.")
class Customer:
    id: strawberry.ID = strawberry.field(description="The customer's id.")

    @resolved("The customer's wallets; none for anybody but the owner.", authenticated=True)
    async def wallets(self, info: Info) -> list[Wallet]:
        info.context.require_viewer()
        accounts = await info.context.loaders.accounts_of.load(self.id)
        return [Wallet.of(account) for account in accounts]

    @classmethod
    def resolve_reference(cls, id: strawberry.ID) -> Self:  # noqa: A002
        return cls(id=id)


@strawberry.type(description="An entry was posted.")
class WalletEntryEvent:
    entry: WalletEntry = strawberry.field(description="The entry.")
    wallet: Wallet = strawberry.field(description="The wallet as it is now.")
    cursor: EventCursor = strawberry.field(description="Resume after this event.")


@strawberry.type(description="All entries of a currency added up: the books' proof.")
class TrialBalance:
    currency: CurrencyCode = strawberry.field(description="The currency.")
    debits: MinorUnits = strawberry.field(description="All that left an account.")
    credits: MinorUnits = strawberry.field(description="All that entered an account.")
    difference: MinorUnits = strawberry.field(description="Credits less debits: always zero.")
    as_of: datetime = strawberry.field(description="When.")

    @classmethod
    def of(cls, balance: models.TrialBalance) -> Self:
        return cls(
            currency=CurrencyCode(balance.currency),
            debits=MinorUnits(balance.debits),
            credits=MinorUnits(balance.credits),
            difference=MinorUnits(balance.difference),
            as_of=balance.as_of,
        )
