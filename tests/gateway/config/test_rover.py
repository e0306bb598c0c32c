from pathlib import Path

import pytest

from gateway.config.rover import load_subgraphs
from gateway.errors import ConfigurationError


def write(folder: Path, text: str) -> Path:
    file = folder / "supergraph.yaml"
    file.write_text(text)
    return file


def test_subgraphs_are_read_in_the_file_s_order_with_their_sdl(tmp_path):
    (tmp_path / "b.graphql").write_text("type Query { b: Int }")
    file = write(
        tmp_path,
        "federation_version: =2.9.0\nsubgraphs:\n"
        "  b: {routing_url: 'http://b/graphql', schema: {file: ./b.graphql}}\n"
        "  a: {routing_url: 'http://a/graphql', schema: {sdl: 'type Query { a: Int }'}}\n",
    )
    assert [(each.name, each.url, each.sdl) for each in load_subgraphs(file)] == [
        ("b", "http://b/graphql", "type Query { b: Int }"),
        ("a", "http://a/graphql", "type Query { a: Int }"),
    ]


def test_a_missing_file_is_named(tmp_path):
    file = write(tmp_path, "subgraphs: {a: {schema: {file: none.graphql}}}")
    with pytest.raises(ConfigurationError, match=r"none\.graphql: cannot be read"):
        load_subgraphs(file)


def test_a_wrong_key_is_told_with_its_place(tmp_path):
    file = write(tmp_path, "subgraphs:\n  a:\n    rooting_url: x\n    schema: {sdl: x}\n")
    with pytest.raises(ConfigurationError, match=r"yaml:3:5: .* did you mean routing_url\?"):
        load_subgraphs(file)
