"""The `gateway` command: serve, compose, schema tools, and an inspector for each stage of planning.

Exit status: 0 where it did what was asked, 1 where the input does not allow it (a configuration
with faults, subgraphs that do not compose, an operation that is not valid, a breaking change), 2
for a wrong command line. Results go to standard output, faults to standard error.

Each command imports what it needs, so that none waits for the others' modules.
"""

# ruff: noqa: PLC0415

import argparse
import json
import logging
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from gateway.errors import ConfigurationError, RequestError, RequestErrors, ServingFailed

if TYPE_CHECKING:
    from gateway.composition.errors import CompositionError
    from gateway.config.rover import NamedSdl
    from gateway.config.settings import Settings
    from gateway.operation.model import Operation
    from gateway.supergraph.model import Supergraph

_Read = TypeVar("_Read")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give the exit status."""
    options = _parser().parse_args(arguments)
    try:
        status: int = options.run(options)
    except (ConfigurationError, ServingFailed) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except (RequestError, RequestErrors) as error:
        _print_faults(error)
        return 1
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except OSError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="gateway", description="A GraphQL federation gateway: one graph over many subgraphs."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    serve = commands.add_parser("serve", help="answer GraphQL requests until Ctrl-C")
    _add_source(serve)
    serve.add_argument("--host", help="address to listen on (127.0.0.1)")
    serve.add_argument("--port", type=_port, help="port to listen on (4000); 0 takes a free one")
    serve.set_defaults(run=_serve)

    compose = commands.add_parser("compose", help="compose subgraphs into a supergraph")
    compose.add_argument("--config", type=Path, required=True, help="supergraph.yaml, as rover's")
    compose.add_argument("--output", type=Path, help="write the supergraph here")
    compose.add_argument("--format", choices=("text", "json"), default="text")
    compose.set_defaults(run=_compose)

    _add_schema_tools(commands)

    for name, run, about in (
        ("normalize", _normalize, "print an operation as the planner sees it"),
        ("paths", _paths, "print the way to each field of an operation"),
        ("fetch-graph", _fetch_graph, "print which fetches of an operation wait for which"),
        ("plan", _plan, "print the query plan of an operation"),
    ):
        inspect = commands.add_parser(name, help=about)
        _add_source(inspect)
        inspect.add_argument("query", help="GraphQL text, a file with it, or - for standard input")
        inspect.add_argument("--operation", help="which operation, where there are several")
        inspect.set_defaults(run=run)
        if name == "plan":
            inspect.add_argument("--format", choices=("text", "json"), default="text")

    graph = commands.add_parser("graph", help="print the query graph for Graphviz")
    _add_source(graph)
    graph.set_defaults(run=_graph)

    api_schema = commands.add_parser("api-schema", help="print the schema that clients see")
    _add_source(api_schema)
    api_schema.set_defaults(run=_api_schema)

    config = commands.add_parser("config", help="check a configuration, or print its JSON Schema")
    parts = config.add_subparsers(dest="part", required=True, metavar="check|schema")
    check = parts.add_parser("check", help="tell whether a configuration can be used")
    check.add_argument("config", type=Path)
    check.set_defaults(run=_config_check)
    parts.add_parser("schema", help="print the JSON Schema").set_defaults(run=_config_schema)

    live = commands.add_parser("subscriptions", help="tell the live queries of a running gateway")
    live.add_argument("--url", default="http://127.0.0.1:4001", help="where its admin listens")
    live.add_argument("--token", help="its admin.token (or the variable GATEWAY_ADMIN_TOKEN)")
    live.add_argument("--format", choices=("text", "json"), default="text")
    live.set_defaults(run=_subscriptions)

    jwks = commands.add_parser("jwks", help="print the public key that subgraphs trust")
    jwks.add_argument("--config", type=Path, required=True)
    jwks.set_defaults(run=_jwks)
    return parser


def _add_schema_tools(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    check = commands.add_parser("check", help="tell what changed between two schemas")
    check.add_argument("old", type=Path, metavar="OLD", help="API schema or supergraph, SDL")
    check.add_argument("new", type=Path, metavar="NEW", help="the same, as it is to be")
    check.add_argument(
        "--operations",
        type=Path,
        action="append",
        metavar="FILE|FOLDER",
        help="recorded operations (GraphQL): only changes that hit them count as breaking",
    )
    check.add_argument("--format", choices=("text", "json"), default="text")
    check.set_defaults(run=_check)

    contract = commands.add_parser("contract", help="print the schema for an audience, by @tag")
    contract.add_argument(
        "supergraph",
        type=Path,
        nargs="?",
        default=Path("-"),
        metavar="SUPERGRAPH",
        help="supergraph SDL (standard input)",
    )
    for option, about in (
        ("--exclude-tag", "leave out what has this tag"),
        ("--include-tag", "keep only what has this tag"),
    ):
        contract.add_argument(option, action="append", default=[], metavar="NAME", help=about)
    contract.add_argument(
        "--as",
        choices=("api-schema", "supergraph"),
        default="api-schema",
        dest="form",
        help="what clients see (default), or a supergraph that a gateway can serve",
    )
    contract.set_defaults(run=_contract)


def _add_source(parser: argparse.ArgumentParser) -> None:
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--supergraph", type=Path, metavar="FILE", help="supergraph SDL")
    source.add_argument("--config", type=Path, metavar="FILE", help="configuration in YAML")


def _port(given: str) -> int:
    """A port's number.

    Raises:
        ArgumentTypeError: It is none.
    """
    port = int(given) if given.isdecimal() else -1
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"{given} is no port: 0 to 65535")
    return port


def _settings(options: argparse.Namespace) -> "Settings":
    """The settings of `--config`; for `--supergraph` those that suit a look around."""
    if options.config is not None:
        from gateway.config.load import load_settings

        return load_settings(options.config)
    from gateway.config.settings import look_around

    return look_around(options.supergraph)


def _serve(options: argparse.Namespace) -> int:
    from gateway.config.settings import with_address
    from gateway.observability.logging import configure_logging
    from gateway.server.run import listen, run

    settings = with_address(_settings(options), options.host, options.port)
    configure_logging(settings.logging.format, settings.logging.level)
    from gateway.app import create_app

    with listen(settings.http) as listener:
        port = listener.getsockname()[1]
        run(create_app(settings), settings, lambda: _tell_address(settings, port), listener)
    return 0


def _tell_address(settings: "Settings", port: int) -> None:
    host = settings.http.host
    address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    extra = {"graphql": address + settings.http.graphql_endpoint}
    if settings.playground.enabled:
        extra["playground"] = address + settings.playground.path
    logging.getLogger("gateway").info("serving", extra=extra)


def _compose(options: argparse.Namespace) -> int:
    from gateway.composition.compose import Failed, SubgraphSource, compose
    from gateway.config.rover import load_subgraphs
    from gateway.pipeline.composition_report import as_json, hint_text

    subgraphs = {each.name: each for each in load_subgraphs(options.config)}
    outcome = compose([SubgraphSource(s.name, s.url, s.sdl) for s in subgraphs.values()])
    if isinstance(outcome, Failed):
        _print_composition_faults(outcome.errors, subgraphs, options.format)
        return 1
    if options.format == "json":
        hints = [as_json(hint, subgraphs) for hint in outcome.hints]
        data = {"success": True, "core_schema": outcome.supergraph_sdl, "hints": hints}
        text = json.dumps({"data": data, "error": None})
    else:
        for hint in outcome.hints:
            print(hint_text(hint, subgraphs), file=sys.stderr)
        text = outcome.supergraph_sdl.rstrip("\n")
    if options.output is None:
        print(text)
    else:
        options.output.write_text(text + "\n", encoding="utf-8")
    return 0


def _print_composition_faults(
    errors: "Sequence[CompositionError]", subgraphs: "Mapping[str, NamedSdl]", form: str
) -> None:
    from gateway.pipeline.composition_report import as_json, error_text

    count = f"{len(errors)} error{'s' if len(errors) != 1 else ''}"
    for error in errors:
        print(error_text(error, subgraphs), file=sys.stderr)
    print(f"The subgraphs do not compose: {count}.", file=sys.stderr)
    if form == "json":
        failure = {
            "message": f"The subgraphs do not compose: {count}.",
            "details": {"build_errors": [as_json(error, subgraphs) for error in errors]},
        }
        print(json.dumps({"data": {"success": False}, "error": failure}))


def _supergraph(options: argparse.Namespace) -> "Supergraph":
    from gateway.pipeline.supergraph_source import read_supergraph
    from gateway.supergraph.parse import parse_supergraph

    return parse_supergraph(read_supergraph(_settings(options)))


def _operation(options: argparse.Namespace, supergraph: "Supergraph") -> "Operation":
    from gateway.operation.parse import parse_operation

    text = options.query
    if "{" not in text:
        text = _read(Path(text))
    return parse_operation(text, options.operation, supergraph.api_schema)


def _plan(options: argparse.Namespace) -> int:
    from gateway.plan.as_json import plan_as_json
    from gateway.plan.text import print_plan
    from gateway.planner.planner import Planner

    supergraph = _supergraph(options)
    plan = Planner(supergraph).plan(_operation(options, supergraph))
    print(
        json.dumps(plan_as_json(plan), indent=2) if options.format == "json" else print_plan(plan)
    )
    return 0


def _normalize(options: argparse.Namespace) -> int:
    from gateway.operation.text import print_operation

    print(print_operation(_operation(options, _supergraph(options))))
    return 0


def _paths(options: argparse.Namespace) -> int:
    from gateway.planner.inspect import print_paths
    from gateway.planner.planner import Planner

    supergraph = _supergraph(options)
    planner = Planner(supergraph)
    for stage in planner.stages(_operation(options, supergraph)):
        print(print_paths(planner.graph, stage))
    return 0


def _fetch_graph(options: argparse.Namespace) -> int:
    from gateway.planner.inspect import print_fetch_graph
    from gateway.planner.planner import Planner

    supergraph = _supergraph(options)
    for stage in Planner(supergraph).stages(_operation(options, supergraph)):
        print(print_fetch_graph(stage))
    return 0


def _graph(options: argparse.Namespace) -> int:
    from gateway.query_graph.build import build_query_graph
    from gateway.query_graph.dot import print_dot

    print(print_dot(build_query_graph(_supergraph(options))))
    return 0


def _api_schema(options: argparse.Namespace) -> int:
    from graphql import print_schema

    print(print_schema(_supergraph(options).api_schema))
    return 0


def _check(options: argparse.Namespace) -> int:
    from gateway.supergraph.changes import report
    from gateway.supergraph.changes.read import read_api_schema
    from gateway.supergraph.changes.usage import read_operations

    old = _of_file(options.old, lambda: read_api_schema(_read(options.old)))
    new = _of_file(options.new, lambda: read_api_schema(_read(options.new)))
    recording = None
    if options.operations is not None:
        recording = read_operations(
            {str(path): _read(path) for path in _graphql_files(options.operations)}
        )
    found = report.check(old, new, recording)
    for warning in report.warnings(found):
        print(warning, file=sys.stderr)
    if options.format == "json":
        print(json.dumps(report.as_json(found), indent=2))
    else:
        print(report.as_text(found))
    return 1 if found.breaks else 0


def _contract(options: argparse.Namespace) -> int:
    from graphql import print_schema

    from gateway.composition.contract.contract import ContractFailed, contract
    from gateway.supergraph.changes.read import read_api_schema

    path: Path = options.supergraph
    outcome = _of_file(
        path, lambda: contract(_read(path), options.exclude_tag, options.include_tag)
    )
    if isinstance(outcome, ContractFailed):
        for error in outcome.errors:
            print(f"{path}: error[{error.code.name}]: {error.message}", file=sys.stderr)
        print("The tags leave no whole schema.", file=sys.stderr)
        return 1
    if options.form == "supergraph":
        print(outcome.supergraph_sdl, end="")
    else:
        print(print_schema(read_api_schema(outcome.supergraph_sdl)))
    return 0


def _read(path: Path) -> str:
    """The file's text; `-` is standard input."""
    try:
        if path == Path("-"):
            return sys.stdin.read()
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: cannot be read: {error}") from error


def _of_file(path: Path, read: Callable[[], _Read]) -> _Read:
    """What is read from the file; faults of its content name it."""
    from gateway.supergraph.errors import SupergraphError

    try:
        return read()
    except SupergraphError as error:
        raise ConfigurationError(f"{path}: {error}") from error


def _graphql_files(paths: Sequence[Path]) -> list[Path]:
    """The files, and those in the folders, at any depth."""
    found: list[Path] = []
    for path in paths:
        inside = sorted(path.rglob("*.graphql")) if path.is_dir() else [path]
        if not inside:
            raise ConfigurationError(f"{path}: there is no *.graphql file in it")
        found += inside
    return found


def _config_check(options: argparse.Namespace) -> int:
    from gateway.config.load import load_settings

    load_settings(options.config)
    print(f"{options.config}: is a valid configuration")
    return 0


def _config_schema(_options: argparse.Namespace) -> int:
    from gateway.config.schema import configuration_schema

    print(configuration_schema(), end="")
    return 0


def _subscriptions(options: argparse.Namespace) -> int:
    from gateway.server.subscriptions_command import as_text, fetch_report

    report = fetch_report(options.url, options.token or os.environ.get("GATEWAY_ADMIN_TOKEN"))
    print(json.dumps(report, indent=2) if options.format == "json" else as_text(report))
    return 0


def _jwks(options: argparse.Namespace) -> int:
    from gateway.config.load import load_settings
    from gateway.security.internal_token import load_minter

    identity = load_settings(options.config).internal_identity
    if identity.private_key is None:
        raise ConfigurationError(
            "The configuration has no internal_identity.private_key: "
            "the gateway makes a new key at each start."
        )
    print(json.dumps(load_minter(identity).jwks(), indent=2))
    return 0


def _print_faults(error: RequestError | RequestErrors) -> None:
    for each in error.errors if isinstance(error, RequestErrors) else (error,):
        place = "".join(f"{line}:{column}: " for line, column in each.locations[:1])
        print(f"{place}error[{each.extensions['code']}]: {each.message}", file=sys.stderr)
