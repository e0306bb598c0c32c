"""The `fusion` command: the whole store on one machine."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is 0 where it did what was asked."""
    parser = argparse.ArgumentParser(prog="fusion", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    up = commands.add_parser("up", help="run the store with demo data until Ctrl-C")
    up.add_argument("--port", type=_port, default=4000, help="where the gateway listens (4000)")
    up.add_argument("--host", default="127.0.0.1", help="on which address (127.0.0.1)")
    up.add_argument("--pins", type=_seconds, default=5.0, help="seconds between pins; 0: none (5)")
    _add_home(up)

    token = commands.add_parser("token", help="print a fresh access token of a demo persona")
    token.add_argument("persona", help="one of: shopper, host, merchant, factory, gate, courier")
    _add_home(token)

    keys = commands.add_parser("keys", help="make the keys and the .env that compose.yaml needs")
    keys.add_argument("--env", type=Path, default=Path(".env"), help="file of variables (.env)")
    _add_home(keys, Path(".fusion/cluster"))

    schema = commands.add_parser("schema", help="write schema/ anew from the subgraphs")
    schema.add_argument("--check", action="store_true", help="change nothing, fail where it is old")

    contracts = commands.add_parser(
        "contracts", help="fail where a published contract, or an event, is broken"
    )
    contracts.add_argument(
        "--base", metavar="REVISION", help="since when (where origin/main was left, or HEAD~1)"
    )

    topics = commands.add_parser("topics", help="make Kafka's topics as the subgraphs declare them")
    topics.add_argument(
        "--bootstrap", default=os.environ.get("KAFKA_BOOTSTRAP"), help="host:port (KAFKA_BOOTSTRAP)"
    )
    topics.add_argument("--replicas", type=int, default=1, help="copies of new topics (1)")
    _add_events(commands.add_parser("events", help="events that consumers could not handle"))

    try:
        return _run(parser.parse_args(arguments))
    except OSError as error:
        # A full disk, a folder that belongs to someone else: the message says all there is to say.
        where = f"{error.filename}: " if error.filename else ""
        print(f"{where}{error.strerror or error}", file=sys.stderr)
        return 1


def _run(options: argparse.Namespace) -> int:
    match options.command:
        case "up":
            from fusion.up import up as run  # noqa: PLC0415 (only this command needs the whole store)

            return run(options.home, options.host, options.port, options.pins)
        case "token":
            return _token(options.home, options.persona)
        case "keys":
            return _keys(options.home, options.env)
        case "contracts":
            return _contracts(options.base)
        case "topics":
            return _topics(options.bootstrap, options.replicas)
        case "events":
            return _events(options)
        case _:
            return _schema(check=options.check)


def _port(given: str) -> int:
    port = int(given) if given.isdecimal() else 0
    if not 0 < port < 65536:
        raise argparse.ArgumentTypeError(f"{given} is not a port: 1 to 65535")
    return port


def _seconds(given: str) -> float:
    try:
        seconds = float(given)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"{given} is not a number of seconds: 0 or more")
    return seconds


def _add_home(parser: argparse.ArgumentParser, default: Path = Path(".fusion")) -> None:
    parser.add_argument(
        "--home", type=Path, default=default, help=f"folder of database and keys ({default})"
    )


def _add_events(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    parked = actions.add_parser("parked", help="list the keys that wait, and why")
    retry = actions.add_parser("retry", help="handle what is parked, in order")
    retry.add_argument("consumer", help="such as wallet.settlements")
    retry.add_argument("key", nargs="?", help="only of this key")
    drop = actions.add_parser("drop", help="give up the one event that a key waits for")
    drop.add_argument("consumer", help="such as wallet.settlements")
    drop.add_argument("key", help="which key")
    rebuild = actions.add_parser("rebuild", help="fill a projection anew from the outbox")
    rebuild.add_argument("consumer", help="such as cart.prices")
    for action in (parked, retry, drop, rebuild):
        _add_home(action)


def _token(home: Path, persona: str) -> int:
    from fusion.home import Home, SecretBroken  # noqa: PLC0415
    from fusion.personas import UnknownPersona, token  # noqa: PLC0415

    try:
        print(token(Home(home), persona))
    except (SecretBroken, UnknownPersona) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _keys(home: Path, environment: Path) -> int:
    from fusion.home import Home  # noqa: PLC0415
    from fusion.keys import make_keys  # noqa: PLC0415

    for path in make_keys(Home(home), environment):
        print(f"made {path}")
    return 0


def _schema(*, check: bool) -> int:
    from fusion import schema  # noqa: PLC0415

    try:
        if check:
            return 0 if schema.check() else 1
        schema.write()
    except schema.CompositionFailed as error:
        print(f"The subgraphs do not compose:\n{error}", file=sys.stderr)
        return 1
    return 0


def _topics(bootstrap: str | None, replicas: int) -> int:
    from fusion.topics import KafkaRefused, make_topics, store_topics  # noqa: PLC0415

    if not bootstrap:
        print("Set KAFKA_BOOTSTRAP, or give --bootstrap.", file=sys.stderr)
        return 2
    try:
        return make_topics(bootstrap, store_topics(), replicas)
    except KafkaRefused as error:
        print(error, file=sys.stderr)
        return 1


def _events(options: argparse.Namespace) -> int:
    from fusion import events  # noqa: PLC0415
    from fusion.database import NoDatabase, database_url  # noqa: PLC0415
    from subgraphs.shared.rebuild import NoProjection  # noqa: PLC0415

    try:
        url = database_url(options.home)
        match options.action:
            case "parked":
                return events.parked(url)
            case "retry":
                return events.retry(url, options.consumer, options.key)
            case "rebuild":
                return events.rebuild_projection(url, options.consumer)
            case _:
                return events.drop(url, options.consumer, options.key)
    except (NoDatabase, NoProjection, events.UnknownConsumer) as error:
        print(error, file=sys.stderr)
        return 2


def _contracts(base: str | None) -> int:
    from fusion import contracts  # noqa: PLC0415

    try:
        return 0 if contracts.hold(base) else 1
    except contracts.UnknownRevision as error:
        print(error, file=sys.stderr)
        return 2
