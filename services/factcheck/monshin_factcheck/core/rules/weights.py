"""Which words carry content, and how much of it."""

from monshin_factcheck.core.text.language import Language
from monshin_factcheck.core.text.words import Kind, Word

_EMPTY = frozenset(
    {
        "為る", "有る", "居る", "成る", "行く", "来る", "下さる", "頂く", "致す", "御座る", "言う", "因る",
        "於く", "関する", "就く", "対する", "付く", "従う", "事", "物", "為", "様", "等", "の", "所", "訳", "筈",
        "おく",
        "此れ", "其れ", "其の", "此の", "場合", "時", "際", "者", "方", "何", "其処", "此処", "又", "及び",
        "或いは", "並びに", "又は", "但し", "更に", "且つ", "其の為", "毎", "共", "的", "化",
        "性", "等々", "御", "各", "という", "として", "について", "にとって", "出来る", "置く", "見做す", "此",
        "其", "其々", "為さる", "参る", "申す", "仕舞う", "貰う", "呉れる", "遣る", "限り", "可能",
        "必要", "通り", "当該",
    }
)  # fmt: skip
_EMPTY_EN = frozenset(
    {
        "a", "an", "the", "of", "and", "or", "to", "in", "on", "at", "by", "for", "with", "from", "as", "that",
        "this", "these", "those", "it", "its", "be", "is", "are", "was", "were", "been", "being", "will",
        "would", "there", "their", "they", "them", "he", "she", "his", "her", "we", "you", "your", "i", "who",
        "whom", "which", "what", "when", "where", "while", "if", "than", "then", "so", "such", "into", "onto",
        "have", "has", "had", "do", "does", "did", "not", "no", "nor", "any", "some", "each", "every", "all",
        "also", "very", "about", "other", "may", "can", "could", "should",
        "must", "shall", "might", "need", "upon", "per", "via", "during", "within", "between",
        "because", "but", "however", "one",
    }
)  # fmt: skip


def is_content(word: Word, language: Language) -> bool:
    """Whether a claim that lacks this word says something else."""
    match word.kind:
        case Kind.NOUN | Kind.VERB | Kind.ADJECTIVE | Kind.ADVERB | Kind.PREFIX | Kind.SUFFIX:
            if not any(character.isalnum() for character in word.surface):
                return False
            if language is Language.ENGLISH or word.surface.isascii():
                return word.lemma not in _EMPTY_EN and word.form not in _EMPTY_EN
            return word.form not in _EMPTY and word.lemma not in _EMPTY
        case Kind.NUMBER:
            return True
        case _:
            return False


def weight(word: Word, following: Word | None) -> float:
    """How much of a sentence's content the word carries: names most, light words least."""
    match word.kind:
        case Kind.PREFIX:
            return 0.5
        case Kind.SUFFIX:
            return 0.2
        case Kind.ADVERB:
            return 0.3
        case Kind.VERB:
            return 0.6
        case Kind.ADJECTIVE:
            return 0.7
        case Kind.NUMBER:
            return 0.8
        case _:
            is_verbal = following is not None and following.form == "為る"
            return 0.7 if is_verbal else 0.6 if len(word.surface) == 1 else 1.0 + 0.05 * min(len(word.surface), 6)
