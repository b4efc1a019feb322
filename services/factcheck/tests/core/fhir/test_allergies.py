"""What an AllergyIntolerance says: a substance, that none is known, or nothing. Never is a chart inverted."""

import json
import zoneinfo
from typing import Any

import pytest
from monshin_factcheck.core.fhir.read import read_fhir
from monshin_factcheck.core.source import SourceText

TOKYO = zoneinfo.ZoneInfo("Asia/Tokyo")
DENIED = "既知のアレルギーはない。"


def read(text: str, **more: Any) -> SourceText:
    resource = {"resourceType": "AllergyIntolerance", "code": {"text": text}, "note": [{"text": "日本語"}], **more}
    return read_fhir(json.dumps(resource), "x", TOKYO)


@pytest.mark.parametrize(
    "name",
    ["Milrinone", "Eplerenone", "Spironolactone", "buprenorphine/naloxone", "Noni", "Nilotinib", "Anone", "Nonoxynol-9",
     "Red dye No. 40", "Yellow No.5", "Penicillins, not otherwise specified", "洋なし", "和なし",
     "ラ・フランス（洋なし）", "ないしょのお茶", "無水エタノール", "花梨", "抗菌薬（名称不明）", "unknown antibiotic"],
)  # fmt: skip
def test_a_substance_with_denying_letters_is_an_allergy(name: str) -> None:
    """Hazard: an allergy to milrinone was told as "no allergy is known"."""
    assert read(name).text == f"{name}のアレルギーがある。"


@pytest.mark.parametrize(
    "name",
    ["なし", "無し", "無", "ない", "特になし", "とくになし。", "アレルギーなし",
     "アレルギー なし", "アレルギー：なし", "アレルギー歴なし",
     "アレルギー（－）", "アレルギーはありません", "アレルギーは特になし",
     "既知のアレルギーなし", "none", "None known", "Nil", "NKA",
     "No known allergies", "no known allergy (situation)", "No allergies.", "Allergies: none", "Denies allergies"],
)  # fmt: skip
def test_a_whole_phrase_denies(name: str) -> None:
    assert read(name).text == DENIED


@pytest.mark.parametrize(
    ("name", "more", "told"),
    [
        ("NKDA", {}, "既知の薬物アレルギーはない。"),
        ("No known drug allergies", {}, "既知の薬物アレルギーはない。"),
        ("薬剤アレルギーなし", {}, "既知の薬物アレルギーはない。"),
        ("食物アレルギー：特になし", {}, "既知の食物アレルギーはない。"),
        ("特になし", {"category": ["medication"]}, "既知の薬物アレルギーはない。"),
        ("特になし", {"category": ["medication", "food"]}, DENIED),
        ("", {"code": {"coding": [{"code": "716186003", "display": "何か"}]}}, DENIED),
        ("", {"code": {"coding": [{"code": "428607008", "display": "何か"}]}}, "既知の環境アレルギーはない。"),
        ("", {"code": {"coding": [{"code": "no-known-allergies"}]}}, DENIED),
    ],
)  # fmt: skip
def test_a_denial_reaches_no_farther_than_it_says(name: str, more: dict[str, Any], told: str) -> None:
    """Hazard: no known drug allergy read as none at all, beside one to eggs."""
    assert read(name, **more).text == told


@pytest.mark.parametrize(
    "name",
    ["ペニシリンアレルギーなし", "卵アレルギーあり、薬物アレルギーなし", "No allergy to penicillin",
     "no allergies but eggs",
     "No known food or drug allergies", "アレルギー不明", "不明", "Unknown", "Allergies: unknown"],
)  # fmt: skip
def test_what_denies_a_part_or_is_not_known_is_named_and_not_told(name: str) -> None:
    found = read(name)
    assert (found.text, found.unread) == ("", ("AllergyIntolerance",))


def test_a_pear_is_told_from_none() -> None:
    """`なし` of a food may be either; what caused a rash is a pear."""
    assert read("なし", category=["food"]).unread == ("AllergyIntolerance",)
    rash = [{"manifestation": [{"text": "発疹"}]}]
    assert read("なし", reaction=rash).text == "なしのアレルギーがある（症状は発疹）。"


def test_a_withdrawn_denial_says_nothing() -> None:
    """It ends when an allergy becomes known."""
    assert read("NKA", clinicalStatus={"coding": [{"code": "inactive"}]}).text == ""


def test_denials_are_told_in_english_too() -> None:
    assert read("NKDA", note=[]).text == "No drug allergy is known."
