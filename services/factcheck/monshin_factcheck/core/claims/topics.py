"""What a Japanese sentence says that it is about, by the particle は."""

import re

_NOMINAL_END = r"[一-鿿ァ-ヺーA-Za-z0-9)）」％%んりきみえ]"
_TOPIC = re.compile(
    rf"(?P<topic>[^、,。:：「」]{{1,40}}?{_NOMINAL_END})(?P<particle>とは|については|(?<!又)(?<!また)は(?![じしっずんるか]|い[、。]))"
)


def topic(sentence: str) -> str:
    """The first noun phrase marked by は, of the first three comma-separated pieces; empty if there is none."""
    for piece in re.split(r"[、,]", sentence)[:3]:
        found = _TOPIC.match(piece.strip())
        if found is not None:  # `妊婦では` as well, a condition and a topic in one: nothing has to be carried in
            return found["topic"]
    return ""


def behind_topic(sentence: str) -> int:
    """Where a sentence goes on behind the は of a topic in front; 0 if it has none, or では or には marks it."""
    found = _TOPIC.match(sentence)
    is_plain = (
        found is not None and found["particle"] == "は" and not sentence[: found.end()].endswith(("では", "には"))
    )
    return found.end() if found is not None and is_plain else 0
