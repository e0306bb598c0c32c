"""`@composeDirective`: directives of one's own in the supergraph."""

import pytest

from tests.support.composition import (
    FEDERATION_2,
    composed,
    definition,
    error_codes,
    federation_1,
    hint_codes,
)

EVENTS = '@link(url: "https://shop.example/events/v1.0", import: ["@eventStream"])'
EVENT_STREAM = (
    "directive @eventStream(topic: String!, key: String!, class: EventClass!) on FIELD_DEFINITION"
    " enum EventClass { LOG STATE }"
)


def source(name: str, links: str, sdl: str):
    return federation_1(name, f"{FEDERATION_2}extend schema {links}\n{sdl}")


def test_a_composed_directive_is_kept_with_its_definition_and_link():
    sdl = composed(
        source(
            "live",
            EVENTS + '@composeDirective(name: "@eventStream")',
            EVENT_STREAM + " type Query { a: Int } type Subscription"
            ' { pins: Int @eventStream(topic: "live", key: "id", class: LOG) }',
        )
    ).supergraph_sdl

    assert EVENTS in definition(sdl, "schema")
    assert definition(sdl, "eventStream").startswith("directive @eventStream(topic: String!")
    assert 'pins: Int @eventStream(topic: "live", key: "id", class: LOG)' in definition(
        sdl, "Subscription"
    )


def test_only_subgraphs_that_ask_for_it_have_it_composed():
    link = '@link(url: "https://shop.example/mark/v1.0", import: ["@mark"])'
    mark = "directive @mark on FIELD_DEFINITION"
    one = source(
        "one", f'{link} @composeDirective(name: "@mark")', f"{mark} type Query {{ a: Int @mark }}"
    )
    two = source("two", link, f"{mark} type Query {{ b: Int @mark }}")

    assert definition(composed(one, two).supergraph_sdl, "Query").endswith(
        "{ a: Int @mark @join__field(graph: ONE) b: Int @join__field(graph: TWO) }"
    )


def test_the_newest_definition_is_kept():
    def versioned(name: str, version: str, arguments: str):
        return source(
            name,
            f'@link(url: "https://shop.example/mark/{version}", import: ["@mark"])'
            ' @composeDirective(name: "@mark")',
            f"directive @mark{arguments} on FIELD_DEFINITION type Query {{ {name}: Int @mark }}",
        )

    sdl = composed(
        versioned("one", "v1.0", ""), versioned("two", "v1.2", "(a: Int)")
    ).supergraph_sdl

    assert definition(sdl, "mark") == "directive @mark(a: Int) on FIELD_DEFINITION"
    assert "mark/v1.2" in definition(sdl, "schema")


@pytest.mark.parametrize("asked", ["", "mark", "@nothing", "@key", "@requires", "@local", "@link"])
def test_what_cannot_be_composed_is_refused(asked):
    one = source(
        "one",
        f'@composeDirective(name: "{asked}")',
        "directive @local on FIELD_DEFINITION type Query { a: Int }",
    )

    assert error_codes(one) == ["DIRECTIVE_COMPOSITION_ERROR"]


@pytest.mark.parametrize("asked", ["@tag", "@inaccessible", "@cost"])
def test_what_is_composed_anyway_gets_a_hint(asked):
    one = source("one", f'@composeDirective(name: "{asked}")', "type Query { a: Int }")

    assert hint_codes(one) == ["DIRECTIVE_COMPOSITION_INFO"]


def mark(name: str, imported: str, local: str, spec: str = "mark/v1.0", compose: bool = True):
    asked = f'@composeDirective(name: "@{local}")' if compose else ""
    return source(
        name,
        f'@link(url: "https://shop.example/{spec}", import: [{imported}]) {asked}',
        f"directive @{local} on FIELD_DEFINITION type Query {{ {name}: Int @{local} }}",
    )


@pytest.mark.parametrize(
    "other",
    [
        mark("two", '{name: "@mark", as: "@other"}', "other"),
        mark("two", '"@mark"', "mark", "stamp/v1.0"),
        mark("two", '{name: "@stamp", as: "@mark"}', "mark"),
        mark("two", '"@mark"', "mark", "mark/v2.0"),
    ],
)
def test_all_subgraphs_mean_the_same(other):
    assert error_codes(mark("one", '"@mark"', "mark"), other) == ["DIRECTIVE_COMPOSITION_ERROR"]


def test_another_name_where_it_is_not_composed_gets_a_hint():
    other = mark("two", '{name: "@mark", as: "@other"}', "other", compose=False)

    assert hint_codes(mark("one", '"@mark"', "mark"), other) == ["DIRECTIVE_COMPOSITION_WARN"]


def test_versions_apart_get_a_hint_where_nothing_is_composed():
    one = mark("one", '"@mark"', "mark", compose=False)
    two = mark("two", '"@mark"', "mark", "mark/v2.0", compose=False)

    assert hint_codes(one, two) == ["DIRECTIVE_COMPOSITION_INFO"]


def test_names_of_the_join_specification_are_taken():
    one = mark("one", '{name: "@mark", as: "@join__mark"}', "join__mark")

    assert error_codes(one) == ["INVALID_LINK_DIRECTIVE_USAGE"]


def test_executable_directives_are_kept_where_all_know_them():
    one = federation_1(
        "one", FEDERATION_2 + "directive @live on QUERY | FIELD type Query { a: Int }"
    )
    two = federation_1("two", FEDERATION_2 + "directive @live on QUERY scalar S")
    three = federation_1("three", FEDERATION_2 + "scalar S")

    assert definition(composed(one, two).supergraph_sdl, "live") == "directive @live on QUERY"
    assert hint_codes(one, two) == ["INCONSISTENT_EXECUTABLE_DIRECTIVE_LOCATIONS"]
    assert hint_codes(one, three) == ["INCONSISTENT_EXECUTABLE_DIRECTIVE_PRESENCE"]
