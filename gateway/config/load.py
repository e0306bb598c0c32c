"""From a YAML file to `Settings` (or another model); faults are told with file, line and column.

The file is composed to YAML nodes, not plain values, so that faults found later by the models can
be traced to their place. `${env.X}` and `${env.X:default}` are expanded in scalars: an unquoted
scalar takes the type that its expansion looks like, a quoted one stays text.
"""

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from gateway.config.faults import Faults, Location, describe
from gateway.config.settings import Settings
from gateway.errors import ConfigurationError

Model = TypeVar("Model", bound=BaseModel)

_MAX_VALUES = 100_000
_BEGUN = "${env."
_REFERENCE = re.compile(r"\$\{env\.(\w+)(?::([^}]*))?\}")


def load_settings(path: Path, environment: Mapping[str, str] | None = None) -> Settings:
    """Read and check the configuration file.

    Raises:
        ConfigurationError: naming every fault as `file:line:column: what`.
    """
    return load_model(Settings, path, environment)


def load_model(
    model: type[Model], path: Path, environment: Mapping[str, str] | None = None
) -> Model:
    """As `load_settings`, for a file with another layout; `-` is standard input."""
    try:
        text = sys.stdin.read() if path == Path("-") else path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: cannot be read: {error}") from error
    return parse_model(model, text, path, os.environ if environment is None else environment)


def parse_model(model: type[Model], text: str, path: Path, environment: Mapping[str, str]) -> Model:
    """As `load_model`, for a text that is already read; `path` names it and roots its paths."""
    reader = _Reader(str(path), environment)
    value = reader.read(text)
    if reader.faults:
        raise reader.faults.error()
    try:
        return model.model_validate(value, context={"base": path.absolute().parent})
    except ValidationError as error:
        faults = Faults(str(path))
        for place, message in describe(error, model, reader.places):
            faults.add(place, message)
        raise faults.error() from error


class _TooLarge(Exception):
    """Aliases of aliases: a few lines that amount to more than fits into memory."""


class _Reader:
    """Turns a file's YAML nodes into plain values and remembers where each stands."""

    def __init__(self, name: str, environment: Mapping[str, str]) -> None:
        self.faults = Faults(name)
        self.places: dict[Location, tuple[int, int]] = {}
        self._environment = environment
        self._name = name

    def read(self, text: str) -> Any:
        try:
            node = yaml.compose(text, Loader=yaml.SafeLoader)
            return {} if node is None else self._value(node, ())
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            place = (1, 1) if mark is None else (mark.line + 1, mark.column + 1)
            self.faults.add(place, f"is not YAML: {error.problem or error.context}")
            return None
        except yaml.YAMLError as error:
            self.faults.add((1, 1), f"is not YAML: {str(error).splitlines()[0]}")
            return None
        except RecursionError:
            self.faults.add((1, 1), "is nested too deeply, or holds itself")
            return None
        except _TooLarge:
            self.faults.add((1, 1), f"has more than {_MAX_VALUES} values, aliases written out")
            return None

    def _value(self, node: yaml.Node, location: Location) -> Any:
        if len(self.places) >= _MAX_VALUES:
            raise _TooLarge
        self.places.setdefault(location, _place(node))
        match node:
            case yaml.MappingNode():
                return self._mapping(node, location)
            case yaml.SequenceNode():
                return [
                    self._value(item, (*location, index)) for index, item in enumerate(node.value)
                ]
            case yaml.ScalarNode():
                return self._scalar(node)
            case _:
                raise AssertionError(f"PyYAML composes no other nodes than these: {node}")

    def _mapping(self, node: yaml.MappingNode, location: Location) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self.faults.add(_place(key_node), "a key has to be a text")
                continue
            key = str(key_node.value)
            if _BEGUN in key:
                self.faults.add(_place(key_node), f"{key}: only values may be {_BEGUN}…}}")
            if key in values:
                self.faults.add(_place(key_node), f"{key} is given twice")
                continue
            self.places[(*location, key)] = _place(key_node)
            values[key] = self._value(value_node, (*location, key))
        return values

    def _scalar(self, node: yaml.ScalarNode) -> Any:
        text = _REFERENCE.sub(lambda match: self._expand(match, node), node.value)
        if _BEGUN in _REFERENCE.sub(_default, node.value):
            self.faults.add(
                _place(node), "after ${env. comes a variable's name and }, or :, a default and }"
            )
        if text != node.value and node.style is None:
            tag = yaml.SafeLoader("").resolve(  # type: ignore[no-untyped-call]
                yaml.ScalarNode, text, (True, False)
            )
            node = yaml.ScalarNode(tag, text, node.start_mark, node.end_mark)
        if node.tag == "tag:yaml.org,2002:str":
            return text
        try:
            return yaml.SafeLoader("").construct_object(node)
        except (yaml.YAMLError, ValueError) as error:
            problem = getattr(error, "problem", None) or error
            self.faults.add(_place(node), f"cannot be read: {problem}")
            return None

    def _expand(self, match: re.Match[str], node: yaml.ScalarNode) -> str:
        name: str = match[1]
        default: str | None = match[2]
        value = self._environment.get(name, default)
        if value is None:
            self.faults.add(_place(node), f"the environment variable {name} is not set")
            return ""
        return value


def _place(node: yaml.Node) -> tuple[int, int]:
    mark = node.start_mark
    return (mark.line + 1, mark.column + 1)


def _default(match: re.Match[str]) -> str:
    return match[2] or ""
