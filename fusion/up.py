"""`fusion up`: database, demo data, subgraphs and gateway in one process, until Ctrl-C."""

import asyncio
import errno
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    ExitStack,
    asynccontextmanager,
    contextmanager,
    nullcontext,
)
from pathlib import Path

from starlette.applications import Starlette
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from fusion.events import event_metrics
from fusion.home import AlreadyRunning, Home, SecretBroken
from fusion.kafka import events_from_kafka, relaying
from fusion.personas import token
from fusion.postgres import DatabaseFailed, postgres
from fusion.preflight import (
    CannotStart,
    check_database,
    check_home,
    check_kafka,
    database_lasts,
)
from fusion.progress import step
from fusion.subgraphs import SUBGRAPHS, module
from fusion.video import PATH as VIDEO, video_app, video_environment
from gateway.app import create_app
from gateway.config.http import Http
from gateway.config.load import load_settings
from gateway.config.settings import Settings
from gateway.errors import ConfigurationError, ServingFailed
from gateway.server.run import run
from subgraphs.livestream.demo_texts import LIVE
from subgraphs.livestream.seed import shelf_of
from subgraphs.livestream.settings import SettingInvalid
from subgraphs.shared.database import Database
from subgraphs.shared.demo import PERSONAS, demo_id
from subgraphs.shared.migrate import upgrade

CONFIGURATION = Path(__file__).with_name("gateway.yaml")


class PortTaken(Exception):
    """Something else listens where the gateway was told to."""


_NO_START = (
    AlreadyRunning,
    CannotStart,
    ConfigurationError,
    DatabaseFailed,
    PortTaken,
    SecretBroken,
    SettingInvalid,
)


def up(folder: Path, host: str, port: int, pins: float) -> int:
    """Run the store; gives the exit status."""
    home = Home(folder.resolve())
    _heed_signals()
    try:
        check_home(home)
        if kafka := os.environ.get("KAFKA_BOOTSTRAP"):
            check_kafka(kafka)
        with home.locked():
            _check_port(host, port)
            print("FusionCommerce: starting the store")
            with _database(home) as url:
                _set_environment(home, url, host, port, pins)
                with database_lasts():
                    asyncio.run(_prepare(url))
                _serve(home, url)
    except (*_NO_START, ServingFailed) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped before the store was up; the next `make up` goes on from here.")
        return 130
    print("\nThe store has stopped. Its data stays; the next `make up` goes on with it.")
    return 0


def _heed_signals() -> None:
    """Let whatever tells the store to stop stop the database, too."""
    # Until the server has its own handlers.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # A terminal that is closed; `nohup` has it ignored.
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))


@contextmanager
def _database(home: Home) -> Iterator[str]:
    """The server that DATABASE_URL names, or one of our own."""
    given = os.environ.get("DATABASE_URL")
    if given:
        asyncio.run(check_database(given))
        print("  PostgreSQL: the server of DATABASE_URL")
        yield given
        return
    with ExitStack() as running:
        with step("PostgreSQL"):
            url = running.enter_context(postgres(home.database))
        yield url


def _set_environment(home: Home, url: str, host: str, port: int, pins: float) -> None:
    """What the subgraphs' settings and gateway.yaml read."""
    home.private_key_file("gateway")
    home.public_keys("personas")
    os.environ |= {
        "DATABASE_URL": url,
        "FUSION_HOME": str(home.root),
        "FUSION_HOST": host,
        "FUSION_PORT": str(port),
        "GATEWAY_JWKS": str(home.public_keys("gateway")),
        "CURSOR_KEY": home.secret("cursor"),
        "MEDIA_DIR": str(home.media),
        "MEDIA_URL": f"http://{host}:{port}/media",
        "FUSION_DIRECTOR": str(pins),
        "DEMO_STREAM": demo_id("strm", 1),
        "DEMO_GROUP": demo_id("grp", 1),
        "DEMO_WALLET": demo_id("wal", PERSONAS["shopper"].customer),
        "DEMO_PRODUCT": shelf_of(1, LIVE[0])[0],
    }
    os.environ |= video_environment(home, host, port)
    os.environ |= {f"FUSION_TOKEN_{name.upper()}": token(home, name) for name in PERSONAS}


async def _prepare(url: str) -> None:
    """Bring the schemas up to date and load the demo data where it is not loaded yet."""
    with step("Database schemas"):
        for name in SUBGRAPHS:
            await upgrade(url, name)
    for name in SUBGRAPHS:
        with step(f"Demo data: {name}"):
            database = Database(url, name)
            try:
                await module(name, "seed").seed(database)
            finally:
                await database.close()


def _serve(home: Home, url: str) -> None:
    settings = load_settings(CONFIGURATION)
    kafka = os.environ.get("KAFKA_BOOTSTRAP")
    beside: AbstractAsyncContextManager[None] = nullcontext()
    if kafka:
        print(f"  Events go by way of Kafka at {kafka}")
        settings = events_from_kafka(settings, kafka)
        beside = relaying(url, kafka)
    run(_application(home, settings, url, beside), settings, ready=lambda: _welcome(settings.http))


def _application(
    home: Home, settings: Settings, url: str, beside: AbstractAsyncContextManager[None]
) -> Starlette:
    """The gateway, the pictures and live video that its answers point to, what runs beside it."""
    gateway = create_app(settings)
    video = video_app(url)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with (
            beside,
            video.router.lifespan_context(video),
            gateway.router.lifespan_context(gateway),
        ):
            yield

    home.media.mkdir(parents=True, exist_ok=True)
    pictures = StaticFiles(directory=home.media)
    routes = [
        Mount("/media", pictures),
        Mount(VIDEO, video),
        Route("/metrics/events", event_metrics(url)),
        Mount("/", gateway),
    ]
    store = Starlette(routes=routes, lifespan=lifespan)
    store.state.readiness = gateway.state.readiness  # the server ends live queries by it
    return store


def _check_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise PortTaken(
                    f"Port {port} is taken. Stop what listens there, or choose another: "
                    f'make up ARGS="--port {port + 1}"'
                ) from None
            raise PortTaken(f"Cannot listen on {host}:{port}: {error.strerror}.") from None


def _welcome(http: Http) -> None:
    address = f"http://{http.host}:{http.port}"
    print("\nThe store runs. Ctrl-C stops it.\n")
    print(f"  Playground  {address}/\n  GraphQL     {address}/graphql")
    print("\n  Personas (choose one in the playground, or `.venv/bin/fusion token NAME`):")
    for persona in PERSONAS.values():
        print(f"    {persona.name:<9} {persona.description}")
    sys.stdout.flush()
