"""Calls a subgraph's application in process, as the gateway would."""

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx
import orjson
from joserfc import jwt
from joserfc.jwk import OKPKey
from starlette.applications import Starlette

from subgraphs.shared.identity import ALGORITHM, body_hash
from subgraphs.shared.settings import Settings

_KEY = OKPKey.generate_key("Ed25519", {"kid": "test", "use": "sig", "alg": ALGORITHM})
CURSOR_KEY = b"a secret for cursors of tests only"


def settings(subgraph: str, url: str, **others: Any) -> Settings:
    """Settings of a subgraph that trusts `mint`."""
    return Settings(
        subgraph=subgraph,
        database_url=url,
        gateway_jwks=orjson.dumps({"keys": [_KEY.as_dict(private=False)]}).decode(),
        cursor_key=CURSOR_KEY,
        **others,
    )


def mint(
    subgraph: str, body: bytes, viewer: str | None = None, scopes: Sequence[str] = (), **claims: Any
) -> str:
    """A token of the gateway for one body; `claims` replace what it would say (None: leave out)."""
    now = int(time.time())
    said: dict[str, Any] = {
        "iss": "gateway",
        "aud": subgraph,
        "sub": viewer,
        "scope": " ".join(scopes),
        "iat": now,
        "exp": now + 60,
        "bh": body_hash(body),
    } | claims
    said = {name: value for name, value in said.items() if value is not None}
    header = {"alg": ALGORITHM, "kid": "test", "typ": "JWT"}
    return jwt.encode(header, said, _KEY, algorithms=[ALGORITHM])


class Caller:
    """Sends operations to one subgraph."""

    def __init__(self, client: httpx.AsyncClient, subgraph: str) -> None:
        self.client = client
        self.subgraph = subgraph

    async def __call__(
        self,
        query: str,
        variables: dict[str, Any] | None = None,
        viewer: str | None = None,
        scopes: Sequence[str] = (),
    ) -> dict[str, Any]:
        """The GraphQL response."""
        body = orjson.dumps({"query": query, "variables": variables or {}})
        token = mint(self.subgraph, body, viewer, scopes)
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        response = await self.client.post("/graphql", content=body, headers=headers)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer

    async def data(self, query: str, *arguments: Any, **options: Any) -> dict[str, Any]:
        """The data of a response without errors."""
        answer = await self(query, *arguments, **options)
        assert "errors" not in answer, answer
        data: dict[str, Any] = answer["data"]
        return data

    async def entities(
        self, selection: str, representations: list[dict[str, Any]], **options: Any
    ) -> list[Any]:
        """The `_entities` of a response without errors; such as `... on Wallet { id }`."""
        selected = f"_entities(representations: $r) {{ __typename {selection} }}"
        query = f"query ($r: [_Any!]!) {{ {selected} }}"
        found: list[Any] = (await self.data(query, {"r": representations}, **options))["_entities"]
        return found


@asynccontextmanager
async def calling(app: Starlette, subgraph: str) -> AsyncIterator[Caller]:
    """Run the application's life, and give a caller."""
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{subgraph}") as client:
            yield Caller(client, subgraph)
