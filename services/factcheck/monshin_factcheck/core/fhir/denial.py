"""Names that deny what they name: "no known drug allergies" is no substance, 内服薬なし no drug.

Only a code or a whole phrase denies an allergy. A name that holds such letters is a substance: milrinone, eplerenone,
洋なし.
"""

import re
import unicodedata
from dataclasses import dataclass
from types import MappingProxyType

from monshin_factcheck.core.fhir import words
from monshin_factcheck.core.fhir.node import Node


@dataclass(frozen=True, slots=True)
class Denied:
    """The allergies that a resource denies, as they are called in Japanese and English."""

    japanese: str
    english: str


UNCLEAR = Denied("", "")
_ALL = Denied("アレルギー", "allergy")
_DRUG = Denied("薬物アレルギー", "drug allergy")
_FOOD = Denied("食物アレルギー", "food allergy")
_ENVIRONMENT = Denied("環境アレルギー", "environmental allergy")
# SNOMED CT, and absent-unknown-uv-ips of HL7's International Patient Summary.
_CODES = MappingProxyType(
    {
        "716186003": _ALL, "160244002": _ALL, "no-known-allergies": _ALL,
        "409137002": _DRUG, "no-known-medication-allergies": _DRUG,
        "429625007": _FOOD, "no-known-food-allergies": _FOOD,
        "428607008": _ENVIRONMENT, "no-known-environmental-allergies": _ENVIRONMENT,
    }
)  # fmt: skip
_CATEGORIES = MappingProxyType({"medication": _DRUG, "food": _FOOD, "environment": _ENVIRONMENT})
# By the groups of the patterns.
_KINDS = MappingProxyType({"drug": _DRUG, "d": _DRUG, "food": _FOOD, "f": _FOOD, "environment": _ENVIRONMENT})
_JAPANESE = re.compile(
    r"(?:既知の)?(?:(?:(?P<drug>薬物|薬剤|薬品?|医薬品)|(?P<food>食物|食品|食べ物)|(?P<environment>環境))(?:性|の)?)?"
    r"(?:アレルギー(?:の?既往歴?|歴)?[はも:]?)?(?:特に|とくに)?(?:なし|無し|無|ない|無い|ありません|認めない|認めず|\([-−–ー]\))"
)
_ENGLISH = re.compile(
    r"nk(?:(?P<d>d)|(?P<f>f))?a|(?:allerg(?:y|ies) ?:? ?)?(?:none|nil)(?: (?:known|reported))?"
    r"|(?:no|nil|denies)(?: known| history of| reported)?"
    r"(?: (?:(?P<drug>drug|medication|medicine)|(?P<food>food)|(?P<environment>environmental)))?"
    r" allerg(?:y|ies)(?: known| reported)?(?: \(situation\))?"
)
# Nothing is known, which is neither.
_UNKNOWN = re.compile(
    r"(?:アレルギー(?:歴)?[はも:]?)?(?:不明|未確認|未聴取|情報なし)"
    r"|(?:allerg(?:y|ies) ?:? ?)?(?:unknown|not (?:known|asked))|unknown allerg(?:y|ies)|no information about allergies"
)
# What denies, but is none of these phrases: ペニシリンアレルギーなし, no allergy to penicillin. Red dye No. 40 and "not
# otherwise specified" are names.
_PARTLY = re.compile(
    r"アレルギー(?:の?既往歴?|歴)?[はもが: ]*(?:特に|とくに)?(?:な[しい]|無|ありませ|認め[なず]|否定)"
    r"|\b(?:no(?!\.? ?[0-9])|not(?! otherwise| elsewhere)|none|nil|den(?:y|ies|ied))\b"
)
# 2型糖尿病・糖尿病性合併症なし is a disease, and 245 standard names are like it: what follows a mark denies a part.
_NOTHING = re.compile(
    r"[^・、,;:(]*(?:な[しい]|無[しい]?|ありません|認め(?:ず|られず)|否定(?:的|できる)?|\([-−–ー]\))"
    r"|(?:no|not|nil|none|den(?:y|ies|ied)|without|absen(?:ce|t)(?: of)?|negative for)\b.*"
)


def denies(name: str) -> bool:
    """Whether the name of a problem, drug or procedure says that there is none: 既往歴なし, no regular medication."""
    return _NOTHING.fullmatch(_folded(name)) is not None


def denied(allergy: Node) -> Denied | None:
    """What an AllergyIntolerance denies; None if it names a substance, UNCLEAR if neither can be told."""
    code = allergy.child("code")
    codes = words.codes(code)
    coded = next((_CODES[one] for one in sorted(codes) if one in _CODES), None)
    if coded is not None:
        return coded
    name = _folded(words.concept(code))
    if "no-allergy-info" in codes or _UNKNOWN.fullmatch(name):
        return UNCLEAR
    # What caused a rash is there, whatever it is called.
    if allergy.has("reaction"):
        return None
    categories = allergy.texts("category")
    # On a form it means none, on a plate a pear.
    if name == "なし" and "food" in categories:
        return UNCLEAR
    found = _JAPANESE.fullmatch(name.replace(" ", "")) or _ENGLISH.fullmatch(name)
    if found is None:
        return UNCLEAR if _PARTLY.search(name) else None
    kind = next((kind for kind, text in found.groupdict().items() if text), "")
    if kind:
        return _KINDS[kind]
    # 薬剤：特になし on a form says nothing of food.
    return _CATEGORIES.get(categories[0], _ALL) if len(categories) == 1 else _ALL


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split()).strip(" .。")
