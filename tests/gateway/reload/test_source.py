from pathlib import Path

import pytest

from gateway.config.settings import Settings
from gateway.errors import ConfigurationError
from gateway.pipeline.s3 import SourceUnreachable
from gateway.reload.source import WatchedFiles, watch

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])\n'


def watched(file: Path) -> WatchedFiles:
    return WatchedFiles(Settings.model_validate({"supergraph": {"file": file}}))


def test_a_file_is_read_when_it_has_stayed_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "supergraph.graphql"
    file.write_text("one")
    source = watched(file)
    assert source.look() is None
    assert source.is_settling
    file.write_text("one, two")
    assert source.look() is None
    assert source.look() == "one, two"
    assert not source.is_settling


def test_an_unchanged_file_is_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "supergraph.graphql"
    file.write_text("one")
    source = watched(file)
    assert source.look(force=True) == "one"
    monkeypatch.setattr("gateway.reload.source.read_supergraph", None)
    assert source.look() is None


def test_who_insists_has_the_file_at_once(tmp_path: Path) -> None:
    file = tmp_path / "supergraph.graphql"
    file.write_text("one")
    source = watched(file)
    assert [source.look(force=True), source.look(force=True)] == ["one", "one"]


def test_an_exchanged_file_of_the_same_size_is_noticed(tmp_path: Path) -> None:
    file = tmp_path / "supergraph.graphql"
    file.write_text("one")
    source = watched(file)
    source.look(force=True)
    (tmp_path / "newer").write_text("two")
    (tmp_path / "newer").rename(file)
    assert [source.look(), source.look()] == [None, "two"]


def test_a_file_that_is_gone_is_unreachable(tmp_path: Path) -> None:
    with pytest.raises(SourceUnreachable, match="gone: cannot be read"):
        watched(tmp_path / "gone").look()


def test_subgraphs_are_composed_again_when_one_of_them_changes(tmp_path: Path) -> None:
    file = tmp_path / "a.graphql"
    file.write_text(LINK + "type Query { a: Int }")
    subgraph = {"name": "a", "app": "x:y", "schema": {"file": file}}
    source = watch(Settings.model_validate({"supergraph": {"compose": [subgraph]}}))
    assert "a: Int" in (source.look(force=True) or "")
    file.write_text(LINK + "type Query { a: Int b: Int }")
    assert source.look() is None
    assert "b: Int" in (source.look() or "")
    file.write_text(LINK + 'type Query { a: A } type A @key(fields: "x") { id: ID! }')
    assert source.look() is None
    with pytest.raises(ConfigurationError, match="do not compose"):
        source.look()
    assert source.look() is None
