"""What of a passage is searched."""

from monshin_factcheck.core.evidence import Passage


def passage_text(title: str, sentence: str) -> str:
    """What is embedded for a passage: a sentence alone often leaves out what it is about."""
    return f"{title}。{sentence}" if title else sentence


def searched_text(passage: Passage) -> str:
    """What of a passage is embedded and cut into terms."""
    return passage_text(passage.title, passage.text)
