"""Which drug a sentence speaks of that names none: no drug at all, where the text before speaks of two."""

import pytest
from monshin_factcheck.core.claims.drugs import drugs_in
from monshin_factcheck.core.claims.split import split_claims

JA = "成人には1回250 mgを1日3回投与します。"
EN = "It is given at 250 mg every 8 hours in adults."
UNTOLD = (False, True)


def last(answer: str, question: str = "") -> tuple[bool, bool]:
    """Of the last claim: whether it is checkable, and whether it leaves out what it is said of."""
    claim = split_claims(answer, question)[-1]
    return claim.checkable, claim.is_untold


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("アモキシシリンが効かないので、セファレキシンの量は？", JA),
        ("アモキシシリンの代わりに使うセファレキシンの用量は？", JA),
        ("アモキシシリンは使えません。セファレキシンの用量は？", JA),
        ("アモキシシリンを中止してセファレキシンを始めるときの用量は？", JA),
        ("アモキシシリンではなくセファレキシンの用量は？", JA),
        ("アモキシシリンは1回250 mgですが、セファレキシンは？", JA),
        ("アモキシシリンと違い、セファレキシンはどれくらい？", JA),
        ("アモキシシリンに耐性の場合、セファレキシンの用量は？", JA),
        ("アモキシシリンの用量はわかります。セファレキシンは？", JA),
        ("アモキシシリンについてではなく、セファレキシンについて教えて。", JA),
        ("アモキシシリンアレルギーの患者にセファレキシンを使うときの用量は？", JA),
        ("アモキシシリンの次に使う薬の用量は？", JA),
        ("アモキシシリン以外の抗菌薬の用量は？", JA),
        ("アモキシシリンはやめました。別の抗菌薬の用量は？", JA),
        ("How much cephalexin instead of amoxicillin?", EN),
        ("Amoxicillin failed. What is the dose of cephalexin?", EN),
        ("Not amoxicillin, but cephalexin: what dose?", EN),
        ("What dose of cephalexin replaces amoxicillin?", EN),
        ("The patient is on amoxicillin; what is the dose of cephalexin?", EN),
        ("After amoxicillin, how much cephalexin?", EN),
        ("Amoxicillin is contraindicated. How is cephalexin given?", EN),
        ("We stop amoxicillin and start cephalexin. What dose?", EN),
        ("A patient allergic to amoxicillin needs cephalexin. Dose?", EN),
        ("I took amoxicillin before. What is the dose of Keflex?", EN),
    ],
)
def test_a_question_of_two_drugs_gives_its_subject_to_no_sentence(question: str, answer: str) -> None:
    """Hazard: the dose of the drug that is named first is confirmed for the one that is asked about."""
    assert last(answer, question) == UNTOLD
    assert last(f"- {answer}", question) == UNTOLD
    assert last(f"## 用量\n{answer}", question) == UNTOLD


@pytest.mark.parametrize(
    "answer",
    [
        "アモキシシリンは使えない。そこでセファレキシンにする。" + JA,
        "アモキシシリンはセファレキシンに変更する。" + JA,
        "アモキシシリンは中止する。セファレキシンを始める。" + JA,
        "アモキシシリンはやめ、セファレキシンにする。" + JA,
        "アモキシシリンはペニシリン系である。セファレキシンに変更した。" + JA,
        "アモキシシリンはペニシリン系である。ではセファレキシンの用量は？" + JA,
        "アモキシシリンは中止する。" + JA,
        "アモキシシリンは中止する。本剤は1日3回投与する。",
        "アモキシシリンは中止する。用量は1日750 mgである。",
        "アモキシシリンは中止する。\n| 項目 | 内容 |\n|---|---|\n| 用量 | 1回250 mg |",
        "Amoxicillin is stopped and cephalexin is started. " + EN,
        "Amoxicillin is replaced by cephalexin. " + EN,
        "Amoxicillin is stopped. " + EN,
    ],
)
def test_a_sentence_that_passes_to_another_drug_hands_no_subject_on(answer: str) -> None:
    assert last(answer) == UNTOLD


@pytest.mark.parametrize(
    ("answer", "question", "told"),
    [
        (JA, "アモキシシリンの用量は？", f"アモキシシリンは、{JA}"),
        (JA, "アモキシシリンを中止するのはどんなときですか？", f"アモキシシリンは、{JA}"),
        (JA, "サワシリン(アモキシシリン)の用量は？", f"サワシリン(アモキシシリン)は、{JA}"),
        (EN, "What is the dose of oral amoxicillin?", "amoxicillin is given at 250 mg every 8 hours in adults."),
        (f"アモキシシリンはペニシリン系の抗菌薬です。{JA}", "", f"アモキシシリンは、{JA}"),
        (f"アモキシシリンはワルファリンとの併用に注意する。{JA}", "", f"アモキシシリンは、{JA}"),
        (f"アモキシシリンは発疹が出たら中止する。{JA}", "", f"アモキシシリンは、{JA}"),
        (f"妊婦ではアモキシシリンは使えない。{JA}", "", f"アモキシシリンは、{JA}"),
        (f"Amoxicillin is a penicillin antibiotic. {EN}", "",
         "Amoxicillin is given at 250 mg every 8 hours in adults."),
        (f"アモキシシリンは中止する。セファレキシンはセフェム系である。{JA}", "", f"セファレキシンは、{JA}"),
        (f"## アモキシシリン\n{JA}", "アモキシシリンとセファレキシンの用量は？", f"アモキシシリンは、{JA}"),
    ],
)  # fmt: skip
def test_one_drug_is_still_handed_on(answer: str, question: str, told: str) -> None:
    claim = split_claims(answer, question)[-1]
    assert (claim.text, claim.checkable) == (told, True)


@pytest.mark.parametrize(
    ("answer", "question"),
    [
        ("ワルファリンとアスピリンの併用では出血のリスクが高まる。", "ワルファリンとアスピリンの併用は？"),
        ("アスピリンと併用すると出血が増える。", "ワルファリンとアスピリンの併用は？"),
        ("- ワルファリン 5 mg", "ワルファリンとアスピリンの用量は？"),
        ("これらの食品のビタミンKは、ワルファリンの効き目を弱める。", "ワルファリンとアスピリンの用量は？"),
        ("Warfarin and aspirin raise the risk of bleeding.", "Can warfarin be taken with aspirin?"),
    ],
)
def test_an_answer_that_names_its_drugs_is_judged_as_it_stands(answer: str, question: str) -> None:
    claim = split_claims(answer, question)[-1]
    assert (claim.text, claim.checkable) == (answer.removeprefix("- "), True)


@pytest.mark.parametrize(
    ("text", "drugs"),
    [
        ("ロキソニンはロキソプロフェンの商品名です。", {"ロキソプロフェン"}),
        ("アムロジピンはカルシウム拮抗薬で、降圧薬の一つです。", {"アムロジピン"}),
        ("ワルファリンはビタミンKの働きを抑え、アナフィラキシーを起こす。", {"ワルファリン"}),
        ("ケフレックス(セファレキシン)", {"ケフレックス"}),
        ("スルバクタム・アンピシリン", {"スルバクタム・アンピシリン"}),
        ("Amoxicillin is a penicillin antibiotic.", {"アモキシシリン"}),
        ("What is the dose of Keflex?", {"keflex"}),
    ],
)
def test_drugs_are_told_from_classes_and_other_things(text: str, drugs: set[str]) -> None:
    assert drugs_in(text) == drugs
