"""Wrong claims that a language model really writes: a sentence of a source with one slip, by kind.

Made by rule and read by nobody: a slip may by chance say what the source says elsewhere. Callers leave out sentences
that stand in the source as they are.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from services.factcheck.tools.spelt_numbers import in_kanji, in_words

Slip = Callable[[str, str], Iterator[str]]

_NUMBER = re.compile(r"(?<![A-Za-z\d.,-])\d+(?:\.\d+)?(?![\d,])")
_FULL_WIDTH = str.maketrans("0123456789.", "０１２３４５６７８９．")
# Names of substances by their endings, as INN stems have them.
_DRUG = re.compile(
    r"[ァ-ヴー]{2,}(?:リン|ジン|ピン|シン|ロール|チン|ミド|プラム|スタット|タン|バン|ゾール|ナム|ドン|ニン)(?![ァ-ヴー])"
    r"|\b[A-Za-z]{3,}(?:arin|olol|pril|sartan|statin|azole|pine|xaban|cillin|mycin|profen|amide|formin|zepam|done)\b"
)


def _exchanged(*pairs: tuple[str, str]) -> Slip:
    """Each of the patterns by the words of the other side; a pair is (pattern, replacement), one way."""
    compiled = [(re.compile(pattern), other) for pattern, other in pairs]

    def slip(sentence: str, source: str) -> Iterator[str]:
        for pattern, other in compiled:
            for match in pattern.finditer(sentence):
                yield sentence[: match.start()] + match.expand(other) + sentence[match.end() :]

    return slip


def _renumbered(before: str, after: str, change: Callable[[int], int]) -> Slip:
    """The whole number between two patterns changed."""
    pattern = re.compile(rf"({before})(?<!\d)(\d+)(?={after})")

    def slip(sentence: str, source: str) -> Iterator[str]:
        for match in pattern.finditer(sentence):
            yield sentence[: match.start(2)] + str(change(int(match[2]))) + sentence[match.end() :]

    return slip


def _all(*slips: Slip) -> Slip:
    def slip(sentence: str, source: str) -> Iterator[str]:
        for one in slips:
            yield from one(sentence, source)

    return slip


def _respelt(spelling: Callable[[int], str], change: Callable[[int], int] = lambda number: number + 1) -> Slip:
    """A whole number below 10 that is another one, in another spelling."""

    def slip(sentence: str, source: str) -> Iterator[str]:
        for match in _NUMBER.finditer(sentence):
            if match.group().isdigit() and 0 < int(match.group()) < 9:
                yield sentence[: match.start()] + spelling(change(int(match.group()))) + sentence[match.end() :]

    return slip


def _in_english(slip: Slip) -> Slip:
    return lambda sentence, source: slip(sentence, source) if sentence.isascii() else iter(())


def _point_moved(sentence: str, source: str) -> Iterator[str]:
    for match in _NUMBER.finditer(sentence):
        for power in (1, -1):
            moved = f"{Decimal(match.group()).scaleb(power):f}"
            moved = moved.rstrip("0").rstrip(".") if "." in moved else moved
            if Decimal(moved) != Decimal(match.group()):
                yield sentence[: match.start()] + moved + sentence[match.end() :]


def _drug_exchanged(sentence: str, source: str) -> Iterator[str]:
    names = sorted({match.group() for match in _DRUG.finditer(source)})
    for match in _DRUG.finditer(sentence):
        is_latin = match.group().isascii()
        for other in names:
            if other != match.group() and other.isascii() == is_latin and other not in sentence:
                yield sentence[: match.start()] + other + sentence[match.end() :]


# A dose, and whom, what or when it is for, as far as a pattern tells.
_DOSE = r"\d+(?:\.\d+)?\s*(?:mg|μg|µg|mcg|g|mL|単位|units?|錠)(?:/kg)?(?![A-Za-z/])"
_CASES = (
    re.compile(
        r"(?:成人|小児|高齢者|妊婦|[一-龥ァ-ヴー]+(?:患者|症例|例|炎|症|障害|不全))(?:に対して|に対し|では|には)"
        r"|[一-龥A-Za-z]*[ ]?\d+[^、。\d]{0,8}(?:以上|未満|以下)(?:では|には)"
    ),
    re.compile(
        r"\b(?:(?:in|for) (?:adults|children|infants|elderly patients|patients [^,;.]{3,40}|(?:severe |renal )*"
        r"(?:impairment|failure|pregnancy|meningitis|pneumonia|sepsis))|if [^,;.]{3,40})"
    ),
)


_BEHIND_CASE = re.compile(r"(?:に対して|に対し|では|には)$")


def _case_exchanged(sentence: str, source: str) -> Iterator[str]:
    """A dose under the case that the source names elsewhere, beside something else."""
    if re.search(_DOSE, sentence) is None:
        return
    for pattern in _CASES:
        others = sorted({match.group() for match in pattern.finditer(source)})
        for match in pattern.finditer(sentence):
            for other in others:
                if _BEHIND_CASE.sub("", other) not in sentence:
                    yield sentence[: match.start()] + other + sentence[match.end() :]


def _case_moved(sentence: str, source: str) -> Iterator[str]:
    """`5 mg daily; in adults, 10 mg` with the case of the second dose said of the first."""
    for first in re.finditer(_DOSE, sentence):
        for pattern in _CASES:
            match = pattern.search(sentence, first.end())
            if match is None or re.search(_DOSE, sentence[match.end() :]) is None:
                continue
            head = re.split(r"[;,；、。]", sentence[: match.start()])[0].strip()
            if re.search(_DOSE, head):
                is_japanese = not sentence.isascii()
                yield f"{match.group()}{head}。" if is_japanese else f"{head} {match.group()}."


SLIPS: Mapping[str, Slip] = {
    "frequency": _all(
        _renumbered("1日", "回", lambda count: count + 1),
        _renumbered("every ", " hours", lambda count: count + count // 2),
        _exchanged((r"\bonce (?=daily|a day)", "twice "), (r"\btwice (?=daily|a day)", "three times ")),
    ),
    "per dose, per day": _exchanged(
        (r"1回(?=\d)", "1日"), (r"1日(?=\d+(?:\.\d+)?\s*(?:mg|g|μg|mL))", "1回"), (r"、?(?:分|1日)\d回?に?分けて", ""),
        (r"\bper dose\b", "per day"), (r"\b(?:per day|a day|daily)\b", "per dose"),
        (r",? (?:in|divided into) (?:two|three|four|\d) (?:divided )?doses", ""),
    ),
    "route": _exchanged(
        ("経口", "静注"), ("静注|静脈内", "経口"), ("筋注|筋肉内", "静脈内"), ("皮下", "筋肉内"),
        (r"\borally\b", "intravenously"), (r"\bintravenously\b", "orally"), (r"\boral\b", "intravenous"),
        (r"\bintravenous\b", "oral"), (r"\bsubcutaneous", "intramuscular"),
    ),
    "duration": _all(
        _renumbered("", "(?:日|週|週間|か月)(?:間|以内|続)", lambda count: count * 2),
        _renumbered(r"\bfor ", r" (?:days?|weeks?|months?)", lambda count: count * 2),
    ),
    "minimum, maximum": _exchanged(
        ("以下", "以上"), ("以上", "以下"), ("超えない", "下回らない"), ("最大", "最小"),
        (r"\bnot more than\b|\bno more than\b|\bat most\b|\bup to\b", "at least"), (r"\bat least\b", "at most"),
        (r"\bmaximum\b", "minimum"),
    ),
    "decimal point": _point_moved,
    "unit written out": _exchanged(
        (r"(?<=\d)\s*mg(?!/|[A-Za-z])", "マイクログラム"), (r"(?<=\d)\s*(?:μg|µg)(?!/|[A-Za-z])", "ミリグラム"),
        (r"(?<=\d) mg\b(?!/)", " micrograms"), (r"(?<=\d) (?:μg|µg|mcg)\b(?!/)", " milligrams"),
    ),
    "number in kanji": _all(_respelt(in_kanji), _respelt(in_kanji, lambda number: number + 30)),
    "number in words": _in_english(_all(_respelt(in_words), _respelt(in_words, lambda number: number + 30))),
    "number in full width": _respelt(lambda number: str(number).translate(_FULL_WIDTH)),
    "to, by": _exchanged(
        (r"(?<=[gLU])に(?=減量|増量|減らす|増やす)", ""),
        (r"\b(reduced?|increased?|lowered?|raised?) to (?=\d)", r"\1 by "),
        (r"\b(reduced?|increased?|lowered?|raised?) by (?=\d)", r"\1 to "),
    ),
    "side": _exchanged(
        ("右", "左"), ("左", "右"), ("両側", "片側"), (r"\bright\b(?=[- ])", "left"), (r"\bleft\b(?=[- ])", "right"),
        (r"\bbilateral", "unilateral"),
    ),
    "age limit": _all(
        _renumbered("", "(?:歳|か月)(?:以上|以下|未満|以降|から|まで)", lambda age: age + 5),
        _renumbered(r"\b(?:aged|over|under) ", r"(?: years)?\b(?! ?(?:mg|%|m[lL]|days|hours))", lambda age: age + 5),
    ),
    "another drug": _drug_exchanged,
    "case": _all(_case_exchanged, _case_moved),
    "value": _exchanged(
        ("トラフ", "ピーク"), ("ピーク", "トラフ"), ("空腹時血糖", "随時血糖"), ("収縮期", "拡張期"),
        ("拡張期", "収縮期"),
        ("(?:初回|負荷|開始)(?:投与)?量", "維持量"), ("維持(?:投与)?量", "初回投与量"), ("LDL", "HDL"), ("HDL", "LDL"),
        (r"\btrough", "peak"), (r"\bpeak(?= (?:level|concentration))", "trough"), (r"\bfasting\b", "random"),
        (r"\bsystolic\b", "diastolic"), (r"\bdiastolic\b", "systolic"),
        (r"\b(?:loading|initial|starting) dose", "maintenance dose"), (r"\bmaintenance dose", "loading dose"),
    ),
    "container": _exchanged(
        (r"(?<=\d)(\s*)アンプル", r"\1バイアル"), (r"(?<=\d)(\s*)バイアル", r"\1アンプル"),
        (r"(?<=\d)(\s*)(?:噴霧|パフ)", r"\1吸入"), (r"(?<=\d) vial", " ampoule"), (r"(?<=\d) ampoule", " vial"),
        (r"(?<=\d) puff", " spray"), (r"(?<=\d) spray", " puff"),
    ),
}  # fmt: skip


def slips(kind: str, sentence: str, source: str) -> list[str]:
    """The sentence with one slip of that kind, each way once, in the order of their places; none is in `source`."""
    found = dict.fromkeys(SLIPS[kind](sentence, source))
    return [claim for claim in found if claim != sentence and not _stands_in(source, claim)]


def _stands_in(source: str, claim: str) -> bool:
    """Not where 5 mg is the end of 0.5 mg."""
    return re.search(rf"(?<!\d)(?<!\d\.){re.escape(claim)}", source) is not None
