"""What is the relay's alone: frames passed on undecoded, key frames, and nothing that is left over.

The tests that need frames fail where a release of aiortc has changed what `peers` reaches for.
"""

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest
from aioice import ice
from aiortc.codecs import vpx

from subgraphs.livestream.video import relay
from subgraphs.livestream.video.forwarding import Feed, is_key_frame
from subgraphs.livestream.video.relay import RelayLimits, open_relay
from subgraphs.livestream.video.rooms import OfferRefused
from tests.support.webrtc import broadcaster, in_order, play, player, publish, until_gone

HERE = ("127.0.0.1",)


def left() -> dict[str, int]:
    """Tasks, threads and descriptors of this process."""
    return {
        "tasks": len(asyncio.all_tasks()),
        "threads": threading.active_count(),
        "descriptors": len(list(Path("/proc/self/fd").iterdir())),
    }


def counting(method: Any, users: set[int]) -> Any:
    """The method, noting whose it is called as."""

    def call(it: object, *arguments: Any) -> Any:
        users.add(id(it))
        return method(it, *arguments)

    return call


async def test_frames_are_neither_decoded_nor_encoded_on_their_way(monkeypatch: pytest.MonkeyPatch):
    decoders, encoders = set[int](), set[int]()
    monkeypatch.setattr(vpx.Vp8Decoder, "decode", counting(vpx.Vp8Decoder.decode, decoders))
    monkeypatch.setattr(vpx.Vp8Encoder, "encode", counting(vpx.Vp8Encoder.encode, encoders))
    async with open_relay(addresses=HERE) as rooms, broadcaster() as host, player(["video"]) as one:
        await publish(rooms, "room", host)
        await play(rooms, "room", one)
        assert in_order(await one.steps(10))
    assert len(encoders) == 1  # the broadcaster's
    assert len(decoders) == 1  # the viewer's


async def test_a_picture_lost_by_a_viewer_is_asked_of_the_publisher():
    feed_asked = asyncio.Event()
    feed = Feed("video", "VP8", 90_000, feed_asked.set)
    track = feed.open()
    feed.push(b"\x01 a delta", 0)
    assert feed_asked.is_set()
    feed.push(b"\x00 a key", 3000)
    feed.push(b"\x01 a delta", 6000)
    packets = [await track.recv(), await track.recv()]
    assert [bytes(packet) for packet in packets] == [b"\x00 a key", b"\x01 a delta"]
    assert [packet.pts for packet in packets] == [3000, 6000]


async def test_a_viewer_who_does_not_keep_up_goes_on_at_the_next_key_frame():
    feed = Feed("video", "VP8", 90_000, lambda: None)
    track = feed.open()
    feed.push(b"\x00first", 0)
    for n in range(1, 64):
        feed.push(b"\x01", n)
    assert not feed.needs_key
    feed.push(b"\x01 one too many", 64)
    feed.push(b"\x01 not yet", 65)
    assert track.waits_for_key
    feed.push(b"\x00second", 66)
    assert bytes(await track.recv()) == b"\x00second"


async def test_sound_begins_at_once_and_drops_what_is_old():
    feed = Feed("audio", "opus", 48_000, lambda: None)
    track = feed.open()
    for n in range(65):
        feed.push(bytes([n]), n * 960)
    assert bytes(await track.recv()) == bytes([64])


@pytest.mark.parametrize(
    ("codec", "data", "is_key"),
    [
        ("VP8", b"\x10\x02\x00\x9d\x01\x2a", True),
        ("VP8", b"\x31\x02", False),
        ("VP8", b"", False),
        ("H264", b"\x00\x00\x00\x01\x67\x42\x00\x00\x00\x01\x65", True),
        ("H264", b"\x00\x00\x01\x65\x88", True),
        ("H264", b"\x00\x00\x00\x01\x41\x9a", False),
        ("H264", b"\x00\x00\x00\x01\x09\x10\x00\x00\x01\x41", False),
        ("opus", b"\xfc", True),
    ],
)
def test_a_key_frame_is_known_by_its_first_bytes(codec: str, data: bytes, is_key: bool):
    assert is_key_frame(codec, data) is is_key


async def test_a_viewer_without_the_publishers_codec_is_refused():
    async with open_relay(addresses=HERE) as rooms, broadcaster() as host:
        await publish(rooms, "room", host)
        async with player(["video"], codecs=("H264",)) as viewer:
            with pytest.raises(OfferRefused, match="VP8"):
                await rooms.play("room", "v", await viewer.offer())
        assert (await rooms.states())["room"].viewers == 0


async def test_who_is_answered_and_never_comes_is_let_go():
    async with open_relay(RelayLimits(connect=0.1), HERE) as rooms, broadcaster() as host:
        await rooms.publish("room", "p", await host.offer())
        assert "room" in await rooms.states()
        await until_gone(rooms, "room")


async def test_a_publisher_that_vanishes_without_a_word_is_noticed(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(ice, "CONSENT_INTERVAL", 0.05)
    monkeypatch.setattr(ice, "CONSENT_FAILURES", 2)
    async with open_relay(addresses=HERE) as rooms, player(["video"]) as viewer:
        async with broadcaster() as host:
            await publish(rooms, "room", host)
            await play(rooms, "room", viewer)
            await viewer.frame()
            [transceiver] = host.connection.getTransceivers()
            for protocol in transceiver.sender.transport.transport._connection._protocols:
                protocol.transport.abort()
            await until_gone(rooms, "room")
        async with asyncio.timeout(60):
            await viewer.ended.wait()


async def test_a_session_that_fails_ends_no_other(monkeypatch: pytest.MonkeyPatch):
    async def fails(*_: object) -> None:
        raise RuntimeError("a bug")

    async with open_relay(addresses=HERE) as rooms, broadcaster() as host:
        await publish(rooms, "room", host)
        with monkeypatch.context() as patched:
            patched.setattr(relay._Viewer, "live", fails)
            async with player(["video"]) as broken:
                await rooms.play("room", "broken", await broken.offer())
                while (await rooms.states())["room"].viewers:  # noqa: ASYNC110 (gives no sign)
                    await asyncio.sleep(0)
        async with player(["video"]) as viewer:
            await play(rooms, "room", viewer)
            await viewer.frame()


async def test_addresses_are_those_that_were_asked_for():
    async with open_relay(addresses=HERE) as rooms, broadcaster() as host:
        answer = await rooms.publish("room", "p", await host.offer())
    candidates = [line for line in answer.splitlines() if line.startswith("a=candidate:")]
    assert candidates
    assert all(line.split()[4] == "127.0.0.1" for line in candidates)


async def test_nothing_is_left_of_sessions_that_have_ended():
    async def once() -> None:
        async with (
            broadcaster(audio=True) as host,
            player() as gone,
            player() as stays,
            open_relay(addresses=HERE) as rooms,
        ):
            await publish(rooms, "room", host)
            for name, viewer in (("gone", gone), ("stays", stays)):
                await play(rooms, "room", viewer, name)
                await viewer.frame()
            with pytest.raises(OfferRefused):
                await rooms.play("room", "bad", "v=0\r\nm=video 9 X 1\r\n")
            await gone.connection.close()

    await once()  # what is made once for the process: the pool that encodes
    before = left()
    for _ in range(3):
        await once()
    async with asyncio.timeout(60):
        while True:
            if all(count <= before[kind] for kind, count in left().items()):
                return
            await asyncio.sleep(0.02)
