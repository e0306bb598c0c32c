"""The whole configuration, as one immutable value. `load.py` reads it from a file."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from gateway.config.http import (
    Admin,
    Cors,
    Csrf,
    Health,
    Http,
    Limits,
    Logging,
    Metrics,
    Playground,
)
from gateway.config.identity import InternalIdentity, Jwt
from gateway.config.live import Events, Subscriptions
from gateway.config.supergraph import (
    Place,
    QueryPlanner,
    Reload,
    SupergraphSource,
    TrafficShaping,
)
from gateway.config.telemetry import Telemetry
from gateway.config.units import Flag, Section, Share, as_number


class Settings(Section):
    """Configuration of the gateway."""

    version: Annotated[Literal[1], BeforeValidator(as_number)] = 1
    """Version of this file's layout."""
    http: Http = Http()
    supergraph: SupergraphSource
    reload: Reload = Reload()
    subgraphs: dict[str, Place] = Field(default_factory=dict)
    """Places of subgraphs by name; they win over what the supergraph says."""
    traffic_shaping: TrafficShaping = TrafficShaping()
    query_planner: QueryPlanner = QueryPlanner()
    override_labels: dict[str, Share] = Field(default_factory=dict)
    """For which requests fields move by a label of `@override(label:)`: `true`, `false`, `"5%"`.
    Without an entry `percent(n)` has n percent, any other label none."""
    subscriptions: Subscriptions = Subscriptions()
    events: Events = Events()
    jwt: Jwt | None = None
    internal_identity: InternalIdentity = InternalIdentity()
    limits: Limits = Limits()
    introspection: Flag = False
    """Whether clients may ask for the schema. Suggestions in errors go with it."""
    csrf: Csrf = Csrf()
    cors: Cors = Cors()
    error_masking: Flag = Field(default=True)
    """Whether the messages of subgraphs' errors are hidden; codes are told always."""
    playground: Playground = Playground()
    health: Health = Health()
    admin: Admin | None = None
    logging: Logging = Logging()
    metrics: Metrics = Metrics()
    telemetry: Telemetry = Telemetry()

    @model_validator(mode="after")
    def _one_thing_at_a_path(self) -> "Settings":
        served = [
            ("http.graphql_endpoint", self.http.graphql_endpoint, True),
            ("health.path", self.health.path, True),
            ("health.readiness", self.health.readiness, True),
            ("metrics.path", self.metrics.path, self.metrics.enabled),
            ("playground.path", self.playground.path, self.playground.enabled),
        ]
        taken: dict[str, str] = {}
        for name, path, is_served in served:
            if is_served and taken.setdefault(path, name) != name:
                raise ValueError(f"{taken[path]} and {name} are the same path, {path}")
        return self


def look_around(supergraph: Path) -> Settings:
    """The settings of `gateway serve --supergraph`: on this machine alone, everything visible."""
    return Settings(
        supergraph=SupergraphSource(file=supergraph),
        introspection=True,
        error_masking=False,
        query_planner=QueryPlanner(allow_expose=True),
        playground=Playground(enabled=True),
    )


def with_address(settings: Settings, host: str | None, port: int | None) -> Settings:
    """The settings with another address to listen on, where one is given."""
    given = {"host": host, "port": port}
    update = {name: value for name, value in given.items() if value is not None}
    return settings.model_copy(
        update={"http": Http.model_validate({**settings.http.model_dump(), **update})}
    )
