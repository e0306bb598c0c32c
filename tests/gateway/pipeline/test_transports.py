import pytest

from gateway.config.supergraph import Place
from gateway.errors import ConfigurationError
from gateway.executor.errors import SubgraphError
from gateway.observability.metrics import GatewayMetrics
from gateway.pipeline.transports import MeasuredTransport, TransportPool
from gateway.supergraph.parse import parse_supergraph
from tests.support.gateway import PLACES, shop_settings
from tests.support.shop import SUPERGRAPH

ELSEWHERE = Place(routing_url="http://catalog")
SHOP = parse_supergraph(SUPERGRAPH.read_text())


def test_every_subgraph_of_the_supergraph_has_a_transport():
    assert set(TransportPool(shop_settings(), GatewayMetrics()).make(SHOP)) == {
        "catalog",
        "reviews",
    }


def test_a_subgraph_that_the_supergraph_does_not_have_is_refused():
    settings = shop_settings(subgraphs={**PLACES, "cart": {"routing_url": "http://cart"}})
    with pytest.raises(
        ConfigurationError, match="names the subgraph cart; the supergraph has catalog, reviews"
    ):
        TransportPool(settings, GatewayMetrics()).make(SHOP)


def test_an_app_that_cannot_be_loaded_is_told():
    settings = shop_settings(subgraphs={"catalog": {"app": "no.such.module:app"}})
    with pytest.raises(ConfigurationError, match=r"no\.such\.module:app"):
        TransportPool(settings, GatewayMetrics()).make(SHOP)


def test_a_subgraph_without_any_place_is_refused():
    sdl = SUPERGRAPH.read_text().replace(
        'name: "catalog", url: "http://127.0.0.1:9/graphql"', 'name: "catalog", url: ""'
    )
    with pytest.raises(ConfigurationError, match=r"catalog has no URL: set subgraphs\.catalog"):
        TransportPool(shop_settings(subgraphs={}), GatewayMetrics()).make(parse_supergraph(sdl))


class Fake:
    """A transport that answers, or fails."""

    def __init__(self, error: SubgraphError | None = None) -> None:
        self.error = error
        self.log: list[str] = []

    async def startup(self) -> None:
        self.log.append("startup")

    async def close(self) -> None:
        self.log.append("close")

    async def post(self, body, headers) -> bytes:
        if self.error is not None:
            raise self.error
        return b"{}"


async def test_calls_are_counted_by_what_came_of_them():
    metrics = GatewayMetrics()
    await MeasuredTransport(Fake(), "catalog", metrics, ELSEWHERE).post(b"", {})
    with pytest.raises(SubgraphError):
        await MeasuredTransport(Fake(SubgraphError()), "catalog", metrics, ELSEWHERE).post(b"", {})
    for result in ("answered", "failed"):
        labels = {"subgraph": "catalog", "result": result}
        count = metrics.registry.get_sample_value("gateway_subgraph_request_seconds_count", labels)
        assert count == 1


async def test_starting_and_closing_reach_the_transport_within():
    fake = Fake()
    measured = MeasuredTransport(fake, "catalog", GatewayMetrics(), ELSEWHERE)
    await measured.startup()
    await measured.close()
    assert fake.log == ["startup", "close"]
