"""Random schemas, split and composed: the federated answer is the monolith's.

A failure names its seed; `DIFFERENTIAL_SEED=<seed>` runs that one alone, and
`DIFFERENTIAL_OPERATIONS=<number>` more than the few that are run by default.
"""

import os
from random import Random

import pytest

from tests.differential.shrink import shrunk
from tests.differential.trial import Trial

PER_WORLD = 20
OPERATIONS = int(os.environ.get("DIFFERENTIAL_OPERATIONS", "300"))
SEED = os.environ.get("DIFFERENTIAL_SEED")
SEEDS = [int(SEED)] if SEED else list(range(-(-OPERATIONS // PER_WORLD)))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_federated_answer_is_that_of_the_monolith(seed: int) -> None:
    dice = Random(seed)
    trial = Trial(dice)
    composition = trial.compose()
    if composition is not None:
        pytest.fail(f"seed {seed}: {composition.what}\n{composition.detail}", pytrace=False)
    for number in range(PER_WORLD):
        asked = trial.operation()
        if asked is not None and trial.try_operation(asked) is not None:
            small = shrunk(
                asked, trial.world.schema, lambda one: trial.try_operation(one) is not None
            )
            failure = trial.try_operation(small)
            assert failure is not None
            told = f"seed {seed}, operation {number}: {failure.what}\n{failure.detail}"
            pytest.fail(told, pytrace=False)
