"""Which supergraph is served, and where its subgraphs are."""

from pydantic import Field, model_validator

from gateway.config.units import Duration, FilePath, Flag, Int, Section, Size


class Place(Section):
    """Where a subgraph runs."""

    app: str | None = Field(default=None, pattern=r"^[\w.]+:[\w.]+$")
    """`module:attribute` of an ASGI application, run in the gateway's process."""
    routing_url: str | None = Field(default=None, pattern=r"^https?://")
    """URL of the subgraph's GraphQL endpoint."""

    @model_validator(mode="after")
    def _one_place(self) -> "Place":
        if (self.app is None) == (self.routing_url is None):
            raise ValueError("needs either app or routing_url")
        return self


class SchemaFile(Section):
    """Where the SDL of a subgraph is."""

    file: FilePath


class ComposedSubgraph(Place):
    """A subgraph to compose the supergraph from."""

    name: str
    schema_: SchemaFile = Field(alias="schema")


class S3Object(Section):
    """An object in a bucket of S3, or of a store that speaks its protocol (MinIO)."""

    bucket: str = Field(pattern=r"^[a-z0-9][a-z0-9.\-]{1,61}[a-z0-9]$")
    key: str = Field(min_length=1)
    """The object's key, such as shop/supergraph.graphql."""
    region: str = "us-east-1"
    endpoint: str | None = Field(default=None, pattern=r"^https?://[^/?#]+/?$")
    """Where the store is; without it, AWS."""
    access_key_id: str | None = None
    """Without a key requests are not signed, which serves objects that everyone may read."""
    secret_access_key: str | None = None
    session_token: str | None = None

    @model_validator(mode="after")
    def _whole_key(self) -> "S3Object":
        if (self.access_key_id is None) != (self.secret_access_key is None):
            raise ValueError("needs both of access_key_id and secret_access_key, or none")
        return self


class SupergraphSource(Section):
    """The supergraph: its SDL in a file or in S3, or the subgraphs to compose it from."""

    file: FilePath | None = None
    s3: S3Object | None = None
    compose: tuple[ComposedSubgraph, ...] | None = None
    poll_interval: Duration = 10.0
    """How often is looked for a newer supergraph. SIGHUP looks at once."""

    @model_validator(mode="after")
    def _one_source(self) -> "SupergraphSource":
        if [self.file, self.s3, self.compose].count(None) != 2:
            raise ValueError("needs one of file, s3 and compose")
        if self.compose == ():
            raise ValueError("needs a subgraph to compose from")
        names = [subgraph.name for subgraph in self.compose or ()]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"composes two subgraphs named {name}")
        return self


class Reload(Section):
    """How a newer supergraph takes the place of the one that is served."""

    warm_up_timeout: Duration = 10.0
    """How long the most used operations may be planned before it takes requests."""
    spread: Duration = 10.0
    """Over how long the open live queries are moved to it, so that they do not come all at once."""


class SubgraphTraffic(Section):
    """Bounds of one subgraph's calls; what is not set is taken from `all`."""

    request_timeout: Duration | None = None
    connect_timeout: Duration | None = None
    max_response_size: Size | None = None


class AllTraffic(Section):
    """Bounds of the calls to every subgraph."""

    request_timeout: Duration = 5.0
    connect_timeout: Duration = 1.0
    max_response_size: Size = 32 * 1024 * 1024


class ClientTraffic(Section):
    """The work for a client's request."""

    request_timeout: Duration = 10.0
    dedupe_enabled: Flag = True
    """Whether equal queries of one viewer that are under way are executed once, and equal calls."""


class TrafficShaping(Section):
    """How long things may take, and how large they may be."""

    router: ClientTraffic = ClientTraffic()
    all: AllTraffic = AllTraffic()
    subgraphs: dict[str, SubgraphTraffic] = Field(default_factory=dict)
    """By the subgraph's name."""


class PlannerCache(Section):
    """Sizes of the caches between a request's text and its compiled plan."""

    documents: Int = Field(default=2048, ge=1)
    """Texts whose operation is remembered."""
    plans: Int = Field(default=1024, ge=1)
    """Normalised operations whose plan is remembered."""
    warm_up: Int = Field(default=100, ge=0)
    """Most used operations that are planned before a newer supergraph takes requests."""


class QueryPlanner(Section):
    """How much planning an operation may take."""

    cache: PlannerCache = PlannerCache()
    max_steps: Int = Field(default=20_000, ge=1)
    """Steps of the search for a plan; more are refused with QUERY_PLAN_TOO_COMPLEX."""
    timeout: Duration = 5.0
    """How long a request waits for its plan."""
    allow_expose: Flag = False
    """Whether `fusion-expose-query-plan: true` puts the plan into the answer's extensions."""
