"""Whether two names of orders mean one drug: ワーファリン錠1mg and ワルファリンカリウム「トーワ」."""

import re
from functools import lru_cache

from monshin_factcheck.core.aliases.table import certain_aliases
from monshin_factcheck.core.fhir.vocabulary import folded, vocabulary

_WORDS = "drugs.yaml"
# A shorter name stands in too many others.
_SHORTEST = 3
_LETTER = re.compile(r"[a-zァ-ヺー]")


@lru_cache(maxsize=4096)
def drug_of(name: str) -> str:
    """The drug of a name as the table of names calls it, without its salt, form, maker and strength.

    >>> [drug_of(name) for name in ("ワーファリン錠1mg", "Warfarin Potassium 1 mg tablet", "ヘパリン類似物質軟膏")]
    ['ワルファリン', 'ワルファリン', 'ヘパリン類似物質']
    """
    text = vocabulary(_WORDS)["before"].sub("", folded(name))
    form = vocabulary(_WORDS)["form"].search(text)
    text = text[: form.start()] if form is not None and form.start() > 0 else text
    text = vocabulary(_WORDS)["salt"].sub("", text)
    for hit in reversed(certain_aliases().find(text)):
        text = text[: hit.span.start] + hit.canonical + text[hit.span.end :]
    return "".join(text.split())


def may_be_one(drug: str, other: str) -> bool:
    """Of two drugs, as `drug_of`: whether one's name stands in the other's, as far as letters go."""
    short, long = sorted((drug, other), key=len)
    return short == long or (len(short) >= _SHORTEST and short in long)


def are_one(drug: str, other: str) -> bool:
    """Of two drugs, as `drug_of`: the same, or one said more exactly; プレドニゾロン is no メチルプレドニゾロン."""
    short, long = sorted((drug, other), key=len)
    if short == long or not may_be_one(drug, other):
        return short == long
    at = long.find(short)
    around = (long[at - 1 : at], long[at + len(short) : at + len(short) + 1])
    return not any(_LETTER.match(one) for one in around)
