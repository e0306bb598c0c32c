import json
import re
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from gateway.config.load import parse_model
from gateway.config.schema import configuration_schema
from gateway.config.settings import Settings
from gateway.errors import ConfigurationError

ROOT = Path(__file__).parents[3]
PUBLISHED = ROOT / "schema" / "gateway.config.schema.json"
ENVIRONMENT = {"PORT": "4100", "URL": "http://reviews", "ON": "true", "TIME": "5s", "WORD": "json"}
GOOD = [
    "version: 1",
    "http: {port: 4100}",
    "http: {port: '4100'}",
    "http: {port: '${env.PORT}'}",
    "http: {port: '${env.ELSE:4100}'}",
    "http: {header_timeout: '${env.TIME}', max_header_size: 1kB}",
    "http: {header_timeout: 0.5, max_header_size: 1000}",
    "introspection: true",
    "introspection: '${env.ON}'",
    "subgraphs: {a: {routing_url: '${env.URL}/graphql'}, b: {app: 'a.b:c'}}",
    "logging: {format: '${env.WORD}'}",
    "telemetry: {tracing: {sample: 0.5}}",
    "override_labels: {a: 5%, b: true, c: '${env.ON}'}",
    "cors: {origins: ['*', 'https://shop.example:8443']}",
    "csrf: {required_headers: [X-Shop]}",
    "admin: null",
    "admin: {port: 0, token: '${env.ELSE:a token that is long}'}",
    "events: {providers: [{kind: kafka, bootstrap_servers: ['${env.URL}'], topics: [a]}]}",
]
BAD = [
    "version: 2",
    "version: true",
    "http: {port: yes}",
    "http: {port: 70000}",
    "http: {port: 1.5}",
    "http: {port: x}",
    "http: {host: ''}",
    "http: {graphql_endpoint: graphql}",
    "http: {header_timeout: 0s}",
    "http: {header_timeout: 0}",
    "http: {header_timeout: true}",
    "http: {header_timeout: '5'}",
    "http: {max_header_size: 1.5}",
    "http: {max_header_size: yes}",
    "http: []",
    "introspection: 'yes'",
    "introspection: 1",
    "subgraphs: {a: {routing_url: ftp://a}}",
    "subgraphs: {a: {app: 'a.b'}}",
    "logging: {format: xml}",
    "telemetry: {tracing: {sample: 2}}",
    "override_labels: {a: 5}",
    "cors: {origins: https://shop.example}",
    "cors: {origins: ['https://shop.example/']}",
    "cors: {origins: ['https://Shop.example']}",
    "csrf: {required_headers: ['X Shop']}",
    "health: {path: health}",
    "metrics: {path: ''}",
    "admin: {port: 0, token: short}",
    "events: {providers: [{kind: nats}]}",
]


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


@pytest.mark.parametrize("text", [*GOOD, *BAD])
def test_the_published_schema_takes_what_the_gateway_takes(text):
    whole = f"supergraph: {{file: a.graphql}}\n{text}\n"
    schema = Draft202012Validator(json.loads(configuration_schema()))
    assert schema.is_valid(yaml.safe_load(whole)) == (text in GOOD)
    assert _is_read(whole) == (text in GOOD)


def _is_read(text: str) -> bool:
    try:
        parse_model(Settings, text, ROOT / "gateway.yaml", ENVIRONMENT)
    except ConfigurationError:
        return False
    return True


def test_the_published_schema_takes_the_project_s_own_configurations():
    schema = Draft202012Validator(json.loads(configuration_schema()))
    guide = (ROOT / "docs" / "gateway.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(version: 1\n.*?)```", guide, re.DOTALL)
    assert not list(schema.iter_errors(yaml.safe_load(example)))
    for name in ("fusion/gateway.yaml", "infra/docker/gateway.yaml"):
        written = yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))
        assert not list(schema.iter_errors(written)), name
