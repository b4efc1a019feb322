"""Rules and a reading judge, joined."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from monshin_factcheck.checking.evidence import source_passages
from monshin_factcheck.core.decision import MAX_EVIDENCE, AbstainReason, Saying, Verdict
from monshin_factcheck.core.document_account import Account
from monshin_factcheck.core.evidence import Passage, Probabilities, probabilities
from monshin_factcheck.core.joint_decision import decide_by_all
from monshin_factcheck.core.judge import Condition, ConditionKind, Opinion, Stance
from monshin_factcheck.core.rules.judge import RulesJudge
from monshin_factcheck.core.rules.statement import Reader
from monshin_factcheck.core.source import SourceText
from monshin_factcheck.core.text.spans import Span
from monshin_factcheck.core.text.words import Analyser
from monshin_factcheck.core.weighing import Weighing, Weighings, careful, features, weigh
from monshin_factcheck.judges.fitted import BUILT_IN, load_weighings

EVEN = Probabilities(0.3, 0.3, 0.4)
JUDGE = RulesJudge(Reader(Analyser()))
# By the reading judge alone.
ALONE = {"local:supported": (1.0, 0.0, 0.0), "local:contradicted": (0.0, 1.0, 0.0)}
PLAIN = Weighing(ALONE, {"local": "r1", "rules": "r0"}, 0.8, 0.8)


def told(odds: Probabilities, judge: str = "local", document: str = "d") -> Saying:
    return Saying(judge, "r1", odds, document, Span(0, 1), "熱", 1.0)


def account(opinions: tuple[Opinion, ...], odds: Probabilities) -> Account:
    return Account(opinions, (told(odds),))


def opinion(
    document: str = "d", stance: Stance = Stance.RELATED, unconfirmed: frozenset[Span] = frozenset()
) -> Opinion:
    return Opinion(Passage(document, Span(0, 1), "熱"), stance, 0.5, EVEN, (), unconfirmed)


def said(supported: float, contradicted: float, document: str = "d") -> Account:
    return account((opinion(document),), probabilities(supported, contradicted, 1 - supported - contradicted))


odds = st.tuples(*[st.floats(0.01, 1)] * 3).map(lambda parts: probabilities(*parts))
opinions = st.builds(
    Opinion,
    st.builds(Passage, st.sampled_from(["a", "b"]), st.just(Span(0, 1)), st.just("熱")),
    st.sampled_from(Stance),
    st.floats(0, 1),
    odds,
    st.just(()),
    st.sampled_from([frozenset(), frozenset({Span(0, 2)})]),
)
accounts = st.builds(account, st.lists(opinions, min_size=1, max_size=4).map(tuple), odds)


def test_the_map_gives_back_what_it_is_made_to() -> None:
    found = weigh(said(0.7, 0.1), PLAIN)
    assert abs(found.supported - 0.7) < 1e-6
    assert abs(found.contradicted - 0.1) < 1e-6


def test_a_clear_answer_becomes_a_verdict_and_an_unclear_one_an_abstention() -> None:
    verdicts = [decide_by_all([said(*pair)], PLAIN, ()).verdict for pair in ((0.9, 0.05), (0.05, 0.9), (0.6, 0.3))]
    assert verdicts == [Verdict.SUPPORTED, Verdict.CONTRADICTED, Verdict.NOT_ENOUGH_EVIDENCE]


def test_a_quantity_that_no_passage_confirms_forbids_support() -> None:
    """Hazard: a wrong dose in a sentence that is right otherwise, and a model that reads over it."""
    dose = frozenset({Span(3, 7)})
    sure = Probabilities(0.98, 0.01, 0.01)
    vetoed = decide_by_all([account((opinion(unconfirmed=dose), opinion(unconfirmed=dose)), sure)], PLAIN, ())
    assert (vetoed.verdict, vetoed.abstain_reason) == (Verdict.NOT_ENOUGH_EVIDENCE, AbstainReason.UNDECIDED)
    confirmed = decide_by_all([account((opinion(unconfirmed=dose), opinion()), sure)], PLAIN, ())
    assert confirmed.verdict is Verdict.SUPPORTED


FITTED = load_weighings([BUILT_IN])


@pytest.mark.parametrize("sure", [0.99, 0.999, 0.999999])
@pytest.mark.parametrize(
    ("claim", "text"),
    [
        ("骨折した右の大腿骨頸部を人工骨頭で置換した。", "左大腿骨頸部骨折に人工骨頭置換術を行った。"),
        ("右大腿骨頸部骨折に人工骨頭置換術を行った。", "左大腿骨頸部骨折に人工骨頭置換術を行った。"),
        ("アドレナリンはアナフィラキシーに静注する。", "アナフィラキシーにはアドレナリンを筋注する。"),
        ("アスピリンは妊婦に投与してよい。", "妊婦にはアスピリンを投与しないこと。"),
        ("採血は投与に先立って行う。", "採血は投与後に行う。"),
        ("抗菌薬を投与してから血液培養を採る。", "血液培養を採取した後に抗菌薬を投与する。"),
        ("投与間隔は最長でも6時間とする。", "投与間隔は6時間以上とする。"),
        ("半数を超える患者で起こる。", "半数に満たない患者で起こる。"),
        ("プレドニゾロンは減量する。", "ステロイドであるプレドニゾロンは発熱時に増量する。"),
        ("骨折した右の大腿骨頸部を人工骨頭で置換した。", "入院した。左大腿骨頸部骨折に人工骨頭置換術を行った。"),
    ],
)
def test_no_reader_is_sure_enough_to_support_what_the_rules_contradict(claim: str, text: str, sure: float) -> None:
    """Hazard: a model that reads over left and right, before and after, in the map that ships."""
    found = JUDGE.judge(claim, source_passages(0, SourceText(text, "", "")))
    opinions = tuple(replace(one, tells_dose=False) for one in found)  # else that alone would forbid it
    odds = Probabilities(sure, (1 - sure) / 2, (1 - sure) / 2)
    for weighing in (*FITTED, PLAIN, careful({"local": "r1"})):
        judges = [name for name in weighing.revisions if name != "rules"]
        whole = Account(opinions, tuple(told(odds, judge) for judge in judges))
        assert whole.is_vetoed
        assert decide_by_all([whole], weighing, ()).verdict not in (Verdict.SUPPORTED, Verdict.CONDITIONAL)


DENIED = "妊婦にはアスピリンを投与しないこと。"


def test_what_a_reader_does_not_get_to_see_of_a_document_forbids_as_well() -> None:
    """Hazard: the sentence that says no stands outside of what was cut out for the reader."""
    claim, sure = "アスピリンは妊婦に投与してよい。", Probabilities(0.98, 0.01, 0.01)
    text = "アスピリンは解熱に用いる。" + DENIED
    shown, denied = JUDGE.judge(claim, source_passages(0, SourceText(text, "", "")))
    for weighing in (*FITTED, PLAIN, careful({"local": "r1"})):
        sayings = tuple(told(sure, name) for name in weighing.revisions if name != "rules")
        decision = decide_by_all([Account((shown,), sayings, (denied,))], weighing, ())
        assert decision.verdict not in (Verdict.SUPPORTED, Verdict.CONDITIONAL)
        assert decision.evidence[0].passage.text == DENIED


def test_a_document_that_nobody_read_contradicts_by_the_rules() -> None:
    claim, sure = "アスピリンは妊婦に投与してよい。", Probabilities(0.98, 0.01, 0.01)
    (shown,) = JUDGE.judge(claim, source_passages(0, SourceText("アスピリンは妊婦の解熱に用いる。", "", "")))
    (denied,) = JUDGE.judge(claim, source_passages(1, SourceText(DENIED, "", "")))
    alone = decide_by_all([account((shown,), sure)], PLAIN, ())
    decision = decide_by_all([account((shown,), sure)], PLAIN, (), [denied])
    assert (alone.verdict, decision.verdict) == (Verdict.SUPPORTED, Verdict.CONFLICTING)
    assert [one.passage.text for one in decision.evidence] == [shown.passage.text, DENIED]
    (other,) = JUDGE.judge(claim, source_passages(1, SourceText("今日は天気がよい。", "", "")))
    beside = Account((other,), (told(Probabilities(0.01, 0.01, 0.98), document="sources/1"),), (denied,))
    assert decide_by_all([account((shown,), sure), beside], PLAIN, ()).verdict is Verdict.CONFLICTING
    low = replace(denied, passage=replace(denied.passage, tier=5))
    high = replace(shown, passage=replace(shown.passage, tier=1))
    assert decide_by_all([account((high,), sure)], PLAIN, (), [low]).verdict is Verdict.SUPPORTED
    old = replace(denied, passage=replace(denied.passage, is_superseded=True))
    assert decide_by_all([account((shown,), sure)], PLAIN, (), [old]).verdict is Verdict.SUPPORTED


def test_what_search_found_counts_as_found_whatever_its_score() -> None:
    passage = Passage("d", Span(0, 1), "熱", score=-0.2, is_found=True)
    found = account((replace(opinion(), passage=passage),), EVEN)
    assert features(found)["searched"] == 1.0
    assert features(account((opinion(),), EVEN))["searched"] == 0.0


def test_another_side_in_a_sentence_that_is_clearly_less_near_forbids_nothing() -> None:
    text = "右大腿骨頸部骨折に人工骨頭置換術を行った。左大腿に打撲がある。"
    opinions = tuple(
        JUDGE.judge("骨折した右の大腿骨頸部を人工骨頭で置換した。", source_passages(0, SourceText(text, "", "")))
    )
    assert any(finding.kind == "laterality_conflict" for one in opinions for finding in one.findings)
    assert not account(opinions, EVEN).is_vetoed


def test_documents_that_disagree_outright_are_conflicting() -> None:
    decision = decide_by_all([said(0.95, 0.01, "a"), said(0.01, 0.95, "b")], PLAIN, ("rules", "local"))
    assert decision.verdict is Verdict.CONFLICTING
    assert {one.stance for one in decision.evidence} == {Stance.SUPPORTS, Stance.CONTRADICTS}
    assert decision.judges_run == ("rules", "local")


def test_the_document_that_says_most_decides() -> None:
    assert decide_by_all([said(0.1, 0.1, "a"), said(0.9, 0.05, "b")], PLAIN, ()).verdict is Verdict.SUPPORTED


def test_a_document_under_a_veto_does_not_hide_one_that_contradicts() -> None:
    vetoed = account((opinion("a", unconfirmed=frozenset({Span(0, 2)})),), probabilities(0.95, 0.02, 0.03))
    against = account((opinion("b"),), probabilities(0.02, 0.9, 0.08))
    decision = decide_by_all([vetoed, against], PLAIN, ("rules", "local"))
    assert decision.verdict is Verdict.CONTRADICTED
    assert decision.evidence[0].passage.document == "b"


@given(st.lists(accounts, max_size=3))
def test_a_verdict_always_rests_on_what_it_says(found: list[Account]) -> None:
    decision = decide_by_all(found, PLAIN, ("rules", "local"))
    total = decision.probabilities
    assert abs(total.supported + total.contradicted + total.neither - 1) < 1e-9
    assert len(decision.evidence) <= MAX_EVIDENCE
    assert (decision.abstain_reason is AbstainReason.NONE) == (decision.verdict is not Verdict.NOT_ENOUGH_EVIDENCE)
    match decision.verdict:
        case Verdict.SUPPORTED:
            assert decision.evidence[0].stance is Stance.SUPPORTS
            assert any(not one.is_vetoed for one in found)
        case Verdict.CONTRADICTED:
            assert decision.evidence[0].stance is Stance.CONTRADICTS
        case Verdict.CONFLICTING:
            assert [one.stance for one in decision.evidence] in (
                [Stance.SUPPORTS, Stance.CONTRADICTS],
                [Stance.CONTRADICTS, Stance.SUPPORTS],
            )


def test_an_answer_that_is_certain_is_not_believed_beyond_measure() -> None:
    certain = said(1.0, 0.0)
    assert features(certain)["local:supported"] == 6.0
    unsure = replace(certain, sayings=(told(Probabilities(0.0, 0.0, 1.0)),))
    assert features(unsure)["local:supported"] == -6.0


@pytest.mark.parametrize(
    ("revisions", "rules", "is_fitted", "is_calibrated"),
    [
        ({"local": "r1"}, "r0", True, True),
        ({"local": "r1"}, "other rules", True, False),
        ({"local": "another adapter"}, "r0", False, False),
        ({"nli": "r1"}, "r0", False, False),
        ({"local": "r1", "nli": "r1"}, "r0", False, False),
    ],
)
def test_probabilities_are_calibrated_only_for_what_the_map_was_fitted_for(
    revisions: dict[str, str], rules: str, is_fitted: bool, is_calibrated: bool
) -> None:
    weighing = Weighings([PLAIN], rules).of(revisions)
    assert (weighing.weights == PLAIN.weights, weighing.is_calibrated) == (is_fitted, is_calibrated)


def test_a_decision_says_whether_it_is_calibrated_and_who_said_what() -> None:
    decision = decide_by_all([said(0.9, 0.05)], replace(PLAIN, is_calibrated=True), ("rules", "local"))
    assert decision.is_calibrated
    assert [(one.judge, one.probabilities.supported) for one in decision.sayings] == [("local", 0.9)]


def test_without_a_map_judges_are_believed_only_where_they_agree() -> None:
    sure, other = Probabilities(0.97, 0.01, 0.02), Probabilities(0.02, 0.9, 0.08)
    weighing = careful({"nli": "1", "llm": "2"})

    def verdict(*odds: Probabilities, stance: Stance = Stance.RELATED) -> Verdict:
        heard = tuple(told(one, judge) for one, judge in zip(odds, ("nli", "llm"), strict=True))
        return decide_by_all([Account((opinion(stance=stance),), heard)], weighing, ()).verdict

    assert verdict(sure, sure) is Verdict.SUPPORTED
    assert verdict(sure, other) is Verdict.NOT_ENOUGH_EVIDENCE
    assert verdict(sure, sure, stance=Stance.CONTRADICTS) is Verdict.NOT_ENOUGH_EVIDENCE


def test_a_judge_that_only_tells_supported_never_contradicts() -> None:
    """What is not supported is shared evenly: no certainty of it makes a claim CONTRADICTED."""
    not_supported = Probabilities(0.0, 0.5, 0.5)
    decision = decide_by_all([Account((opinion(),), (told(not_supported, "support"),))], careful({"support": "1"}), ())
    assert decision.verdict is Verdict.NOT_ENOUGH_EVIDENCE


def test_a_temperature_makes_probabilities_less_sure_and_keeps_their_order() -> None:
    sharp, flat = weigh(said(0.9, 0.03), PLAIN), weigh(said(0.9, 0.03), replace(PLAIN, temperature=2.0))
    assert sharp.supported > flat.supported > flat.neither > flat.contradicted


def test_a_condition_that_the_reader_overlooks_limits_its_support() -> None:
    """Nor does it turn a contradiction, or a sentence that the rules find word for word, into a conditional one."""
    named = (Condition(Span(0, 1), "熱", ConditionKind.POPULATION, "熱"),)
    limited = replace(opinion(), conditions=named)
    decided = decide_by_all([account((limited,), probabilities(0.9, 0.05, 0.05))], PLAIN, ())
    assert (decided.verdict, decided.conditions) == (Verdict.CONDITIONAL, named)
    turned = decide_by_all([account((limited,), probabilities(0.05, 0.9, 0.05))], PLAIN, ())
    assert (turned.verdict, turned.conditions) == (Verdict.CONTRADICTED, ())
    word_for_word = account((limited, opinion(stance=Stance.SUPPORTS)), probabilities(0.9, 0.05, 0.05))
    assert decide_by_all([word_for_word], PLAIN, ()).verdict is Verdict.SUPPORTED


def test_two_readings_of_one_document_disagree_only_if_they_are_active_orders_of_one_drug() -> None:
    """Hazard: potassium on two days is taken for a contradiction, or a changed dose for none."""
    supports, contradicts = probabilities(0.9, 0.05, 0.05), probabilities(0.02, 0.95, 0.03)

    def verdict(first: Probabilities, second: Probabilities, *, are_orders: bool, relevance: float = 0.5) -> Verdict:
        one = opinion()
        own = replace(one.passage, is_active_order=are_orders)
        other = replace(one, passage=replace(own, span=Span(5, 6)), relevance=relevance)
        read = [account((replace(one, passage=own),), first), account((other,), second)]
        return decide_by_all(read, PLAIN, ()).verdict

    assert verdict(supports, contradicts, are_orders=False) is Verdict.SUPPORTED
    assert verdict(contradicts, supports, are_orders=False) is Verdict.CONTRADICTED
    assert verdict(EVEN, supports, are_orders=False) is Verdict.SUPPORTED
    assert verdict(EVEN, contradicts, are_orders=False) is Verdict.NOT_ENOUGH_EVIDENCE
    assert verdict(supports, contradicts, are_orders=True) is Verdict.CONFLICTING
    assert verdict(contradicts, supports, are_orders=True) is Verdict.CONFLICTING
    assert verdict(supports, contradicts, are_orders=True, relevance=0.3) is Verdict.SUPPORTED


@pytest.mark.parametrize(
    ("stance", "is_found", "tells_dose", "expected"),
    [
        (Stance.RELATED, True, True, Verdict.CONFLICTING),
        (Stance.CONTRADICTS, True, True, Verdict.CONFLICTING),
        (Stance.SUPPORTS, True, True, Verdict.NOT_ENOUGH_EVIDENCE),
        (Stance.RELATED, False, True, Verdict.NOT_ENOUGH_EVIDENCE),
        (Stance.RELATED, True, False, Verdict.SUPPORTED),
        (Stance.RELATED, False, False, Verdict.SUPPORTED),
    ],
)
def test_a_disputed_dose_is_conflicting_or_withheld_whatever_judges_read(
    stance: Stance, *, is_found: bool, tells_dose: bool, expected: Verdict
) -> None:
    """Hazard: a judge that reads one order is sure of its dose, and never sees the other one of another chart."""
    one = replace(opinion(stance=Stance.SUPPORTS), tells_dose=tells_dose)
    mine = replace(one.passage, is_active_order=True, is_disputed=True)
    other = replace(one, passage=replace(mine, document="sources/9"), stance=stance, relevance=0.2)
    read = [account((replace(one, passage=mine),), probabilities(0.95, 0.02, 0.03))]
    assert decide_by_all(read, PLAIN, (), [other] if is_found else []).verdict is expected
