"""Names for the same thing, found in text before it is cut into words."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from monshin_factcheck.core.tables import read_table
from monshin_factcheck.core.text.normalise import normalise
from monshin_factcheck.core.text.spans import Span

# Latin abbreviations up to this length stand for too many things to be one of them.
_LONGEST_DOUBTFUL = 2
# Sections of the shipped table that hold no groups of names.
_AMBIGUOUS, _WORDS = "ambiguous", "words"
# Katakana words of a ward that are no names.
_WARD = (
    "アレルギー|ショック|リスク|ケア|カテーテル|チューブ|ベッド|モニター|ストレス|スタッフ|ガイドライン|メーカー"
    "|シリンジ|バッグ"
)
_KATAKANA_DRUG = re.compile(rf"(?:(?!{_WARD})[ァ-ヺー]){{4,}}")


@dataclass(frozen=True, slots=True)
class AliasHit:
    """A name found in a text and the name it stands for."""

    span: Span
    canonical: str


class AliasTable:
    """Groups of names; the first of a group stands for all of it.

    >>> table = AliasTable([("急性心筋梗塞", "AMI")])
    >>> [hit.canonical for hit in table.find("AMIの患者")]
    ['急性心筋梗塞']
    """

    def __init__(self, groups: Iterable[Sequence[str]]) -> None:
        self._canonical: dict[str, str] = {}
        self._names: dict[str, tuple[str, ...]] = {}
        for group in groups:
            names = tuple(normalise(name).text for name in group)
            for name in names:
                self._canonical.setdefault(name.lower(), names[0])
            self._names.setdefault(names[0], names)
        lengths: dict[str, set[int]] = {}
        for name in self._canonical:
            lengths.setdefault(name[0], set()).add(len(name))
        # By lengths, not by names: a list of diseases has thousands that begin with 急.
        self._lengths = {first: sorted(found, reverse=True) for first, found in lengths.items()}

    def find(self, text: str) -> list[AliasHit]:
        """All names of the table in an NFKC text, longest first at each place."""
        folded = text.lower()
        if len(folded) != len(text):
            folded = text
        hits: list[AliasHit] = []
        at = 0
        while at < len(folded):
            name = self._name_at(folded, at)
            if name is not None:
                hits.append(AliasHit(Span(at, at + len(name)), self._canonical[name]))
            at += len(name) if name is not None else 1
        return hits

    def _name_at(self, folded: str, at: int) -> str | None:
        for length in self._lengths.get(folded[at], ()):
            name = folded[at : at + length]
            if name in self._canonical and _stands_at(folded, at, name):
                return name
        return None

    def canonical(self, word: str) -> str | None:
        """The name that a single word stands for, if the table has it."""
        return self._canonical.get(word.lower())

    def names(self, canonical: str) -> tuple[str, ...]:
        """All names of a group, to search for each of them."""
        return self._names.get(canonical, ())


@cache
def builtin_aliases() -> AliasTable:
    """All names of the table that ships with the service, read once: for the search, and for what a text is about."""
    return AliasTable([group for section in _names() for group in _groups()[section]])


@cache
def certain_aliases() -> AliasTable:
    """Those of them that have one meaning: what judges may take for the same thing."""
    ambiguous = frozenset(name for names in _groups()[_AMBIGUOUS] for name in names)
    return AliasTable(
        [
            [name for name in group if name not in ambiguous and not is_too_short(name)]
            for section in _names()
            for group in _groups()[section]
        ]
    )


def is_too_short(name: str) -> bool:
    """Whether a name stands for too many things to be one of them: one character, or two Latin ones.

    >>> [is_too_short(name) for name in ("RA", "酒", "AMI", "血糖")]
    [True, True, False, False]
    """
    return len(name) == 1 or (name.isascii() and len(name) <= _LONGEST_DOUBTFUL)


def may_abbreviate(one: str, other: str) -> bool:
    """Whether the shipped table has both for one thing, and one of them is too short to be sure of it.

    >>> may_abbreviate("RA", "関節リウマチ"), may_abbreviate("SLE", "関節リウマチ")
    (True, False)
    """
    known = builtin_aliases()
    canonical = known.canonical(one)
    return (is_too_short(one) or is_too_short(other)) and canonical is not None and canonical == known.canonical(other)


@cache
def _groups() -> dict[str, list[list[str]]]:
    """Section → its groups, as the file has them."""
    source = read_table(__package__, "builtin.yaml")
    return {section: [[str(name) for name in group] for group in groups] for section, groups in source.items()}


def _names() -> list[str]:
    """The sections that hold names."""
    return [section for section in _groups() if section not in (_AMBIGUOUS, _WORDS)]


@cache
def _builtin_sections() -> dict[str, str]:
    return {
        normalise(name).text.lower(): section
        for section in (*_names(), _WORDS)
        for group in _groups()[section]
        for name in group
    }


def builtin_section(name: str) -> str:
    """The section of the shipped table that a name stands in, such as `drugs` or `diseases`; empty if it has none."""
    return _builtin_sections().get(name.lower(), "")


def katakana_drug(text: str) -> str:
    """What an NFKC text begins with if that is taken for a drug by its spelling, for want of an entry; else empty.

    >>> katakana_drug("アスピリン 100mg"), katakana_drug("ペニシリンアレルギー"), katakana_drug("アレルギー歴")
    ('アスピリン', 'ペニシリン', '')
    """
    found = _KATAKANA_DRUG.match(text)
    return found.group() if found is not None else ""


@cache
def builtin_words() -> AliasTable:
    """Words alike in a protocol: looked up by dictionary form, never searched in running text."""
    return AliasTable(_groups()[_WORDS])


def _stands_at(text: str, at: int, name: str) -> bool:
    """Whether `name` is a word of its own there, as far as scripts tell."""
    if not text.startswith(name, at):
        return False
    before, after = text[at - 1 : at], text[at + len(name) : at + len(name) + 1]
    if before and _is_latin(name[0]) and _is_latin(before):
        return False
    if before and _is_katakana(name[0]) and _is_katakana(before):
        return False
    if not after:
        return True
    if _is_latin(name[-1]):
        return not _is_latin(after)
    if _is_katakana(name[-1]):
        return not _is_katakana(after)
    # `高血圧` of `高血圧性脳症` and `心筋梗塞` of `心筋梗塞後症候群` are other things.
    return len(name) == 1 or after not in "性型様圏" or not "一" <= name[-1] <= "鿿"


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _is_katakana(character: str) -> bool:
    return "ァ" <= character <= "ヺ" or character == "ー"
