"""The JSON Schema of the configuration, for editors: `schema/gateway.config.schema.json`."""

import json

from gateway.config.settings import Settings


def configuration_schema() -> str:
    """The schema as it is published: JSON with a line end."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Configuration of the FusionCommerce gateway",
        **{key: value for key, value in Settings.model_json_schema().items() if key != "title"},
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
