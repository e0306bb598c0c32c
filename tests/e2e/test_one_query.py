"""One request over five subgraphs: answered whole, with no more calls than it needs."""

from collections import Counter
from typing import Any

from subgraphs.shared.demo import demo_id
from tests.support.store import ROOT, Store

TOUR = ROOT / "clients" / "operations" / "tour" / "1-one-query.graphql"


def fetches(node: dict[str, Any]) -> list[str]:
    inner = [name for child in node.get("nodes", []) for name in fetches(child)]
    return [node["subgraph"], *inner] if node["kind"] == "Fetch" else inner


async def test_the_tour_s_first_query_is_answered_by_eight_calls(store: Store):
    variables = {"wallet": demo_id("wal", 1), "stream": demo_id("strm", 1)}
    async with store.client("shopper") as shopper:
        shopper.http.headers["fusion-expose-query-plan"] = "true"
        answer = await shopper.answer(TOUR.read_text(), **variables)
    assert "errors" not in answer
    data = answer["data"]
    assert data["search"]["nodes"][0]["title"]
    assert data["feed"]["nodes"][0]["tags"][0]["product"]["title"]
    carts = data["wallet"]["owner"]["activeCarts"]  # other tests leave empty ones
    assert any(line["variant"]["product"]["title"] for cart in carts for line in cart["lines"])
    called = Counter(fetches(answer["extensions"]["queryPlan"]["node"]))
    assert called == {"catalog": 4, "livestream": 1, "social": 1, "wallet": 1, "cart": 1}
