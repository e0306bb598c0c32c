"""Chooses one alternative per choice so that together they cost least.

The cost of a set of paths is that of the union of their facts (see `path.py`), so this is a set
cover with a choice per leaf. Choices without alternatives are made first: what they pay for is free
for the rest. Then a greedy pass finds a good plan; and branch and bound, over the choices that
still differ in the subgraph calls they need, looks for a better one within a bounded number of
steps.
"""

from collections.abc import Sequence

from gateway.planner.budget import Budget
from gateway.planner.choices import Bundle, Choice
from gateway.planner.path import CALL_COST, Facts, Path

SEARCH_STEPS = 2_000


def choose(
    choices: Sequence[Choice],
    facts: Facts,
    budget: Budget,
    paid: frozenset[int] = frozenset(),
) -> list[Path]:
    """The paths of the cheapest combination found, in the order of the choices.

    `paid` are facts that cost nothing, as they are there anyway.
    """
    forced = paid
    for choice in choices:
        if len(choice.alternatives) == 1:
            _, forced = _take(choice.alternatives[0], forced, facts)
    open_choices = [
        index
        for index, choice in enumerate(choices)
        if len(choice.alternatives) > 1 and not _is_free(choice, forced, facts)
    ]
    picks = _Search([choices[index] for index in open_choices], facts, budget).run(forced)
    known = forced.union(*(_take(pick, forced, facts)[1] for pick in picks))
    chosen = dict(zip(open_choices, picks, strict=True))
    paths: list[Path] = []
    for index, choice in enumerate(choices):
        alternative = chosen.get(index) or _cheapest(choice, known, facts)
        taken, known = _take(alternative, known, facts)
        paths += taken
    return paths


def choose_greedily(
    choices: Sequence[Choice], known: frozenset[int], facts: Facts
) -> tuple[list[Path], frozenset[int]]:
    """Paths and facts when each choice takes what then costs least; the forced ones come first."""
    for choice in choices:
        if len(choice.alternatives) == 1:
            _, known = _take(choice.alternatives[0], known, facts)
    paths: list[Path] = []
    for choice in choices:
        taken, known = _take(_cheapest(choice, known, facts), known, facts)
        paths += taken
    return paths, known


def _take(
    alternative: Path | Bundle, known: frozenset[int], facts: Facts
) -> tuple[list[Path], frozenset[int]]:
    match alternative:
        case Path():
            return [alternative], known | alternative.facts
        case Bundle(choices=choices):
            return choose_greedily(choices, known, facts)


def _added(alternative: Path | Bundle, known: frozenset[int], facts: Facts) -> int:
    return facts.cost(_take(alternative, known, facts)[1] - known)


def _cheapest(choice: Choice, known: frozenset[int], facts: Facts) -> Path | Bundle:
    if len(choice.alternatives) == 1:
        return choice.alternatives[0]
    return min(choice.alternatives, key=lambda one: _added(one, known, facts))


def _is_free(choice: Choice, known: frozenset[int], facts: Facts) -> bool:
    """Can the choice be made without any further subgraph call?"""
    return any(_added(one, known, facts) < CALL_COST for one in choice.alternatives)


class _Search:
    def __init__(self, choices: list[Choice], facts: Facts, budget: Budget) -> None:
        self._choices = choices
        self._facts = facts
        self._budget = budget
        self._best: list[Path | Bundle] = []
        self._best_cost = 0
        self._steps = SEARCH_STEPS

    def run(self, known: frozenset[int]) -> list[Path | Bundle]:
        start = known
        for choice in self._choices:
            pick = _cheapest(choice, known, self._facts)
            self._best.append(pick)
            known = _take(pick, known, self._facts)[1]
        self._best_cost = self._facts.cost(known)
        if len(self._choices) > 1:
            self._explore(0, start, [])
        return self._best

    def _explore(self, depth: int, known: frozenset[int], picks: list[Path | Bundle]) -> None:
        self._budget.spend()
        self._steps -= 1
        cost = self._facts.cost(known)
        if cost >= self._best_cost or self._steps < 0:
            return
        if depth == len(self._choices):
            self._best, self._best_cost = list(picks), cost
            return
        choice = self._choices[depth]
        ranked = sorted(choice.alternatives, key=lambda one: _added(one, known, self._facts))
        if _added(ranked[0], known, self._facts) < CALL_COST:
            ranked = ranked[:1]
        for pick in ranked:
            picks.append(pick)
            self._explore(depth + 1, _take(pick, known, self._facts)[1], picks)
            picks.pop()
