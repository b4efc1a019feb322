"""How often people agreed, by verdict and probability."""

from hypothesis import given
from hypothesis import strategies as st
from monshin_factcheck.core.agreement import EDGES, LEAST, Outcome, bins, told, wilson
from monshin_factcheck.core.decision import Verdict
from monshin_factcheck.core.evidence import Probabilities

outcomes = st.builds(Outcome, st.sampled_from(Verdict), st.floats(0, 1), st.booleans())


@given(st.lists(outcomes))
def test_every_outcome_is_in_one_bin_that_holds_its_probability(found: list[Outcome]) -> None:
    made = bins(found)
    assert sum(one.count for one in made) == len(found)
    assert sum(one.agreed for one in made) == sum(one.is_agreed for one in found)
    for outcome in found:
        holding = [
            one
            for one in made
            if one.verdict is outcome.verdict
            and one.low <= outcome.probability
            and (outcome.probability < one.high or one.high == EDGES[-1])
        ]
        assert len(holding) == 1


def test_too_few_are_marked() -> None:
    few = bins([Outcome(Verdict.SUPPORTED, 0.9, is_agreed=True)] * (LEAST - 1))
    enough = bins([Outcome(Verdict.SUPPORTED, 0.9, is_agreed=True)] * LEAST)
    assert (few[0].is_enough, enough[0].is_enough) == (False, True)


@given(st.integers(0, 200), st.integers(0, 200))
def test_an_interval_holds_its_share(hits: int, misses: int) -> None:
    low, high = wilson(hits, hits + misses)
    assert 0 <= low <= high <= 1
    if hits + misses:
        assert low <= hits / (hits + misses) <= high


def test_of_sources_that_disagree_both_sides_are_told() -> None:
    odds = Probabilities(0.5, 0.4, 0.1)
    expected = {
        Verdict.SUPPORTED: 0.5,
        Verdict.CONTRADICTED: 0.4,
        Verdict.NOT_ENOUGH_EVIDENCE: 0.1,
        Verdict.CONFLICTING: 0.9,
        Verdict.NOT_CHECKABLE: 0.1,
    }
    assert {verdict: round(told(verdict, odds), 9) for verdict in Verdict} == expected
