"""Memory that is asked for before it is used."""

import pytest
from monshin_ann.memory_budget import MemoryBudget
from monshin_kit.errors import ResourceExhausted


def test_what_is_reserved_is_nobody_elses_until_it_ends() -> None:
    used = [100]
    budget = MemoryBudget(1000, lambda: used[0])
    with budget.reserved(600):
        budget.check(300)
        with pytest.raises(ResourceExhausted, match="301 bytes"):
            budget.check(301)
        with pytest.raises(ResourceExhausted), budget.reserved(301):
            pass
        used[0] = 400
        budget.check(0)
    budget.check(600)
    with pytest.raises(ResourceExhausted):
        budget.check(601)


def test_without_a_limit_everything_fits() -> None:
    with MemoryBudget(0, lambda: 1).reserved(10**18):
        MemoryBudget(0, lambda: 1).check(10**18)
