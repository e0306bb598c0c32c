"""JavaScript clients merge deferred answers of three subgraphs into the undeferred ones."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.gateway.subscriptions.live_shop import serving
from tests.interop.conftest import FOLDER
from tests.support.deferred import merged_by_id, merged_by_path
from tests.support.three_subgraphs import settings

BY_PATH, BY_ID = "deferSpec=20220824", "incrementalSpec=v0.2"

QUERIES = [
    '{ products { name ... @defer(label: "ratings") { rating } } }',
    '{ products { id ... @defer(label: "r") { rating } ... @defer(label: "s") { stock } } }',
    """{ product(id: 1) { name ... @defer(label: "outer") {
           rating place { town } ... @defer(label: "inner") { stock related { name rating } } } } }
    """,
    """query Spread { product(id: 3) { ...Later @defer(label: "spread") name } }
       fragment Later on Product { place { town shelf } reviews { body product { stock } } }""",
    """{ ... @defer(label: "root") { product(id: 4) { name rating } } products { id } }""",
    """{ product(id: 5) { place { town } ... @defer(label: "overlap") {
           place { town shelf } name } } }""",
    """{ products { name ... @defer(label: "fails") { broken stock } } }""",
    """query($later: Boolean!) { product(id: 6) {
           name ... @defer(if: $later, label: "if") { rating } } }""",
    """mutation { rename(id: 1, name: "New") { name ... @defer(label: "after") { rating } } }""",
]


async def ask(node: str, kind: str, url: str, queries: list[str]) -> list[dict[str, Any]]:
    """What the client makes of each query, asked one after the other."""
    process = await asyncio.create_subprocess_exec(
        node, "deferred.mjs", kind, f"{url}/graphql", cwd=FOLDER,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    asked = [{"query": query, "variables": {"later": True}} for query in queries]
    try:
        async with asyncio.timeout(60):
            out, err = await process.communicate(json.dumps(asked).encode())
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, err.decode()
    answers: list[dict[str, Any]] = json.loads(out)
    return answers


def undeferred(query: str) -> str:
    plain = re.sub(r"@defer(\([^)]*\))?", "", query)
    return plain.replace("query($later: Boolean!)", "query")


def errors(answer: dict[str, Any]) -> list[Any]:
    return sorted(
        (error["path"], error["message"], error["extensions"]["code"]) for error in answer["errors"]
    )


@pytest.mark.parametrize("form", [BY_PATH, BY_ID])
async def test_apollo_client_has_the_undeferred_answer_in_the_end(
    node: str, tmp_path: Path, form: str
) -> None:
    asked = [*QUERIES, *(undeferred(query) for query in QUERIES)]
    async with serving(settings(tmp_path)) as url:
        answers = await ask(node, f"apollo {form}", url, asked)
    deferred, whole = answers[: len(QUERIES)], answers[len(QUERIES) :]
    assert [each["data"] for each in deferred] == [each["data"] for each in whole]
    assert [errors(each) for each in deferred] == [errors(each) for each in whole]
    assert all(each["parts"] is None or each["parts"] > 1 for each in deferred)
    assert all(each["parts"] in (None, 1) for each in whole)


@pytest.mark.parametrize(("form", "merged"), [(BY_PATH, merged_by_path), (BY_ID, merged_by_id)])
async def test_meros_reads_all_parts(node: str, tmp_path: Path, form: str, merged: Any) -> None:
    asked = [*QUERIES, *(undeferred(query) for query in QUERIES)]
    async with serving(settings(tmp_path)) as url:
        answers = await ask(node, f"meros {form}", url, asked)
    deferred, whole = answers[: len(QUERIES)], answers[len(QUERIES) :]
    for query, parts, (answer,) in zip(
        QUERIES,
        (each["raw"] for each in deferred),
        (each["raw"] for each in whole),
        strict=True,
    ):
        found = merged(parts)
        assert found["data"] == answer["data"], query
        assert errors(found) == errors({"errors": answer.get("errors", [])}), query
        labels = set(re.findall(r'label: "(\w+)"', query))
        entries = "incremental" if form == BY_PATH else "pending"
        assert {one["label"] for part in parts for one in part.get(entries, [])} == labels


async def test_urql_that_names_no_form_has_one_whole_answer(node: str, tmp_path: Path) -> None:
    asked = [QUERIES[0], undeferred(QUERIES[0])]
    async with serving(settings(tmp_path)) as url:
        deferred, whole = await ask(node, "urql", url, asked)
    assert deferred == whole
    assert deferred["parts"] == 1


@pytest.mark.parametrize("form", [BY_PATH, BY_ID])
async def test_a_fragment_that_fails_leaves_the_rest(node: str, tmp_path: Path, form: str) -> None:
    query = '{ product(id: 2) { name ... @defer(label: "exact") { exact rating } } }'
    async with serving(settings(tmp_path)) as url:
        (answer,) = await ask(node, f"apollo {form}", url, [query])
    assert answer["data"]["product"]["name"] == "Product 2"
    assert "rating" not in answer["data"]["product"]
    (error,) = answer["errors"]
    assert error["path"] == ["product", "exact"]
