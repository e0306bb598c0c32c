from typing import Any

import pytest
from graphql import build_schema, parse

from gateway.operation.parse import parse_operation
from gateway.operation.text import print_operation
from gateway.security.access_rules import AccessRules, meets, read_access_rules
from gateway.security.authorization import Authorization, tell_denials
from gateway.security.identity import ANONYMOUS, Identity

LINKS = """
schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/authenticated/v0.1", for: SECURITY)
  @link(url: "https://specs.apollo.dev/requiresScopes/v0.1", for: SECURITY)
{ query: Query mutation: Mutation }
"""
TYPES = """
interface Node { id: ID! }
type Query {
  products: [Product!]!
  me: User @authenticated
  node: Node
  search: [Result!]!
  card: Card
}
type Mutation {
  ping: Int
  refund(id: ID!): Int @requiresScopes(scopes: [["orders:write", "orders:read"], ["admin"]])
}
type Product implements Node { id: ID! name: String cost: Int @requiresScopes(scopes: [["costs"]]) }
type User implements Node { id: ID! email: String! @authenticated orders: [Order!] }
type Order @authenticated { id: ID! total: Int }
type Card @requiresScopes(scopes: "cards") { number: String }
union Result = Product | Order
"""
PLAIN = build_schema(
    "directive @authenticated on FIELD_DEFINITION | OBJECT\n"
    "directive @requiresScopes(scopes: [[String!]!]!) on FIELD_DEFINITION | OBJECT\n" + TYPES
)
RULES = read_access_rules(parse(LINKS + TYPES))

SHOPPER = Identity("usr_1")
ADMIN = Identity("usr_2", frozenset({"admin", "costs", "cards"}))


def permit(text: str, identity: Identity) -> tuple[str, list[str]]:
    """What is planned for a client, and the response paths of what was taken out."""
    authorization = Authorization(parse_operation(text, None, PLAIN), PLAIN, RULES)
    permitted = authorization.permit(authorization.unmet(identity))
    planned = " ".join(print_operation(permitted.operation).split())
    return planned, [".".join(path) for path in permitted.denied]


def test_what_needs_nothing_is_planned_as_it_is():
    text = "{ products { id name } }"
    assert permit(text, ANONYMOUS) == ("query { products { id name } }", [])


def test_a_field_is_taken_out_and_its_siblings_stay():
    assert permit("{ products { id cost name } me { id } }", ANONYMOUS) == (
        "query { products { id name } }",
        ["products.cost", "me"],
    )


def test_a_client_with_the_scopes_sees_all():
    text = "{ products { cost } me { email } card { number } }"
    assert permit(text, ADMIN)[1] == []


@pytest.mark.parametrize(
    ("scopes", "allowed"),
    [
        ({"orders:write", "orders:read"}, True),
        ({"admin"}, True),
        ({"orders:write"}, False),
        (set(), False),
    ],
)
def test_any_one_of_the_sets_of_scopes_is_enough(scopes, allowed):
    denied = permit('mutation { refund(id: "1") }', Identity("usr_1", frozenset(scopes)))[1]
    assert denied == ([] if allowed else ["refund"])


def test_scopes_without_a_signed_in_client_are_worth_nothing():
    (requirement,) = RULES.of_field("Product", "cost")
    assert not meets(Identity(None, frozenset({"costs"})), requirement)


def test_a_mutation_that_is_not_permitted_is_not_planned_and_others_are():
    assert permit('mutation { ping refund(id: "1") }', SHOPPER) == ("mutation { ping }", ["refund"])


def test_a_type_protects_every_field_that_returns_it():
    assert permit("{ card { number } }", SHOPPER)[1] == ["card"]


def test_a_type_protects_its_fragments_too():
    assert permit("{ search { ... on Product { name } ... on Order { total } } }", ANONYMOUS) == (
        "query { search { ... on Product { name } ... on Order { __fc_denied: __typename } } }",
        ["search.total"],
    )


def test_through_an_interface_a_field_needs_what_every_type_needs():
    rules = read_access_rules(
        parse(
            LINKS
            + TYPES.replace(
                "type User implements Node { id: ID!",
                "type User implements Node { id: ID! @authenticated",
            )
        )
    )
    operation = parse_operation("{ node { id } }", None, PLAIN)
    authorization = Authorization(operation, PLAIN, rules)
    assert authorization.permit(authorization.unmet(ANONYMOUS)).denied == (("node", "id"),)
    assert authorization.permit(authorization.unmet(SHOPPER)).denied == ()


def test_a_fragment_through_an_interface_finds_the_field_of_the_type():
    assert permit("{ node { id ... on Product { cost } } }", SHOPPER)[1] == ["node.cost"]


def test_aliases_hide_nothing():
    assert permit("{ innocent: me { id } }", ANONYMOUS) == (
        "query { __fc_denied: __typename }",
        ["innocent"],
    )


def test_an_object_that_loses_all_its_fields_is_still_asked_for():
    assert permit("{ products { cost } }", SHOPPER) == (
        "query { products { __fc_denied: __typename } }",
        ["products.cost"],
    )


def test_clients_that_lack_the_same_share_a_plan():
    authorization = Authorization(
        parse_operation("{ products { cost } }", None, PLAIN), PLAIN, RULES
    )
    others = Identity("usr_9", frozenset({"unrelated"}))
    assert authorization.unmet(SHOPPER) == authorization.unmet(others)
    assert authorization.unmet(SHOPPER) != authorization.unmet(ADMIN)


@pytest.mark.parametrize(
    ("link", "directive"),
    [
        ('url: "https://specs.apollo.dev/authenticated/v0.1", as: "login"', "@login"),
        (
            'url: "https://specs.apollo.dev/authenticated/v0.1", '
            'import: [{name: "@authenticated", as: "@signedIn"}]',
            "@signedIn",
        ),
        (
            'url: "https://specs.apollo.dev/authenticated/v0.1", import: ["@authenticated"]',
            "@authenticated",
        ),
    ],
)
def test_directives_go_by_the_names_that_links_give(link, directive):
    rules = read_access_rules(
        parse(f"extend schema @link({link}) type Query {{ me: Int {directive} }}")
    )
    assert rules.of_field("Query", "me")


def test_a_directive_of_another_origin_means_nothing():
    rules = read_access_rules(
        parse(
            'schema @link(url: "https://x.example/a/v1") { query: Query } '
            "type Query { me: Int @authenticated }"
        )
    )
    assert not rules


def test_rules_of_nothing_are_false():
    assert not AccessRules({}, {})


def told(answer: dict[str, Any], *denied: str) -> list[tuple[str, list[Any]]]:
    tell_denials(answer, tuple(tuple(path.split(".")) for path in denied))
    return [(error["extensions"]["code"], error["path"]) for error in answer.get("errors", [])]


def test_each_null_of_a_denied_field_is_told_at_its_place():
    answer = {"data": {"products": [{"id": 1, "cost": None}, {"id": 2, "cost": None}]}}
    assert told(answer, "products.cost") == [
        ("UNAUTHORIZED_FIELD_OR_TYPE", ["products", 0, "cost"]),
        ("UNAUTHORIZED_FIELD_OR_TYPE", ["products", 1, "cost"]),
    ]


def test_a_null_that_has_risen_is_told_with_its_true_reason():
    answer = {
        "data": {"me": None},
        "errors": [
            {
                "message": "Cannot return null for non-nullable field User.email.",
                "path": ["me", "email"],
                "extensions": {"code": "NON_NULL_VIOLATION"},
            }
        ],
    }
    assert told(answer, "me.email") == [("UNAUTHORIZED_FIELD_OR_TYPE", ["me", "email"])]


def test_a_field_below_what_is_not_there_is_not_told():
    answer: dict[str, Any] = {"data": {"me": None}}
    assert told(answer, "me.secret") == []
    assert "errors" not in answer


def test_one_answer_tells_a_bounded_number_of_denials():
    answer = {"data": {"products": [{"cost": None}] * 500}}
    assert len(told(answer, "products.cost")) == 100
