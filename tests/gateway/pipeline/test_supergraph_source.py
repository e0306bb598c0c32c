import pytest

from gateway.config.settings import Settings
from gateway.errors import ConfigurationError
from gateway.pipeline.supergraph_source import read_supergraph

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])\n'


def composing(folder, sdl: str) -> Settings:
    (folder / "a.graphql").write_text(LINK + sdl)
    subgraph = {"name": "a", "app": "x:y", "schema": {"file": folder / "a.graphql"}}
    return Settings.model_validate({"supergraph": {"compose": [subgraph]}})


def test_a_supergraph_is_composed_at_the_start(tmp_path):
    sdl = read_supergraph(composing(tmp_path, "type Query { a: Int }"))
    assert 'join__graph(name: "a"' in sdl


def test_subgraphs_that_do_not_compose_stop_the_start(tmp_path):
    settings = composing(tmp_path, 'type Query { a: A } type A @key(fields: "x") { id: ID! }')
    with pytest.raises(ConfigurationError, match="KEY_INVALID_FIELDS: "):
        read_supergraph(settings)


def test_a_file_that_is_missing_is_named(tmp_path):
    settings = composing(tmp_path, "type Query { a: Int }")
    (tmp_path / "a.graphql").unlink()
    with pytest.raises(ConfigurationError, match=r"a\.graphql: cannot be read"):
        read_supergraph(settings)
