"""The wallet's roots: who may ask what, and which use case answers."""

from collections.abc import AsyncIterator

import strawberry

from subgraphs.shared.directives import EventStreamClass, event_stream, served_by_gateway
from subgraphs.shared.fields import resolved, subscribed
from subgraphs.shared.scalars import CurrencyCode, EventCursor
from subgraphs.shared.schema import build_schema
from subgraphs.wallet import repository
from subgraphs.wallet.events import TOPIC
from subgraphs.wallet.payloads import (
    WalletPayload,
    WalletTopUpInput,
    WalletTransferInput,
    WalletTransferPayload,
    WalletWithdrawInput,
)
from subgraphs.wallet.service import Payment, TopUp, Wallets, Withdrawal
from subgraphs.wallet.types import (
    Customer,
    Info,
    InputError,
    InsufficientFundsError,
    TrialBalance,
    Wallet,
    WalletEntry,
    WalletEntryEvent,
)


@strawberry.type
class Query:
    @resolved("A wallet of the viewer's.", tags=["public"], authenticated=True)
    async def wallet(self, info: Info, id: strawberry.ID) -> Wallet | None:  # noqa: A002
        info.context.require_viewer()
        account = await info.context.loaders.account.load(id)
        return Wallet.of(account) if account else None

    @resolved(
        "Debits and credits of all accounts in a currency.",
        tags=["partner"],
        scopes=[["ledger:audit"]],
    )
    async def trial_balance(self, info: Info, currency: CurrencyCode) -> TrialBalance:
        info.context.require_scopes("ledger:audit")
        async with info.context.database.session() as session:
            return TrialBalance.of(await repository.trial_balance(session, currency))


@strawberry.type
class Mutation:
    @resolved("Put money from a card into a wallet.", tags=["public"], authenticated=True)
    async def wallet_top_up(self, info: Info, input: WalletTopUpInput) -> WalletPayload:  # noqa: A002
        wallets = _wallets(info)
        asked = TopUp(
            wallet_id=input.wallet_id, amount=input.amount.value(), card_token=input.card_token
        )
        return await WalletPayload.of(wallets.top_up(asked, input.idempotency_key))

    @resolved("Send money to another wallet.", tags=["public"], scopes=[["wallet:write"]])
    async def wallet_transfer(
        self,
        info: Info,
        input: WalletTransferInput,  # noqa: A002
    ) -> WalletTransferPayload:
        wallets = _wallets(info, "wallet:write")
        asked = Payment(
            from_wallet_id=input.from_wallet_id,
            to_wallet_id=input.to_wallet_id,
            amount=input.amount.value(),
            memo=input.memo,
        )
        return await WalletTransferPayload.of(wallets.transfer(asked, input.idempotency_key))

    @resolved("Send money to a bank account.", tags=["public"], scopes=[["wallet:write"]])
    async def wallet_withdraw(
        self,
        info: Info,
        input: WalletWithdrawInput,  # noqa: A002
    ) -> WalletPayload:
        wallets = _wallets(info, "wallet:write")
        asked = Withdrawal(
            wallet_id=input.wallet_id, amount=input.amount.value(), bank_token=input.bank_token
        )
        return await WalletPayload.of(wallets.withdraw(asked, input.idempotency_key))


@strawberry.type
class Subscription:
    @subscribed(
        "Entries of a wallet of the viewer's as they are posted.",
        tags=["public"],
        authenticated=True,
        directives=[event_stream(TOPIC, "walletId", EventStreamClass.LOG)],
    )
    async def wallet_entries(
        self, wallet_id: strawberry.ID, after: EventCursor | None = None
    ) -> AsyncIterator[WalletEntryEvent]:
        async for event in served_by_gateway(WalletEntryEvent):
            yield event


schema = build_schema(
    Query,
    Mutation,
    Subscription,
    types=[Customer, WalletEntry, InputError, InsufficientFundsError],
)


def _wallets(info: Info, *scopes: str) -> Wallets:
    context = info.context
    viewer = context.require_scopes(*scopes)
    # Mutations of one operation come one after the other, each with its answer.
    context.loaders.forget()
    return Wallets(context.database, viewer, context.origin)
