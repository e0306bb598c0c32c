"""Entity fetches: which representations are sent, and where their answers go."""

import pytest

from gateway.plan.nodes import HIDDEN, Fetch, Flatten, Parallel, Requirement, Sequence
from tests.support.executor import (
    Scripted,
    answer,
    compiled,
    entities,
    fetch,
    key,
    path,
    selections,
)

SDL = """
type Query { users: [User!] me: User feed: [Item] grid: [[User]] }
type User implements Item { id: ID! name: String age: Int friend: User tags: [String] }
type Post implements Item { id: ID! title: String author: User name: String }
interface Item { id: ID! name: String }
"""
USERS = fetch("a", "{ users { __typename id } }")
NAMES = entities(["users"], "b", "... on User { name }", key("User"))


def users(*ids: object) -> dict[str, object]:
    return {"data": {"users": [{"__typename": "User", "id": value} for value in ids]}}


def named(*names: str | None) -> dict[str, object]:
    return {"data": {"_entities": [None if name is None else {"name": name} for name in names]}}


async def test_an_entity_is_asked_for_once_however_often_it_is_seen() -> None:
    plan = compiled(Sequence((USERS, NAMES)), "{ users { id name } }", SDL)
    b = Scripted(named("Ann", "Bob"))
    result = await answer(plan, a=Scripted(users("1", "2", "1")), b=b)
    assert b.representations == [
        {"__typename": "User", "id": "1"},
        {"__typename": "User", "id": "2"},
    ]
    assert result == {
        "data": {
            "users": [
                {"id": "1", "name": "Ann"},
                {"id": "2", "name": "Bob"},
                {"id": "1", "name": "Ann"},
            ]
        }
    }


async def test_no_request_is_made_without_representations() -> None:
    plan = compiled(Sequence((USERS, NAMES)), "{ users { id name } }", SDL)
    assert await answer(plan, a=Scripted(users()), b=Scripted()) == {"data": {"users": []}}


async def test_objects_without_their_key_are_not_sent() -> None:
    plan = compiled(Sequence((USERS, NAMES)), "{ users { name } }", SDL)
    data = {"users": [{"__typename": "User", "id": None}, {"__typename": "User"}]}
    result = await answer(plan, a=Scripted({"data": data}), b=Scripted())
    assert result == {"data": {"users": [{"name": None}, {"name": None}]}}


async def test_a_null_is_sent_where_the_field_may_be_null() -> None:
    needs_age = key("User", "{ id age }")
    plan = compiled(
        Sequence((USERS, entities(["users"], "b", "... on User { name }", needs_age))),
        "{ users { name } }",
        SDL,
    )
    b = Scripted(named("Ann"))
    data = {
        "users": [{"__typename": "User", "id": "1", "age": None}, {"__typename": "User", "id": "2"}]
    }
    assert await answer(plan, a=Scripted({"data": data}), b=b) == {
        "data": {"users": [{"name": "Ann"}, {"name": None}]}
    }
    assert b.representations == [{"__typename": "User", "id": "1", "age": None}]


async def test_a_requirement_is_read_under_its_alias_and_written_under_its_name() -> None:
    alias = f"{HIDDEN}key_id"
    plan = compiled(
        Sequence(
            (
                fetch("a", f"{{ me {{ __typename {alias}: id id: name }} }}"),
                entities(["me"], "b", "... on User { age }", key("User", f"{{ {alias}: id }}")),
            )
        ),
        "{ me { id: name age } }",
        SDL,
    )
    b = Scripted({"data": {"_entities": [{"age": 7}]}})
    me = {"__typename": "User", alias: "1", "id": "Ann"}
    assert await answer(plan, a=Scripted({"data": {"me": me}}), b=b) == {
        "data": {"me": {"id": "Ann", "age": 7}}
    }
    assert b.representations == [{"__typename": "User", "id": "1"}]


async def test_only_objects_of_the_path_types_are_sent_under_their_own_typename() -> None:
    own = Requirement(frozenset({"User", "Post"}), None, selections("{ id }"))
    plan = compiled(
        Sequence(
            (
                fetch("a", "{ feed { __typename id } }"),
                entities(["feed", frozenset({"Post"})], "b", "... on Post { title }", own),
            )
        ),
        "{ feed { id ... on Post { title } } }",
        SDL,
    )
    b = Scripted({"data": {"_entities": [{"title": "T"}]}})
    feed = [{"__typename": "User", "id": "1"}, None, {"__typename": "Post", "id": "1"}]
    assert await answer(plan, a=Scripted({"data": {"feed": feed}}), b=b) == {
        "data": {"feed": [{"id": "1"}, None, {"id": "1", "title": "T"}]}
    }
    assert b.representations == [{"__typename": "Post", "id": "1"}]


async def test_one_id_in_two_types_is_two_entities() -> None:
    plan = compiled(
        Sequence(
            (
                fetch("a", "{ feed { __typename id } }"),
                entities(
                    ["feed"], "b", "... on Item { name }", key("User"), key("Post", constant=False)
                ),
            )
        ),
        "{ feed { name } }",
        SDL,
    )
    b = Scripted(named("Ann", "Post"))
    feed = [{"__typename": name, "id": "1"} for name in ("User", "Post", "User")]
    result = await answer(plan, a=Scripted({"data": {"feed": feed}}), b=b)
    assert result == {"data": {"feed": [{"name": "Ann"}, {"name": "Post"}, {"name": "Ann"}]}}


async def test_nested_requirements_are_cut_to_what_is_required() -> None:
    needs_friend = key("User", "{ id friend { id } tags }")
    plan = compiled(
        Sequence((USERS, entities(["users"], "b", "... on User { age }", needs_friend))),
        "{ users { age } }",
        SDL,
    )
    b = Scripted({"data": {"_entities": [{"age": 1}, {"age": 2}]}})
    data = [
        {"__typename": "User", "id": "1", "friend": {"id": "9", "name": "no"}, "tags": ["x"]},
        {"__typename": "User", "id": "1", "friend": None, "tags": []},
        {"__typename": "User", "id": "1", "friend": {"name": "no"}, "tags": []},
    ]
    await answer(plan, a=Scripted({"data": {"users": data}}), b=b)
    assert b.representations == [
        {"__typename": "User", "id": "1", "friend": {"id": "9"}, "tags": ["x"]},
        {"__typename": "User", "id": "1", "friend": None, "tags": []},
    ]


async def test_fragments_in_requirements_apply_by_the_nested_type() -> None:
    needs = key("Post", "{ id author { ... on User { age } ... on Post { title } } }")
    plan = compiled(
        Sequence(
            (
                fetch("a", "{ feed { __typename id ... on Post { author { __typename age } } } }"),
                entities(["feed"], "b", "... on Post { title }", needs),
            )
        ),
        "{ feed { ... on Post { title } } }",
        SDL,
    )
    b = Scripted({"data": {"_entities": [{"title": "T"}]}})
    post = {"__typename": "Post", "id": "1", "author": {"__typename": "User", "age": 3}}
    await answer(plan, a=Scripted({"data": {"feed": [post]}}), b=b)
    assert b.representations == [{"__typename": "Post", "id": "1", "author": {"age": 3}}]


async def test_lists_of_lists_are_walked() -> None:
    plan = compiled(
        Sequence(
            (
                fetch("a", "{ grid { __typename id } }"),
                entities(["grid"], "b", "... on User { name }", key("User")),
            )
        ),
        "{ grid { name } }",
        SDL,
    )
    cell = {"__typename": "User", "id": "1"}
    a = Scripted(
        {"data": {"grid": [[cell, None], None, [cell, {"__typename": "User", "id": "2"}]]}}
    )
    result = await answer(plan, a=a, b=Scripted(named("Ann", None)))
    ann = {"name": "Ann"}
    assert result == {"data": {"grid": [[ann, None], None, [ann, {"name": None}]]}}


async def test_fetches_at_the_same_objects_are_merged() -> None:
    plan = compiled(
        Sequence(
            (
                USERS,
                Parallel(
                    (
                        entities(["users"], "b", "... on User { friend { age } }", key("User")),
                        entities(["users"], "c", "... on User { friend { name } }", key("User")),
                    )
                ),
            )
        ),
        "{ users { friend { age name } } }",
        SDL,
    )
    result = await answer(
        plan,
        a=Scripted(users("1", "1")),
        b=Scripted({"data": {"_entities": [{"friend": {"age": 4}}]}}),
        c=Scripted({"data": {"_entities": [{"friend": {"name": "Eve"}}]}}),
    )
    friend = {"friend": {"age": 4, "name": "Eve"}}
    assert result == {"data": {"users": [friend, friend]}}


async def test_a_walk_that_starts_at_an_earlier_fetch_finds_every_object() -> None:
    plan = compiled(
        Sequence(
            (
                USERS,
                entities(["users"], "b", "... on User { friend { __typename id } }", key("User")),
                entities(["users", "friend"], "c", "... on User { name }", key("User")),
            )
        ),
        "{ users { id friend { name } } }",
        SDL,
    )
    friends = [{"friend": {"__typename": "User", "id": "9"}}, {"friend": None}]
    c = Scripted(named("Zoe"))
    result = await answer(
        plan,
        a=Scripted(users("1", "2", "1")),
        b=Scripted({"data": {"_entities": friends}}),
        c=c,
    )
    zoe = {"name": "Zoe"}
    assert c.representations == [{"__typename": "User", "id": "9"}]
    assert result == {
        "data": {
            "users": [
                {"id": "1", "friend": zoe},
                {"id": "2", "friend": None},
                {"id": "1", "friend": zoe},
            ]
        }
    }


async def test_what_differs_by_a_type_on_the_way_is_not_shared() -> None:
    """`items.owner` is fetched in one go, and then filled unlike below users and below posts."""
    sdl = """
    type Query { items: [Item] }
    interface Item { owner: Owner }
    type A implements Item { owner: Owner }
    type B implements Item { owner: Owner }
    type Owner { id: ID! of(x: Int): Owner n: Int at(x: Int): Int }
    """
    plan = compiled(
        Sequence(
            (
                fetch("a", "{ items { __typename owner { __typename id } } }"),
                entities(
                    ["items", "owner"], "b", "... on Owner { of { __typename id } }", key("Owner")
                ),
                entities(
                    ["items", frozenset({"A"}), "owner", "of"],
                    "c",
                    "... on Owner { at(x: 1) }",
                    key("Owner"),
                ),
                entities(
                    ["items", frozenset({"B"}), "owner", "of"],
                    "c",
                    "... on Owner { at(x: 2) }",
                    key("Owner"),
                ),
            )
        ),
        "{ items { ... on A { owner { of { at(x: 1) } } }"
        " ... on B { owner { of { at(x: 2) } } } } }",
        sdl,
    )
    owner = {"__typename": "Owner", "id": "1"}
    items = [{"__typename": name, "owner": owner} for name in ("A", "B", "A")]
    result = await answer(
        plan,
        a=Scripted({"data": {"items": items}}),
        b=Scripted({"data": {"_entities": [{"of": {"__typename": "Owner", "id": "2"}}]}}),
        c=Scripted({"data": {"_entities": [{"at": 1}]}}, {"data": {"_entities": [{"at": 2}]}}),
    )
    assert [item["owner"]["of"]["at"] for item in result["data"]["items"]] == [1, 2, 1]


async def test_what_a_later_fetch_from_above_tells_apart_is_not_shared() -> None:
    """Both users have one friend; what `c` tells of it then depends on the user."""
    plan = compiled(
        Sequence(
            (
                fetch("a", "{ users { __typename id friend { __typename id } } }"),
                entities(["users", "friend"], "b", "... on User { name }", key("User")),
                entities(["users"], "c", "... on User { friend { age } }", key("User")),
            )
        ),
        "{ users { friend { id name age } } }",
        SDL,
    )
    friend = {"__typename": "User", "id": "9"}
    both = [{"__typename": "User", "id": number, "friend": friend} for number in ("1", "2")]
    b = Scripted(named("Zoe"))
    ages = [{"friend": {"age": age}} for age in (30, 31)]
    result = await answer(
        plan, a=Scripted({"data": {"users": both}}), b=b, c=Scripted({"data": {"_entities": ages}})
    )
    assert b.representations == [friend]
    assert result["data"]["users"] == [
        {"friend": {"id": "9", "name": "Zoe", "age": age}} for age in (30, 31)
    ]


async def test_what_arguments_tell_apart_in_a_later_fetch_from_above_is_not_shared() -> None:
    """No subgraph contradicts another here: `at` differs by the type of the item."""
    sdl = """
    type Query { items: [Item] }
    interface Item { owner: Owner }
    type A implements Item { id: ID! owner: Owner }
    type B implements Item { id: ID! owner: Owner }
    type Owner { id: ID! name: String at(x: Int): Int }
    """
    at = " ".join(f"... on {name} {{ owner {{ at(x: {x}) }} }}" for name, x in (("A", 1), ("B", 2)))
    plan = compiled(
        Sequence(
            (
                fetch("a", "{ items { __typename id owner { __typename id } } }"),
                entities(["items", "owner"], "b", "... on Owner { name }", key("Owner")),
                entities(["items"], "c", at, key("A"), key("B")),
            )
        ),
        f"{{ items {{ owner {{ name }} {at} }} }}",
        sdl,
    )
    owner = {"__typename": "Owner", "id": "1"}
    items = [{"__typename": name, "id": "1", "owner": owner} for name in ("A", "B")]
    result = await answer(
        plan,
        a=Scripted({"data": {"items": items}}),
        b=Scripted(named("Ann")),
        c=Scripted({"data": {"_entities": [{"owner": {"at": 1}}, {"owner": {"at": 2}}]}}),
    )
    assert result["data"]["items"] == [
        {"owner": {"name": "Ann", "at": 1}},
        {"owner": {"name": "Ann", "at": 2}},
    ]


@pytest.mark.parametrize("together", [True, False])
async def test_what_a_fetch_that_needs_more_tells_apart_below_one_key_is_not_shared(
    together: bool,
) -> None:
    """One user has two ages, by which `c` tells of two friends, where `b` knows but one."""
    names = entities(["users"], "b", "... on User { friend { name } }", key("User"))
    needs_age = key("User", "{ id age }")
    ages = entities(["users"], "c", "... on User { friend { age } }", needs_age)
    rest = (Parallel((names, ages)),) if together else (names, ages)
    plan = compiled(
        Sequence((fetch("a", "{ users { __typename id age } }"), *rest)),
        "{ users { friend { name age } } }",
        SDL,
    )
    users = [{"__typename": "User", "id": "1", "age": age} for age in (30, 31)]
    result = await answer(
        plan,
        a=Scripted({"data": {"users": users}}),
        b=Scripted({"data": {"_entities": [{"friend": {"name": "Zoe"}}]}}),
        c=Scripted({"data": {"_entities": [{"friend": {"age": age}} for age in (50, 51)]}}),
    )
    assert result["data"]["users"] == [{"friend": {"name": "Zoe", "age": age}} for age in (50, 51)]


async def test_an_interface_object_does_not_hide_the_concrete_type() -> None:
    plan = compiled(
        Sequence(
            (
                fetch("a", "{ feed { __typename id } }"),
                entities(
                    ["feed"],
                    "b",
                    "... on Item { __typename name }",
                    Requirement(frozenset({"User", "Post"}), "Item", selections("{ id }")),
                ),
            )
        ),
        "{ feed { __typename name } }",
        SDL,
    )
    b = Scripted({"data": {"_entities": [{"__typename": "Item", "name": "Ann"}]}})
    feed = [{"__typename": "User", "id": "1"}]
    assert await answer(plan, a=Scripted({"data": {"feed": feed}}), b=b) == {
        "data": {"feed": [{"__typename": "User", "name": "Ann"}]}
    }
    assert b.representations == [{"__typename": "Item", "id": "1"}]


async def test_a_concrete_type_replaces_an_interface_object() -> None:
    plan = compiled(
        Sequence(
            (
                fetch("a", "{ feed { __typename id } }"),
                entities(
                    ["feed"],
                    "b",
                    "... on Item { __typename }",
                    Requirement(frozenset({"Item"}), "Item", selections("{ id }")),
                ),
            )
        ),
        "{ feed { __typename id } }",
        SDL,
    )
    b = Scripted({"data": {"_entities": [{"__typename": "Post"}, {"__typename": "User"}]}})
    feed = [{"__typename": "Item", "id": "1"}, {"__typename": "Item", "id": "2"}]
    assert await answer(plan, a=Scripted({"data": {"feed": feed}}), b=b) == {
        "data": {"feed": [{"__typename": "Post", "id": "1"}, {"__typename": "User", "id": "2"}]}
    }


async def test_a_walk_does_not_start_at_a_fetch_that_came_before_some_of_its_objects() -> None:
    feed = fetch("a", "{ feed { __typename id } }")
    friend = "... on {} {{ {} {{ __typename id }} }}"
    plan = compiled(
        Sequence(
            (
                feed,
                entities(
                    ["feed", frozenset({"User"})],
                    "b",
                    friend.format("User", "who: friend"),
                    key("User"),
                ),
                entities(["feed", "who"], "c", "... on User { name }", key("User")),
                entities(
                    ["feed", frozenset({"Post"})],
                    "b",
                    friend.format("Post", "who: author"),
                    key("Post"),
                ),
                entities(["feed", "who"], "c", "... on User { age }", key("User")),
            )
        ),
        "{ feed { ... on User { who: friend { name } } ... on Post { who: author { age } } } }",
        SDL,
    )
    who = {"who": {"__typename": "User", "id": "9"}}
    other = {"who": {"__typename": "User", "id": "8"}}
    result = await answer(
        plan,
        a=Scripted(
            {"data": {"feed": [{"__typename": name, "id": "1"} for name in ("Post", "User")]}}
        ),
        b=Scripted({"data": {"_entities": [who]}}, {"data": {"_entities": [other]}}),
        c=Scripted(named("Zoe"), {"data": {"_entities": [{"age": 5}, {"age": 6}]}}),
    )
    assert result == {"data": {"feed": [{"who": {"age": 5}}, {"who": {"name": "Zoe"}}]}}


async def test_a_client_s_variable_does_not_take_the_place_of_the_representations() -> None:
    step = Fetch(
        0,
        "b",
        "query",
        "query($representations_: [_Any!]!, $representations: Int) "
        "{ _entities(representations: $representations_) "
        "{ ... on User { name(at: $representations) } } }",
        variables=("representations",),
        requirements=(key("User"),),
    )
    plan = compiled(Sequence((USERS, Flatten(path("users"), step))), "{ users { name } }", SDL)
    b = Scripted(named("Ann"))
    result = await answer(plan, {"representations": 7}, a=Scripted(users("1")), b=b)
    assert result == {"data": {"users": [{"name": "Ann"}]}}
    assert b.requests[0]["variables"] == {
        "representations_": [{"__typename": "User", "id": "1"}],
        "representations": 7,
    }
