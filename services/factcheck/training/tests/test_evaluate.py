"""Scores are what their names say."""

import numpy as np
import pytest
from training.data import Label
from training.evaluate import Judged, auroc, score, scores


def judged(label: Label, supported: float, contradicted: float, neither: float = -9.0, group: str = "x") -> Judged:
    """One claim."""
    return Judged(label, (supported, contradicted, neither), (group,))


def test_auroc_is_the_share_of_pairs_in_the_right_order() -> None:
    """Oracle: every pair counted, ties half."""
    rng = np.random.default_rng(1)
    higher, lower = rng.integers(0, 8, 40) + 1.0, rng.integers(0, 8, 30) + 0.0
    counted = np.mean([(one > other) + 0.5 * (one == other) for one in higher for other in lower])
    assert auroc(higher, lower) == pytest.approx(counted, abs=1e-4)


def test_auroc_needs_both_classes() -> None:
    """None is not a half: nothing was measured."""
    assert score([judged(Label.SUPPORTED, 1, 0)]).auroc is None


def test_claims_that_say_neither_do_not_count_in_auroc() -> None:
    """But in accuracy."""
    pairs = [judged(Label.SUPPORTED, 2, 0), judged(Label.CONTRADICTED, 1, 0), judged(Label.NEITHER, 9, 0)]
    found = score(pairs)
    assert found.auroc == 1
    assert found.accuracy == pytest.approx(1 / 3, abs=1e-4)
    assert found.recalls == (1, 0, 0)


def test_every_group_is_scored_beside_all() -> None:
    """In the order of their names."""
    found = scores([judged(Label.SUPPORTED, 1, 0, group="b"), judged(Label.CONTRADICTED, 1, 0, group="a")])
    assert {name: one.pairs for name, one in found.items()} == {"all": 2, "a": 1, "b": 1}
    assert [found[name].accuracy for name in ("a", "b")] == [0, 1]
