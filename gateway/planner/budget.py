"""A deterministic bound on planning: steps are counted, not seconds."""

from gateway.planner.errors import QueryPlanTooComplex

DEFAULT_STEPS = 20_000


class Budget:
    """How many steps a plan may take; the same operation always takes the same number."""

    def __init__(self, steps: int = DEFAULT_STEPS) -> None:
        self.limit = steps
        self.spent = 0

    def spend(self, steps: int = 1) -> None:
        """Count steps.

        Raises:
            QueryPlanTooComplex: there are none left.
        """
        self.spent += steps
        if self.spent > self.limit:
            raise QueryPlanTooComplex(
                f"The operation needs more than {self.limit} planning steps: ask for less at once."
            )
