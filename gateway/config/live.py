"""Subscriptions and the events that feed them."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from gateway.config.units import Duration, Int, Section, Size

UpstreamProtocol = Literal["sse", "multipart", "graphql-transport-ws", "callback"]


class SubgraphSubscriptions(Section):
    """How one subgraph serves subscriptions itself."""

    protocol: UpstreamProtocol = "sse"
    path: str | None = Field(default=None, pattern=r"^/")
    """Path of its endpoint, where that is not the one of queries."""
    url: str | None = Field(default=None, pattern=r"^(https?|wss?)://")
    """Or the whole URL."""
    heartbeat: Duration | None = None
    """How often something is heard; after twice as long a silence the connection is made anew."""

    @model_validator(mode="after")
    def _one_endpoint(self) -> "SubgraphSubscriptions":
        if self.path is not None and self.url is not None:
            raise ValueError("needs only one of path and url")
        is_socket = self.url is not None and self.url.startswith("ws")
        if is_socket and self.protocol != "graphql-transport-ws":
            raise ValueError(f"{self.protocol} needs a URL that begins with http")
        return self


class Callback(Section):
    """Where subgraphs with the protocol callback send their events to."""

    public_url: str | None = Field(default=None, pattern=r"^https?://[^?#]+$")
    """How subgraphs reach `path` of this very process: ids are put behind it."""
    path: str = Field(default="/callback", pattern=r"^(/[\w.~-]+)+$")


class SubscriptionLimits(Section):
    """How many subscriptions there may be."""

    per_connection: Int = Field(default=100, ge=1)
    """Operations on one WebSocket, or on one event stream in single connection mode."""
    per_user: Int = Field(default=20, ge=1)
    """Connections of one signed-in user; of one address where nobody is signed in."""
    connections: Int = Field(default=10_000, ge=1)
    """WebSockets and event streams of this process."""
    upstreams: Int = Field(default=1000, ge=1)
    """Subscriptions that are open at subgraphs; clients that ask the same share one."""


class Backpressure(Section):
    """What may wait for a client that reads slowly; beyond it the client is disconnected."""

    queue_capacity: Int = Field(default=64, ge=1)
    """Messages."""
    queue_bytes: Size = 256 * 1024
    """Bytes."""


class Audience(Section):
    """A stream whose subscribers are counted, and reported to a subgraph."""

    field: str = Field(pattern=r"^\w+$")
    """An `@eventStream` field; whoever is subscribed to it is a viewer of its key."""
    subgraph: str
    mutation: str = Field(pattern=r"^\w+$")
    """Takes `audience: [AudienceInput!]!`, each with `key: ID!` and `viewers: Int!`."""
    interval: Duration = Field(default=5.0, ge=0.1)


LiveProtocol = Literal["graphql-transport-ws", "graphql-ws", "sse", "multipart"]


class Subscriptions(Section):
    """Live queries."""

    protocols: tuple[LiveProtocol, ...] = ("graphql-transport-ws", "sse", "multipart")
    """How clients may receive them.

    `graphql-ws` is the wire name of the legacy protocol of subscriptions-transport-ws; that of the
    library graphql-ws is `graphql-transport-ws`. `sse` serves both modes of graphql-sse.
    """
    heartbeat_interval: Duration = 12.0
    init_timeout: Duration = 3.0
    """How long a WebSocket may take to send connection_init."""
    write_timeout: Duration = 10.0
    """How long one message may take to be written."""
    reservation_timeout: Duration = 10.0
    """How long a reserved event stream (graphql-sse, single connection) waits to be opened."""
    cursor_secret: str | None = Field(default=None, min_length=16)
    """Signs the cursors that clients resume from.

    Without it one is made at each start, and older cursors are refused.
    """
    backpressure: Backpressure = Backpressure()
    limits: SubscriptionLimits = SubscriptionLimits()
    audience: tuple[Audience, ...] = ()
    """Which subgraphs are told how many viewers their streams have."""
    subgraphs: dict[str, SubgraphSubscriptions] = Field(default_factory=dict)
    """By the subgraph's name; one that is not named serves subscriptions over SSE."""
    callback: Callback = Callback()
    reconnect_timeout: Duration = 60.0
    """How long a connection to a subgraph that broke is tried to be made again."""

    @model_validator(mode="after")
    def _called_back(self) -> "Subscriptions":
        for name, subgraph in self.subgraphs.items():
            if subgraph.protocol == "callback" and self.callback.public_url is None:
                raise ValueError(f"subgraph {name} calls back: needs callback.public_url")
        return self


class PostgresEvents(Section):
    """Events read from the outbox tables of subgraphs that share a PostgreSQL database."""

    kind: Literal["postgres"]
    url: str = Field(pattern=r"^postgres(ql)?(\+\w+)?://")
    schemas: tuple[str, ...] = Field(min_length=1)
    """Schemas that have an outbox table."""
    poll_interval: Duration = 1.0
    """How often the tables are read where no notification arrives."""


class KafkaEvents(Section):
    """Events read from Kafka topics."""

    kind: Literal["kafka"]
    bootstrap_servers: tuple[str, ...] = Field(min_length=1)
    topics: tuple[str, ...] = Field(min_length=1)
    lookup_limit: Int = Field(default=500_000, ge=1)
    """How many records of a partition are searched at most for the newest event of a key."""


EventProvider = Annotated[PostgresEvents | KafkaEvents, Field(discriminator="kind")]


class Events(Section):
    """Where the events behind `@eventStream` fields come from."""

    providers: tuple[EventProvider, ...] = ()
    """A topic that a Kafka provider names comes from there, all others from PostgreSQL."""

    @model_validator(mode="after")
    def _one_owner_of_each_topic(self) -> "Events":
        kinds = [provider.kind for provider in self.providers]
        if kinds.count("postgres") > 1:
            raise ValueError("has more than one provider of kind postgres")
        topics = [
            topic
            for provider in self.providers
            if isinstance(provider, KafkaEvents)
            for topic in provider.topics
        ]
        for topic in topics:
            if topics.count(topic) > 1:
                raise ValueError(f"has two Kafka providers of topic {topic}")
        return self
