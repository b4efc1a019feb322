"""Documents that are nothing but a name, as in a list of diseases: they share words with claims and say nothing."""

import re

from monshin_factcheck.core.evidence import Passage
from monshin_factcheck.core.text.language import Language, guess_language
from monshin_factcheck.core.text.normalise import normalise
from monshin_factcheck.core.text.words import Analyser, Kind, Word

_LONGEST = 160
# Ends of sentences; what parts a name from what is said of it; comparisons.
_SAYING = re.compile(r"[。!?:;=<>≤≥≦≧→]|[a-z]\.$")
_TOPIC = frozenset({"は", "が", "も"})
_PREDICATES = frozenset(
    {
        "is", "are", "was", "were", "be", "been", "has", "have", "had", "do", "does", "did", "can", "could", "may",
        "might", "must", "shall", "should", "will", "would", "cannot", "not", "never", "avoid", "give", "take", "use",
        "stop",
    }
)  # fmt: skip


def is_bare_name(passage: Passage, analyser: Analyser) -> bool:
    """Whether the passage is a whole document without a title, and a name: no sentence, topic or predicate.

    A bullet of a list has neighbours or a title that make it say something, and so is none.
    """
    if passage.title or passage.before or passage.after or len(passage.text) > _LONGEST:
        return False
    plain = normalise(passage.text).text.strip()
    if not plain or _SAYING.search(plain):
        return False
    words = [word for word in analyser.words(plain) if word.kind is not Kind.MARK]
    if guess_language(plain) is Language.ENGLISH:
        return not any(word.surface.lower() in _PREDICATES for word in words)
    return bool(words) and _is_noun(words[-1]) and not any(_is_topic(word) for word in words)


def _is_noun(word: Word) -> bool:
    return word.kind in (Kind.NOUN, Kind.NUMBER, Kind.SUFFIX)


def _is_topic(word: Word) -> bool:
    return word.kind is Kind.PARTICLE and word.surface in _TOPIC
