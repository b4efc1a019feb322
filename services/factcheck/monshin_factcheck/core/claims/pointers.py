"""Words that point into the sentence before: 前者 and 後者 at its names, その場合 and `In that case` at its case."""

import re

_TWO = re.compile(
    r"^(?P<former>[^、。はがとや\s]{2,20})[とや](?P<latter>[^、。はがとや\s]{2,20}?)(?:の(?:両方|2剤|２剤))?は"
)
_ENGLISH_TWO = re.compile(
    r"^(?P<former>[\w-]+(?: [\w-]+)?) and (?P<latter>[\w-]+(?: [\w-]+)?) (?:both )?"
    r"(?:are|were|should|must|can|may|have|do|will|cause|reduce|increase|require|treat|prevent|inhibit|lower|raise)\b"
)
_FORMER_OR_LATTER = re.compile(
    r"(?P<former>前者|[Tt]he former\b)|(?P<latter>後者|[Tt]he latter\b)|両(?:者|剤|薬)(?=[はがをにでのも])"
)
_CONDITION = re.compile(
    r"^(?!その|この)(?P<condition>[^。]{2,60}?(?:場合|とき|時|際|患者|妊婦|授乳婦|小児|高齢者)(?:には|では|は|に|で)?)、"
)
_IN_THAT_CASE = re.compile(r"^(?:その|この)(?:場合|とき|際)(?:には|では|は)?、?")
_ENGLISH_CONDITION = re.compile(
    r"^(?P<condition>(?:In|For|If|When|During|Among|After|Before) (?!that|this|such)[^,.]{3,80}), "
)
_ENGLISH_IN_THAT_CASE = re.compile(r"^In (?:that|this|such a) case, ")


def points(sentence: str) -> bool:
    """Whether a sentence points at the two names of another."""
    return _FORMER_OR_LATTER.search(sentence) is not None


def resolved(sentence: str, before: str) -> str:
    """The sentence with what it points at in `before`; unchanged where that is not clear.

    >>> resolved("後者は75 mgです。", "アスピリンとクロピドグレルは抗血小板薬です。")
    'クロピドグレルは75 mgです。'
    >>> resolved("In that case, it is halved.", "If eGFR is below 45, metformin is reduced.")
    'If eGFR is below 45, it is halved.'
    """
    case, english_case = _IN_THAT_CASE.match(sentence), _ENGLISH_IN_THAT_CASE.match(sentence)
    condition = (_CONDITION if case else _ENGLISH_CONDITION).match(before)
    if condition is not None and case is not None:
        sentence = f"{condition['condition']}、{sentence[case.end() :]}"
    elif condition is not None and english_case is not None:
        sentence = f"{condition['condition']}, {sentence[english_case.end() :]}"
    two = _TWO.match(before) or _ENGLISH_TWO.match(before)
    if two is None:
        return sentence
    former, latter = two["former"], two["latter"]
    return _FORMER_OR_LATTER.sub(
        lambda found: former if found["former"] else latter if found["latter"] else f"{former}と{latter}", sentence
    )
