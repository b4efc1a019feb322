"""Answers into claims."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from monshin_factcheck.core.claims.claim import Claim
from monshin_factcheck.core.claims.split import split_claims, whole_claim

ANSWER = """ご質問ありがとうございます。ワルファリンは経口抗凝固薬です。副作用は出血です。妊婦では禁忌とされています。

## 用法・用量
- 成人：1日1回1〜5 mg
- 高齢者では2 mg以下から始めます。

| 薬 | 開始量 | 最大量 |
|---|---|---|
| アムロジピン | 2.5 mg | 10 mg |
| メトホルミン | 500 mg | - |

アスピリンは抗血小板薬であり、ヘパリンは抗凝固薬です。
症状が続く場合は医師に相談してください。お大事になさってください。
"""
PIECES = [
    "。",
    "薬は",
    "本剤は",
    "\n",
    "\n\n",
    "- ",
    "| a | b |\n",
    "|---|---|\n",
    "## ",
    "**",
    "：",
    "であり、",
    "5 mg",
    "です",
    "（",
    "」",
    ";",
    " ",
]
answers = st.one_of(st.lists(st.sampled_from(PIECES), max_size=25).map("".join), st.text(max_size=80))


def texts_of(answer: str, question: str = "") -> list[str]:
    """What is judged, of the checkable ones."""
    return [claim.text for claim in split_claims(answer, question) if claim.checkable]


@settings(max_examples=1000, deadline=None)
@given(answers, st.text(max_size=20))
def test_spans_are_in_order_and_never_overlap(answer: str, question: str) -> None:
    end = 0
    for claim in split_claims(answer, question):
        assert end <= claim.span.start < claim.span.end <= len(answer)
        end = claim.span.end


@settings(max_examples=500, deadline=None)
@given(
    st.lists(
        st.sampled_from(["薬は効く。", "次に飲む。", "\n", "水を飲むとよい。", "Aは薬であり、Bは毒である。"]),
        max_size=12,
    ).map("".join)
)
def test_no_letter_of_prose_is_lost(answer: str) -> None:
    """Every letter of running text is in a claim, or the answer would look checked where it is not."""
    covered = {at for claim in split_claims(answer) for at in range(claim.span.start, claim.span.end)}
    assert [at for at, character in enumerate(answer) if character.isalpha() and at not in covered] == []


@given(st.text(min_size=1, max_size=80))
def test_a_whole_claim_is_never_split_or_changed(text: str) -> None:
    claim = whole_claim(text)
    assert (claim.text, claim.span.start, claim.span.end) == (text, 0, len(text))


def test_a_left_out_subject_is_carried_in_and_the_span_stays() -> None:
    claims = split_claims(ANSWER)
    found = next(claim for claim in claims if claim.span.of(ANSWER) == "副作用は出血です。")
    assert found.text == "ワルファリンの副作用は出血です。"


def test_conditions_stay_with_what_they_condition() -> None:
    assert "ワルファリンは、妊婦では禁忌とされています。" in texts_of(ANSWER)


def test_bullets_are_told_under_their_heading() -> None:
    assert "ワルファリンの用法・用量: 成人：1日1回1〜5 mg" in texts_of(ANSWER)


def test_cells_are_told_with_their_row_and_column() -> None:
    found = texts_of(ANSWER)
    assert "アムロジピンの最大量は10 mg" in found
    assert "メトホルミンの開始量は500 mg" in found
    assert not any(text.endswith("は-") for text in found)


def test_two_statements_in_one_sentence_become_two_claims() -> None:
    spans = [claim.span.of(ANSWER) for claim in split_claims(ANSWER)]
    assert "アスピリンは抗血小板薬であり、" in spans
    assert "ヘパリンは抗凝固薬です。" in spans


def test_the_question_gives_the_subject_that_the_answer_leaves_out() -> None:
    assert texts_of("eGFR 30未満の患者には投与しません。", "メトホルミンの禁忌は？") == [
        "メトホルミンは、eGFR 30未満の患者には投与しません。"
    ]


@pytest.mark.parametrize(
    ("answer", "question"),
    [
        ("・アスピリン 100mg", "ワルファリンについて教えて"),
        ("1. クロピドグレル 75mg", "ワルファリンについて教えて"),
        ("・ペニシリンアレルギー", "ワルファリンについて教えて"),
        ("・糖尿病", "高血圧の人が気をつける病気は？"),
        ("ペニシリンアレルギーがあります。", "ワルファリンについて教えて"),
        ("胃潰瘍の既往なし。", "ワルファリンについて教えて"),
        (
            "アナフィラキシーと考えて、ためらわずアドレナリンを使います。",
            "食事中に血圧が下がりました。どうすればよいですか。",
        ),
        ("70 mg/dL未満であれば低血糖として対応します。", "夜勤中に患者さんがぼんやりしています。"),
        ("飲んではいけない薬ではありません。", "手術後の痛み止めはどうしますか。"),
    ],
)
def test_no_subject_is_invented(answer: str, question: str) -> None:
    """Hazard: what is right of one drug is judged as if it were said of another, or of a time that nobody meant."""
    assert texts_of(answer, question)[-1] == answer.lstrip("・12. ")


def test_a_word_of_the_ward_in_katakana_is_no_other_drug() -> None:
    assert texts_of("・アレルギー歴", "ワルファリンについて教えて") == ["ワルファリン: アレルギー歴"]


def test_what_is_told_at_length_is_nobodys_subject() -> None:
    answer = "飲む量を変えた後の体の落ち着きは、数か月で分かります。妊娠中に飲んではいけない薬ではありません。"
    claim = split_claims(answer, "レボチロキシンはいつ飲みますか。")[1]
    assert (claim.text, claim.is_untold) == ("妊娠中に飲んではいけない薬ではありません。", True)


@pytest.mark.parametrize(
    ("answer", "question", "told"),
    [
        ("・1日1回 5 mg", "ワルファリンの用量は？", "ワルファリン: 1日1回 5 mg"),
        ("・アムロジピン 5 mg", "高血圧の薬は？", "高血圧: アムロジピン 5 mg"),
        ("出血が起こります。", "ワルファリンの副作用は？", "ワルファリンは、出血が起こります。"),
        ("避けます。", "妊娠中のロキソプロフェンは？", "妊娠中のロキソプロフェンは、避けます。"),
        ("減量します。", "高齢者のファモチジンの用量は？", "高齢者のファモチジンは、減量します。"),
        ("禁煙が要ります。", "脳卒中の予防は？", "脳卒中は、禁煙が要ります。"),
    ],
)
def test_a_subject_that_is_meant_is_still_carried_in(answer: str, question: str, told: str) -> None:
    assert texts_of(answer, question) == [told]


@pytest.mark.parametrize(
    "foreign",
    ["El paciente toma aspirina 100 mg.", "Пациент принимает аспирин 100 мг.", "患者服用华法林需要监测凝血功能。"],
)
def test_words_in_a_language_that_cannot_be_read_get_no_japanese_in_front(foreign: str) -> None:
    """Else they would count as Japanese, and be judged."""
    table = f"| 薬 | 説明 |\n|---|---|\n| ワルファリン | {foreign} |"
    for answer in (foreign, f"副作用は出血です。{foreign}", f"## 用量\n- {foreign}", table):
        claim = split_claims(answer, "ワルファリンについて教えて")[-1]
        assert (claim.text, claim.checkable) == (foreign, True)


def test_what_belongs_to_a_thing_is_no_subject_of_the_next_sentence() -> None:
    answer = "メトホルミンは薬です。1日最高用量の目安は2,250 mgです。脱水がある患者では、乳酸アシドーシスが起こります。"
    assert texts_of(answer)[2] == "メトホルミンは、脱水がある患者では、乳酸アシドーシスが起こります。"


def test_a_pointer_gets_the_name_it_points_at() -> None:
    assert texts_of("ワルファリンは薬です。本剤は妊婦に使いません。")[1] == "ワルファリンは妊婦に使いません。"
    assert texts_of("Warfarin is a drug. It must not be given.")[1] == "Warfarin must not be given."


def test_a_new_paragraph_does_not_inherit_a_subject() -> None:
    """Hazard: the wrong subject is worse than none."""
    assert (
        texts_of("ヘパリンは抗凝固薬です。\n\n39℃以上が3日続いたら受診します。")[1]
        == "39℃以上が3日続いたら受診します。"
    )


@pytest.mark.parametrize(
    "text",
    [
        "こんにちは。",
        "ご質問ありがとうございます。",
        "お大事になさってください。",
        "どうすればよいですか？",
        "症状が続く場合は医師に相談してください。",
        "詳しくは主治医または薬剤師にご相談ください。",
        "これは一般的な情報であり、診断の代わりにはなりません。",
        "以下に説明します。",
        "以上です。",
        "以上となります。",
        "お父様のご体調、ご心配ですね。",
        "ご不安のことと思います。",
        "まとめ：",
        "Please consult your doctor.",
        "Thank you for your question!",
        "This is not medical advice.",
        "What is the dose?",
        "Sure!",
        "詳しくはhttps://www.pmda.go.jp/safety/index.htmlをご覧ください。",
        "Of course.",
        "Yes.",
        "Here's what you need to know:",
        "Please consult with your doctor.",
        "This is for educational purposes only.",
        "あくまで目安としてお考えください。",
        "私はAIなので診断はできません。",
        "……",
        "。",
    ],
)
def test_what_cannot_be_true_or_false_is_not_checkable(text: str) -> None:
    assert not whole_claim(text).checkable


@pytest.mark.parametrize(
    "text",
    [
        "39℃以上が3日続いたら受診してください。",
        "妊婦には投与しないこと。",
        "38.5℃以上です。",
        "心配な副作用は出血です。",
        "水分を十分にとってください。",
        "胸痛が出た場合はすぐに救急車を呼んでください。",
        "服用後に息苦しさが出たときは直ちに医師に連絡してください。",
        "医師は投与前に腎機能を確認する。",
        "Do not exceed 4 g per day.",
        "https://example.org/によるとワルファリンは禁忌です。",
        "Yes, metformin can be used in pregnancy.",
        "No, you should not take ibuprofen.",
        "Of course you can take aspirin with it.",
        "Thanks to vaccination, smallpox is gone.",
        "Call a doctor immediately if the temperature is above 39 degrees.",
    ],
)
def test_instructions_with_content_are_checkable(text: str) -> None:
    assert whole_claim(text).checkable


def test_offsets_count_from_the_answer_as_it_came() -> None:
    """Hazard: an emoji and half-width letters before a claim shift it by one or more."""
    answer = "😀ﾊﾟﾆｯｸ値の話です。\r\n・**５㎎**を飲む。"
    claims = split_claims(answer)
    assert [claim.span.of(answer) for claim in claims][-1] == "５㎎**を飲む。"
    assert claims[-1].text.endswith("５㎎を飲む。")


def test_a_megabyte_is_split_in_time() -> None:
    claims = split_claims("薬は1日3回飲む。" * 60_000)
    assert len(claims) == 60_000
    assert isinstance(claims[0], Claim)


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("薬の用量は<b>5 mg</b>です。", "薬の用量は5 mgです。"),
        ('薬の用量は<span style="color: red">5 mg</span>です。', "薬の用量は5 mgです。"),
        ("薬の用量は5 mg<br/>です。", "薬の用量は5 mg です。"),
        ("血小板は10<sup>5</sup>/μLです。", "血小板は10^5/μLです。"),
        ("Cr <5 and >3 are normal.", "Cr <5 and >3 are normal."),
        ("PaO2 <b and CRP> 5 are normal.", "PaO2 <b and CRP> 5 are normal."),
    ],
)
def test_tags_are_no_text_and_signs_are(answer: str, text: str) -> None:
    (claim,) = split_claims(answer)
    assert (claim.text, claim.span.of(answer)) == (text, answer)
