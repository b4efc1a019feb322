"""Which of two events comes first: turned round, said in other words, and not said at all."""

import pytest
from monshin_factcheck.core.rules.alignment import align
from monshin_factcheck.core.rules.judge import findings
from monshin_factcheck.core.rules.order_rules import orders
from monshin_factcheck.core.rules.statement import Reader
from monshin_factcheck.core.text.words import Analyser

TURNED = [
    ("食事の前に服用する。", "食後に服用する。"),
    ("採血は投与に先立って行う。", "採血は投与後に行う。"),
    ("抗菌薬を投与してから血液培養を採る。", "血液培養を採取した後に抗菌薬を投与する。"),
    ("まず輸液を行い、その後に昇圧薬を使う。", "昇圧薬を使った後に輸液を行う。"),
    ("透析後に薬剤を投与する。", "薬剤は透析の前に投与する。"),
    ("造影の24時間前に中止する。", "造影の24時間後に中止する。"),
    ("発症後に内服を始める。", "発症前に内服を始める。"),
    ("消毒を終えてから手袋を着ける。", "手袋を着けてから消毒する。"),
    ("The dose is taken after meals.", "Take the dose before meals."),
    ("Blood cultures are drawn after antibiotics.", "Draw blood cultures before antibiotics."),
    ("Stop oxygen once the fever is gone.", "Stop oxygen before the fever is gone."),
    ("Give fluids, then vasopressors.", "Give vasopressors, then fluids."),
]
ALIKE = [
    ("血液培養は抗菌薬の投与前に採取する。", "血液培養を採取してから抗菌薬を投与する。"),
    ("食事の後で服用する。", "食後に服用する。"),
    ("手術前に絶飲食とする。", "術前は絶飲食とし、術後に食事を再開する。"),
    ("解熱してから2日経過後に登校する。", "解熱後2日を経過してから登校できる。"),
    ("Antibiotics are given after blood cultures.", "Draw blood cultures before giving antibiotics."),
]
OTHER = [
    ("妊娠前に接種する。", "ワクチンは出産後に接種する。"),
    ("造影剤投与の48時間後から再開する。", "造影剤投与の48時間前から中止する。"),
    ("布団を干すのは午後二時を過ぎてからだ。", "布団は午後二時から四時までに干す。"),
    ("クランプが先、ゼロ点合わせが後である。", "必ずクランプし、変えた後にゼロ点を合わせ直す。"),
    ("アムロジピンを投与する。", "食後にアムロジピンを投与する。"),
    ("午前に採血する。", "午後に採血する。"),
    ("最後に止血を確かめる。", "名前を確かめる。"),
    ("Warfarin is taken once daily with digoxin.", "Digoxin is taken once daily with warfarin."),
    ("Warfarin needs the following tests: INR.", "INR needs the following drugs: warfarin."),
]


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(Analyser())


def _kinds(reader: Reader, claim: str, source: str) -> set[str]:
    return {one.kind.value for one in findings(align(reader.read(claim), reader.read(source)))}


@pytest.mark.parametrize(("claim", "source"), TURNED)
def test_events_turned_round_are_a_conflict(reader: Reader, claim: str, source: str) -> None:
    assert "order_conflict" in _kinds(reader, claim, source)
    assert "order_conflict" in _kinds(reader, source, claim)


@pytest.mark.parametrize(("claim", "source"), ALIKE)
def test_the_same_order_in_other_words_is_none(reader: Reader, claim: str, source: str) -> None:
    """Nor are the words 前 and 後 opposites then."""
    assert not {"order_conflict", "antonym_conflict"} & _kinds(reader, claim, source)


@pytest.mark.parametrize(("claim", "source"), OTHER)
def test_orders_of_other_events_say_nothing(reader: Reader, claim: str, source: str) -> None:
    assert "order_conflict" not in _kinds(reader, claim, source)


@pytest.mark.parametrize("text", [text for pair in (*TURNED, *ALIKE) for text in pair])
def test_a_sentence_does_not_turn_itself_round(reader: Reader, text: str) -> None:
    assert "order_conflict" not in _kinds(reader, text, text)


def test_what_is_before_a_place_is_no_time(reader: Reader) -> None:
    """前壁 and 後壁 are sides, 発症前 and 発症後 times."""
    assert "laterality_conflict" in _kinds(reader, "前壁の梗塞である。", "後壁の梗塞である。")
    assert "laterality_conflict" not in _kinds(reader, "発症前に投与する。", "発症後に投与する。")


def test_a_very_long_claim_costs_no_more_than_its_first_orders(reader: Reader) -> None:
    """Hazard: each order of a claim against each of a sentence, each word of one against each of the other."""
    long = reader.read("採血した後に薬を投与し、" * 160)
    found = orders(long)
    assert 2 <= len(found) <= 8
    assert all(len(order.anchor) <= 4 and len(order.rest) <= 24 for order in found)
    assert findings(align(long, reader.read("薬を投与した後に採血する。")))
