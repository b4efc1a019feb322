"""Yes, no, must, must not, may, need not."""

from itertools import pairwise

import pytest
from monshin_factcheck.core.cues.polarity import Stance, do_conflict, find_cues, stance
from monshin_factcheck.core.text.language import Language, guess_language


def stance_of(text: str) -> Stance:
    """Of a clause as a whole."""
    language = guess_language(text)
    return stance(find_cues(text, language), language)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("投与する", Stance.AFFIRMED),
        ("行わない", Stance.DENIED),
        ("使えません", Stance.DENIED),
        ("してはならない", Stance.FORBIDDEN),
        ("禁忌である", Stance.FORBIDDEN),
        ("投与しないでください", Stance.FORBIDDEN),
        ("避ける", Stance.FORBIDDEN),
        ("推奨されない", Stance.FORBIDDEN),
        ("推奨される", Stance.OBLIGED),
        ("必要である", Stance.OBLIGED),
        ("測らなければならない", Stance.OBLIGED),
        ("欠かせない", Stance.OBLIGED),
        ("不要である", Stance.WAIVED),
        ("必要はない", Stance.WAIVED),
        ("食べなくてもよい", Stance.WAIVED),
        ("投与してよい", Stance.ALLOWED),
        ("差し支えない", Stance.ALLOWED),
        ("投与できる", Stance.ALLOWED),
        ("かもしれない", Stance.AFFIRMED),
        ("do not use", Stance.DENIED),
        ("must not be given", Stance.FORBIDDEN),
        ("should be given", Stance.OBLIGED),
        ("is not required", Stance.WAIVED),
        ("can be used", Stance.ALLOWED),
        ("no later than 5 days", Stance.AFFIRMED),
    ],
)
def test_a_clause_takes_the_stance_a_reader_hears(text: str, expected: Stance) -> None:
    assert stance_of(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("禁忌ではない", Stance.ALLOWED),
        ("避けるべきではない", Stance.ALLOWED),
        ("しないわけではない", Stance.AFFIRMED),
        ("避ける必要はない", Stance.ALLOWED),
        ("できないことはない", Stance.ALLOWED),
        ("急に禁止してはならない", Stance.ALLOWED),
        ("is not contraindicated", Stance.ALLOWED),
        ("should not be withheld", Stance.ALLOWED),
    ],
)
def test_two_negations_undo_each_other(text: str, expected: Stance) -> None:
    assert stance_of(text) is expected


def test_conflict_is_mutual_and_never_with_oneself() -> None:
    for one in Stance:
        assert not do_conflict(one, one)
        for other in Stance:
            assert do_conflict(one, other) == do_conflict(other, one)


def test_cues_never_overlap() -> None:
    for text in (
        "投与しなければならないわけではないが、避ける必要はない",
        "must not be avoided unless contraindicated",
    ):
        cues = find_cues(text, guess_language(text))
        for one, other in pairwise(cues):
            assert one.span.end <= other.span.start


def test_every_pattern_matches_something_short() -> None:
    """A pattern that matches the empty text would match everywhere."""
    for language in (Language.JAPANESE, Language.ENGLISH):
        assert find_cues("", language) == ()
        assert find_cues("薬 drug", language) == ()
