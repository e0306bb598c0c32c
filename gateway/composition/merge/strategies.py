"""How differing arguments of a directive that may stand once only become one.

Access rules are in disjunctive normal form: a list of alternatives, each a list of what must hold.
To need both of two rules is their conjunction, kept minimal: an alternative that asks for all that
another asks, and more, says nothing.
"""

from collections.abc import Callable
from itertools import product
from typing import Any

from gateway.composition.merge.directive_names import Strategy


def merge_values(strategy: Strategy, values: list[Any]) -> Any:
    """The one value for plain values of several subgraphs; None stands for null or absent."""
    return _MERGES[strategy](values)


def conjunction(rules: list[list[list[str]]]) -> list[list[str]]:
    """What is needed to satisfy all rules; the shortest alternatives come first."""
    combined = [
        frozenset().union(*alternatives)
        for alternatives in product(*(map(frozenset, r) for r in rules))
    ]
    return _minimal(combined)


def _minimal(alternatives: list[frozenset[str]]) -> list[list[str]]:
    distinct = list(dict.fromkeys(alternatives))
    kept = [one for one in distinct if not any(other < one for other in distinct)]
    return sorted((sorted(one) for one in kept), key=lambda one: (len(one), one))


def _dnf(value: Any) -> list[list[str]]:
    """A rule with the single items that GraphQL lets stand for lists spelt out."""
    outer = value if isinstance(value, list) else [value]
    return [inner if isinstance(inner, list) else [inner] for inner in outer]


def _present(values: list[Any]) -> list[Any]:
    return [value for value in values if value is not None]


def _union(values: list[Any]) -> list[Any]:
    return list(dict.fromkeys(item for value in values for item in _as_list(value)))


def _intersection(values: list[Any]) -> list[Any]:
    first, *rest = [_as_list(value) for value in values]
    return [item for item in first if all(item in other for other in rest)]


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _nullable(merge: Callable[[list[Any]], Any]) -> Callable[[list[Any]], Any]:
    def merged(values: list[Any]) -> Any:
        present = _present(values)
        return merge(present) if present else None

    return merged


_MERGES: dict[Strategy, Callable[[list[Any]], Any]] = {
    Strategy.MAX: max,
    Strategy.MIN: min,
    Strategy.SUM: sum,
    Strategy.INTERSECTION: _intersection,
    Strategy.UNION: _union,
    Strategy.NULLABLE_AND: _nullable(all),
    Strategy.NULLABLE_MAX: _nullable(max),
    Strategy.NULLABLE_MIN: _nullable(min),
    Strategy.NULLABLE_SUM: _nullable(sum),
    Strategy.NULLABLE_UNION: _nullable(_union),
    Strategy.DNF_CONJUNCTION: lambda values: conjunction([_dnf(value) for value in values]),
    Strategy.DNF_DISJUNCTION: lambda values: _minimal(
        [frozenset(one) for value in values for one in _dnf(value)]
    ),
}
