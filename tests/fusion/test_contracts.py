"""The store's contracts: who may see what, and that nothing published breaks."""

import os
import subprocess
from pathlib import Path

import pytest
from graphql import (
    GraphQLObjectType,
    GraphQLSchema,
    ObjectTypeDefinitionNode,
    StringValueNode,
    build_schema,
    parse,
)

from fusion.cli import main
from fusion.contracts import UnknownRevision, hold
from fusion.schema import CONTRACTS, ROOT

AUDIENCES = {"public", *CONTRACTS, "internal"}


def root_fields(schema: GraphQLSchema) -> set[str]:
    roots = (schema.query_type, schema.mutation_type, schema.subscription_type)
    return {f"{root.name}.{field}" for root in roots if root for field in root.fields}


def tags() -> dict[str, list[str]]:
    """The tags of each root field of the supergraph."""
    document = parse((ROOT / "supergraph.graphql").read_text())
    return {
        f"{node.name.value}.{field.name.value}": [
            argument.value.value
            for directive in field.directives or ()
            if directive.name.value == "tag"
            for argument in directive.arguments or ()
            if isinstance(argument.value, StringValueNode)
        ]
        for node in document.definitions
        if isinstance(node, ObjectTypeDefinitionNode)
        and node.name.value in {"Query", "Mutation", "Subscription"}
        for field in node.fields or ()
    }


def test_each_root_field_has_exactly_one_audience():
    found = tags()
    assert len(found) > 50
    wrong = {field: each for field, each in found.items() if len(AUDIENCES & set(each)) != 1}
    assert wrong == {}


@pytest.mark.parametrize(
    ("audience", "seen"), [("public", {"public"}), ("partner", {"public", "partner"})]
)
def test_a_contract_has_the_root_fields_of_its_audience(audience, seen):
    schema = build_schema((ROOT / f"{audience}.graphql").read_text())
    assert root_fields(schema) == {field for field, each in tags().items() if seen & set(each)}


def test_what_a_product_costs_the_shop_is_for_partners():
    def variant(audience: str) -> GraphQLObjectType:
        found = build_schema((ROOT / f"{audience}.graphql").read_text()).type_map["ProductVariant"]
        assert isinstance(found, GraphQLObjectType)
        return found

    assert "costPrice" not in variant("public").fields
    assert "costPrice" in variant("partner").fields


class Repository:
    """A small git repository with contracts in a folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / "schema"
        self.folder.mkdir()
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str) -> None:
        identity = {
            "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@shop.example",
            "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@shop.example",
        }  # fmt: skip
        subprocess.run(
            ["git", "-C", str(self.root), *arguments], check=True, env=os.environ | identity
        )

    def commit(self, public: str | None, partner: str = "type Query { a: Int }") -> None:
        if public is not None:
            (self.folder / "public.graphql").write_text(public)
            (self.folder / "partner.graphql").write_text(partner)
        (self.root / "count").write_text(str(len(list(self.root.iterdir()))))
        self.git("add", ".")
        self.git("commit", "-q", "--allow-empty", "-m", "Change")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


def test_without_an_earlier_commit_nothing_can_break(repository, capsys):
    repository.commit("type Query { a: Int }")
    assert hold(folder=repository.folder)
    assert "no earlier commit" in capsys.readouterr().out


def test_a_new_contract_breaks_nothing(repository, capsys):
    repository.commit(None)
    repository.commit("type Query { a: Int }")
    assert hold(folder=repository.folder)
    assert "public.graphql: is new since" in capsys.readouterr().out


def test_additions_hold_and_removals_break(repository, capsys):
    repository.commit("type Query { a: Int }")
    repository.commit("type Query { a: Int b: Int }")
    assert hold(folder=repository.folder)
    repository.commit("type Query { b: Int }")
    assert not hold(folder=repository.folder)
    captured = capsys.readouterr()
    assert "breaking[FIELD_REMOVED]: The field Query.a was removed." in captured.out
    assert captured.err.startswith("A contract is broken.")


def test_a_breaking_change_for_partners_breaks_too(repository):
    repository.commit("type Query { a: Int }")
    repository.commit("type Query { a: Int }", partner="type Query { b: Int }")
    assert not hold(folder=repository.folder)


def test_a_branch_is_compared_with_where_it_left(repository):
    repository.commit("type Query { a: Int }")
    repository.git("update-ref", "refs/remotes/origin/main", "HEAD")
    repository.commit("type Query { b: Int }")
    repository.commit("type Query { b: Int c: Int }")
    assert not hold(folder=repository.folder)
    assert hold("HEAD~1", repository.folder)


def test_an_unknown_revision_is_told(repository, capsys):
    repository.commit("type Query { a: Int }")
    with pytest.raises(UnknownRevision, match="nowhere"):
        hold("nowhere", repository.folder)
    assert main(["contracts", "--base", "nowhere"]) == 2
    assert "There is no revision 'nowhere'." in capsys.readouterr().err
