import json
from pathlib import Path

from jsonschema import Draft202012Validator

from gateway.config.schema import configuration_schema

PUBLISHED = Path(__file__).parents[3] / "schema" / "gateway.config.schema.json"


def test_the_published_schema_is_current():
    assert PUBLISHED.read_text(encoding="utf-8") == configuration_schema(), (
        "run: gateway config schema > schema/gateway.config.schema.json"
    )


def test_the_published_schema_is_one_and_knows_what_the_models_know():
    schema = json.loads(configuration_schema())
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    good = {
        "version": 1,
        "supergraph": {"file": "a.graphql"},
        "traffic_shaping": {"all": {"request_timeout": "5s", "max_response_size": 1000}},
        "playground": {"tabs": ["a.graphql", {"name": "b", "query": "{ b }"}]},
    }
    assert validator.is_valid(good)
    assert not validator.is_valid({**good, "zebra": 1})
    assert not validator.is_valid({**good, "traffic_shaping": {"all": {"request_timeout": "5x"}}})
