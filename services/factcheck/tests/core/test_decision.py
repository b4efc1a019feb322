"""From opinions to a verdict."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from monshin_factcheck.core.decision import MAX_EVIDENCE, AbstainReason, Verdict, decide
from monshin_factcheck.core.evidence import Passage, probabilities
from monshin_factcheck.core.judge import Opinion, Stance
from monshin_factcheck.core.text.spans import Span


@st.composite
def opinions(draw: st.DrawFn) -> Opinion:
    """Of one of three documents."""
    weights = draw(st.tuples(*[st.floats(0, 1)] * 3))
    return Opinion(
        Passage(f"sources/{draw(st.integers(0, 2))}", Span(0, 1), "熱"),
        draw(st.sampled_from(Stance)),
        draw(st.floats(0, 1)),
        probabilities(*weights),
    )


@given(st.lists(opinions(), max_size=8))
def test_a_verdict_always_rests_on_what_it_says(found: list[Opinion]) -> None:
    decision = decide(found, ("rules",))
    odds = decision.probabilities
    stances = {opinion.stance for opinion in decision.evidence}
    assert abs(odds.supported + odds.contradicted + odds.neither - 1) < 1e-9
    assert len(decision.evidence) <= MAX_EVIDENCE
    assert (decision.abstain_reason is AbstainReason.NONE) == (decision.verdict is not Verdict.NOT_ENOUGH_EVIDENCE)
    match decision.verdict:
        case Verdict.SUPPORTED:
            assert stances == {Stance.SUPPORTS}
        case Verdict.CONTRADICTED:
            assert decision.evidence[0].stance is Stance.CONTRADICTS
        case Verdict.CONFLICTING:
            assert stances == {Stance.SUPPORTS, Stance.CONTRADICTS}
            assert len({opinion.passage.document for opinion in decision.evidence}) == 2
        case Verdict.CONDITIONAL:
            assert decision.evidence[0].stance is Stance.SUPPORTS_IF
            assert Stance.SUPPORTS not in {opinion.stance for opinion in found}
        case Verdict.NOT_ENOUGH_EVIDENCE:
            is_silent = decision.abstain_reason is AbstainReason.NO_EVIDENCE
            assert is_silent == all(opinion.stance is Stance.UNRELATED for opinion in found)


@given(st.lists(opinions(), max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_passages_does_not_change_the_verdict(found: list[Opinion], rng: object) -> None:
    mixed = list(found)
    rng.shuffle(mixed)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    assert decide(mixed, ()).verdict is decide(found, ()).verdict


def test_what_is_superseded_does_not_stand_in_the_way_of_what_holds() -> None:
    """Hazard: a claim repeats the old text, and the new one, which is worded otherwise, is far behind it."""
    odds = probabilities(0.1, 0.6, 0.3)
    old = Opinion(Passage("old", Span(0, 1), "熱", is_superseded=True), Stance.SUPPORTS, 1.0, probabilities(1, 0, 0))
    new = Opinion(Passage("new", Span(0, 1), "熱"), Stance.CONTRADICTS, 0.8, odds)
    decision = decide([old, new], ())
    assert decision.verdict is Verdict.CONTRADICTED
    assert [one.passage.document for one in decision.evidence] == ["new", "old"]
    open_ = decide([old, replace(new, stance=Stance.RELATED)], ())
    assert (open_.verdict, open_.probabilities) == (Verdict.NOT_ENOUGH_EVIDENCE, odds)


def test_what_has_ended_without_a_successor_shows_that_another_document_speaks_of_something_else() -> None:
    """Hazard: the maximum of one drug, whose document has expired, is contradicted by that of another drug."""
    ended = Passage("ended", Span(0, 1), "熱", effective_until="2020-12-31").on("2026-04-01")
    other = Opinion(Passage("other", Span(0, 1), "熱"), Stance.CONTRADICTS, 0.8, probabilities(0.1, 0.6, 0.3))
    own = Opinion(ended, Stance.SUPPORTS, 1.0, probabilities(1, 0, 0))
    assert decide([own, other], ()).verdict is Verdict.NOT_ENOUGH_EVIDENCE
