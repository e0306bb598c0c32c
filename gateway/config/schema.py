"""The JSON Schema of the configuration, for editors: `schema/gateway.config.schema.json`.

It is for the file as it is written: wherever a number, or a text of some form, is wanted there may
be `${env.X}`, and numbers may be quoted, as what is expanded often is.
"""

import json
from typing import Any, Final

from gateway.config.settings import Settings

_REFERENCE: Final = r"\$\{env\.\w+(:[^}]*)?\}"
_QUOTED: Final = {"integer": "^[0-9]+$", "number": "^[0-9.]+$", "boolean": "^(true|false)$"}
_FORMS: Final = ("pattern", "minLength", "enum", "const")
_ABOUT: Final = ("title", "description", "default")


def configuration_schema() -> str:
    """The schema as it is published: JSON with a line end."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Configuration of the FusionCommerce gateway",
        **{key: value for key, value in Settings.model_json_schema().items() if key != "title"},
    }
    return json.dumps(_as_written(schema), indent=2, ensure_ascii=False) + "\n"


def _as_written(node: Any) -> Any:
    """The schema of what stands in the file, by that of what it is read as."""
    if isinstance(node, list):
        return [_as_written(item) for item in node]
    if not isinstance(node, dict):
        return node
    alternatives = node.get("anyOf")
    if alternatives is not None and any(_has_form(each) for each in alternatives):
        return {**node, "anyOf": [*alternatives, _text(_REFERENCE)]}
    if not _has_form(node):
        return {
            key: value if key == "default" else _as_written(value) for key, value in node.items()
        }
    quoted = None if "const" in node else _QUOTED.get(node["type"])
    text = _text(_REFERENCE if quoted is None else f"{quoted}|{_REFERENCE}")
    about = {key: node[key] for key in _ABOUT if key in node}
    wanted = {key: value for key, value in node.items() if key not in about}
    return {"anyOf": [wanted, text], **about}


def _has_form(node: dict[str, Any]) -> bool:
    kind = node.get("type")
    return kind in _QUOTED or (kind == "string" and any(form in node for form in _FORMS))


def _text(pattern: str) -> dict[str, str]:
    return {"type": "string", "pattern": pattern}
