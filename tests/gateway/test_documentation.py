"""Whatever a user can meet is in the guide: settings, commands, codes, metrics."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import gateway
from gateway.cli import main
from gateway.config.settings import Settings
from gateway.errors import RequestError
from gateway.executor.errors import SubgraphError
from gateway.observability.metrics import GatewayMetrics

GUIDE = (Path(__file__).parents[2] / "docs" / "gateway.md").read_text(encoding="utf-8")


def classes(root: type[Any]) -> Iterator[type[Any]]:
    for each in root.__subclasses__():
        yield each
        yield from classes(each)


def codes() -> set[str]:
    for module in pkgutil.walk_packages(gateway.__path__, "gateway."):
        if module.name != "gateway.__main__":
            importlib.import_module(module.name)
    return {
        str(vars(each)["code"])
        for root in (RequestError, SubgraphError)
        for each in (root, *classes(root))
        if each.__module__.startswith("gateway.") and "code" in vars(each)
    }


def keys(schema: dict[str, Any], node: dict[str, Any], depth: int = 2) -> Iterator[str]:
    """The keys of the settings, down to the second level."""
    for name, child in node.get("properties", {}).items():
        yield name
        reference = str(child.get("$ref", "")).rpartition("/")[2]
        if reference and depth > 1:
            yield from keys(schema, schema["$defs"][reference], depth - 1)


def test_every_code_is_in_the_guide():
    assert {code for code in codes() if f"`{code}`" not in GUIDE} == set()


def test_every_setting_is_in_the_guide():
    schema = Settings.model_json_schema()
    words = set(re.findall(r"\w+", GUIDE))
    assert set(keys(schema, schema)) - words == set()


def test_every_command_is_in_the_guide(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    commands = re.findall(r"^    ([\w-]+)(?: |$)", capsys.readouterr().out, re.MULTILINE)
    assert len(commands) > 8
    assert [command for command in commands if f"`gateway {command}" not in GUIDE] == []


def test_every_metric_is_in_the_guide():
    names = [family.name for family in GatewayMetrics().registry.collect()]
    assert names
    assert [name for name in names if f"`{name}`" not in GUIDE] == []
