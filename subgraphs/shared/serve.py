"""The command line of a subgraph alone: `python -m subgraphs.wallet serve --port 4105`."""

import argparse
import asyncio
import sys
from importlib import import_module

import uvicorn

from subgraphs.shared.database import Database
from subgraphs.shared.migrate import upgrade
from subgraphs.shared.settings import Settings, SettingUnusable, database_url


def main(subgraph: str, arguments: list[str] | None = None) -> int:
    """Run a subgraph's command; gives the exit code."""
    options = _parser(subgraph).parse_args(arguments)
    try:
        match options.command:
            case "migrate":
                asyncio.run(upgrade(database_url(), subgraph))
            case "seed":
                asyncio.run(_seed(subgraph))
            case _:
                Settings.from_environment(
                    subgraph
                )  # tells what is missing before the server starts
                _serve(subgraph, options)
    except SettingUnusable as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def _parser(subgraph: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"python -m subgraphs.{subgraph}")
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", help="answer the gateway over HTTP")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8000)
    commands.add_parser("migrate", help="bring the database schema up to date")
    commands.add_parser("seed", help="load the demo data; does nothing where it is loaded")
    return parser


def _serve(subgraph: str, options: argparse.Namespace) -> None:
    uvicorn.run(
        f"subgraphs.{subgraph}.app:app",
        host=options.host,
        port=options.port,
        server_header=False,
        date_header=False,
        ws="none",
    )


async def _seed(subgraph: str) -> None:
    database = Database(database_url(), subgraph)
    try:
        await import_module(f"subgraphs.{subgraph}.seed").seed(database)
    finally:
        await database.close()
