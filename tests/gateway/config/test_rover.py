import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from gateway.config.rover import load_subgraphs
from gateway.errors import ConfigurationError


def write(folder: Path, text: str) -> Path:
    file = folder / "supergraph.yaml"
    file.write_text(text)
    return file


def test_subgraphs_are_read_in_the_file_s_order_with_their_sdl(tmp_path):
    (tmp_path / "b.graphql").write_text("type Query { b: Int }")
    file = write(
        tmp_path,
        "federation_version: =2.9.0\nsubgraphs:\n"
        "  b: {routing_url: 'http://b/graphql', schema: {file: ./b.graphql}}\n"
        "  a: {routing_url: 'http://a/graphql', schema: {sdl: 'type Query { a: Int }'}}\n",
    )
    assert [(each.name, each.url, each.sdl) for each in load_subgraphs(file)] == [
        ("b", "http://b/graphql", "type Query { b: Int }"),
        ("a", "http://a/graphql", "type Query { a: Int }"),
    ]


def test_a_missing_file_is_named(tmp_path):
    file = write(tmp_path, "subgraphs: {a: {schema: {file: none.graphql}}}")
    with pytest.raises(ConfigurationError, match=r"none\.graphql: cannot be read"):
        load_subgraphs(file)


def test_a_wrong_key_is_told_with_its_place(tmp_path):
    file = write(tmp_path, "subgraphs:\n  a:\n    rooting_url: x\n    schema: {sdl: x}\n")
    with pytest.raises(ConfigurationError, match=r"yaml:3:5: .* did you mean routing_url\?"):
        load_subgraphs(file)


@contextmanager
def answering(status: int, answer: bytes) -> Iterator[tuple[str, list[tuple[str | None, bytes]]]]:
    """A subgraph that always answers the same; gives its URL, and the tokens and bodies it got."""
    asked: list[tuple[str | None, bytes]] = []

    class Subgraph(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            asked.append((self.headers["authorization"], body))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_arguments: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Subgraph) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/graphql", asked
        finally:
            server.shutdown()
            thread.join()


def test_a_running_subgraph_is_asked_for_its_sdl(tmp_path):
    sdl = "type Query { a: Int }"
    with answering(200, json.dumps({"data": {"_service": {"sdl": sdl}}}).encode()) as (url, asked):
        headers = "introspection_headers: {authorization: Bearer x}"
        file = write(
            tmp_path, f"subgraphs: {{a: {{schema: {{subgraph_url: '{url}', {headers}}}}}}}"
        )
        (subgraph,) = load_subgraphs(file)
    assert (subgraph.url, subgraph.sdl, subgraph.origin) == (url, sdl, f"SDL of {url}")
    assert asked == [("Bearer x", b'{"query": "{ _service { sdl } }"}')]


@pytest.mark.parametrize(
    ("status", "answer", "message"),
    [
        (
            400,
            b'{"errors": [{"message": "no such field"}]}',
            "does not tell its SDL: no such field",
        ),
        (404, b"<html>", r"holds no SDL \(HTTP status 404\)"),
        (200, b'{"data": {"_service": null}}', r"holds no SDL \(HTTP status 200\)"),
    ],
)
def test_a_subgraph_that_does_not_tell_its_sdl_is_named(tmp_path, status, answer, message):
    with answering(status, answer) as (url, _asked):
        file = write(tmp_path, f"subgraphs: {{a: {{schema: {{subgraph_url: '{url}'}}}}}}")
        with pytest.raises(ConfigurationError, match=f"^{url}: .*{message}$"):
            load_subgraphs(file)
    with pytest.raises(ConfigurationError, match="does not answer"):
        load_subgraphs(file)
