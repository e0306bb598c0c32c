"""What goes wrong gets a code and a place, and leaves nothing half done."""

import subprocess
from uuid import uuid4

import pytest

from subgraphs.shared.demo import demo_id, product_id, variant_id
from tests.support.ports import free_port
from tests.support.store import ROOT, Store

JSON = {"content-type": "application/json", "accept": "application/json"}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ('{"query": "{ channels { slug } }"', 400, "INVALID_JSON"),
        ("null", 400, "BAD_REQUEST"),
        ('{"query": "{ nothing }"}', 200, "GRAPHQL_VALIDATION_FAILED"),
        ('{"query": "{ channels { slug }"}', 200, "GRAPHQL_PARSE_FAILED"),
        ('{"query": "query Q($id: ID!) { wallet(id: $id) { id } }"}', 200, "BAD_USER_INPUT"),
    ],
    ids=["json that ends early", "null", "unknown field", "syntax", "variable not given"],
)
async def test_a_wrong_request_is_answered_with_a_code(
    store: Store, body: str, status: int, code: str
):
    async with store.client() as client:
        response = await client.http.post("/graphql", content=body, headers=JSON)
    assert response.status_code == status
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == code
    assert "data" not in response.json()


async def test_a_wrong_field_is_shown_with_its_place(store: Store):
    async with store.client() as client:
        answer = await client.answer("{\n  channels {\n    slugg\n  }\n}")
    assert answer["errors"][0]["locations"] == [{"line": 3, "column": 5}]


async def test_a_wrong_token_is_refused_whatever_is_asked(store: Store):
    async with store.client() as client:
        client.http.headers["authorization"] = "Bearer eyJhbGciOiJub25lIn0.e30."
        response = await client.http.post("/graphql", json={"query": "{ channels { slug } }"})
    assert response.status_code == 401
    assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_what_is_not_to_be_had_takes_nothing_else_away(store: Store):
    """Anybody may tag a product that is not there, and a merchant may take one back."""
    publish = "mutation ($i: PostCreateInput!) { postCreate(input: $i) { post { id } } }"
    create = "mutation ($i: CartCreateInput!) { cartCreate(input: $i) { cart { id } } }"
    change = "mutation ($i: ProductUpdateInput!) { productUpdate(input: $i) { product { id } } }"
    look = """query ($post: ID!, $cart: ID!) {
        post(id: $post) { body tags { product { title } } }
        cart(id: $cart) { lines { quantity variant { sku } } } }"""
    tag = {"productId": "prod_nowhere", "x": 0.5, "y": 0.5}
    post = {"body": "Look!", "tags": [tag], "idempotencyKey": uuid4().hex}
    lines = [{"variantId": variant_id(product, 0)} for product in (190, 191)]
    async with store.client("shopper") as shopper, store.client("merchant") as merchant:
        made = (await shopper.data(publish, i=post))["postCreate"]["post"]["id"]
        filled = await shopper.data(create, i={"channel": "in", "lines": lines})
        cart = filled["cartCreate"]["cart"]["id"]
        await merchant.data(change, i={"id": product_id(190), "status": "DRAFT"})
        answer = await shopper.answer(look, post=made, cart=cart)
        await merchant.data(change, i={"id": product_id(190), "status": "ACTIVE"})
    assert answer["data"]["post"] == {"body": "Look!", "tags": [{"product": None}]}
    taken_back, other = answer["data"]["cart"]["lines"]
    assert taken_back == {"quantity": 1, "variant": None}
    assert other["variant"]["sku"]
    paths = [error["path"] for error in answer["errors"]]
    assert ["post", "tags", 0, "product", "title"] in paths


async def test_another_customer_s_wallet_and_cart_look_like_missing_ones(store: Store):
    create = """
    mutation Create($input: CartCreateInput!) {
      cartCreate(input: $input) { cart { id } userErrors { code } }
    }
    """
    claim = "mutation C($id: ID!) { cartClaim(cartId: $id) { userErrors { code } } }"
    look = (
        "query Look($cart: ID!, $wallet: ID!) { cart(id: $cart) { id } wallet(id: $wallet) { id } }"
    )
    async with store.client("shopper") as shopper, store.client("courier") as other:
        made = await shopper.data(create, input={"channel": "in", "idempotencyKey": str(uuid4())})
        cart = made["cartCreate"]["cart"]["id"]
        await shopper.data(claim, id=cart)
        known = {"cart": cart, "wallet": demo_id("wal", 1)}
        unknown = {"cart": demo_id("cart", 999_999), "wallet": demo_id("wal", 999_999)}
        assert (await shopper.data(look, **known))["wallet"]["id"] == known["wallet"]
        assert await other.answer(look, **known) == await other.answer(look, **unknown)


def test_a_taken_port_is_told_in_one_line(store: Store):
    command = [*store.command()]
    command[command.index("--home") + 1] += "-other"
    ended = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 1
    assert f"Port {store.port} is taken" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_second_store_in_the_same_folder_is_told_so(store: Store):
    command = [*store.command()]
    command[command.index("--port") + 1] = str(free_port())
    ended = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 1
    assert "already runs" in ended.stderr
