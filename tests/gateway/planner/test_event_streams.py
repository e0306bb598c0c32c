"""Event streams: what the payload holds, and what is fetched for each event."""

import pytest
from inline_snapshot import snapshot

from gateway.planner.errors import EventFieldArguments
from tests.support.planner import plan, supergraph

LIVE = supergraph(
    "catalog live",
    """
type Query @join__type(graph: CATALOG) @join__type(graph: LIVE) {
  product(id: ID!): Product @join__field(graph: CATALOG)
  stream(id: ID!): Stream @join__field(graph: LIVE)
}
type Product
  @join__type(graph: CATALOG, key: "id") @join__type(graph: LIVE, key: "id", resolvable: false)
{
  id: ID! name: String @join__field(graph: CATALOG)
  price(channel: String!): Int @join__field(graph: CATALOG)
}
type Stream @join__type(graph: LIVE, key: "id") { id: ID! title: String }
type Subscription @join__type(graph: LIVE) {
  streamEvents(streamId: ID!, after: String): StreamEvent!
    @join__directive(
      graphs: [LIVE], name: "eventStream",
      args: {topic: "fc.live.event.v1", key: "streamId", class: "LOG"}
    )
  ticks: Stream
  sales(channel: String): Sale!
}
type Sale @join__type(graph: LIVE) { amount: Int! product: Product! }
interface StreamEvent @join__type(graph: LIVE) { eventId: ID! stream: Stream! }
type Pinned implements StreamEvent
  @join__implements(graph: LIVE, interface: "StreamEvent") @join__type(graph: LIVE)
{ eventId: ID! stream: Stream! product: Product! price(currency: String): Money! }
type Money @join__type(graph: LIVE) { amount: Int! currency: String! }
""",
    "query: Query subscription: Subscription",
)


def test_values_come_from_the_payload_and_entities_from_their_subgraphs() -> None:
    query = """subscription ($id: ID!) { live: streamEvents(streamId: $id) {
      eventId stream { title } ... on Pinned { product { id name } price { amount } } } }"""
    assert plan(LIVE, query) == snapshot("""\
QueryPlan {
  Subscription {
    EventStream(topic: "fc.live.event.v1", key: "streamId", class: LOG) {
      {
        live: streamEvents(streamId: $id) {
          __typename
          eventId
          stream {
            __fc_id: id
            __typename
          }
          ... on Pinned {
            product {
              id
              __typename
            }
            price {
              amount
            }
          }
        }
      }
    }
    Parallel {
      Flatten(path: "live.stream") {
        Fetch(service: "live") {
          Stream { __fc_id: id } =>
          query ($representations: [_Any!]!) {
            _entities(representations: $representations) {
              ... on Stream {
                title
              }
            }
          }
        }
      }
      Flatten(path: "live|[Pinned].product") {
        Fetch(service: "catalog") {
          Product { id } =>
          query ($representations: [_Any!]!) {
            _entities(representations: $representations) {
              ... on Product {
                name
              }
            }
          }
        }
      }
    }
  }
}\
""")


def test_a_payload_that_has_all_needs_no_fetch() -> None:
    query = 'subscription { streamEvents(streamId: "1") { eventId stream { id } } }'
    assert plan(LIVE, query) == snapshot("""\
QueryPlan {
  Subscription {
    EventStream(topic: "fc.live.event.v1", key: "streamId", class: LOG) {
      {
        streamEvents(streamId: "1") {
          __typename
          eventId
          stream {
            id
          }
        }
      }
    }
  }
}\
""")


def test_a_field_of_the_payload_cannot_be_asked_with_arguments() -> None:
    query = """subscription { streamEvents(streamId: "1") {
      ... on Pinned { price(currency: "EUR") { amount } } } }"""
    with pytest.raises(EventFieldArguments) as refused:
        plan(LIVE, query)
    assert refused.value.extensions["code"] == "EVENT_FIELD_ARGUMENTS"


def test_a_field_of_an_entity_can_be_asked_with_arguments() -> None:
    query = """subscription { streamEvents(streamId: "1") {
      ... on Pinned { product { price(channel: "in") } } } }"""
    assert 'price(channel: "in")' in plan(LIVE, query)


def test_a_subscription_without_stream_is_the_subgraphs_own() -> None:
    assert plan(LIVE, "subscription { ticks { title } }") == snapshot("""\
QueryPlan {
  Subscription {
    Fetch(service: "live") {
      subscription {
        ticks {
          title
        }
      }
    }
  }
}\
""")


def test_what_a_subgraph_s_event_lacks_is_fetched_for_each_event() -> None:
    query = """subscription ($in: String!, $more: Boolean!) { sold: sales(channel: $in) {
      amount product { name price(channel: $in) @include(if: $more) } } }"""
    assert plan(LIVE, query) == snapshot("""\
QueryPlan {
  Subscription {
    Fetch(service: "live") {
      subscription ($in: String!) {
        sold: sales(channel: $in) {
          amount
          product {
            __fc_id: id
            __typename
          }
        }
      }
    }
    Flatten(path: "sold.product") {
      Fetch(service: "catalog") {
        Product { __fc_id: id } =>
        query ($representations: [_Any!]!, $more: Boolean!, $in: String!) {
          _entities(representations: $representations) {
            ... on Product {
              name
              price(channel: $in) @include(if: $more)
            }
          }
        }
      }
    }
  }
}\
""")
