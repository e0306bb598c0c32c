"""Inputs and payloads of the wallet's mutations."""

from collections.abc import Awaitable
from typing import Self

import strawberry

from subgraphs.shared.errors import BusinessError
from subgraphs.shared.idempotency import Outcome, RememberedRefusal
from subgraphs.shared.money_types import MoneyInput
from subgraphs.wallet.models import Transfer
from subgraphs.wallet.types import UserError, Wallet, WalletEntry, user_error

_KEY = "Made by the client, new for each intent; sending it again has no further effect."


@strawberry.input(description="Money from a card into a wallet.")
class WalletTopUpInput:
    """Arguments of `walletTopUp`."""

    wallet_id: strawberry.ID = strawberry.field(description="A wallet of the viewer's.")
    amount: MoneyInput = strawberry.field(description="How much, in the wallet's currency.")
    card_token: str = strawberry.field(description="The card; tok_visa is a test card.")
    idempotency_key: str = strawberry.field(description=_KEY)


@strawberry.input(description="Money from a wallet into another.")
class WalletTransferInput:
    """Arguments of `walletTransfer`."""

    from_wallet_id: strawberry.ID = strawberry.field(description="A wallet of the viewer's.")
    to_wallet_id: strawberry.ID = strawberry.field(description="Any wallet of that currency.")
    amount: MoneyInput = strawberry.field(description="How much, in the wallets' currency.")
    memo: str | None = strawberry.field(
        default=None, description="For the recipient; 140 characters at most."
    )
    idempotency_key: str = strawberry.field(description=_KEY)


@strawberry.input(description="Money from a wallet to a bank account.")
class WalletWithdrawInput:
    """Arguments of `walletWithdraw`."""

    wallet_id: strawberry.ID = strawberry.field(description="A wallet of the viewer's.")
    amount: MoneyInput = strawberry.field(description="How much, in the wallet's currency.")
    bank_token: str = strawberry.field(description="The bank account; bank_test is a test account.")
    idempotency_key: str = strawberry.field(description=_KEY)


@strawberry.type(description="What became of a top-up or withdrawal.")
class WalletPayload:
    """Answer of `walletTopUp` and `walletWithdraw`."""

    wallet: Wallet | None = strawberry.field(description="The wallet afterwards.")
    entry: WalletEntry | None = strawberry.field(description="The entry that was posted.")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was done.")
    idempotent_replay: bool = strawberry.field(description="Whether the key was used before.")

    @classmethod
    async def of(cls, pending: Awaitable[Outcome[Transfer]]) -> Self:
        """Await a use case; its refusal becomes a user error."""
        try:
            outcome = await pending
        except BusinessError as error:
            return cls(
                wallet=None,
                entry=None,
                user_errors=[user_error(error)],
                idempotent_replay=isinstance(error, RememberedRefusal),
            )
        return cls(
            wallet=Wallet.of(outcome.result.account),
            entry=WalletEntry.of(outcome.result.entry),
            user_errors=[],
            idempotent_replay=outcome.replayed,
        )


@strawberry.type(description="What became of a transfer.")
class WalletTransferPayload:
    """Answer of `walletTransfer`."""

    from_: Wallet | None = strawberry.field(
        name="from", description="The sender's wallet afterwards."
    )
    transfer_id: strawberry.ID | None = strawberry.field(description="The transfer's id.")
    entry: WalletEntry | None = strawberry.field(description="The sender's side of it.")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was done.")
    idempotent_replay: bool = strawberry.field(description="Whether the key was used before.")

    @classmethod
    async def of(cls, pending: Awaitable[Outcome[Transfer]]) -> Self:
        """Await the use case; its refusal becomes a user error."""
        done = await WalletPayload.of(pending)
        return cls(
            from_=done.wallet,
            transfer_id=done.entry.transfer_id if done.entry else None,
            entry=done.entry,
            user_errors=done.user_errors,
            idempotent_replay=done.idempotent_replay,
        )
