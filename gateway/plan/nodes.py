"""The nodes of a query plan: what the planner makes and the executor compiles.

A plan works on one JSON tree, the *response tree*, that starts as `{}`. A root `Fetch` merges its
`data` into the root; a `Flatten` runs an entity `Fetch` at every object its path reaches and merges
each entity there. Whatever the client did not ask for (keys, requirements) lies under response keys
that start with `HIDDEN`; the projection to the client's shape leaves them out.
"""

from collections.abc import Collection

import msgspec

from gateway.operation.reserved import RESERVED
from gateway.selections.model import OperationKind, SelectionSet

HIDDEN = RESERVED


class Key(msgspec.Struct, frozen=True, tag=True):
    """Path step: the value under a response key. Lists found there are walked through."""

    name: str


class OnType(msgspec.Struct, frozen=True, tag=True):
    """Path step: only objects whose `__typename` (or hidden typename) is one of `names`."""

    names: frozenset[str]


PathStep = Key | OnType
Path = tuple[PathStep, ...]


class Requirement(msgspec.Struct, frozen=True):
    """How a representation is built from an object of the response tree.

    Applies to objects whose `__typename` is in `on_types`. The representation is
    `{"__typename": typename or the object's own, **selections}`, where for each field of
    `selections` the value is read from the object's `response_key` (the alias) and written under
    the field's `name`. Fragments in `selections` apply by the object's `__typename`. An object that
    lacks a value of `selections` (absent, or null at a key field that is non-null) is not sent.
    """

    on_types: frozenset[str]
    typename: str | None
    selections: SelectionSet


class Rename(msgspec.Struct, frozen=True):
    """After a fetch: at `path` below the fetched object, `source` is renamed to `target`.

    Needed where one response key has unlike types in two fragments of a subgraph's operation, so
    that the planner had to give one of them an alias.
    """

    path: Path
    source: str
    target: str


class Fetch(msgspec.Struct, frozen=True, tag=True):
    """One request to a subgraph.

    `operation` is the GraphQL text sent. With `requirements` it is an entity fetch: it declares
    `$representations: [_Any!]!` (by the name that `representations_variable` gives) and asks
    `_entities(representations: $representations)`; the executor de-duplicates the representations.
    `variables` names the client's variables it uses.
    """

    id: int
    subgraph: str
    kind: OperationKind
    operation: str
    variables: tuple[str, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    renames: tuple[Rename, ...] = ()


def representations_variable(variables: Collection[str]) -> str:
    """The name of an entity fetch's own variable: none of the client's `variables` that it uses."""
    name = "representations"
    while name in variables:
        name += "_"
    return name


class EventStream(msgspec.Struct, frozen=True, tag=True):
    """The root of a live query: each event's payload is merged into the root under `response_key`.

    `key_argument` is the field argument whose value selects the partition key ("$viewer": the
    subject of the client's token). `arguments` are the field's arguments as GraphQL text.
    `event_class` is LOG (nothing lost, in order) or STATE (snapshot first, newest version wins).
    With `claim` an event passes for clients whose token's claim has the value, or one of the
    values, of `claim_field` in the event's data.
    """

    response_key: str
    field: str
    topic: str
    key_argument: str
    event_class: str
    arguments: tuple[tuple[str, str], ...]
    selections: SelectionSet
    claim: str | None = None
    claim_field: str | None = None


class Flatten(msgspec.Struct, frozen=True, tag=True):
    """Runs an entity fetch at all objects that `path` reaches."""

    path: Path
    fetch: Fetch


class Batch(msgspec.Struct, frozen=True, tag=True):
    """Entity fetches at several paths, sent as one request.

    Their operations are equal, and so are their renames; how representations are built may differ.
    """

    nodes: tuple[Flatten, ...]


class Sequence(msgspec.Struct, frozen=True, tag=True):
    """Runs one node after the other."""

    nodes: "tuple[PlanNode, ...]"


class Parallel(msgspec.Struct, frozen=True, tag=True):
    """Runs nodes at the same time."""

    nodes: "tuple[PlanNode, ...]"


class Condition(msgspec.Struct, frozen=True, tag=True):
    """Runs `if_true` or `if_false` by the value of a Boolean variable."""

    variable: str
    if_true: "PlanNode | None"
    if_false: "PlanNode | None"


class Subscription(msgspec.Struct, frozen=True, tag=True):
    """For each event of `primary`, runs `rest`."""

    primary: Fetch | EventStream
    rest: "PlanNode | None"


class DeferredPart(msgspec.Struct, frozen=True):
    """A fragment that is answered later: `number` of the operation's (`operation.deferred`).

    `path` has the response keys from the root to the objects that the fragment is on. Where it is
    inside of another deferred fragment, it comes after that one, its `parent`.
    """

    number: int
    label: str | None
    path: tuple[str, ...]
    parent: int | None = None


class DeferredFetches(msgspec.Struct, frozen=True):
    """Fetches that all of `parts` need, and nothing else does.

    They run once those at the indexes `after` in the same `Defer` have run.
    """

    parts: tuple[int, ...]
    after: tuple[int, ...]
    node: "PlanNode"


class Defer(msgspec.Struct, frozen=True, tag=True):
    """An answer in parts; only at the top of a plan.

    `primary` fetches what is answered at once; then run the `fetches`, and each of `parts` is
    answered when all fetches that it needs are done. What a deferred fragment shares with
    `primary` is fetched there.
    """

    primary: "PlanNode | None"
    parts: tuple[DeferredPart, ...]
    fetches: tuple[DeferredFetches, ...]


PlanNode = Fetch | Flatten | Batch | Sequence | Parallel | Condition | Subscription | Defer


class QueryPlan(msgspec.Struct, frozen=True):
    """A whole plan; `node` is None where no subgraph needs to be asked (`{ __typename }`)."""

    node: PlanNode | None
