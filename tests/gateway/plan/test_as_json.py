from gateway.plan.as_json import path_text, plan_as_json
from gateway.plan.nodes import (
    Batch,
    Condition,
    EventStream,
    Fetch,
    Flatten,
    Key,
    OnType,
    Parallel,
    PlanNode,
    QueryPlan,
    Sequence,
    Subscription,
)

FETCH = Fetch(1, "catalog", "query", "{ products { id } }", ("first",))
FLATTEN = Flatten((Key("products"), OnType(frozenset({"Book", "Album"})), Key("author")), FETCH)
DRAWN = {
    "kind": "Fetch",
    "subgraph": "catalog",
    "operation": "{ products { id } }",
    "variables": ["first"],
}


def drawn(node: PlanNode | None):
    return plan_as_json(QueryPlan(node))


def test_a_plan_that_asks_no_subgraph_is_null():
    assert drawn(None) is None


def test_a_fetch_says_whom_it_asks_what():
    assert drawn(FETCH) == DRAWN


def test_a_path_has_response_keys_and_types():
    assert path_text(FLATTEN.path) == "products|[Album, Book].author"


def test_an_entity_fetch_says_where():
    place = "products|[Album, Book].author"
    assert drawn(FLATTEN) == {"kind": "Flatten", "path": place, "nodes": [{**DRAWN, "path": place}]}


def test_entity_fetches_in_one_request_are_one_fetch_at_several_places():
    other = Flatten((Key("me"),), FETCH)
    place = "me, products|[Album, Book].author"
    node = drawn(Batch((other, FLATTEN)))
    assert node == {"kind": "Flatten", "path": place, "nodes": [{**DRAWN, "path": place}]}


def test_groups_hold_their_nodes_in_order():
    assert drawn(Sequence((FETCH, Parallel((FETCH, FETCH))))) == {
        "kind": "Sequence",
        "nodes": [DRAWN, {"kind": "Parallel", "nodes": [DRAWN, DRAWN]}],
    }


def test_a_condition_names_its_variable_and_which_way_it_goes():
    assert drawn(Condition("a", None, FETCH)) == {
        "kind": "Condition",
        "variable": "a",
        "label": "not",
        "nodes": [DRAWN],
    }
    both = drawn(Condition("a", FETCH, FETCH))
    assert both is not None
    assert [node["label"] for node in both["nodes"]] == ["if", "not"]


def test_a_live_query_tells_which_claim_filters_it():
    stream = EventStream("pins", "pins", "t", "id", "LOG", (), (), claim="sub", claim_field="owner")
    told = drawn(Subscription(stream, FETCH))
    assert told is not None
    assert told["nodes"][0].items() >= {"claim": "sub", "field": "owner"}.items()


def test_a_live_query_begins_with_its_stream():
    stream = EventStream("pins", "pins", "livestream", "streamId", "LOG", (), ())
    assert drawn(Subscription(stream, FETCH)) == {
        "kind": "Subscription",
        "nodes": [
            {"kind": "EventStream", "topic": "livestream", "key": "streamId", "class": "LOG"},
            DRAWN,
        ],
    }
    assert drawn(Subscription(FETCH, None)) == {"kind": "Subscription", "nodes": [DRAWN]}
