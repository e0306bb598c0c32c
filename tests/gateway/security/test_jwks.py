import asyncio
import json

import pytest
from joserfc.jwk import Key

from gateway.errors import ConfigurationError
from gateway.security.jwks import FileKeys, KeysUnavailable, UrlKeys
from tests.gateway.security.forge import EC, OURS, RSA, jwks


class Provider:
    """An identity provider with a clock, whose keys and health a test changes."""

    def __init__(self) -> None:
        self.keys: list[Key] = [OURS]
        self.now = 0.0
        self.calls = 0
        self.is_down = False
        self.gate: asyncio.Event | None = None

    async def fetch(self, _url: str) -> bytes:
        self.calls += 1
        if self.gate is not None:
            await self.gate.wait()
        if self.is_down:
            raise OSError("down")
        return json.dumps({"keys": [key.as_dict(private=False) for key in self.keys]}).encode()

    def client(self) -> UrlKeys:
        return UrlKeys("http://idp/jwks", 300, self.fetch, lambda: self.now)


async def test_keys_are_fetched_once_and_kept():
    provider = Provider()
    keys = provider.client()
    assert [key.kid for key in await keys.find("ours")] == ["ours"]
    await keys.find("ours")
    assert provider.calls == 1


async def test_keys_are_fetched_again_after_the_interval():
    provider = Provider()
    keys = provider.client()
    await keys.find("ours")
    provider.now = 301
    await keys.find("ours")
    assert provider.calls == 2


async def test_requests_at_the_same_time_share_one_fetch():
    provider = Provider()
    provider.gate = asyncio.Event()
    keys = provider.client()
    async with asyncio.TaskGroup() as group:
        found = [group.create_task(keys.find("ours")) for _ in range(20)]
        await asyncio.sleep(0)
        provider.gate.set()
    assert provider.calls == 1
    assert all(task.result() for task in found)


async def test_a_key_that_is_new_is_found_at_once():
    provider = Provider()
    keys = provider.client()
    await keys.find("ours")
    provider.keys = [OURS, RSA]
    assert [key.kid for key in await keys.find("rsa")] == ["rsa"]


async def test_unknown_keys_make_two_fetches_in_thirty_seconds_at_most():
    provider = Provider()
    keys = provider.client()
    await keys.find("ours")
    for number in range(50):
        assert await keys.find(f"forged-{number}") == []
    assert provider.calls == 1 + 2
    provider.now = 31
    assert await keys.find("forged") == []
    assert provider.calls == 1 + 3


async def test_while_the_provider_is_down_the_last_keys_stay_in_use():
    provider = Provider()
    keys = provider.client()
    await keys.find("ours")
    provider.is_down, provider.now = True, 301
    assert await keys.find("ours")


async def test_a_provider_that_never_answered_is_asked_again_after_a_second():
    provider = Provider()
    provider.is_down = True
    keys = provider.client()
    for _ in range(3):
        with pytest.raises(KeysUnavailable):
            await keys.find("ours")
    assert provider.calls == 1
    provider.is_down, provider.now = False, 1.0
    assert await keys.find("ours")


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"keys": 1}', b"\xff", b'{"keys": [{}]}'])
async def test_an_answer_that_is_no_jwks_changes_nothing(body: bytes):
    async def fetch(_url: str) -> bytes:
        return body

    with pytest.raises(KeysUnavailable):
        await UrlKeys("http://idp/jwks", 300, fetch, lambda: 0.0).find("ours")


async def test_a_file_gives_its_keys(tmp_path):
    file = tmp_path / "jwks.json"
    file.write_text(json.dumps(jwks()))
    assert [key.kid for key in await FileKeys(file).find("ec")] == [EC.kid]
    assert len(await FileKeys(file).find(None)) == 3


def test_a_file_that_is_no_jwks_is_named(tmp_path):
    file = tmp_path / "jwks.json"
    file.write_text('{"keys": [{"kty": "none"}]}')
    with pytest.raises(ConfigurationError, match=r"jwks\.json: cannot be read as a JWKS"):
        FileKeys(file)
