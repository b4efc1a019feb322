"""What stands between the words and numbers of two sentences: signs, letters, small words. All that is not known to say
nothing must be the same on both sides, in the same places.

Most of what turns a sentence is no content word: HBs抗原(+), β遮断薬, `by 10 mg`, 10 mgずつ. A list of what matters is
never complete, so this one is of what does not: an unknown sign withholds SUPPORTED.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set

from monshin_factcheck.core.quantities.comparators import Comparator, bound_before
from monshin_factcheck.core.rules.statement import Statement
from monshin_factcheck.core.rules.weights import is_content
from monshin_factcheck.core.text.language import Language
from monshin_factcheck.core.text.spans import Span
from monshin_factcheck.core.text.words import Kind, Word

# Where a part stands: the pairs before and behind it by number, `_EDGE` at either end of the sentence, `_ALONE` beside
# a word of the claim, `_UNUSED` beside one of the sentence that has no counterpart.
_EDGE, _ALONE, _UNUSED = -1, -2, -3
Place = tuple[int, int]

# Say nothing by themselves; roles are compared with the words that they belong to.
_EMPTY_JA = frozenset(
    {
        "は", "が", "を", "の", "に", "へ", "で", "と", "も", "て", "な", "や", "ね", "よ", "り", "だ", "です", "ます",
        "た", "為る", "有る", "居る", "御座る", "致す", "下さる", "於く", "おく", "事", "こと", "物", "もの", "者",
        "人", "方", "例", "患者", "症例", "状態", "状況", "其の", "此の", "其れ", "此れ", "或る", "こうした",
        "そうした", "斯かる", "本", "当該", "等", "御",
    }
)  # fmt: skip
_EMPTY_EN = frozenset({"a", "an", "the", "be", "do", "have", "also", "there", "patient", "person", "peopl"})
# Particles of roles, and pairs of which one may hide the other; who does what is then for others to say (see acts.py).
# None at all may stand for any: 投与の量, 投与量.
_ROLES = frozenset({"は", "が", "を", "の", "に", "へ", "で", "と", "も", "や"})
_ROLES_ALIKE = {"へ": "に", "も": "は"}
_HIDING = frozenset(frozenset(pair) for pair in ("はが", "はを", "はに", "はで", "のが"))
# Behind a number only these say nothing: 10 mgに減量 is not 10 mg減量.
_EMPTY_BEHIND_NUMBER = frozenset({"は", "が", "を", "の", "だ", "です"})
# Words that may stand for each other.
_ALIKE = {
    "へ": "に", "のみ": "だけ", "しか": "だけ", "ばかり": "だけ", "時": "場合", "際": "場合", "或いは": "又は",
    "若しくは": "又は", "並びに": "及び", "毎": "ごと",
}  # fmt: skip
# Of a period in front of a number, whose meaning is in the quantity: 1日, 1回, per dose.
_PERIODS = frozenset(
    {
        "日", "毎日", "時間", "毎時", "分", "分間", "毎分", "回", "度", "単回", "体重", "kg", "キロ", "キログラム",
        "当たり", "毎", "就く", "付き", "daily", "per", "dose", "each", "single",
    }
)  # fmt: skip
_PUNCTUATION = frozenset(" \t\n、。，．,;；・「」『』()[]{}【】〔〕〈〉《》\"'“”‘’`!?…®")
_DASHES = frozenset("-‐–—−")
# Smileys; other pictures (🚫, 👎) may deny.
_FACES = frozenset(map(chr, range(0x1F600, 0x1F641)))
_BEFORE_NUMBER = re.compile(r"[^0-9〇一二三四五六七八九十百千万]+")
_DIGITS = re.compile(r"[0-9](?:[0-9.,]*[0-9])?")


def is_same_remainder(
    claim: Statement, evidence: Statement, pairs: Sequence[tuple[Span, Span]], used: Set[int]
) -> bool:
    """Whether nothing but words that say nothing is left over on one side only, or in another place.

    pairs: words and numbers of the claim with those of the sentence that say the same, in the normalised texts. used:
    the sentence's clauses that count. Cues of polarity are left to others, who know which of them say the same.
    """
    mine = _Rest(claim, [one for one, _ in pairs], _ALONE)
    theirs = _Rest(evidence, [other for _, other in pairs], _UNUSED)
    return (
        mine.words(None) == theirs.words(used)
        and mine.signs(None) == theirs.signs(used)
        and _loose_digits(claim, None) == _loose_digits(evidence, used)
        and _raised(claim, None) == _raised(evidence, used)
    )


def are_same_roles(claim: Statement, evidence: Statement, pairs: Sequence[tuple[Span, Span]], used: Set[int]) -> bool:
    """Whether no Japanese word has another particle there, as far as both have one. Parameters: is_same_remainder."""
    mine = _Rest(claim, [one for one, _ in pairs], _ALONE).roles(None)
    theirs = _Rest(evidence, [other for _, other in pairs], _UNUSED).roles(used)
    both = ((mine[place], theirs[place]) for place in mine.keys() & theirs.keys())
    return all(one == other or frozenset((one, other)) in _HIDING for one, other in both)


def are_same_cues(claim: Statement, evidence: Statement, pairs: Sequence[tuple[Span, Span]], used: Set[int]) -> bool:
    """Whether both deny, oblige, allow … in the same places: AではなくB is not BではなくA. Parameters:
    is_same_remainder.
    """
    mine, theirs = [one for one, _ in pairs], [other for _, other in pairs]
    return _cues(claim, mine, None) == _cues(evidence, theirs, used)


class _Rest:
    """What a statement holds beside units, quantities and cues. anchors: its side of the pairs."""

    def __init__(self, statement: Statement, anchors: Sequence[Span], alone: int) -> None:
        self._statement = statement
        numbers = {quantity.span for quantity in statement.quantities}
        known = {span: at for at, span in enumerate(anchors)}
        own = sorted({*known, *numbers, *(unit.span for unit in statement.units)})
        self._tokens = [(span, known.get(span, alone), span in numbers) for span in own]
        self._starts = [span.start for span in own]
        self._ends = sorted(span.end for span in own)
        self._alone = alone
        cues = [cue.span for clause in statement.clauses for cue in clause.cues]
        parts = [part for quantity in statement.quantities for part in quantity.spans]
        self._covered = bytearray(len(statement.text.text))
        for span in (*own, *cues, *parts):
            self._covered[span.start : span.end] = b"\1" * len(span)

    def words(self, used: Set[int] | None) -> Mapping[int, tuple[str, ...]]:
        """Small words by the pair that they belong to: in Japanese the one before, in English the one behind them."""
        side = 1 if self._statement.language is Language.ENGLISH else 0
        found: dict[int, tuple[str, ...]] = defaultdict(tuple)
        for word in self._statement.words:
            if not self._counts(word.span.start, used):
                continue
            place = self._place(word.span)[side]
            for said in self._said(word, place):
                found[place] += (said,)
        for quantity, place in ((token[0], token[1]) for token in self._tokens if token[2]):
            if self._counts(quantity.start, used):
                for said in self._of_number(quantity):
                    found[place] += (said,)
        return found

    def roles(self, used: Set[int] | None) -> Mapping[int, str]:
        """The particle that says the role of each Japanese pair: に of には and of のある患者に."""
        found: dict[int, str] = {}
        for word in self._statement.words:
            if word.kind is not Kind.PARTICLE or word.surface not in _ROLES or not self._counts(word.span.start, used):
                continue
            if self._covered[word.span.start] or self._is_behind_number(word):
                continue
            place, role = self._place(word.span)[0], _ROLES_ALIKE.get(word.surface, word.surface)
            if role != "は" or found.get(place, "の") == "の":
                found[place] = role
        return found

    def signs(self, used: Set[int] | None) -> Mapping[Place, str]:
        """Signs by the pairs on both sides of them."""
        text = self._statement.text.text
        found: dict[Place, str] = defaultdict(str)
        for at, sign in enumerate(text):
            if not self._covered[at] and self._counts(at, used) and _is_sign(text, at):
                found[self._place(Span(at, at + 1))] += "-" if sign in _DASHES else "~" if sign == "〜" else sign
        return found

    def _counts(self, at: int, used: Set[int] | None) -> bool:
        return used is None or self._statement.clause_at(at) in used

    def _place(self, span: Span) -> Place:
        before = bisect_right(self._ends, span.start) - 1
        behind = bisect_left(self._starts, span.end)
        return (
            self._tokens[before][1] if before >= 0 else _EDGE,
            self._tokens[behind][1] if behind < len(self._tokens) else _EDGE,
        )

    def _said(self, word: Word, place: int) -> Iterator[str]:
        """The word where it is left over, or what is left over of it."""
        letters = [
            character
            for at, character in enumerate(word.surface, word.span.start)
            if not self._covered[at] and character.isalnum()
        ]
        if not letters:
            return
        if len(letters) < sum(character.isalnum() for character in word.surface):
            yield "".join(letters)
            return
        said = self._form(word)
        if self._is_behind_number(word):
            if said not in _EMPTY_BEHIND_NUMBER:
                yield said
        elif said not in _EMPTY_JA and not (place == _UNUSED and word.kind is Kind.PARTICLE):
            yield said

    def _form(self, word: Word) -> str:
        text = self._statement.text.text
        if word.surface.isascii():
            # `a` is an article, the A of hepatitis A is not.
            is_article = word.surface == "a" or word.span.start == 0
            is_empty = word.form in _EMPTY_EN and (is_article or word.form != "a") and word.surface != "AN"
            is_english = self._statement.language is Language.ENGLISH
            return "は" if is_english and is_empty else word.surface.lower() if len(word.surface) > 1 else word.surface
        if word.surface == "また" and text[word.span.end : word.span.end + 1] == "は":
            return "又は"
        return _ALIKE.get(word.form, word.form)

    def _is_behind_number(self, word: Word) -> bool:
        at = bisect_left(self._ends, word.span.start)
        if self._statement.language is Language.ENGLISH or at >= len(self._ends):
            return False
        return self._ends[at] == word.span.start and self._tokens[at][2]

    def _of_number(self, span: Span) -> Iterator[str]:
        """What a number took in and forgot: 初回 of 初回投与量は10 mg, the sign of `< 10 mg以上`.

        3日おき is read as 3日ごと, and is every fourth day to many.
        """
        language, text = self._statement.language, self._statement.text.text
        quantity = next(one for one in self._statement.quantities if one.span == span)
        if "おき" in span.of(text):
            yield "おき"
        lead = _BEFORE_NUMBER.match(span.of(text))
        before = bound_before(text, span.start + lead.end()).comparator if lead is not None else Comparator.NONE
        if before not in (Comparator.NONE, quantity.comparator):
            yield before.value
        for word in self._statement.words:
            is_told = word.kind is not Kind.NUMBER and is_content(word, language) and word.form not in _PERIODS
            if is_told and any(word.span.is_inside(part) for part in quantity.also):
                yield word.form


def _is_sign(text: str, at: int) -> bool:
    """Whether a character is neither letter nor digit and says something."""
    sign = text[at]
    before, behind = text[at - 1 : at] if at else "", text[at + 1 : at + 2]
    if sign.isalnum() or sign.isspace() or sign in _PUNCTUATION or sign in _FACES:
        return False
    if sign == ".":
        return behind.isdigit() and not before.isdigit()
    if sign == ":":
        return before.isdigit() and behind.isdigit()
    if sign in _DASHES:
        # β-blocker, and a dash between two spaces; the one of Na-チャネル is a charge.
        is_hyphen = before.isalpha() and behind.isascii() and behind.isalpha()
        return not is_hyphen and not (before.isspace() and behind.isspace())
    return True


def _loose_digits(statement: Statement, used: Set[int] | None) -> Counter[str]:
    """Written numbers that are not wholly inside a quantity or a name: what reading went past must be equal, too.

    `8〜0.9時` was read as 9時 once, and a wrong time was supported.
    """
    known = [part for quantity in statement.quantities for part in quantity.spans]
    known += [unit.span for unit in statement.units]
    return Counter(
        match.group()
        for match in _DIGITS.finditer(statement.text.text)
        if (used is None or statement.clause_at(match.start()) in used)
        and not any(Span(match.start(), match.end()).is_inside(span) for span in known)
    )


def _raised(statement: Statement, used: Set[int] | None) -> Counter[str]:
    """Raised digits and fractions right behind a digit, which NFKC makes part of the number: 10³ becomes 103."""
    original = statement.text.original
    return Counter(
        original[at]
        for start, _, first, last in statement.text.runs
        if used is None or statement.clause_at(start) in used
        for at in range(max(first, 1), last)
        if original[at - 1].isnumeric()
        and unicodedata.decomposition(original[at]).startswith(("<super>", "<fraction>"))
    )  # fmt: skip


def _cues(statement: Statement, anchors: Sequence[Span], used: Set[int] | None) -> list[tuple[str, int, int]]:
    """The cues of these clauses, or of all, each with the last pair that begins before it, -1 if none does."""
    return sorted(
        (
            cue.operator.value,
            cue.group,
            max(((one.start, at) for at, one in enumerate(anchors) if one.start < cue.span.start), default=(0, -1))[1],
        )
        for index, clause in enumerate(statement.clauses)
        if used is None or index in used
        for cue in clause.cues
    )
