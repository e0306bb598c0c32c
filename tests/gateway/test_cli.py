import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from gateway.cli import main
from tests.gateway.security.forge import OURS
from tests.support.shop import SUPERGRAPH

SHOP = ["--supergraph", str(SUPERGRAPH)]
LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", '
    'import: ["@key", "@shareable"])\n'
)


@pytest.fixture
def rover_file(tmp_path: Path) -> Path:
    (tmp_path / "a.graphql").write_text(
        LINK + 'type Query { a: A } type A @key(fields: "id") { id: ID! }'
    )
    (tmp_path / "b.graphql").write_text(LINK + 'type A @key(fields: "id") { id: ID! b: Int }')
    file = tmp_path / "supergraph.yaml"
    file.write_text(
        "federation_version: =2.9.0\nsubgraphs:\n"
        "  a: {routing_url: 'http://a', schema: {file: a.graphql}}\n"
        "  b: {routing_url: 'http://b', schema: {file: b.graphql}}\n"
    )
    return file


@pytest.fixture
def broken_rover_file(rover_file: Path) -> Path:
    (rover_file.parent / "b.graphql").write_text(
        LINK + 'type A @key(fields: "nothing") { id: ID! }'
    )
    return rover_file


def test_plan_prints_which_subgraphs_are_asked(capsys):
    assert main(["plan", "{ products { name rating } }", *SHOP]) == 0
    out = capsys.readouterr().out
    assert "catalog" in out
    assert "reviews" in out


def test_plan_as_json_can_be_read_by_programs(capsys):
    assert main(["plan", "{ products { name rating } }", *SHOP, "--format", "json"]) == 0
    plan = json.loads(capsys.readouterr().out)
    first, second = plan["nodes"]
    assert (plan["kind"], first["subgraph"]) == ("Sequence", "catalog")
    assert (second["kind"], second["path"]) == ("Flatten", "products")
    assert second["nodes"][0]["subgraph"] == "reviews"


def test_an_operation_may_be_in_a_file_and_be_chosen_by_name(tmp_path, capsys):
    file = tmp_path / "operations.graphql"
    file.write_text("query A { me } query B { products { name } }")
    assert main(["plan", str(file), "--operation", "B", *SHOP]) == 0
    assert "products" in capsys.readouterr().out


def test_a_faulty_operation_is_told_as_a_compiler_does(capsys):
    assert main(["plan", "{\n  produce\n}", *SHOP]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("2:3: error[GRAPHQL_VALIDATION_FAILED]: Cannot query field")


def test_a_missing_file_is_told(capsys):
    assert main(["plan", "nowhere.graphql", *SHOP]) == 1
    assert "nowhere.graphql: cannot be read" in capsys.readouterr().err
    assert main(["plan", "{ me }", "--supergraph", "nowhere.graphql"]) == 1
    assert "nowhere.graphql: cannot be read" in capsys.readouterr().err


def test_normalize_prints_what_the_planner_sees(capsys):
    text = "query A { ...f ...f me @skip(if: true) } fragment f on Query { products { id id } }"
    assert main(["normalize", text, *SHOP]) == 0
    assert capsys.readouterr().out == ("query A {\n  products {\n    id\n  }\n}\n")


def test_paths_prints_the_way_to_each_field(capsys):
    assert main(["paths", "{ products { name rating } }", *SHOP]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "Query/catalog -products→ Product/catalog -name→",
        "Query/catalog -products→ Product/catalog =key { id }⇒ Product/reviews -rating→",
    ]


def test_fetch_graph_prints_which_fetch_waits_for_which(capsys):
    assert main(["fetch-graph", "{ products { name rating } }", *SHOP]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("1: catalog { products { name ")
    assert second == "2 after 1: reviews at products { ... on Product { rating } }"


def test_graph_prints_the_query_graph_for_graphviz(capsys):
    assert main(["graph", *SHOP]) == 0
    out = capsys.readouterr().out
    assert out.startswith("digraph")
    assert 'label="reviews"' in out


def test_api_schema_prints_what_clients_see(capsys):
    assert main(["api-schema", *SHOP]) == 0
    out = capsys.readouterr().out
    assert "rating: Int" in out
    assert "join__" not in out


def test_compose_prints_a_supergraph(rover_file, capsys):
    assert main(["compose", "--config", str(rover_file)]) == 0
    out = capsys.readouterr().out
    assert '@join__graph(name: "a", url: "http://a")' in out


def test_compose_as_json_has_the_form_that_rover_s_users_know(rover_file, capsys):
    assert main(["compose", "--config", str(rover_file), "--format", "json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["error"] is None
    assert answer["data"]["success"] is True
    assert "join__Graph" in answer["data"]["core_schema"]
    assert isinstance(answer["data"]["hints"], list)


def test_subgraphs_that_do_not_compose_are_told_on_standard_error(broken_rover_file, capsys):
    assert main(["compose", "--config", str(broken_rover_file)]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "/b.graphql:2:6: error[KEY_INVALID_FIELDS]: " in captured.err
    assert captured.err.splitlines()[-1] == "The subgraphs do not compose: 1 error."


def test_subgraphs_that_do_not_compose_are_told_as_json(broken_rover_file, capsys):
    assert main(["compose", "--config", str(broken_rover_file), "--format", "json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["data"] == {"success": False}
    (error,) = answer["error"]["details"]["build_errors"]
    assert error["code"] == "KEY_INVALID_FIELDS"


def test_compose_may_write_a_file(rover_file, tmp_path, capsys):
    target = tmp_path / "out.graphql"
    assert main(["compose", "--config", str(rover_file), "--output", str(target)]) == 0
    assert capsys.readouterr().out == ""
    assert "join__Graph" in target.read_text()


def test_the_file_of_compose_may_come_by_standard_input(rover_file, monkeypatch, capsys):
    monkeypatch.chdir(rover_file.parent)
    monkeypatch.setattr("sys.stdin", io.StringIO(rover_file.read_text()))
    assert main(["compose", "--config", "-"]) == 0
    assert "enum join__Graph" in capsys.readouterr().out
    monkeypatch.setattr("sys.stdin", io.StringIO("subgraphs: {}"))
    assert main(["compose", "--config", "-"]) == 1
    assert capsys.readouterr().err.startswith("error: -:1:1: subgraphs: ")


def test_config_check_tells_faults_with_their_places(tmp_path, capsys):
    file = tmp_path / "gateway.yaml"
    file.write_text("supergraph: {file: a.graphql}\n")
    assert main(["config", "check", str(file)]) == 0
    file.write_text("supergraph: {file: a.graphql}\nprot: 1\n")
    assert main(["config", "check", str(file)]) == 1
    assert f"{file}:2:1: prot: unknown key" in capsys.readouterr().err


def test_config_schema_prints_the_json_schema(capsys):
    assert main(["config", "schema"]) == 0
    assert json.loads(capsys.readouterr().out)["additionalProperties"] is False


def test_jwks_prints_the_public_key(tmp_path, capsys):
    (tmp_path / "key.jwk").write_text(json.dumps(OURS.as_dict(private=True)))
    file = tmp_path / "gateway.yaml"
    file.write_text("supergraph: {file: a}\ninternal_identity: {private_key: key.jwk}\n")
    assert main(["jwks", "--config", str(file)]) == 0
    (key,) = json.loads(capsys.readouterr().out)["keys"]
    assert key["x"] == OURS.as_dict(private=False)["x"]
    assert "d" not in key


def test_jwks_needs_a_key_that_lasts(tmp_path, capsys):
    file = tmp_path / "gateway.yaml"
    file.write_text("supergraph: {file: a}\n")
    assert main(["jwks", "--config", str(file)]) == 1
    assert "private_key" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [[], ["serve"], ["plan"], ["zebra"], ["serve", *SHOP, "--config", "x"]]
)
def test_a_wrong_command_line_has_exit_status_2(arguments, capsys):
    with pytest.raises(SystemExit) as raised:
        main(arguments)
    assert raised.value.code == 2
    assert "usage: gateway" in capsys.readouterr().err


@pytest.mark.parametrize("port", ["-1", "65536", "http"])
def test_what_is_no_port_is_a_wrong_command_line(port, capsys):
    with pytest.raises(SystemExit) as raised:
        main(["serve", *SHOP, "--port", port])
    assert raised.value.code == 2
    assert "argument --port" in capsys.readouterr().err


def test_an_output_that_cannot_be_written_is_told(rover_file, tmp_path, capsys):
    output = tmp_path / "nowhere" / "supergraph.graphql"
    assert main(["compose", "--config", str(rover_file), "--output", str(output)]) == 1
    assert capsys.readouterr().err.splitlines() == [
        f"error: [Errno 2] No such file or directory: '{output}'"
    ]


def test_an_interrupted_command_leaves_no_stack_trace(monkeypatch, capsys):
    def interrupted(_path: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("gateway.config.load.load_settings", interrupted)
    assert main(["config", "check", "gateway.yaml"]) == 130
    assert capsys.readouterr().err == ""


def test_a_taken_port_is_told_in_one_line(capsys):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        process = subprocess.run(
            [sys.executable, "-m", "gateway", "serve", *SHOP, "--port", str(port)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert process.returncode == 1
    assert process.stderr == f"error: Cannot listen on 127.0.0.1:{port}: Address already in use.\n"


def test_serve_answers_until_it_is_told_to_stop():
    command = [sys.executable, "-m", "gateway", "serve", *SHOP, "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            told = re.search(r"http://127\.0\.0\.1:[1-9]\d*/graphql", process.stderr.readline())
            assert told is not None
            answer = httpx.post(told[0], json={"query": "{ __typename }"}, timeout=60)
            assert answer.json() == {"data": {"__typename": "Query"}}
            os.kill(process.pid, signal.SIGTERM)
            assert process.wait(timeout=60) == 0
        finally:
            process.kill()
