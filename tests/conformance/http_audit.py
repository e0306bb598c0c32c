"""GraphQL over HTTP: the audits of the npm package graphql-http, or our port of them without it."""

import json
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conformance.figure import Figure
from tests.support.ports import free_port

ROOT = Path(__file__).parents[2]
PACKAGE = Path(__file__).parent / "graphql-http"
SUPERGRAPH = ROOT / "tests" / "support" / "shop_supergraph.graphql"
PORT_OF_AUDITS = ROOT / "tests" / "gateway" / "server" / "test_graphql_over_http.py"
NAME = "GraphQL over HTTP"


def http_audit() -> Figure:
    """All audits of the installed package; its version is locked beside this file."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return _ported("no Node.js here")
    with tempfile.TemporaryDirectory() as folder:
        for file in PACKAGE.iterdir():
            shutil.copy(file, folder)
        install = [npm, "ci", "--no-audit", "--no-fund"]
        if subprocess.run(install, cwd=folder, check=False, capture_output=True).returncode:
            return _ported("npm could not install graphql-http")
        audit = [node, "audit.mjs"]
        with _gateway() as url:
            done = subprocess.run(
                [*audit, url], cwd=folder, check=False, capture_output=True, text=True, timeout=120
            )
    if done.returncode:
        raise RuntimeError(f"the audits did not run:\n{done.stderr}")
    lock = json.loads((PACKAGE / "package-lock.json").read_text())
    version = lock["packages"]["node_modules/graphql-http"]["version"]
    results = json.loads(done.stdout)
    faults = tuple(
        f"{result['id']} {result['name']}: {result.get('reason', '')}"
        for result in results
        if result["status"] != "ok"
    )
    note = f"npm package graphql-http {version}"
    return Figure(NAME, len(results) - len(faults), len(results), note, faults)


def _ported(why: str) -> Figure:
    """The same audits as our own tests have them, several of a kind as one."""
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "results.xml"
        subprocess.run(
            [sys.executable, "-m", "pytest", "-q", f"--junitxml={results}", str(PORT_OF_AUDITS)],
            cwd=ROOT, check=False, capture_output=True, timeout=300,
        )  # fmt: skip
        suite = ET.parse(results).getroot().find("testsuite")
    assert suite is not None
    faults = tuple(case.get("name", "") for case in suite.iter("testcase") if len(case))
    total = int(suite.get("tests", 0))
    return Figure(NAME, total - len(faults), total, f"our port of the audits: {why}", faults)


@contextmanager
def _gateway() -> Iterator[str]:
    """A gateway over the shop that tests use; the audits ask it for nothing but its own types."""
    port = free_port()
    command = ["serve", "--supergraph", str(SUPERGRAPH), "--port", str(port)]
    process = subprocess.Popen(
        [sys.executable, "-m", "gateway", *command], cwd=ROOT, stderr=subprocess.DEVNULL
    )
    try:
        _wait(process, f"http://127.0.0.1:{port}/readiness")
        yield f"http://127.0.0.1:{port}/graphql"
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait(process: "subprocess.Popen[bytes]", url: str) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the gateway did not become ready")
