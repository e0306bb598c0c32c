"""The wallet's use cases. Each mutation is one transaction, safe to send again with its key."""

from collections.abc import Awaitable, Callable
from datetime import datetime

import msgspec

from subgraphs.shared import cards
from subgraphs.shared.database import Database
from subgraphs.shared.errors import BusinessError
from subgraphs.shared.idempotency import Once, Outcome, once
from subgraphs.shared.identity import Viewer
from subgraphs.shared.ids import new_id
from subgraphs.shared.instants import now
from subgraphs.shared.money import Money
from subgraphs.shared.origin import UNKNOWN, Origin
from subgraphs.shared.unit_of_work import UnitOfWork, transact
from subgraphs.wallet import repository
from subgraphs.wallet.errors import Code, currency_mismatch, not_found, points_only
from subgraphs.wallet.ledger import Movement, after, post
from subgraphs.wallet.limits import limits_of, month_of
from subgraphs.wallet.models import Account, AccountKind, EntryReason, Outside, Transfer, WalletKind

MAX_MEMO = 140
GOOD_BANK = "bank_test"


class TopUp(msgspec.Struct, frozen=True, kw_only=True):
    """Money from a card."""

    wallet_id: str
    amount: Money
    card_token: str


class Payment(msgspec.Struct, frozen=True, kw_only=True):
    """Money to another customer's wallet."""

    from_wallet_id: str
    to_wallet_id: str
    amount: Money
    memo: str | None


class Withdrawal(msgspec.Struct, frozen=True, kw_only=True):
    """Money to a bank account."""

    wallet_id: str
    amount: Money
    bank_token: str


class Wallets:
    """Use cases on behalf of one viewer; all raise `BusinessError`."""

    def __init__(
        self,
        database: Database,
        viewer: Viewer,
        origin: Origin = UNKNOWN,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self._database = database
        self._viewer = viewer
        self._origin = origin
        self._clock = clock

    async def top_up(self, asked: TopUp, key: str) -> Outcome[Transfer]:
        """Charge the card and add the amount to the viewer's wallet."""

        async def work(unit: UnitOfWork) -> Transfer:
            _check_amount(asked.amount)
            account = await self._own(unit, asked.wallet_id, asked.amount)
            cards.authorise(asked.card_token)
            movement = Movement(
                source=Outside.CARDS,
                target=account,
                amount=asked.amount,
                reason=EntryReason.TOP_UP,
            )
            return await self._post(unit, account, movement)

        return await self._once("walletTopUp", asked, key, work)

    async def withdraw(self, asked: Withdrawal, key: str) -> Outcome[Transfer]:
        """Send the amount from the viewer's wallet to a bank account."""

        async def work(unit: UnitOfWork) -> Transfer:
            _check_amount(asked.amount)
            if asked.bank_token != GOOD_BANK:
                raise BusinessError(Code.INVALID, "There is no such bank account.", ["bankToken"])
            account = await self._own(unit, asked.wallet_id, asked.amount)
            await self._check_out(unit, account, asked.amount)
            movement = Movement(
                source=account,
                target=Outside.BANKS,
                amount=asked.amount,
                reason=EntryReason.WITHDRAWAL,
            )
            return await self._post(unit, account, movement)

        return await self._once("walletWithdraw", asked, key, work)

    async def transfer(self, asked: Payment, key: str) -> Outcome[Transfer]:
        """Send the amount from the viewer's wallet to another."""

        async def work(unit: UnitOfWork) -> Transfer:
            _check_amount(asked.amount)
            _check_memo(asked.memo)
            source, target = await self._two(unit, asked)
            await self._check_out(unit, source, asked.amount)
            movement = Movement(
                source=source,
                target=target,
                amount=asked.amount,
                reason=EntryReason.TRANSFER,
                memo=asked.memo,
            )
            return await self._post(unit, source, movement)

        return await self._once("walletTransfer", asked, key, work)

    async def _once(
        self,
        operation: str,
        asked: TopUp | Payment | Withdrawal,
        key: str,
        work: Callable[[UnitOfWork], Awaitable[Transfer]],
    ) -> Outcome[Transfer]:
        request = Once(actor=self._viewer.sub, key=key, operation=operation, input=asked)

        async def attempt(unit: UnitOfWork) -> Outcome[Transfer]:
            return await once(unit, request, lambda: work(unit), Transfer)

        return await transact(self._database, attempt, self._viewer, self._origin)

    async def _own(self, unit: UnitOfWork, wallet_id: str, amount: Money) -> Account:
        """The viewer's wallet, locked, if it holds money of the amount's currency."""
        locked = await repository.lock_accounts(unit.session, [wallet_id])
        account = locked.get(wallet_id)
        if account is None or account.owner_id != self._viewer.sub:
            raise not_found("walletId")
        if account.kind is AccountKind.POINTS:
            raise points_only()
        if account.currency != amount.currency:
            raise currency_mismatch(account.currency)
        return account

    async def _two(self, unit: UnitOfWork, asked: Payment) -> tuple[Account, Account]:
        if asked.from_wallet_id == asked.to_wallet_id:
            raise BusinessError(Code.INVALID, "That is the same wallet.", ["toWalletId"])
        ids = [asked.from_wallet_id, asked.to_wallet_id]
        locked = await repository.lock_accounts(unit.session, ids)
        source, target = (locked.get(id_) for id_ in ids)
        if source is None or source.owner_id != self._viewer.sub:
            raise not_found("fromWalletId")
        if target is None:
            raise BusinessError(Code.NOT_FOUND, "There is no such wallet.", ["toWalletId"])
        if source.currency != asked.amount.currency:
            raise currency_mismatch(source.currency)
        if target.currency != source.currency:
            raise currency_mismatch(target.currency, "toWalletId")
        return source, target

    async def _check_out(self, unit: UnitOfWork, account: Account, amount: Money) -> None:
        """Exact under concurrency, for the account is locked."""
        sent = await repository.sent_since(unit.session, [account.id], month_of(self._clock()))
        already = Money(sent.get(account.id, 0), account.currency)
        limits_of(account.currency).check_out(already, amount)

    async def _post(self, unit: UnitOfWork, account: Account, movement: Movement) -> Transfer:
        posted = await post(unit, movement)
        entry = posted.entries[account.id]
        return Transfer(id=posted.transfer_id, account=after(account, entry), entry=entry)


async def open_wallet(
    unit: UnitOfWork, owner: str, kind: WalletKind, currency: str, id_: str | None = None
) -> str:
    """Open a customer's wallet, unless there is one of that kind and currency; gives its id."""
    for outside in Outside:
        system = outside.account_id(currency)
        await repository.open_account(unit.session, system, None, AccountKind.SYSTEM, currency)
    await repository.open_account(
        unit.session, id_ or new_id("wal"), owner, AccountKind(kind.value), currency
    )
    mine = await repository.accounts_of(unit.session, owner)
    return next(
        account.id
        for account in mine
        if (account.kind.value, account.currency) == (kind.value, currency)
    )


def _check_amount(amount: Money) -> None:
    if amount.amount <= 0:
        raise BusinessError(Code.INVALID, "The amount is more than zero.", ["amount"])


def _check_memo(memo: str | None) -> None:
    if memo is not None and len(memo) > MAX_MEMO:
        raise BusinessError(Code.INVALID, f"A memo has {MAX_MEMO} characters at most.", ["memo"])
