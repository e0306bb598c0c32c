"""Answers that a real store gives at no one's wish; what it gives is in `test_minio.py`."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from gateway.config.load import load_settings
from gateway.config.settings import Settings
from gateway.config.supergraph import S3Object
from gateway.pipeline.s3 import SourceUnreachable, fetch
from gateway.pipeline.supergraph_source import read_supergraph
from gateway.reload.source import watch
from tests.gateway.reload.reloading import FIRST

KEY = {"access_key_id": "minioadmin", "secret_access_key": "minioadmin/secret"}


class Store:
    """One object, and what was asked for it."""

    def __init__(self) -> None:
        self.body, self.etag, self.status = FIRST.encode(), '"1"', 200
        self.truncated = False
        self.requests: list[dict[str, str]] = []
        self.paths: list[str] = []
        store = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                store.paths.append(self.path)
                store.requests.append({k.lower(): v for k, v in self.headers.items()})
                status = store.status
                if status == 200 and self.headers["if-none-match"] == store.etag:
                    status = 304
                self.send_response(status)
                body = store.body if status == 200 else b""
                self.send_header("etag", store.etag)
                self.send_header("content-length", str(len(body) + 10 * store.truncated))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server.server_port}"

    def source(self, **changes: Any) -> S3Object:
        values = {"bucket": "graphs", "key": "shop/super graph+1.graphql", **KEY, **changes}
        return S3Object.model_validate({"endpoint": f"http://{self.address}", **values})


@pytest.fixture
def store() -> Iterator[Store]:
    store = Store()
    thread = threading.Thread(target=store.server.serve_forever, args=(0.01,))
    thread.start()
    yield store
    store.server.shutdown()
    thread.join()
    store.server.server_close()


def test_the_object_is_sent_only_if_it_has_changed(store: Store) -> None:
    source = watch(Settings.model_validate({"supergraph": {"s3": store.source()}}))
    assert source.look() == FIRST
    assert [source.look(), source.look()] == [None, None]
    assert [request.get("if-none-match") for request in store.requests] == [None, '"1"', '"1"']
    store.body, store.etag = b"newer", '"2"'
    assert source.look() == "newer"
    assert source.look(force=True) == "newer"
    assert "if-none-match" not in store.requests[-1]


def test_a_gateway_starts_with_the_object(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "gateway.yaml"
    file.write_text(
        f"supergraph:\n  s3: {{bucket: graphs, key: a.graphql, endpoint: 'http://{store.address}'}}\n"
    )
    assert read_supergraph(load_settings(file, {})) == FIRST
    assert "authorization" not in store.requests[0]


@pytest.mark.parametrize("status", [301, 304, 403, 404, 500])
def test_any_other_answer_means_unreachable(store: Store, status: int) -> None:
    store.status = status
    with pytest.raises(
        SourceUnreachable, match=f"super graph.*: answered with HTTP status {status}"
    ):
        fetch(store.source())


def test_an_answer_without_its_end_is_not_taken(store: Store) -> None:
    store.truncated = True
    with pytest.raises(SourceUnreachable):
        fetch(store.source())


def test_a_store_that_does_not_listen_is_unreachable() -> None:
    with pytest.raises(SourceUnreachable, match="s3://graphs/a: "):
        fetch(S3Object(bucket="graphs", key="a", endpoint="http://127.0.0.1:1"))


def test_a_key_needs_both_of_its_parts() -> None:
    with pytest.raises(ValueError, match="needs both"):
        S3Object(bucket="graphs", key="a", access_key_id="id")
