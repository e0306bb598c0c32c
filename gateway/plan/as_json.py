"""A query plan as JSON, for programs that draw it: nested nodes, each with its `kind`."""

from typing import Any, assert_never

from gateway.plan.nodes import (
    Batch,
    Condition,
    Defer,
    DeferredPart,
    EventStream,
    Fetch,
    Flatten,
    Key,
    OnType,
    Parallel,
    Path,
    PlanNode,
    QueryPlan,
    Sequence,
    Subscription,
)

Json = dict[str, Any]


def plan_as_json(plan: QueryPlan) -> Json | None:
    """The plan's node: None where no subgraph is asked."""
    return None if plan.node is None else _node(plan.node)


def path_text(path: Path) -> str:
    """`products.variants|[Book]`: response keys, and the types that objects on the way have."""
    text = ""
    for step in path:
        match step:
            case Key(name=name):
                text += f".{name}" if text else name
            case OnType(names=names):
                text += f"|[{', '.join(sorted(names))}]"
            case _:
                assert_never(step)
    return text


def _node(node: PlanNode) -> Json:
    match node:
        case Fetch():
            return _fetch(node)
        case Flatten():
            return _entities((node,))
        case Batch(nodes=nodes):
            return _entities(nodes)
        case Sequence(nodes=nodes):
            return {"kind": "Sequence", "nodes": [_node(each) for each in nodes]}
        case Parallel(nodes=nodes):
            return {"kind": "Parallel", "nodes": [_node(each) for each in nodes]}
        case Condition():
            return _condition(node)
        case Subscription(primary=primary, rest=rest):
            first = _stream(primary) if isinstance(primary, EventStream) else _fetch(primary)
            return {"kind": "Subscription", "nodes": [first, *_optional(rest)]}
        case Defer():
            return _defer(node)
        case _:
            assert_never(node)


def _entities(nodes: tuple[Flatten, ...]) -> Json:
    """One request for the entities at one or several paths."""
    place = ", ".join(path_text(node.path) for node in nodes)
    fetch = _fetch(nodes[0].fetch)
    return {"kind": "Flatten", "path": place, "nodes": [{**fetch, "path": place}]}


def _fetch(fetch: Fetch) -> Json:
    return {
        "kind": "Fetch",
        "subgraph": fetch.subgraph,
        "operation": fetch.operation,
        "variables": list(fetch.variables),
    }


def _stream(stream: EventStream) -> Json:
    only = {"claim": stream.claim, "field": stream.claim_field} if stream.claim else {}
    return {
        "kind": "EventStream",
        "topic": stream.topic,
        "key": stream.key_argument,
        "class": stream.event_class,
        **only,
    }


def _condition(condition: Condition) -> Json:
    """A branch that runs where the variable is false is a condition with the label "not"."""
    branches = [
        {
            "kind": "Condition",
            "variable": condition.variable,
            "label": label,
            "nodes": [_node(node)],
        }
        for label, node in (("if", condition.if_true), ("not", condition.if_false))
        if node is not None
    ]
    return branches[0] if len(branches) == 1 else {"kind": "Sequence", "nodes": branches}


def _defer(defer: Defer) -> Json:
    """What comes at once, then what is fetched for parts that come later."""
    parts = {part.number: part for part in defer.parts}
    nodes = [{"kind": "Primary", "nodes": _optional(defer.primary)}] if defer.primary else []
    for fetches in defer.fetches:
        names = ", ".join(_part_text(parts[number]) for number in fetches.parts)
        nodes.append({"kind": "Deferred", "label": names, "nodes": [_node(fetches.node)]})
    return {
        "kind": "Defer",
        "parts": [
            {
                "number": part.number,
                "label": part.label,
                "path": list(part.path),
                "parent": part.parent,
            }
            for part in defer.parts
        ],
        "nodes": nodes,
    }


def _part_text(part: DeferredPart) -> str:
    return part.label or ".".join(part.path) or f"part {part.number}"


def _optional(node: PlanNode | None) -> list[Json]:
    return [] if node is None else [_node(node)]
