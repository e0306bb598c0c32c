"""The group-buying graph, called as the gateway calls it."""

from typing import Any

import pytest

from subgraphs.groupbuy.app import create_app
from subgraphs.groupbuy.sweeping import sweep
from subgraphs.shared.money import MAX_AMOUNT, Money
from tests.support.groupbuys import Shop
from tests.support.subgraphs import Caller, calling, settings

JOIN = """mutation ($in: GroupBuyJoinInput!) { groupBuyJoin(input: $in) {
    groupBuy { state paidCount seatsLeft viewerMembership { seat state customer { id } } }
    idempotentReplay userErrors { code message field } } }"""
OPEN = """mutation ($in: GroupBuyOpenInput!) { groupBuyOpen(input: $in) {
    groupBuy { id state shareCode seatsLeft leader { id } offer { id variant { id } } }
    idempotentReplay userErrors { code } } }"""
CARD = {"cardToken": "tok_visa"}


async def test_a_group_is_opened_found_by_its_code_joined_and_left(shop: Shop, call: Caller):
    await shop.offer()
    asked = {"in": {"offerId": "offer", "payment": CARD, "idempotencyKey": "k"}}
    opened = (await call.data(OPEN, asked, viewer="lea"))["groupBuyOpen"]
    group = opened["groupBuy"]
    assert (group["state"], group["seatsLeft"], group["leader"]) == ("OPEN", 2, {"id": "lea"})
    assert group["offer"] == {"id": "offer", "variant": {"id": "var_1"}}
    again = (await call.data(OPEN, asked, viewer="lea"))["groupBuyOpen"]
    assert again == opened | {"idempotentReplay": True}

    find = "query ($code: String) { groupBuy(shareCode: $code) { id members { seat } } }"
    found = await call.data(find, {"code": group["shareCode"].lower()})
    assert found["groupBuy"] == {"id": group["id"], "members": [{"seat": 1}]}

    joined = {"in": {"groupBuyId": group["id"], "payment": CARD, "idempotencyKey": "k"}}
    answer = (await call.data(JOIN, joined, viewer="max"))["groupBuyJoin"]
    assert answer == {
        "groupBuy": {
            "state": "OPEN",
            "paidCount": 2,
            "seatsLeft": 1,
            "viewerMembership": {"seat": 2, "state": "PAID", "customer": {"id": "max"}},
        },
        "idempotentReplay": False,
        "userErrors": [],
    }
    leave = "mutation ($id: ID!) { groupBuyLeave(groupBuyId: $id) { groupBuy { paidCount } } }"
    left = await call.data(leave, {"id": group["id"]}, viewer="max")
    assert left["groupBuyLeave"]["groupBuy"] == {"paidCount": 1}


async def test_a_seat_is_paid_one_way(shop: Shop, call: Caller):
    await shop.offer()
    group = await shop.open()
    for payment in ({}, {"walletId": "wal_1", **CARD}):
        asked = {"in": {"groupBuyId": group.id, "payment": payment, "idempotencyKey": str(payment)}}
        answer = (await call.data(JOIN, asked, viewer="max"))["groupBuyJoin"]
        assert answer["userErrors"] == [
            {
                "code": "INVALID",
                "message": "Pay from a wallet or by card: give a walletId or a cardToken.",
                "field": ["payment"],
            }
        ]


async def test_a_seat_paid_from_a_wallet_is_held_first(shop: Shop, call: Caller):
    await shop.offer()
    group = await shop.open()
    payment = {"walletId": "wal_1"}
    asked = {"in": {"groupBuyId": group.id, "payment": payment, "idempotencyKey": "k"}}
    answer = (await call.data(JOIN, asked, viewer="max"))["groupBuyJoin"]
    seat = {"seat": 2, "state": "HELD", "customer": {"id": "max"}}
    assert answer["groupBuy"] == {
        "state": "OPEN",
        "paidCount": 1,
        "seatsLeft": 1,
        "viewerMembership": seat,
    }
    asked = {"in": {"offerId": "offer", "payment": payment, "idempotencyKey": "o"}}
    opened = (await call.data(OPEN, asked, viewer="mia"))["groupBuyOpen"]["groupBuy"]
    assert (opened["state"], opened["seatsLeft"]) == ("PENDING_LEADER", 2)
    await shop.hold_too_long()
    await sweep(shop.database)
    query = """query ($id: ID) { groupBuy(id: $id) { state seatsLeft opensAt members { seat }
        viewerMembership { state refusal } } }"""
    timeout = {"state": "RELEASED", "refusal": "PAYMENT_TIMEOUT"}
    assert (await call.data(query, {"id": group.id}, viewer="max"))["groupBuy"] | {
        "opensAt": None
    } == {
        "state": "OPEN",
        "seatsLeft": 2,
        "opensAt": None,
        "members": [{"seat": 1}],
        "viewerMembership": timeout,
    }
    gone = (await call.data(query, {"id": opened["id"]}, viewer="mia"))["groupBuy"]
    assert (gone["state"], gone["opensAt"], gone["viewerMembership"]) == ("REFUNDED", None, timeout)
    await shop.audit()


async def test_the_anonymous_look_but_do_not_buy(shop: Shop, call: Caller):
    await shop.offer()
    group = await shop.open()
    asked = {"in": {"groupBuyId": group.id, "payment": CARD, "idempotencyKey": "k"}}
    answer = await call(JOIN, asked)
    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    data = await call.data("{ groupBuys { nodes { id seatsLeft } } }")
    assert data["groupBuys"]["nodes"] == [{"id": group.id, "seatsLeft": 2}]


async def test_either_id_or_code_finds_a_group(call: Caller):
    for arguments in ("", '(id: "a", shareCode: "b")'):
        answer = await call(f"{{ groupBuy{arguments} {{ id }} }}")
        assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert await call.data('{ groupBuy(id: "nowhere") { id } }') == {"groupBuy": None}


async def test_pages_follow_each_other_without_gap(shop: Shop, call: Caller):
    for n in range(7):
        await shop.offer(id=f"offer{n}")
        await shop.open(f"leader{n}", offer=f"offer{n}")
    for field in ("groupBuys", "groupBuyOffers"):
        query = f"""query ($after: String) {{ {field}(first: 3, after: $after) {{
            nodes {{ id }} pageInfo {{ hasNextPage endCursor }} }} }}"""
        seen, after, pages = [], None, 0
        while True:
            page = (await call.data(query, {"after": after}))[field]
            seen += [node["id"] for node in page["nodes"]]
            pages += 1
            if not page["pageInfo"]["hasNextPage"]:
                break
            after = page["pageInfo"]["endCursor"]
        assert (pages, len(seen), len(set(seen))) == (3, 7, 7)
        wrong = await call(query, {"after": "bm90IGEgY3Vyc29y"})
        assert wrong["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    too_many = await call("{ groupBuys(first: 101) { nodes { id } } }")
    assert too_many["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_a_customers_groups_are_the_customers_own(shop: Shop, call: Caller):
    await shop.offer()
    first, second = await shop.open("max"), await shop.open("lea")
    await shop.join(second.id, "max")
    selection = "... on Customer { groupBuys { nodes { id } } }"
    reference = [{"__typename": "Customer", "id": "max"}]
    [mine] = await call.entities(selection, reference, viewer="max")
    assert [node["id"] for node in mine["groupBuys"]["nodes"]] == [second.id, first.id]
    [others] = await call.entities(selection, reference, viewer="lea")
    assert others["groupBuys"]["nodes"] == []


@pytest.mark.parametrize("count", [1, 20])
async def test_a_list_costs_one_statement_each_whatever_its_length(
    shop: Shop, call: Caller, count: int, postgres_statements
):
    for n in range(count):
        await shop.offer(id=f"offer{n}", product_id=f"prod_{n}")
        group = await shop.open("lea", offer=f"offer{n}")
        await shop.join(group.id, "max")
    references = [{"__typename": "Product", "id": f"prod_{n}"} for n in range(count)]
    selection = """... on Product {
        groupBuyOffers { id groupPrice { formatted } variant { id } }
        openGroups(first: 2) { id seatsLeft offer { size soloPrice { amount } }
            members { seat customer { id } } viewerMembership { seat } } }"""
    with postgres_statements() as sent:
        products = await call.entities(selection, references, viewer="max")
    for n, product in enumerate(products):
        assert [offer["id"] for offer in product["groupBuyOffers"]] == [f"offer{n}"]
        [group] = product["openGroups"]
        assert (len(group["members"]), group["viewerMembership"]) == (2, {"seat": 2})
    # Offers of the products, open groups, offers of the groups, members, the viewer's seats.
    assert len(sent) == 5, sent


async def test_the_time_left_is_counted_when_it_is_read(
    shop: Shop, call: Caller, postgres_statements
):
    await shop.offer()
    groups = [await shop.open("lea"), await shop.open("max")]
    snapshot: dict[str, Any] = {"__typename": "GroupBuyProgress"}
    snapshot |= {"paidCount": 1, "size": 3, "state": "OPEN", "version": 1}
    references = [snapshot | {"groupBuy": {"id": group.id}} for group in groups]
    await shop.let_time_pass(groups[0].id, 3000)
    await shop.let_time_pass(groups[1].id, 3600)
    await shop.join(groups[0].id, "mia")
    selection = "... on GroupBuyProgress { paidCount size state version secondsLeft }"
    with postgres_statements() as sent:
        first, second = await call.entities(selection, references)
    assert 540 <= first.pop("secondsLeft") <= 600
    assert first == snapshot, "the event's snapshot stays what it was"
    assert second == snapshot | {"secondsLeft": 0}
    assert len(sent) == 1, sent
    selection = "... on GroupBuyProgress { groupBuy { id paidCount } }"
    progress = await call.entities(selection, references)
    assert [each["groupBuy"] for each in progress] == [
        {"id": groups[0].id, "paidCount": 2},
        {"id": groups[1].id, "paidCount": 1},
    ]


async def test_the_application_closes_groups_by_itself(shop: Shop):
    await shop.offer()
    group = await shop.open("lea")
    await shop.let_time_pass(group.id, 3600)
    app = create_app(settings("groupbuy", shop.database.url))
    query = "query ($id: ID) { groupBuy(id: $id) { state } }"
    async with calling(app, "groupbuy") as caller:
        while (await caller.data(query, {"id": group.id}))["groupBuy"]["state"] != "REFUNDED":
            pass  # bounded by the test's time-out
    await shop.audit()


async def test_a_wallet_has_an_id(shop: Shop, call: Caller):
    await shop.offer()
    group = await shop.open()
    for n, wallet in enumerate(("", "a b", "w" * 256)):
        payment = {"walletId": wallet}
        asked = {"in": {"groupBuyId": group.id, "payment": payment, "idempotencyKey": f"k{n}"}}
        [error] = (await call.data(JOIN, asked, viewer="max"))["groupBuyJoin"]["userErrors"]
        assert (error["code"], error["field"]) == ("INVALID", ["payment", "walletId"])


async def test_nobody_buys_for_more_than_an_amount_can_be(shop: Shop, call: Caller):
    half = MAX_AMOUNT // 2
    await shop.offer(group_price=Money(half, "INR"), solo_price=Money(half + 1, "INR"))
    group = await shop.open(quantity=2)
    for payment in (CARD, {"walletId": "wal_1"}):
        asked = {"groupBuyId": group.id, "payment": payment, "idempotencyKey": str(payment)}
        answer = await call.data(JOIN, {"in": asked | {"quantity": 3}}, viewer="max")
        [error] = answer["groupBuyJoin"]["userErrors"]
        assert (error["code"], error["field"]) == ("INVALID", ["quantity"])


async def test_each_mutation_of_an_operation_answers_with_the_group_as_it_left_it(
    shop: Shop, call: Caller
):
    await shop.offer()
    group = await shop.open()
    both = """mutation ($in: GroupBuyJoinInput!, $id: ID!) {
        joined: groupBuyJoin(input: $in) { groupBuy { ...Seen } }
        left: groupBuyLeave(groupBuyId: $id) { groupBuy { ...Seen } } }
        fragment Seen on GroupBuy { paidCount members { seat } viewerMembership { seat } }"""
    asked = {"groupBuyId": group.id, "payment": CARD, "idempotencyKey": "k"}
    answer = await call.data(both, {"in": asked, "id": group.id}, viewer="max")
    assert answer["joined"]["groupBuy"] == {
        "paidCount": 2,
        "members": [{"seat": 1}, {"seat": 2}],
        "viewerMembership": {"seat": 2},
    }
    assert answer["left"]["groupBuy"] == {
        "paidCount": 1,
        "members": [{"seat": 1}],
        "viewerMembership": None,
    }


async def test_groups_of_members_of_groups_cost_no_more_statements_than_levels(
    shop: Shop, call: Caller, postgres_statements
):
    await shop.offer()
    for _ in range(5):
        await shop.open("lea")
    selection = "nodes { id }"
    for _ in range(2):
        selection = f"nodes {{ leader {{ groupBuys {{ {selection} }} }} }}"
    selection = f"... on Customer {{ groupBuys {{ {selection} }} }}"
    with postgres_statements() as sent:
        [found] = await call.entities(
            selection, [{"__typename": "Customer", "id": "lea"}], viewer="lea"
        )
    assert len(found["groupBuys"]["nodes"][4]["leader"]["groupBuys"]["nodes"]) == 5
    assert len(sent) == 2  # the seats, and their groups
