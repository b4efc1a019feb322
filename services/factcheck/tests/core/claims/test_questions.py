"""What the question names belongs to the claims of its answer, and a bare yes or no says what was asked."""

import pytest
from monshin_factcheck.core.claims.split import split_claims


def told(answer: str, question: str = "") -> list[str]:
    return [claim.text for claim in split_claims(answer, question) if claim.checkable]


@pytest.mark.parametrize(
    ("answer", "question", "claim"),
    [
        (
            "飲んでも問題ありません。",
            "妊娠中にロキソニンを飲んでもいいですか？",
            "ロキソニンは、妊娠中では飲んでも問題ありません。",
        ),
        ("避けてください。", "妊婦がワルファリンを飲んでもよいですか", "ワルファリンは、妊婦では避けてください。"),
        (
            "アモキシシリンは1回250 mgです。",
            "小児のアモキシシリンの用量は？",
            "アモキシシリンは、小児では1回250 mgです。",
        ),
        ("アモキシシリンは抗菌薬です。", "小児のアモキシシリンの用量は？", "アモキシシリンは抗菌薬です。"),
        (
            "アモキシシリンは成人では1回250 mgです。",
            "小児のアモキシシリンの用量は？",
            "アモキシシリンは成人では1回250 mgです。",
        ),
        ("It is safe.", "Can I take ibuprofen during pregnancy?", "During pregnancy, ibuprofen is safe."),
        ("妊婦への投与は禁忌です。", "ワルファリンについて", "ワルファリンの妊婦への投与は禁忌です。"),
        ("妊婦は避けるべきです。", "ワルファリンについて", "ワルファリンは、妊婦は避けるべきです。"),
    ],
)
def test_subject_and_case_of_the_question_both_belong(answer: str, question: str, claim: str) -> None:
    assert told(answer, question) == [claim]


@pytest.mark.parametrize(
    ("question", "yes", "no"),
    [
        (
            "妊婦がワルファリンを飲んでもよいですか",
            "妊婦がワルファリンを飲んでもよい。",
            "妊婦がワルファリンを飲んではいけない。",
        ),
        (
            "ワルファリンは妊婦に禁忌ですか？",
            "ワルファリンは妊婦に禁忌です。",
            "ワルファリンは妊婦に禁忌ではありません。",
        ),
        (
            "ワルファリンは納豆の影響を受けますか？",
            "ワルファリンは納豆の影響を受けます。",
            "ワルファリンは納豆の影響を受けません。",
        ),
        ("Is warfarin safe in pregnancy?", "warfarin is safe in pregnancy.", "warfarin is not safe in pregnancy."),
        ("Can I take aspirin with food?", "you can take aspirin with food.", "you cannot take aspirin with food."),
    ],
)
def test_a_bare_yes_or_no_says_what_was_asked(question: str, yes: str, no: str) -> None:
    said = ("はい。", "いいえ。") if question[-1] in "か？" else ("Yes.", "No.")
    assert (told(said[0], question), told(said[1], question)) == ([yes], [no])


@pytest.mark.parametrize(
    ("answer", "question"),
    [
        ("はい。", "妊娠中にロキソニンを飲まないほうがいいですか？"),
        ("いいえ。", "ワルファリンは禁忌ではないですか？"),
        ("はい。", "ワルファリンとヘパリンを飲みますか、それとも避けますか？"),
        ("Yes.", "Is it safe?"),
        ("No.", "Can I take aspirin or ibuprofen?"),
    ],
)
def test_a_bare_yes_or_no_to_what_is_not_simple_is_not_checkable(answer: str, question: str) -> None:
    (claim,) = split_claims(answer, question)
    assert (claim.checkable, claim.is_untold) == (False, True)


def test_a_later_yes_answers_something_else() -> None:
    assert told("ワルファリンは薬です。はい。", "ワルファリンは安全ですか？") == ["ワルファリンは薬です。"]
