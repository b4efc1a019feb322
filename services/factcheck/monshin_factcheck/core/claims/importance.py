"""Which claims a patient can come to harm by: those about doses, contraindications, allergies, and what to do."""

import re
from enum import Enum
from functools import cache
from importlib import resources

import yaml


class Importance(Enum):
    """Why a claim is important; BACKGROUND: it is not."""

    CONTRAINDICATION = "contraindication"
    ALLERGY = "allergy"
    DOSE = "dose"
    INSTRUCTION = "instruction"
    BACKGROUND = "background"


def importance_of(text: str) -> Importance:
    """For an NFKC text; the first kind, in the order above, that a cue of importance.yaml speaks for.

    >>> [importance_of(text).value for text in ("1日5 mgとする。", "納豆は避ける。", "抗凝固薬である。")]
    ['dose', 'contraindication', 'background']
    """
    for kind, cue in _cues():
        if cue.search(text):
            return kind
    return Importance.BACKGROUND


@cache
def _cues() -> tuple[tuple[Importance, re.Pattern[str]], ...]:
    source = yaml.safe_load(resources.files(__package__).joinpath("importance.yaml").read_text("utf-8"))
    return tuple(
        (kind, re.compile("|".join(f"(?:{pattern})" for pattern in source[kind.value]), re.IGNORECASE))
        for kind in Importance
        if kind is not Importance.BACKGROUND
    )
