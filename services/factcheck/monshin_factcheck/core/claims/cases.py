"""For whom, when, or at which measured value something holds: found in headings, labels and sentences."""

import re
from dataclasses import dataclass

from monshin_factcheck.core.aliases.table import builtin_aliases
from monshin_factcheck.core.claims.case_words import source, words
from monshin_factcheck.core.text.language import Language, guess_language
from monshin_factcheck.core.text.normalise import normalise

_LONGEST = 80
_MARKS = " \u3000\t:：*#_【】〈〉《》［］[]<>＜＞。．.・"
_BRACKET = re.compile(r"^(?P<rest>.{0,40}?) ?[(（](?P<case>[^()（）]{1,40})[)）]$")
_NUMBER = re.compile(r"^(?:\(?[0-9]{1,2}[.)] ?|[①-⑳] ?|[0-9]{1,2}(?:\.[0-9]{1,2})+ )")
# Heads of columns that hold measured values, cases, and what something is given for.
_MEASURED = re.compile(
    r"e?GFR|C(?:Cr|rCl)|クレアチニン|creatinine|体重|(?:body )?weight|年齢|月齢|age\b|腎機能|renal function|INR",
    re.IGNORECASE,
)
_OF_THOSE_WHO_MUST_NOT = re.compile(r"禁忌|禁止|注意|避け|慎重|contraindicat|avoid|caution", re.IGNORECASE)
_OF_CASES = re.compile(
    r"対象|患者|年齢|区分|分類|条件|状態|場合|時期|腎機能|肝機能|重症度|病期|項目|population|patients?|age|group|condition|status|stage|severity|function|case",
    re.IGNORECASE,
)
_FOR_WHAT = re.compile(r"適応症?|効能(?:[・又は]*効果)?|疾患|病名|indications?|diseases?", re.IGNORECASE)
_IN_CASE = re.compile(r"(?:場合|とき|時|際|以上|未満|以下|中|後|前|期)(?:では|には|は|に|で|、)|(?:たら|なら|れば)、")
_LETTERS = re.compile(r"[一-鿿ァ-ヺ]{2}|[A-Za-z]{2}|(?<![A-Za-z])[A-Z](?![A-Za-z])|[一-鿿]")
_FIGURES = re.compile(
    r"[0-9][0-9.,]*(?: ?(?:mg|μg|mcg|g|kg|mL|mEq|IU|錠|回|日|時間|歳|か月|分)(?:/(?:kg|日|時|分|day|h))*)?"
)


@dataclass(frozen=True, slots=True)
class Case:
    """text: the case in the words of the heading, without what joins it. rest: what else the heading names."""

    text: str
    rest: str = ""


def case_of(heading: str) -> Case | None:
    """The case that a heading, a label or a line above a list states; None if it states none.

    >>> case_of("小児の用量："), case_of("## 腎障害"), case_of("副作用")
    (Case(text='小児', rest='用量'), Case(text='腎障害', rest=''), None)
    >>> case_of("If eGFR is below 30:"), case_of("Use in pregnancy"), case_of("In summary:")
    (Case(text='If eGFR is below 30', rest=''), Case(text='in pregnancy', rest='Use'), None)
    """
    name = _NUMBER.sub("", normalise(heading).text.strip(_MARKS))
    if not name or len(name) > _LONGEST:
        return None
    bracket = _BRACKET.match(name)
    if bracket is not None:
        inside, outside = _whole(bracket["case"]), _whole(bracket["rest"])
        if outside is not None:
            # 小児(6歳未満) is one case.
            return Case(name)
        return Case(inside, bracket["rest"]) if inside is not None else None
    whole = _whole(name)
    return Case(whole) if whole is not None else _part(name)


def is_case(name: str) -> bool:
    """Whether a name is a case and nothing else: `妊婦`, `eGFR 30未満`."""
    found = case_of(name)
    return found is not None and not found.rest


def cell_case(text: str, head: str) -> str:
    """The case that a cell of a table states below its column's head; empty if it states none.

    >>> cell_case("30未満", "eGFR"), cell_case("小児", "対象"), cell_case("妊婦", "禁忌"), cell_case("5 mg", "小児")
    ('eGFR 30未満', '小児', '', '')
    """
    name = normalise(text).text.strip(_MARKS)
    over = normalise(head).text.strip(_MARKS)
    if _OF_THOSE_WHO_MUST_NOT.search(over):
        return ""
    if _MEASURED.match(over) and re.search(r"[0-9]", name):
        return f"{over} {name}"
    found = case_of(name)
    is_below_case = over == "" or _OF_CASES.search(over) is not None
    if found is None:
        # 帯状疱疹 below 適応: what the rest of the row is for.
        return name if _FOR_WHAT.fullmatch(over) else ""
    return found.text if not found.rest and (is_below_case or is_person(name)) else ""


def is_person(line: str) -> bool:
    """Whether a line without any mark is nothing but a word for people: `小児`, `Pregnant women`."""
    name = _NUMBER.sub("", normalise(line).text.strip(_MARKS))
    if not name or len(name) > _LONGEST:
        return False
    table = words().en if guess_language(name) is Language.ENGLISH else words().ja
    bare = _BRACKET.sub(r"\g<rest>", name)
    bare = re.sub(r"(?:の場合|さん)$", "", bare)
    is_told_of = table["person"].fullmatch(bare) is not None and table["listing"].search(bare) is None
    return is_told_of and name[:1] == name[:1].upper()


def is_open(heading: str) -> bool:
    """Whether an English line breaks off before what it speaks of: `Do not give to:`."""
    return words().en["open"].search(heading.strip(_MARKS)) is not None


def has_case(sentence: str) -> bool:
    """Whether a sentence says itself for whom or when it holds: `妊婦では禁忌です`, `Avoid it in pregnancy`."""
    text = normalise(sentence).text
    if guess_language(text) is Language.ENGLISH:
        is_opened = words().en["opening"].match(text) is not None and "," in text
        return is_opened or re.search(rf"\b(?:{source('en', 'joint')}) (?:[\w-]+ ){{0,3}}?{source('en', 'end')}\b",
                                      text, re.IGNORECASE) is not None  # fmt: skip
    return words().ja["person"].search(text) is not None or _IN_CASE.search(text) is not None


def names_nothing(sentence: str) -> bool:
    """Whether a sentence with its case could be said of any drug: `妊娠中では、飲んでも問題ありません。`"""
    text = normalise(sentence).text
    if any(hit.canonical for hit in builtin_aliases().find(text) if not _is_empty(text[hit.span.start : hit.span.end])):
        return False
    return _is_empty(text)


def _is_empty(text: str) -> bool:
    if guess_language(text) is Language.ENGLISH:
        left = re.sub(rf"\b(?:{source('en', 'empty')})\b", " ", text.lower())
        return re.search(r"[a-z]{2}", left) is None
    left = _FIGURES.sub(" ", text)
    left = words().ja["person"].sub(" ", left)
    left = re.sub(source("ja", "empty"), " ", left)
    return _LETTERS.search(left) is None


def _whole(name: str) -> str | None:
    """The whole name as a case, without what joins it to a sentence."""
    if guess_language(name) is Language.ENGLISH:
        return _whole_english(name)
    table = words().ja
    bare = re.sub(rf"(?:{source('ja', 'closing')})$", "", name)
    bare = re.sub(r"さん$", "", bare)
    is_dose = re.search(r"[0-9]", bare) is not None and table["dose"].search(bare) is not None
    if is_dose or table["listing"].search(bare) or "。" in bare:
        return None
    if table["person"].fullmatch(bare) or re.search(f"{source('ja', 'end')}$", bare):
        return bare if bare not in ("人", "方", "者", "時", "例", "場合", "とき", "前", "後", "中") else None
    is_measured = table["measure"].fullmatch(bare) and table["bound"].search(bare)
    return bare if is_measured else None


def _whole_english(name: str) -> str | None:
    table = words().en
    if table["not_opening"].match(name) or table["main_clause"].search(name) or table["open"].search(name):
        return None
    if table["opening"].match(name):
        return name
    if table["listing"].search(name):
        return None
    is_measured = table["measure"].fullmatch(name) is not None and table["dose"].search(name) is None
    is_short = len(name.split()) <= 7 and re.search(rf"\b(?:{source('en', 'end')})$", name, re.IGNORECASE) is not None
    has_joint = re.search(rf"^\w+ .*\b(?:{source('en', 'joint')}) ", name) is not None
    return name if is_measured or (is_short and not has_joint) else None


def _part(name: str) -> Case | None:
    """A case in front of the rest of a heading, or behind it."""
    if guess_language(name) is Language.ENGLISH:
        adjective = words().en["adjective"].fullmatch(name)
        if adjective is not None:
            return Case(f"{adjective['who']} patients", adjective["side"])
        for found in re.finditer(rf"\b(?:{source('en', 'joint')}) ", name):
            rest, case = name[: found.start()].strip(), name[found.start() :]
            ends = re.search(rf"\b(?:{source('en', 'end')})$", case, re.IGNORECASE)
            is_measured = re.search(r"[0-9]", case) is not None and not words().en["dose"].search(case)
            if rest and (ends or is_measured) and not words().en["listing"].search(name):
                return Case(case, rest)
        front, comma, rest = name.partition(", ")
        is_case = comma and words().en["opening"].match(front) and not words().en["not_opening"].match(front)
        return Case(front, rest) if is_case else None
    told = re.match(rf"(?P<case>{source('ja', 'person')}|[^、。]{{2,30}}?(?:場合|とき|時(?!期)|際|以上|未満|以下))"
                     rf"(?P<joint>{source('ja', 'joint')})(?P<rest>.+)$", name)  # fmt: skip
    if told is None or any(words().ja[name].search(told["case"]) for name in ("dose", "listing")):
        return None
    return Case(told["case"], told["rest"])
