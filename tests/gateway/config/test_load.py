from pathlib import Path

import pytest

from gateway.config.live import KafkaEvents, PostgresEvents
from gateway.config.load import load_settings, parse_model
from gateway.config.settings import Settings, look_around, with_address
from gateway.errors import ConfigurationError

FILE = Path("/etc/shop/gateway.yaml")
MINIMAL = "supergraph: {file: supergraph.graphql}\n"


def parse(text: str, **environment: str) -> Settings:
    return parse_model(Settings, text, FILE, environment)


def faults(text: str, **environment: str) -> list[str]:
    with pytest.raises(ConfigurationError) as raised:
        parse(text, **environment)
    return str(raised.value).splitlines()


def test_what_is_not_given_has_a_secure_default():
    settings = parse(MINIMAL)
    assert settings.introspection is False
    assert settings.playground.enabled is False
    assert settings.error_masking is True
    assert settings.csrf.enabled is True
    assert settings.limits.max_body_size == 1024 * 1024
    assert settings.http.host == "127.0.0.1"


def test_paths_are_taken_from_beside_the_file():
    settings = parse(MINIMAL + "playground: {tabs: [tabs/one.graphql]}\n")
    assert settings.supergraph.file == Path("/etc/shop/supergraph.graphql")
    assert settings.playground.tabs[0].file == Path("/etc/shop/tabs/one.graphql")


def test_absolute_paths_stay():
    settings = parse("supergraph: {file: /srv/supergraph.graphql}")
    assert settings.supergraph.file == Path("/srv/supergraph.graphql")


def test_durations_and_sizes_are_written_with_units():
    settings = parse(
        MINIMAL
        + "traffic_shaping: {all: {request_timeout: 250ms, max_response_size: 2MB}}\n"
        + "subscriptions: {heartbeat_interval: 1m}\n"
    )
    assert settings.traffic_shaping.all.request_timeout == 0.25
    assert settings.traffic_shaping.all.max_response_size == 2_000_000
    assert settings.subscriptions.heartbeat_interval == 60


@pytest.mark.parametrize("value", ["5 parsecs", "0s", "-1", "''"])
def test_a_duration_that_is_none_is_refused(value):
    lines = faults(MINIMAL + f"http: {{header_timeout: {value}}}\n")
    assert len(lines) == 1
    assert lines[0].startswith("/etc/shop/gateway.yaml:2:8: http.header_timeout: should be ")


def test_the_environment_is_expanded_to_the_type_that_it_looks_like():
    settings = parse(
        MINIMAL + "http:\n  port: ${env.PORT}\nintrospection: ${env.INTROSPECTION}\n",
        PORT="8080",
        INTROSPECTION="true",
    )
    assert settings.http.port == 8080
    assert settings.introspection is True


def test_a_variable_that_is_not_set_takes_its_default():
    settings = parse(MINIMAL + 'http: {host: "${env.HOST:0.0.0.0}", port: "${env.PORT:4001}"}\n')
    assert (settings.http.host, settings.http.port) == ("0.0.0.0", 4001)


def test_a_quoted_expansion_stays_text():
    settings = parse(
        MINIMAL + 'subscriptions: {cursor_secret: "${env.SECRET}"}\n', SECRET="1234567890123456"
    )
    assert settings.subscriptions.cursor_secret == "1234567890123456"


def test_a_variable_without_value_and_default_is_told_with_its_place():
    lines = faults(MINIMAL + "http:\n  host: ${env.HOST}\n")
    assert lines == ["/etc/shop/gateway.yaml:3:9: the environment variable HOST is not set"]


def test_an_unknown_key_is_told_with_the_nearest_known_one():
    lines = faults(MINIMAL + "http:\n  prot: 4000\n")
    assert lines == ["/etc/shop/gateway.yaml:3:3: http.prot: unknown key; did you mean port?"]


def test_an_unknown_key_far_from_all_is_told_with_the_known_ones():
    lines = faults(MINIMAL + "health: {zebra: 1}\n")
    assert lines == [
        "/etc/shop/gateway.yaml:2:10: health.zebra: unknown key; known are path, readiness"
    ]


def test_an_unknown_key_in_a_list_of_alternatives_has_its_place():
    lines = faults(
        MINIMAL
        + "events:\n  providers:\n    - kind: kafka\n      bootstrap_servers: [k:9092]\n"
        + "      topics: [a]\n      topcis: [b]\n"
    )
    assert lines == [
        "/etc/shop/gateway.yaml:7:7: events.providers.0.topcis: unknown key; did you mean topics?"
    ]


def test_every_fault_is_told_at_once_in_the_order_of_the_file():
    lines = faults("http: {port: many}\njwt: {issuer: 1}\nlimits: {max_depth: 0}\n")
    assert [line.partition(": ")[0].rpartition("yaml:")[2] for line in lines] == [
        "1:1",
        "1:8",
        "2:1",
        "2:1",
        "2:7",
        "3:10",
    ]


def test_a_key_given_twice_is_refused():
    lines = faults(MINIMAL + "http: {port: 1, port: 2}\n")
    assert lines == ["/etc/shop/gateway.yaml:2:17: port is given twice"]


def test_a_file_that_is_not_yaml_is_told_with_the_place():
    lines = faults("http: [\n")
    assert len(lines) == 1
    assert lines[0].startswith("/etc/shop/gateway.yaml:2:1: is not YAML: ")


def test_a_file_that_is_not_there_is_told():
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_settings(Path("/nowhere/gateway.yaml"), {})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("supergraph: {}", "supergraph: needs one of file, s3 and compose"),
        ("supergraph: {compose: []}", "supergraph: needs a subgraph to compose from"),
        (
            MINIMAL + "subgraphs: {a: {app: 'a:b', routing_url: 'http://a'}}",
            "subgraphs.a: needs either app or routing_url",
        ),
        (
            MINIMAL + "jwt: {jwks_providers: [{}], issuer: i, audience: a}",
            "jwt.jwks_providers.0: needs either file or url",
        ),
        (
            MINIMAL + "cors: {origins: ['*'], allow_credentials: true}",
            "cors: allow_credentials needs exact origins, not *",
        ),
    ],
)
def test_settings_that_contradict_each_other_are_refused(text, message):
    assert [line.partition(": ")[2] for line in faults(text)] == [message]


def test_a_topic_has_one_provider():
    kafka = "{kind: kafka, bootstrap_servers: [k:9092], topics: [pins]}"
    lines = faults(MINIMAL + f"events: {{providers: [{kafka}, {kafka}]}}")
    assert lines == ["/etc/shop/gateway.yaml:2:1: events: has two Kafka providers of topic pins"]


def test_providers_of_events_are_chosen_by_kind():
    settings = parse(
        MINIMAL
        + "events:\n  providers:\n"
        + "    - {kind: postgres, url: 'postgresql://localhost/shop', schemas: [cart]}\n"
        + "    - {kind: kafka, bootstrap_servers: ['k:9092'], topics: [pins]}\n"
    )
    postgres, kafka = settings.events.providers
    assert isinstance(postgres, PostgresEvents)
    assert isinstance(kafka, KafkaEvents)


def test_settings_cannot_be_changed():
    settings = parse(MINIMAL)
    with pytest.raises(ValueError, match="frozen"):
        settings.introspection = True


def test_looking_around_shows_everything_on_this_machine_alone():
    settings = look_around(Path("supergraph.graphql"))
    assert settings.introspection
    assert settings.playground.enabled
    assert settings.http.host == "127.0.0.1"


def test_an_address_on_the_command_line_wins():
    settings = with_address(parse(MINIMAL + "http: {port: 1, host: a}"), None, 4100)
    assert (settings.http.host, settings.http.port) == ("a", 4100)


def test_two_things_at_one_path_are_refused():
    assert faults(MINIMAL + "health: {path: /graphql}\n") == [
        "/etc/shop/gateway.yaml:1:1: http.graphql_endpoint and health.path are the same path, "
        "/graphql"
    ]
    parse(MINIMAL + "metrics: {enabled: false, path: /graphql}\n")


@pytest.mark.parametrize("value", [".inf", ".nan"])
def test_a_duration_has_an_end(value):
    (line,) = faults(MINIMAL + f"reload: {{spread: {value}}}\n")
    assert line.endswith("reload.spread: should be more than zero, and finite")


@pytest.mark.parametrize(
    "value", ["'${env.}'", "'${env.MY-KEY}'", "'${env.A:${env.B}}'", "'x ${env.A'"]
)
def test_a_reference_that_is_not_whole_is_refused(value):
    (line,) = faults(MINIMAL + f"http: {{host: {value}}}\n", A="a", B="b", MY="c")
    assert line.startswith("/etc/shop/gateway.yaml:2:14: after ${env. comes a variable's name")


def test_a_key_is_a_text_and_not_expanded():
    assert faults("? [a]\n: 1\n${env.A}: 1\n", A="a") == [
        "/etc/shop/gateway.yaml:1:3: a key has to be a text",
        "/etc/shop/gateway.yaml:3:1: ${env.A}: only values may be ${env.…}",
    ]


def test_a_few_lines_do_not_amount_to_more_than_fits_into_memory():
    doubled = "".join(f"b{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 40))
    told = faults(f"a: &a0 [x]\n{doubled}")
    assert told == ["/etc/shop/gateway.yaml:1:1: has more than 100000 values, aliases written out"]


@pytest.mark.parametrize("text", ["&a [*a]", "http: &a {port: *a}", "[" * 3000 + "]" * 3000])
def test_a_file_without_an_end_is_refused(text):
    assert faults(text) == ["/etc/shop/gateway.yaml:1:1: is nested too deeply, or holds itself"]


def test_the_names_of_headers_are_read_in_any_case():
    assert parse(MINIMAL + "csrf: {required_headers: [X-Shop]}\n").csrf.required_headers == (
        "x-shop",
    )
