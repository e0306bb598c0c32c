"""What customers do in these tests, by the graph."""

from typing import Any
from uuid import uuid4

from subgraphs.shared.demo import customer_id, product_id
from tests.support.subgraphs import Caller

AUTHOR, READER, OTHER = customer_id(5), customer_id(7), customer_id(8)
PRODUCTS = [product_id(n) for n in range(1, 4)]

ERRORS = "userErrors { __typename code message field }"
POST = """
    post {
        id body topics state version likeCount saveCount shareCount commentCount
        author { id } tags { product { id } variant { id } x y mediaIndex } media { url }
        ranking { engagementScore pool reason } viewerReactions
    }
"""
CREATE = f"mutation ($in: PostCreateInput!) {{ postCreate(input: $in) {{ {POST} {ERRORS} }} }}"
REACT = f"mutation ($in: PostReactInput!) {{ postReact(input: $in) {{ {POST} {ERRORS} }} }}"
REPORT = f"""
    mutation ($id: ID!, $reason: ReportReason!) {{
        postReport(postId: $id, reason: $reason) {{ {POST} {ERRORS} }}
    }}
"""
COMMENT = f"""
    mutation ($in: CommentAddInput!) {{
        commentAdd(input: $in) {{ comment {{ id body parentId author {{ id }} }} {POST} {ERRORS} }}
    }}
"""
FOLLOW = f"""
    mutation ($id: ID!, $following: Boolean!, $post: ID) {{
        followSet(customerId: $id, following: $following, postId: $post) {{
            customer {{ id followerCount followingCount viewerFollows }} {ERRORS}
        }}
    }}
"""


async def create(call: Caller, viewer: str = AUTHOR, **asked: Any) -> dict[str, Any]:
    given = {"body": "Sunday bread, crust like a bakery.", "idempotencyKey": key()} | asked
    return await do(call, CREATE, {"in": given}, viewer)


async def post(call: Caller, viewer: str = AUTHOR, **asked: Any) -> str:
    """The id of a new post."""
    payload = await create(call, viewer, **asked)
    assert payload["userErrors"] == []
    return str(payload["post"]["id"])


async def react(
    call: Caller, post_id: str, kind: str = "LIKE", viewer: str = READER, *, on: bool = True
) -> dict[str, Any]:
    return await do(call, REACT, {"in": {"postId": post_id, "kind": kind, "on": on}}, viewer)


async def comment(
    call: Caller, post_id: str, body: str = "That colour!", viewer: str = READER, **others: Any
) -> dict[str, Any]:
    asked = {"postId": post_id, "body": body, "idempotencyKey": key()} | others
    return await do(call, COMMENT, {"in": asked}, viewer)


async def follow(
    call: Caller,
    whom: str = AUTHOR,
    viewer: str = READER,
    *,
    following: bool = True,
    post_id: str | None = None,
) -> dict[str, Any]:
    asked = {"id": whom, "following": following, "post": post_id}
    return await do(call, FOLLOW, asked, viewer)


async def report(call: Caller, post_id: str, viewer: str = READER) -> dict[str, Any]:
    return await do(call, REPORT, {"id": post_id, "reason": "COUNTERFEIT"}, viewer)


async def do(call: Caller, mutation: str, variables: dict[str, Any], viewer: str) -> dict[str, Any]:
    """The payload of a mutation with one root field."""
    payload: dict[str, Any]
    [payload] = (await call.data(mutation, variables, viewer=viewer)).values()
    return payload


def refusal(payload: dict[str, Any]) -> tuple[str, list[str] | None]:
    """Code and field of the one refusal."""
    [error] = payload["userErrors"]
    assert error["__typename"] == "InputError"
    assert error["message"]
    return error["code"], error["field"]


def key() -> str:
    return uuid4().hex
