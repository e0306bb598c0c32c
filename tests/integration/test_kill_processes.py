"""`kill -9` for each process of the cluster's layout in turn, and for all of them at once.

A host pins without a pause, and sends again what was not answered; viewers resume at their cursor.
What was committed, what is in Kafka and what each viewer has seen must be the same.
"""

import asyncio
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import asyncpg
import httpx
import orjson
import psutil
import pytest
from aiokafka import AIOKafkaConsumer
from websockets.exceptions import WebSocketException

from fusion.home import Home
from fusion.personas import token
from fusion.postgres import postgres
from fusion.subgraphs import SUBGRAPHS, module
from subgraphs.shared.database import Database
from subgraphs.shared.migrate import upgrade
from tests.e2e.test_live_pins import EVENTS, PIN, head_cursor, shelf
from tests.gateway.subscriptions.kafka_log import Broker, broker
from tests.integration.test_separate_processes import ROOM, answers, environment_of
from tests.support.live import over_sse, over_websocket
from tests.support.ports import free_port
from tests.support.store import ROOT, Client

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(420)]
RUN = ("catalog", "livestream")
TOPIC = "fc.livestream.event.v1"
PINNED = "fc.livestream.pin.set.v1"
VIEWERS = 4
PINS = 49
AHEAD = 6
AWAY = {
    "DATABASE_UNAVAILABLE",
    "SUBREQUEST_CONNECTION_ERROR",
    "SUBREQUEST_HTTP_ERROR",
    "SUBREQUEST_TIMEOUT",
}


class Process:
    """A process that is killed and started again; its address stays."""

    def __init__(self, log: Path, environment: Mapping[str, str], *arguments: str) -> None:
        self._log = log
        self._environment = dict(environment)
        self._command = [sys.executable, "-m", *arguments]
        self._running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as output:
            self._running = subprocess.Popen(
                self._command, cwd=ROOT, env=self._environment, stdout=output, stderr=output
            )

    def kill(self) -> None:
        if self._running is not None:
            self._running.kill()
            self._running.wait()


class Cluster:
    """The processes by name."""

    def __init__(self, home: Home, database: str, kafka: Broker) -> None:
        self.home = home
        self.database = database
        self.kafka = kafka
        self._postgres = home.root / "postgres"
        ports = {name: free_port() for name in (*SUBGRAPHS, "gateway")}
        self.url = f"http://127.0.0.1:{ports['gateway']}"
        self._checks = {n: f"http://127.0.0.1:{ports[n]}/health" for n in RUN} | {
            "gateway": f"{self.url}/readiness"
        }
        shared = environment_of(home, database, kafka.address)
        places = {f"{n.upper()}_URL": f"http://127.0.0.1:{ports[n]}/graphql" for n in SUBGRAPHS}
        commands = {n: (f"subgraphs.{n}", "serve", "--port", str(ports[n])) for n in RUN} | {
            "relay": ("subgraphs.shared.relay", "livestream"),
            "gateway": ("gateway", "serve", "--config", "infra/docker/gateway.yaml"),
        }
        environment = shared | places | {"PORT": str(ports["gateway"]), "DIRECTOR": "0"}
        self.processes = {
            name: Process(home.root / f"{name}.log", environment, *command)
            for name, command in commands.items()
        }

    async def ready(self) -> None:
        """The gateway does not wait for the subgraphs: it answers that they cannot be reached."""
        for name, check in self._checks.items():
            await answers(check, self.home.root / f"{name}.log")

    def restart(self, name: str) -> None:
        self.processes[name].kill()
        self.processes[name].start()

    def restart_kafka(self) -> None:
        self.kafka.kill()
        self.kafka.start()

    def kill_postgres(self) -> None:
        """Its keeper starts it again."""
        lock = (self._postgres / "postmaster.pid").read_text().splitlines()
        psutil.Process(int(lock[0])).kill()

    def restart_all(self) -> None:
        self.kill_postgres()
        for process in self.processes.values():
            process.kill()
        self.restart_kafka()
        for process in self.processes.values():
            process.start()


@contextmanager
def running() -> Iterator[Cluster]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="fusion-cluster-")))
        home = Home(folder)
        url = stack.enter_context(postgres(folder / "postgres"))
        kafka = stack.enter_context(broker())
        asyncio.run(prepare(url))
        cluster = Cluster(home, url, kafka)
        for process in cluster.processes.values():
            stack.callback(process.kill)
            process.start()
        yield cluster


async def prepare(url: str) -> None:
    for name in SUBGRAPHS:
        await upgrade(url, name)
    for name in RUN:
        database = Database(url, name)
        await module(name, "seed").seed(database)
        await database.close()


async def pin_once(client: Client, command: Mapping[str, object], codes: set[str]) -> int:
    """Send it until it is answered: with the same key, it happens once."""
    while True:
        with suppress(httpx.HTTPError, ValueError):
            answer = await client.answer(PIN, input=command)
            if "errors" not in answer:
                return int(answer["data"]["streamPinProduct"]["pin"]["sequence"])
            codes.update(each["extensions"]["code"] for each in answer["errors"])
        await asyncio.sleep(0.1)


async def watch(url: str, after: str, seen: list[int]) -> None:
    """What a head does: when the stream breaks off, begin again after the last event."""
    over = (over_sse, over_websocket)
    for attempt in count():
        with suppress(httpx.HTTPError, WebSocketException, OSError, AssertionError):
            variables = {"room": ROOM, "after": after}
            async with over[attempt % 2](url, EVENTS, variables) as events:
                async for payload in events:
                    if "errors" in payload:
                        break
                    event = payload["data"]["streamEvents"]
                    seen.append(event["sequence"])
                    after = event["cursor"]
                    if len(seen) == PINS:
                        return
        await asyncio.sleep(0.1)


async def committed(url: str) -> list[tuple[int, str]]:
    """Sequence and type of each of the room's events."""
    connection = await asyncpg.connect(url)
    rows = await connection.fetch(
        "select sequence, type from livestream.outbox where topic = $1 and key = $2 order by 1",
        TOPIC,
        ROOM,
    )
    await connection.close()
    return [(row["sequence"], row["type"]) for row in rows]


async def published(bootstrap: str) -> list[int]:
    """The sequences of the room's events in Kafka, as a consumer takes them that deduplicates."""
    consumer = AIOKafkaConsumer(TOPIC, bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    taken: list[int] = []
    try:
        ends = await consumer.end_offsets(consumer.assignment())
        async with asyncio.timeout(60):
            while any([await consumer.position(each) < end for each, end in ends.items()]):
                for batch in (await consumer.getmany(timeout_ms=1000)).values():
                    for record in batch:
                        sequence = int(orjson.loads(record.value)["sequence"])
                        if record.key == ROOM.encode() and sequence > (taken[-1] if taken else 0):
                            taken.append(sequence)
    finally:
        await consumer.stop()
    return taken


def test_no_change_and_no_event_is_lost_or_repeated_whatever_is_killed():
    with running() as cluster:
        asyncio.run(kill_each_in_turn(cluster))


async def kill_each_in_turn(cluster: Cluster) -> None:
    kills: tuple[Callable[[], None], ...] = (
        *(lambda name=name: cluster.restart(name) for name in cluster.processes),
        cluster.restart_kafka,
        cluster.kill_postgres,
        cluster.restart_all,
    )
    await cluster.ready()
    seen: list[list[int]] = [[] for _ in range(VIEWERS)]
    pinned: list[int] = []
    codes: set[str] = set()
    headers = {"authorization": f"Bearer {token(cluster.home, 'host')}"}
    async with httpx.AsyncClient(base_url=cluster.url, headers=headers, timeout=60) as http:
        host = Client(http)
        products = await shelf(host, ROOM)
        start = await head_cursor(host, ROOM)

        async def pin_all() -> None:
            for n in range(PINS):
                while n - min(map(len, seen)) > AHEAD:  # noqa: ASYNC110 (viewers give no sign)
                    await asyncio.sleep(0.01)
                command = {"streamId": ROOM, "productId": products[n % len(products)]}
                command |= {"idempotencyKey": str(uuid4())}
                pinned.append(await pin_once(host, command, codes))

        async with asyncio.timeout(360), asyncio.TaskGroup() as group:
            for each in seen:
                group.create_task(watch(cluster.url, start, each))
            group.create_task(pin_all())
            for number, kill in enumerate(kills, start=1):
                while min(map(len, seen)) < number * AHEAD:  # noqa: ASYNC110 (as above)
                    await asyncio.sleep(0.01)
                await asyncio.to_thread(kill)
    assert seen == [pinned] * VIEWERS
    assert codes <= AWAY
    events = await committed(cluster.database)
    assert [n for n, kind in events if n >= pinned[0] and kind == PINNED] == pinned
    assert await published(cluster.kafka.address) == [n for n, _ in events]
