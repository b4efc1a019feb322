"""A claim without its polarity: what contradicts it says the same of the same thing, but for these words."""

from monshin_factcheck.core.cues.polarity import find_cues
from monshin_factcheck.core.text.language import guess_language
from monshin_factcheck.core.text.normalise import normalise


def without_polarity(claim: str) -> str:
    """A claim, normalised, without the words that deny, oblige, forbid, allow or waive (polarity.yaml).

    >>> without_polarity("授乳中の服用は禁忌である。")
    '授乳中の服用はである。'
    """
    text = normalise(claim).text
    for cue in reversed(find_cues(text, guess_language(text))):
        text = text[: cue.span.start] + text[cue.span.end :]
    return text
