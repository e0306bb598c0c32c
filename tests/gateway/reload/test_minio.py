"""The supergraph in a real object store: signed requests, new versions, and what can go wrong."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gateway.config.settings import Settings
from gateway.config.supergraph import S3Object
from gateway.pipeline.s3 import SourceUnreachable, fetch
from gateway.reload.source import Watched, watch
from tests.gateway.reload.reloading import FIRST, SECOND, Shop, shop
from tests.support.minio import Bucket, minio_address, minio_server

pytestmark = pytest.mark.minio

KEY = "shop/super graph+1 é.graphql"
NAME = "{ products { name } }"
STARS = "{ products { stars } }"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with minio_address() as found:
        yield found


@pytest.fixture
def bucket(address: str) -> Bucket:
    bucket = Bucket(address)
    bucket.put(KEY, FIRST)
    return bucket


def object_of(bucket: Bucket, **changes: Any) -> S3Object:
    return S3Object.model_validate(bucket.source(KEY, **changes))


def watched(bucket: Bucket) -> Watched:
    return watch(Settings.model_validate({"supergraph": {"s3": bucket.source(KEY)}}))


async def fault(shop: Shop) -> dict[str, str]:
    """What readiness tells, after the gateway has looked; it answers on the first supergraph."""
    await shop.reloader.check()
    assert (await shop.ask(NAME))["data"]["products"]
    told: dict[str, str] = (await shop.readiness())["supergraph"]
    assert datetime.fromisoformat(told.pop("since")) <= datetime.now(UTC)
    return told


async def goes_on_with(shop: Shop) -> None:
    """A newer supergraph is served, and nothing is wrong any more."""
    await shop.reloader.check()
    assert await shop.readiness() == {"status": "ready"}
    assert "stars" in (await shop.ask(STARS))["data"]["products"][0]


def test_a_private_object_is_had_with_its_key_and_again_only_if_it_is_newer(bucket: Bucket) -> None:
    source = watched(bucket)
    assert [source.look(), source.look()] == [FIRST, None]
    bucket.put(KEY, SECOND)
    assert [source.look(), source.look()] == [SECOND, None]
    assert source.look(force=True) == SECOND


def test_the_same_text_written_again_is_no_newer_version(bucket: Bucket) -> None:
    source = watched(bucket)
    assert source.look() == FIRST
    bucket.put(KEY, FIRST)
    assert source.look() is None


def test_temporary_keys_are_taken(bucket: Bucket) -> None:
    found = fetch(object_of(bucket, **bucket.temporary_keys()))
    assert found is not None
    assert found.sdl == FIRST


def test_a_wrong_key_or_token_is_refused_by_the_store(bucket: Bucket) -> None:
    temporary = bucket.temporary_keys()
    for keys in (
        {"secret_access_key": "wrong"},
        {"access_key_id": "nobody"},
        temporary | {"session_token": temporary["session_token"][:-4] + "AAAA"},
    ):
        with pytest.raises(SourceUnreachable, match="answered with HTTP status 403"):
            fetch(object_of(bucket, **keys))


def test_a_private_object_is_not_had_without_a_key(bucket: Bucket) -> None:
    with pytest.raises(SourceUnreachable, match="answered with HTTP status 403"):
        fetch(S3Object(bucket=bucket.name, key=KEY, endpoint=bucket.endpoint))


async def test_an_object_that_is_gone_leaves_the_old_supergraph_until_it_is_back(
    bucket: Bucket, tmp_path: Path
) -> None:
    async with shop(tmp_path, supergraph={"s3": bucket.source(KEY)}) as gateway:
        bucket.delete(KEY)
        assert await fault(gateway) == {
            "state": "unreachable",
            "reason": f"s3://{bucket.name}/{KEY}: answered with HTTP status 404",
        }
        bucket.put(KEY, SECOND)
        await goes_on_with(gateway)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (FIRST[: len(FIRST) // 2], "Syntax Error"),
        (b"\x1f\x8b\xff\xfe", "cannot be read"),
        ("# nothing", "Syntax Error"),
        (FIRST.replace("graph: REVIEWS", "graph: NOBODY"), "NOBODY"),
    ],
)
async def test_a_tampered_object_is_refused_until_a_good_one_is_there(
    bucket: Bucket, tmp_path: Path, body: str | bytes, reason: str
) -> None:
    async with shop(tmp_path, supergraph={"s3": bucket.source(KEY)}) as gateway:
        bucket.put(KEY, body)
        told = await fault(gateway)
        assert told["state"] == "refused"
        assert reason in told["reason"]
        bucket.put(KEY, SECOND)
        await goes_on_with(gateway)


async def test_the_old_supergraph_is_served_while_the_store_is_down_or_its_disk_was_tampered_with(
    tmp_path: Path,
) -> None:
    with minio_server() as server:
        bucket = Bucket(server.address)
        bucket.put(KEY, FIRST)
        async with shop(tmp_path, supergraph={"s3": bucket.source(KEY)}) as gateway:
            server.stop()
            told = await fault(gateway)
            assert told["state"] == "unreachable"
            assert told["reason"].startswith(f"s3://{bucket.name}/{KEY}: ")
            _tamper(server.data / "disk" / bucket.name)
            server.start()
            told = await fault(gateway)
            assert told["state"] == "unreachable"
            assert "HTTP status" in told["reason"]
            bucket.put(KEY, SECOND)
            await goes_on_with(gateway)


def _tamper(bucket: Path) -> None:
    """Exchange a word of the stored object, which the store finds by its checksum."""
    (file,) = (path for path in bucket.rglob("*") if path.is_file() and path.name == "xl.meta")
    stored = file.read_bytes()
    tampered = stored.replace(b"products", b"producta")
    assert tampered != stored
    file.write_bytes(tampered)
