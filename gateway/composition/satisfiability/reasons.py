"""Why a step cannot be made: for each place tried from, each subgraph it might lead to."""

from collections.abc import Iterator

from gateway.composition.satisfiability.reach import Reach
from gateway.composition.satisfiability.walk import Dead
from gateway.supergraph.model import Supergraph


def reasons_for(dead: Dead, reach: Reach, model: Supergraph) -> list[str]:
    """One line per reason, grouped by the subgraph one was in."""
    lines: list[str] = []
    for node in sorted(dead.state.nodes, key=lambda n: str(reach.graph.nodes[n])):
        for place in reach.of(node):
            subgraph = reach.graph.nodes[place].subgraph
            found = list(_at(dead, place, reach, model))
            line = f'- from subgraph "{subgraph}":'
            if len(found) == 1:
                lines.append(f"{line} {found[0]}")
            elif found:
                lines += [line, *(f"  - {reason}" for reason in found)]
    return list(dict.fromkeys(lines)) if all(not x.startswith("  ") for x in lines) else lines


def _at(dead: Dead, place: int, reach: Reach, model: Supergraph) -> Iterator[str]:
    node = reach.graph.nodes[place]
    if dead.step.condition is not None:
        if node.interface_object:
            yield (
                "no subgraph can be reached to resolve the implementation type of @interfaceObject"
                f' type "{node.type_name}".'
            )
        return
    coordinate = f"{dead.step.type_name}.{dead.step.name}"
    moves = reach.graph.moves[place].fields.get(dead.step.name, ())
    if any(move.requires is not None for move in moves):
        advice = _key_advice(place, reach)
        yield f'cannot satisfy @requires conditions on field "{coordinate}"{advice}.'
        return
    if moves:
        yield f'field "{coordinate}" is there only for some settings of its @override label.'
        return
    yield f'cannot find field "{coordinate}".'
    reached = {reach.graph.nodes[other].subgraph for other in reach.of(place)}
    type_ = model.types[dead.step.type_name]
    for subgraph in _having(dead, model):
        if subgraph in reached:
            continue
        keys = list(type_.keys_in(subgraph))
        why = f'type "{type_.name}" has no @key defined in subgraph "{subgraph}"'
        if keys and not any(key.resolvable for key in keys):
            why = (
                f'none of the @key defined on type "{type_.name}" in subgraph "{subgraph}" are'
                ' resolvable (they are all declared with their "resolvable" argument set to false)'
            )
        elif keys:
            why = (
                f'the fields of no @key of type "{type_.name}" in subgraph "{subgraph}" can be had'
            )
        target = f'subgraph "{subgraph}", which has field "{coordinate}"'
        yield f"cannot move to {target}, because {why}."


def _having(dead: Dead, model: Supergraph) -> list[str]:
    """The subgraphs that resolve the field."""
    type_ = model.types[dead.step.type_name]
    field = type_.fields[dead.step.name]
    if field.joins is None:
        return list(type_.subgraphs)
    return [join.subgraph for join in field.joins if not join.external]


def _key_advice(place: int, reach: Reach) -> str:
    """Who marks key fields external cuts the way back to where they are resolved."""
    node = reach.graph.nodes[place]
    keys = reach.graph.reentry_keys.get(place, ())
    if keys and not any(reach.selects([place], key) for key in keys):
        return (
            f' (please ensure that no key field of "{node.type_name}" is accidentally marked'
            " @external)"
        )
    return ""
