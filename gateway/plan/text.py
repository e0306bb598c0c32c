"""A query plan as text to read: one node per line, operations indented below their fetch."""

from collections.abc import Iterable

from graphql import GraphQLSyntaxError, parse, print_ast
from graphql.language.print_string import print_string

from gateway.plan.nodes import (
    Batch,
    Condition,
    Defer,
    EventStream,
    Fetch,
    Flatten,
    Key,
    OnType,
    Parallel,
    Path,
    PlanNode,
    QueryPlan,
    Requirement,
    Sequence,
    Subscription,
)
from gateway.selections.text import print_selections

INDENT = "  "
LINE = 80


def print_plan(plan: QueryPlan) -> str:
    """The plan, without a newline at its end."""
    if plan.node is None:
        return "QueryPlan {}"
    return "\n".join(["QueryPlan {", *_indented(_node(plan.node)), "}"])


def print_path(path: Path) -> str:
    """`products.reviews`, with `|[Book]` where only some types are meant."""
    text = ""
    for step in path:
        match step:
            case Key(name=name):
                text += f".{name}" if text else name
            case OnType(names=names):
                text += f"|[{'|'.join(sorted(names))}]"
    return text


def _node(node: PlanNode) -> list[str]:
    match node:
        case Fetch():
            return _fetch(node)
        case Flatten(path=path, fetch=fetch):
            return _block(f'Flatten(path: "{print_path(path)}")', _fetch(fetch))
        case Batch(nodes=nodes):
            return _batch(nodes)
        case Sequence(nodes=nodes):
            return _block("Sequence", [line for one in nodes for line in _node(one)])
        case Parallel(nodes=nodes):
            return _block("Parallel", [line for one in nodes for line in _node(one)])
        case Condition():
            return _condition(node)
        case Subscription(primary=primary, rest=rest):
            lines = _fetch(primary) if isinstance(primary, Fetch) else _stream(primary)
            return _block("Subscription", lines + (_node(rest) if rest else []))
        case Defer():
            return _defer(node)


def _batch(nodes: tuple[Flatten, ...]) -> list[str]:
    """The paths with what is sent for each, then the operation once."""
    lines: list[str] = []
    for node in nodes:
        lines.append(f'path "{print_path(node.path)}":')
        lines += _indented([line for one in node.fetch.requirements for line in _requirement(one)])
    fetch = nodes[0].fetch
    lines += _operation(fetch.operation) + _renames(fetch)
    return _block(f'Batch(service: "{fetch.subgraph}")', lines)


def _condition(node: Condition) -> list[str]:
    lines = []
    if node.if_true is not None:
        lines += _block(f"Include(if: ${node.variable})", _node(node.if_true))
    if node.if_false is not None:
        lines += _block(f"Skip(if: ${node.variable})", _node(node.if_false))
    return lines


def _defer(defer: Defer) -> list[str]:
    """What comes at once, the parts that come later, and what is fetched for which of them."""
    lines = _block("Primary", _node(defer.primary)) if defer.primary is not None else ["Primary {}"]
    for part in defer.parts:
        label = "" if part.label is None else f", label: {print_string(part.label)}"
        within = "" if part.parent is None else f", in: {part.parent}"
        lines.append(f'Part {part.number} (path: "{".".join(part.path)}"{label}{within})')
    for index, fetches in enumerate(defer.fetches, 1):
        after = f", after: {_numbers(one + 1 for one in fetches.after)}" if fetches.after else ""
        head = f"Deferred {index} (parts: {_numbers(fetches.parts)}{after})"
        lines += _block(head, _node(fetches.node))
    return _block("Defer", lines)


def _numbers(numbers: Iterable[int]) -> str:
    return " ".join(map(str, numbers))


def _fetch(fetch: Fetch) -> list[str]:
    lines = [line for one in fetch.requirements for line in _requirement(one)]
    lines += _operation(fetch.operation) + _renames(fetch)
    return _block(f'Fetch(service: "{fetch.subgraph}")', lines)


def _renames(fetch: Fetch) -> list[str]:
    return [
        f"Rename {print_path(rename.path) + '.' if rename.path else ''}"
        f"{rename.source} -> {rename.target}"
        for rename in fetch.renames
    ]


def _requirement(requirement: Requirement) -> list[str]:
    types = " | ".join(sorted(requirement.on_types))
    sent_as = f" as {requirement.typename}" if requirement.typename else ""
    line = f"{types}{sent_as} {{ {print_selections(requirement.selections)} }} =>"
    if len(line) <= LINE:
        return [line]
    _, *inner, _ = _operation(f"{{ {print_selections(requirement.selections)} }}")
    return [f"{types}{sent_as} {{", *inner, "} =>"]


def _operation(text: str) -> list[str]:
    try:
        return print_ast(parse(text)).splitlines()
    except GraphQLSyntaxError:
        return [text]


def _stream(stream: EventStream) -> list[str]:
    only = f', claim: "{stream.claim}", field: "{stream.claim_field}"' if stream.claim else ""
    head = (
        f'EventStream(topic: "{stream.topic}", key: "{stream.key_argument}",'
        f" class: {stream.event_class}{only})"
    )
    arguments = ", ".join(f"{name}: {value}" for name, value in stream.arguments)
    alias = f"{stream.response_key}: " if stream.response_key != stream.field else ""
    field = f"{alias}{stream.field}{f'({arguments})' if arguments else ''}"
    return _block(head, _operation(f"{{ {field} {{ {print_selections(stream.selections)} }} }}"))


def _block(head: str, lines: list[str]) -> list[str]:
    return [f"{head} {{", *_indented(lines), "}"]


def _indented(lines: list[str]) -> list[str]:
    return [INDENT + line for line in lines]
