import json
import re
from pathlib import Path

import pytest

from gateway.app import create_app
from gateway.errors import ConfigurationError
from gateway.server.playground import ASSETS
from tests.support.gateway import shop_gateway, shop_settings

CLIENT = Path(__file__).parents[3] / "clients" / "playground"


async def test_the_playground_is_off_unless_asked_for():
    async with shop_gateway() as client:
        assert (await client.get("/")).status_code == 404


async def test_the_page_loads_its_files_from_the_gateway_alone():
    async with shop_gateway(playground={"enabled": True}) as client:
        page = await client.get("/")
        assert page.headers["content-type"].startswith("text/html")
        assert page.headers["cache-control"] == "no-cache"
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        files = re.findall(r'(?:src|href)="\./(assets/[^"]+)"', page.text)
        assert files
        for name in files:
            file = await client.get(f"/{name}")
            assert file.status_code == 200
            assert "immutable" in file.headers["cache-control"]


def test_the_licences_of_what_is_bundled_are_beside_the_bundle():
    package = json.loads((CLIENT / "package.json").read_text())
    licences = (ASSETS / "LICENSES.md").read_text()
    assert [name for name in package["dependencies"] if f"\n## {name} - " not in licences] == []
    for name in ("NOTICE.md", "NOTICES-monaco-editor.txt"):
        assert (ASSETS / name).is_file()


@pytest.mark.parametrize("name", ["none.js", "../index.html", "..%2f..%2f..%2fcli.py", "%2e%2e/"])
async def test_only_the_playground_s_files_are_served(name):
    async with shop_gateway(playground={"enabled": True}) as client:
        response = await client.get(f"/assets/{name}")
        assert response.status_code in {404, 200}
        assert "argparse" not in response.text
        assert response.status_code == 404 or "playground" in response.text


@pytest.mark.parametrize("name", ["none.js", "%00", "a%00.js", "a" * 300])
async def test_a_file_that_is_not_there_is_not_found_with_a_code(name):
    async with shop_gateway(playground={"enabled": True}) as client:
        response = await client.get(f"/assets/{name}")
    assert response.status_code == 404
    assert response.json()["errors"][0]["extensions"]["code"] == "NOT_FOUND"


async def test_the_page_is_told_its_endpoint_tabs_and_personas(tmp_path):
    file = tmp_path / "Pins.graphql"
    file.write_text("subscription { pins }")
    playground = {
        "enabled": True,
        "tabs": [{"file": file}, {"name": "Shop", "query": "{ shop }", "variables": {"a": 1}}],
        "personas": [{"name": "shopper", "description": "buys", "token": "t"}],
    }
    async with shop_gateway(playground=playground) as client:
        response = await client.get("/playground.json")
    assert response.headers["cache-control"] == "no-store"
    assert response.json() == {
        "endpoint": "/graphql",
        "tabs": [
            {"name": "Pins", "query": "subscription { pins }", "variables": None},
            {"name": "Shop", "query": "{ shop }", "variables": {"a": 1}},
        ],
        "personas": [{"name": "shopper", "description": "buys", "token": "t"}],
    }


async def test_the_playground_may_have_a_path_of_its_own():
    async with shop_gateway(playground={"enabled": True, "path": "/play"}) as client:
        assert (await client.get("/play")).headers["location"] == "/play/"
        assert (await client.get("/play/")).status_code == 200
        assert (await client.get("/play/playground.json")).status_code == 200


def test_a_tab_whose_file_is_missing_stops_the_start():
    settings = shop_settings(playground={"enabled": True, "tabs": ["/nowhere/a.graphql"]})
    with pytest.raises(ConfigurationError, match=r"a\.graphql: cannot be read"):
        create_app(settings)
