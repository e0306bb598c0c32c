import pytest

from subgraphs.shared.errors import BusinessError
from subgraphs.shared.identity import Viewer
from subgraphs.shared.money import Money
from subgraphs.wallet.service import Payment, TopUp, Wallets, Withdrawal
from tests.support.wallets import Bank

INR = "INR"


async def test_a_top_up_is_posted_once(bank: Bank):
    wallet = await bank.open("ann")
    first = await bank.top_up("ann", wallet, 500, key="k")
    again = await bank.top_up("ann", wallet, 500, key="k")
    assert (first.replayed, again.replayed) == (False, True)
    assert first.result == again.result
    assert first.result.account == await bank.account("ann")
    assert first.result.account.posted == 500
    await bank.audit()


async def test_money_goes_from_one_to_the_other(bank: Bank):
    ann, bob = await bank.open("ann", 500), await bank.open("bob")
    outcome = await bank.pay("ann", ann, bob, 200)
    assert (outcome.result.entry.amount, outcome.result.entry.balance_after) == (-200, 300)
    assert (await bank.account("bob")).posted == 200
    await bank.audit()


async def test_money_goes_to_the_bank(bank: Bank):
    ann = await bank.open("ann", 500)
    asked = Withdrawal(wallet_id=ann, amount=Money(200, INR), bank_token="bank_test")
    outcome = await bank.wallets("ann").withdraw(asked, "k")
    assert outcome.result.account.posted == 300
    await bank.audit()


async def refused(bank: Bank, payment: Payment, viewer: str = "ann") -> BusinessError:
    with pytest.raises(BusinessError) as refusal:
        await Wallets(bank.database, Viewer(viewer)).transfer(payment, "k")
    await bank.audit()
    return refusal.value


async def test_more_than_there_is_is_refused_and_stays_refused(bank: Bank):
    ann, bob = await bank.open("ann", 100), await bank.open("bob")
    payment = Payment(from_wallet_id=ann, to_wallet_id=bob, amount=Money(101, INR), memo=None)
    error = await refused(bank, payment)
    assert (error.code, error.details) == ("INSUFFICIENT_FUNDS", {"amount": 100, "currency": "INR"})
    await bank.top_up("ann", ann, 1000)
    again = await refused(bank, payment)
    assert (again.code, again.details) == (error.code, error.details)


async def test_only_the_owner_sends(bank: Bank):
    ann, bob = await bank.open("ann", 100), await bank.open("bob")
    payment = Payment(from_wallet_id=ann, to_wallet_id=bob, amount=Money(1, INR), memo=None)
    assert (await refused(bank, payment, viewer="bob")).code == "NOT_FOUND"
    assert (await refused(bank, payment, viewer="eve")).code == "NOT_FOUND"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount": Money(0, INR)}, "INVALID"),
        ({"amount": Money(-5, INR)}, "INVALID"),
        ({"amount": Money(5, "EUR")}, "CURRENCY_MISMATCH"),
        ({"to_wallet_id": "wal_nowhere"}, "NOT_FOUND"),
        ({"to_wallet_id": "wal_system_cards_INR"}, "NOT_FOUND"),
        ({"from_wallet_id": "wal_system_cards_INR"}, "NOT_FOUND"),
        ({"memo": "x" * 141}, "INVALID"),
    ],
    ids=str,
)
async def test_a_payment_that_makes_no_sense_is_refused(bank: Bank, changes, code: str):
    ann, bob = await bank.open("ann", 100), await bank.open("bob")
    usual = {"from_wallet_id": ann, "to_wallet_id": bob, "amount": Money(5, INR), "memo": None}
    assert (await refused(bank, Payment(**(usual | changes)))).code == code


async def test_a_memo_of_140_characters_is_kept(bank: Bank):
    ann, bob = await bank.open("ann", 100), await bank.open("bob")
    memo = "x" * 140
    payment = Payment(from_wallet_id=ann, to_wallet_id=bob, amount=Money(5, INR), memo=memo)
    assert (await bank.wallets("ann").transfer(payment, "k")).result.entry.memo == memo


async def test_a_payment_to_the_same_wallet_or_another_currency_is_refused(bank: Bank):
    ann, bob = await bank.open("ann", 100), await bank.open("bob", currency="EUR")
    five = Money(5, INR)
    same = Payment(from_wallet_id=ann, to_wallet_id=ann, amount=five, memo=None)
    assert (await refused(bank, same)).code == "INVALID"
    other = Payment(from_wallet_id=ann, to_wallet_id=bob, amount=five, memo=None)
    with pytest.raises(BusinessError) as refusal:
        await bank.wallets("ann").transfer(other, "k2")
    assert refusal.value.code == "CURRENCY_MISMATCH"


@pytest.mark.parametrize(
    ("token", "code"), [("tok_declined", "CARD_DECLINED"), ("tok_of_nobody", "INVALID")]
)
async def test_a_card_that_does_not_pay_fills_no_wallet(bank: Bank, token: str, code: str):
    ann = await bank.open("ann")
    asked = TopUp(wallet_id=ann, amount=Money(100, INR), card_token=token)
    with pytest.raises(BusinessError) as refusal:
        await bank.wallets("ann").top_up(asked, "k")
    assert refusal.value.code == code
    assert (await bank.account("ann")).posted == 0


async def test_a_wallet_holds_no_more_than_its_limit(bank: Bank):
    ann = await bank.open("ann", 1_000_000_00)
    with pytest.raises(BusinessError) as refusal:
        await bank.top_up("ann", ann, 1)
    assert refusal.value.code == "LIMIT_EXCEEDED"


async def test_a_month_sends_no_more_than_its_limit(bank: Bank):
    ann, bob = await bank.open("ann", 900_000_00), await bank.open("bob")
    await bank.pay("ann", ann, bob, 499_999_00)
    with pytest.raises(BusinessError) as refusal:
        await bank.pay("ann", ann, bob, 1_01)
    assert refusal.value.code == "LIMIT_EXCEEDED"
    await bank.pay("ann", ann, bob, 1_00)


async def test_a_key_is_for_one_operation_and_input(bank: Bank):
    ann, bob = await bank.open("ann"), await bank.open("bob")
    await bank.top_up("ann", ann, 500, key="k")
    with pytest.raises(BusinessError) as other_input:
        await bank.top_up("ann", ann, 501, key="k")
    with pytest.raises(BusinessError) as other_operation:
        await bank.pay("ann", ann, bob, 500, key="k")
    codes = {other_input.value.code, other_operation.value.code}
    assert codes == {"IDEMPOTENCY_KEY_REUSED"}
    assert (await bank.account("ann")).posted == 500
