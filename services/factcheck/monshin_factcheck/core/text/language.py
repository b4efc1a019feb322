"""A guess at the language of a short text: Japanese, English or other."""

import re
from enum import Enum


class Language(Enum):
    """What the checker can read, and the rest."""

    JAPANESE = "ja"
    ENGLISH = "en"
    OTHER = "other"


_KANA = re.compile(r"[\u3041-\u3096\u30a1-\u30fa\uff66-\uff9f]")
_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]")
_LATIN_MARKED = re.compile(r"[\u00c0-\u024f]")
_WORD = re.compile(r"[a-z\u00c0-\u024f']+")

# Function words of Chinese that Japanese text of the same characters hardly ever holds.
_CHINESE = re.compile(r"[的了是嗎這們您於]")
# Words that no Japanese text without kana holds.
_CHINESE_WORD = re.compile(
    r"禁用|慎用|避免|不宜|不得|不能使用|每[日天次晚早周年]|毫克|毫升|孕[妇婦]|[儿兒]童|患者[可應应需]|建[议議]|需要|可以"
)

_ENGLISH = frozenset({
    "the", "of", "and", "to", "in", "is", "are", "was", "be", "for", "with", "on", "at", "by", "from", "or", "not",
    "no", "as", "an", "if", "when", "it", "this", "that", "has", "have", "had", "should", "may", "can", "per", "day",
    "daily", "twice", "once", "every", "hours", "give", "take", "avoid", "do",
})  # fmt: skip
# German, French, Spanish, Italian, Portuguese, Dutch, Indonesian.
_FOREIGN = frozenset({
    "der", "die", "das", "und", "ist", "nicht", "ein", "eine", "mit", "für", "von", "le", "la", "les", "des",
    "est", "une", "dans", "pour", "avec", "et", "un", "el", "los", "las", "una", "por", "con", "para", "il", "di",
    "che", "del", "della", "não", "uma", "com", "os", "em", "het", "een", "voor", "niet", "van", "yang",
    "dan", "untuk", "dengan", "dari", "pada", "tidak", "alla", "volte", "giorno", "ogni", "nel", "nella",
    "sono", "aux", "fois", "jour", "veces", "día", "cada", "horas",
    "vezes", "ao", "oder", "zweimal", "täglich", "wird", "daags",
})  # fmt: skip


def guess_language(text: str) -> Language:
    """The language that most of `text`, NFKC, is written in.

    Figures and names alone (`CRP 3.2 mg/dL`) count as English, Chinese characters alone (`禁忌`) as Japanese,
    for both read the same in either; text of no letters at all counts as Japanese.
    """
    kana, han = len(_KANA.findall(text)), len(_HAN.findall(text))
    latin, marked = len(_LATIN.findall(text)), len(_LATIN_MARKED.findall(text))
    foreign = sum(character.isalpha() for character in text) - kana - han - latin - marked
    if foreign > kana + han + latin:
        # Greek letters, full-width Latin and prolonged sound marks are letters, too, but never the majority.
        return Language.OTHER
    if kana or han:
        return _of_han(text, kana, han) if 2 * (kana + han) >= latin * 0.5 else _of_latin(text, latin, marked)
    return _of_latin(text, latin, marked) if latin + marked else Language.JAPANESE


def _of_han(text: str, kana: int, han: int) -> Language:
    if kana * 12 >= han:
        return Language.JAPANESE
    if kana == 0 and _CHINESE_WORD.search(text):
        return Language.OTHER
    characters = "".join(_HAN.findall(text))
    # Simplified characters are outside of JIS X 0208, names such as 𠮷野 rare enough.
    unknown = han - len(characters.encode("shift_jis", "ignore")) // 2
    chinese = len(_CHINESE.findall(text))
    return Language.OTHER if unknown * 10 >= han or (han >= 10 and chinese * 8 >= han) else Language.JAPANESE


def _of_latin(text: str, latin: int, marked: int) -> Language:
    words = _WORD.findall(text.lower())
    english = sum(word in _ENGLISH for word in words)
    other = sum(word in _FOREIGN for word in words)
    if other > english or (marked * 20 > latin and english == 0):
        return Language.OTHER
    return Language.ENGLISH
