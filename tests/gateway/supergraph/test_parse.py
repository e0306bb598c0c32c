"""Supergraphs of every version of the join specification, and what is no supergraph."""

import pytest

from gateway.supergraph.errors import SupergraphError
from gateway.supergraph.model import EventStreamField, FieldJoin
from gateway.supergraph.parse import parse_supergraph
from tests.support.planner import supergraph, supergraph_sdl

SHOP = """
type Query @join__type(graph: A) @join__type(graph: B) { t: T @join__field(graph: A) }
type T @join__type(graph: A, key: "id") @join__type(graph: B, key: "id", resolvable: false) {
  id: ID!
  own: Int @join__field(graph: A)
  needs: Int @join__field(graph: B, requires: "own") @join__field(graph: A, external: true)
}
"""


def test_subgraphs_are_known_by_their_own_names() -> None:
    graph = supergraph("a b", SHOP)
    assert {name: one.url for name, one in graph.subgraphs.items()} == {
        "a": "http://a",
        "b": "http://b",
    }


def test_fields_tell_on_which_terms_each_subgraph_has_them() -> None:
    fields = supergraph("a b", SHOP).types["T"].fields
    assert fields["id"].joins is None
    assert fields["own"].joins == (FieldJoin("a"),)
    needs = fields["needs"].joins
    assert needs is not None
    assert [(join.subgraph, join.external, bool(join.requires)) for join in needs] == [
        ("b", False, True),
        ("a", True, False),
    ]


def test_keys_may_be_there_and_not_resolvable() -> None:
    joins = supergraph("a b", SHOP).types["T"].joins
    assert [(join.subgraph, join.resolvable) for join in joins] == [("a", True), ("b", False)]


def test_abstract_types_know_all_their_object_types() -> None:
    graph = supergraph(
        "a b",
        """
        type Query @join__type(graph: A) { u: U }
        union U @join__type(graph: A) @join__type(graph: B)
          @join__unionMember(graph: A, member: "X") @join__unionMember(graph: B, member: "Y")
          = X | Y
        interface I @join__type(graph: A) { x: Int }
        type X implements I @join__implements(graph: A, interface: "I") @join__type(graph: A)
        { x: Int }
        type Y @join__type(graph: B) { y: Int }
        """,
    )
    assert graph.possible_types == {"U": {"X", "Y"}, "I": {"X"}}
    assert graph.types["U"].members == {"a": {"X"}, "b": {"Y"}}


def test_in_join_v01_an_entitys_fields_are_its_owners_and_keys_are_everywhere() -> None:
    graph = parse_supergraph(
        """
        schema @core(feature: "https://specs.apollo.dev/core/v0.1")
          @core(feature: "https://specs.apollo.dev/join/v0.1") { query: Query }
        enum join__Graph {
          A @join__graph(name: "a", url: "") B @join__graph(name: "b", url: "")
        }
        type Query { t: T @join__field(graph: A) }
        type T @join__owner(graph: A) @join__type(graph: A, key: "id")
          @join__type(graph: B, key: "id")
        { id: ID! @join__field(graph: A) name: String v: V @join__field(graph: B) }
        type V { x: Int }
        """
    )
    fields = graph.types["T"].fields
    assert fields["id"].joins == (FieldJoin("a"), FieldJoin("b"))
    assert fields["name"].joins == (FieldJoin("a"),)
    assert fields["v"].joins == (FieldJoin("b"),)
    assert graph.types["V"].subgraphs == ("a", "b")


STREAM = """
type Query @join__type(graph: A) { x: Int }
type Subscription @join__type(graph: A) { live(room: ID!): Int %s }
"""


@pytest.mark.parametrize(
    "directive",
    [
        '@eventStream(topic: "t", key: "room", class: LOG)',
        '@join__directive(graphs: [A], name: "eventStream",'
        ' args: {topic: "t", key: "room", class: "LOG"})',
    ],
)
def test_event_streams_are_read_however_they_were_composed(directive: str) -> None:
    graph = supergraph("a", STREAM % directive, "query: Query subscription: Subscription")
    assert graph.event_streams == {"live": EventStreamField("live", "a", "t", "room", "LOG")}


def test_an_event_stream_is_read_with_the_claim_that_filters_it() -> None:
    applied = '@eventStream(topic: "t", key: "room", class: LOG, claim: "sub", field: "owner")'
    graph = supergraph("a", STREAM % applied, "query: Query subscription: Subscription")
    assert graph.event_streams["live"].claim == "sub"
    assert graph.event_streams["live"].claim_field == "owner"


@pytest.mark.parametrize("half", ['claim: "sub"', 'field: "owner"', 'claim: "", field: "owner"'])
def test_half_a_filter_is_refused(half: str) -> None:
    applied = f'@eventStream(topic: "t", key: "room", class: LOG, {half})'
    with pytest.raises(SupergraphError, match="live needs claim and field together"):
        supergraph("a", STREAM % applied, "query: Query subscription: Subscription")


def test_an_event_stream_that_lacks_something_is_refused() -> None:
    with pytest.raises(SupergraphError, match="@eventStream on live lacks topic, class"):
        supergraph(
            "a", STREAM % '@eventStream(key: "room")', "query: Query subscription: Subscription"
        )


@pytest.mark.parametrize(
    ("sdl", "message"),
    [
        ("type Query {", "line 1, column 13"),
        ("type Query { x: Int }", "does not link to the join specification"),
        (
            'schema @link(url: "https://specs.apollo.dev/join/v9.9") { query: Query }'
            " type Query { x: Int }",
            "links to join v9.9",
        ),
        (
            supergraph_sdl("a", 'type Query @join__type(graph: A, key: "{") { x: Int }'),
            "not well-formed",
        ),
        (
            supergraph_sdl("a", "type Query @join__type(graph: NONE) { x: Int }"),
            "names 'NONE', which it does not have",
        ),
        (
            supergraph_sdl("a", "type Query @join__type(graph: A) { x: X } scalar X scalar X"),
            "defines X twice",
        ),
    ],
)
def test_what_is_no_supergraph_is_refused_with_a_reason(sdl: str, message: str) -> None:
    with pytest.raises(SupergraphError, match=message):
        parse_supergraph(sdl)
