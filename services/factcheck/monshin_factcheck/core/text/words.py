"""Words of a text: Sudachi for Japanese, stems for English, one shape for both."""

import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from monshin_factcheck.core.text.spans import Span
from monshin_factcheck.core.text.stems import stem

_HAS_LATIN = re.compile(r"[A-Za-z]")
# Sudachi refuses more than 49,149 bytes at once.
_MAX_PIECE = 12_000


class _Morpheme(Protocol):
    def surface(self) -> str: ...
    def normalized_form(self) -> str: ...
    def dictionary_form(self) -> str: ...
    def part_of_speech(self) -> tuple[str, ...]: ...
    def begin(self) -> int: ...
    def end(self) -> int: ...


class _Tokenizer(Protocol):
    def tokenize(self, text: str) -> Iterable[_Morpheme]: ...


class Kind(Enum):
    """What a word does in its sentence, as far as the checker asks."""

    NOUN = "noun"
    NUMBER = "number"
    VERB = "verb"
    ADJECTIVE = "adjective"
    ADVERB = "adverb"
    PREFIX = "prefix"
    SUFFIX = "suffix"
    PARTICLE = "particle"
    AUXILIARY = "auxiliary"
    CONJUNCTION = "conjunction"
    MARK = "mark"
    OTHER = "other"


_KINDS = {
    "名詞": Kind.NOUN, "代名詞": Kind.NOUN, "動詞": Kind.VERB, "形容詞": Kind.ADJECTIVE, "形状詞": Kind.ADJECTIVE,
    "副詞": Kind.ADVERB, "連体詞": Kind.OTHER, "接頭辞": Kind.PREFIX, "接尾辞": Kind.SUFFIX, "助詞": Kind.PARTICLE,
    "助動詞": Kind.AUXILIARY, "接続詞": Kind.CONJUNCTION, "補助記号": Kind.MARK, "記号": Kind.MARK,
    "空白": Kind.MARK, "感動詞": Kind.OTHER,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Word:
    """`surface` stands at `span` of the normalised text; `form` unites spellings, `lemma` only inflections."""

    surface: str
    form: str
    lemma: str
    kind: Kind
    detail: str
    span: Span


class Analyser:
    """Cuts NFKC text into words. Safe for many threads: each has a tokenizer of its own."""

    def __init__(self) -> None:
        self._own = threading.local()

    def words(self, text: str) -> tuple[Word, ...]:
        """All words of `text` in order, marks and spaces included; together they cover it."""
        found: list[Word] = []
        for start in range(0, len(text), _MAX_PIECE):
            pieces = self._tokenizer().tokenize(text[start : start + _MAX_PIECE])
            found.extend(_word(morpheme, start) for morpheme in pieces)
        return tuple(found)

    def _tokenizer(self) -> _Tokenizer:
        tokenizer: _Tokenizer | None = getattr(self._own, "tokenizer", None)
        if tokenizer is None:
            # The dictionary takes 0.2 s and 70 MB: it is loaded by the first thread that reads text.
            from sudachipy import Dictionary, SplitMode  # type: ignore[import-untyped]  # it ships no py.typed

            tokenizer = Dictionary().tokenizer(mode=SplitMode.C)
            self._own.tokenizer = tokenizer
        return tokenizer


def _word(morpheme: _Morpheme, start: int) -> Word:
    surface = morpheme.surface()
    part = morpheme.part_of_speech()
    kind = Kind.NUMBER if part[1] == "数詞" else _KINDS.get(part[0], Kind.OTHER)
    span = Span(start + morpheme.begin(), start + morpheme.end())
    if _HAS_LATIN.match(surface) and kind is not Kind.MARK:
        # Sudachi writes `over` as オーバー and `is` as IS; for Latin words the stem serves better.
        folded = surface.lower()
        return Word(surface, stem(folded), folded, kind, part[1], span)
    lemma = morpheme.dictionary_form()
    return Word(surface, morpheme.normalized_form(), lemma, kind, part[1], span)
