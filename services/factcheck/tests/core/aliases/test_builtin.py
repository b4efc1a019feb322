"""The shipped table of names: what it may call one thing."""

from collections.abc import Callable
from importlib import resources

import pytest
import yaml
from monshin_factcheck.core.aliases.table import builtin_aliases, certain_aliases
from monshin_factcheck.core.decision import Decision, Verdict
from monshin_factcheck.core.retrieval.terms import Terms
from monshin_factcheck.core.rules.statement import Reader
from monshin_factcheck.core.text.words import Analyser

Check = Callable[..., Decision]
SHORT = ("MI", "AF", "VF", "PE", "DM", "RA", "CT")


def names_of(section: str) -> list[str]:
    source = yaml.safe_load(
        resources.files("monshin_factcheck.core.aliases").joinpath("builtin.yaml").read_text("utf-8")
    )
    return [name for group in source[section] for name in group]


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("塩化カリウムは点滴静注する。", "塩化カリウムは点滴静脈内注射する。"),
        ("塩化カリウムは静注しない。", "塩化カリウムは静脈内投与しない。"),
        ("この薬は皮内注で投与する。", "この薬は皮内投与で投与する。"),
    ],
)
def test_one_route_in_other_words_is_the_same(check: Check, claim: str, source: str) -> None:
    assert check(claim, source).verdict is Verdict.SUPPORTED


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("塩化カリウムは静注する。", "塩化カリウムは点滴静注する。"),
        ("塩化カリウムは点滴静注する。", "塩化カリウムは静注する。"),
        ("ニカルジピンは点滴静注する。", "ニカルジピンは持続静注する。"),
        ("モルヒネは皮下注する。", "モルヒネは持続皮下注する。"),
    ],
)
def test_a_route_that_leaves_open_how_fast_settles_nothing(check: Check, claim: str, source: str) -> None:
    """Hazard: a bolus of potassium for a drip stops the heart, and 静注 may be either."""
    assert check(claim, source).verdict is Verdict.NOT_ENOUGH_EVIDENCE


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("塩化カリウムは急速静注する。", "塩化カリウムは点滴静注する。"),
        ("塩化カリウムはワンショットで静注する。", "塩化カリウムは点滴で静注する。"),
        ("塩化カリウムは点滴静注する。", "塩化カリウムは急速静注する。"),
        ("バンコマイシンはワンショット静注する。", "バンコマイシンは点滴静注する。"),
        ("ビンクリスチンは髄注する。", "ビンクリスチンは静注する。"),
        ("ツベルクリンは皮下注する。", "ツベルクリンは皮内注する。"),
        ("この薬は点耳する。", "この薬は点眼する。"),
        ("この薬は食間に飲む。", "この薬は食前に飲む。"),
        ("Potassium is given as a bolus.", "Potassium is given as an infusion."),
    ],
)
def test_a_bolus_for_a_drip_and_a_route_for_another_are_contradicted(check: Check, claim: str, source: str) -> None:
    assert check(claim, source).verdict is Verdict.CONTRADICTED


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("SpO2 96%（関節リウマチ）である。", "SpO2 96%（RA）である。"),
        ("左の肺塞栓症を認める。", "左のPEを認める。"),
        ("DMの家族歴がある。", "糖尿病の家族歴がある。"),
        ("アナフィラキシーにエピペンを静注する。", "アナフィラキシーにアドレナリンを静注する。"),
        ("オキシコンチンを頓用で飲む。", "オキシコドンを頓用で飲む。"),
        ("ランタスは食直前に皮下注する。", "インスリングラルギンは食直前に皮下注する。"),
        ("メソトレキセートは毎日飲む。", "メトトレキサートは毎日飲む。"),
        ("rt-PAは0.6 mg/kgである。", "アルテプラーゼは0.6 mg/kgである。"),
        ("IVIGを皮下注する。", "免疫グロブリンを皮下注する。"),
        ("急性腎不全では減量する。", "急性腎障害では減量する。"),
        ("HBVの患者には抗ウイルス薬を投与する。", "B型肝炎の患者には抗ウイルス薬を投与する。"),
        ("盲腸を切除する。", "虫垂炎を切除する。"),
        ("鉄剤はタール便を起こす。", "鉄剤は黒色便を起こす。"),
        ("SpO2は低下する。", "酸素飽和度は低下する。"),
        ("患者は経口摂取する。", "患者は経口投与する。"),
        ("モルヒネを投与した。", "モルヒネを処方した。"),
        ("アドレナリンは速やかに静注する。", "アドレナリンは直ちに静注する。"),
    ],
)
def test_what_is_only_nearly_the_same_is_not_supported(check: Check, claim: str, source: str) -> None:
    assert check(source, source).verdict is Verdict.SUPPORTED
    assert check(claim, source).verdict is not Verdict.SUPPORTED


@pytest.mark.parametrize("name", SHORT)
def test_a_name_of_two_letters_widens_the_search_and_never_judges(name: str) -> None:
    (hit,) = builtin_aliases().find(name)
    assert hit.canonical.lower() in Terms(Analyser()).of(f"{name}を疑う。")
    assert certain_aliases().find(name) == []


def test_an_ambiguous_name_widens_the_search_and_never_judges() -> None:
    """Also that the list names nothing which no group has: a slip of the pen would make it certain again."""
    reader = Reader(Analyser())
    for name in names_of("ambiguous"):
        (hit,) = builtin_aliases().find(name)
        assert hit.canonical != name
        assert all(hit.canonical.lower() != unit.key for unit in reader.read(name).units), name


def test_a_drip_for_what_harms_as_a_bolus_is_not_contradicted(check: Check) -> None:
    source = "バンコマイシンの急速静注ではレッドマン症候群が起こることがあるため60分以上かけて投与する。"
    assert check("バンコマイシンは1時間以上かけて点滴する。", source).verdict is Verdict.NOT_ENOUGH_EVIDENCE


def test_kinds_of_insulin_are_told_apart_from_each_other(check: Check) -> None:
    claim, source = "速効型インスリンは夜に皮下注する。", "持効型インスリンは夜に皮下注する。"
    decision = check(claim, source)
    assert decision.verdict is Verdict.NOT_ENOUGH_EVIDENCE
    assert "name_swap" in {finding.kind for opinion in decision.evidence for finding in opinion.findings}
