"""Small words that change what is said: only, or, may, even, than, without; and numbers that nobody read."""

import re
from collections import Counter
from collections.abc import Set

from monshin_factcheck.core.rules.statement import Statement
from monshin_factcheck.core.rules.verbatim import outside_numbers
from monshin_factcheck.core.text.language import Language
from monshin_factcheck.core.text.words import Kind

# What each says, and its words: words of one line may stand for each other.
_JAPANESE = {
    "only": r"のみ|だけ|しか|ばかり|に限[るりっ]",
    "except": r"以外|除[くいき]",
    "however": r"ただし",
    "than": r"より(?!も?[高低大小多少])|ほど",
    "even": r"さえ|(?:ても|でも)(?!よ|良|い|構|差|か)",
    "self": r"こそ",
    "or": r"または|もしくは|あるいは|いずれか|又は|若しくは",
    "may": r"ことがあ[るり]|ことも|可能性|おそれ|恐れ|かもしれ|得る|うる|場合がある|場合もある",
    "not_always": r"とは限ら|わけではな",
    "until": r"まで(?!も)",
    "since": r"以降|からで",
    "while": r"ながら|うちに",
    "each": r"たびに|ごとに",
    "sign": r"[〜~→]",
    "passive": r"(?:れ|られ|せ|させ)(?=る|て|た|ま|な|ず|、|。)",
}
# Words such as `before` or `always` are content units: they are aligned, not counted.
_ENGLISH = {
    word: rf"\b{word}\b"
    for word in (
        "only", "alone", "except", "or", "both", "either", "unless", "if", "when", "until", "may", "might", "most",
        "all", "some", "any", "than", "by", "from", "to", "within",
    )
}  # fmt: skip
_PATTERNS = {
    Language.JAPANESE: {name: re.compile(pattern) for name, pattern in _JAPANESE.items()},
    Language.ENGLISH: {name: re.compile(pattern, re.IGNORECASE) for name, pattern in _ENGLISH.items()},
}
_LIMITS = re.compile(
    r"のみ|だけ|しか|限り|限る|限って|ただし|除[くいき]|以外|場合|とき|際|原則|通常|ならば|なら|れば|たら|未満|以上|以下|超"
    r"|if\b|unless|only|except|when\b|usually|provided",
    re.IGNORECASE,
)
_POINTING = frozenset({"此の", "其の", "此れ", "其れ", "或る", "当該", "本", "こうした", "そうした", "斯かる"})


def markers(statement: Statement, clauses: Set[int] | None) -> Counter[str]:
    """What the small words of these clauses, or of all, say; those inside of quantities do not count."""
    patterns = _PATTERNS[Language.ENGLISH if statement.language is Language.ENGLISH else Language.JAPANESE]
    return Counter(name for name, pattern in patterns.items() for _ in outside_numbers(pattern, statement, clauses))


def limits(clause: str) -> bool:
    """Whether a clause narrows down what the rest of its sentence says."""
    return _LIMITS.search(clause) is not None


def adnominals(statement: Statement, clauses: Set[int] | None) -> Counter[str]:
    """Words that only stand before nouns and are no content units, but for those that point: 大きな, not この."""
    return Counter(
        word.form
        for word in statement.words
        if word.kind is Kind.OTHER
        and word.form not in _POINTING
        and (clauses is None or statement.clause_at(word.span.start) in clauses)
    )
