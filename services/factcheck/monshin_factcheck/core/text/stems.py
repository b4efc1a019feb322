"""English words to stems: light, so that dose and doses meet and rate and rating do not."""

import re

_IRREGULAR = {
    "given": "give", "gave": "give", "taken": "take", "took": "take", "children": "child", "women": "woman",
    "men": "man", "feet": "foot", "teeth": "tooth", "people": "person", "diagnoses": "diagnosis", "doses": "dose",
    "is": "be", "are": "be", "was": "be", "were": "be", "been": "be", "has": "have", "had": "have", "does": "do",
    "did": "do", "done": "do", "began": "begin", "begun": "begin", "rose": "rise", "risen": "rise", "fell": "fall",
    "fallen": "fall", "kept": "keep", "left": "left", "held": "hold", "less": "less", "series": "series",
}  # fmt: skip
_VOWEL = re.compile(r"[aeiouy]")
_KEEP_S = ("ss", "us", "is")


def stem(word: str) -> str:
    """The stem of a lower-case English word.

    >>> [stem(word) for word in ("dressings", "changed", "studies", "stopped", "virus", "diagnosis")]
    ['dress', 'chang', 'study', 'stop', 'virus', 'diagnosis']
    """
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) <= 3 or not word.isascii() or not word.isalpha():
        return word
    word = _singular(word)
    for suffix in ("ing", "ed"):
        base = word.removesuffix(suffix)
        if base != word and len(base) >= 3 and _VOWEL.search(base):
            return _undoubled(base)
    if word.endswith("e") and len(word) > 4:
        return word[:-1]
    return word


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "ches", "shes", "xes", "zes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(_KEEP_S):
        return word[:-1]
    return word


def _undoubled(base: str) -> str:
    if len(base) > 3 and base[-1] == base[-2] and base[-1] not in "lsz":
        return base[:-1]
    return base
