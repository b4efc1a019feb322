"""What a caller asks for: which texts, how they will be used, what happens with long ones, and who waits."""

import math
from dataclasses import dataclass
from enum import Enum, auto
from typing import assert_never

from monshin_kit.errors import InvalidInput, Violation


class Kind(Enum):
    """How a text will be used; models such as e5 were trained with a prefix for each."""

    QUERY = "query"
    PASSAGE = "passage"
    RAW = "raw"


class Truncation(Enum):
    """What happens with a text longer than the model reads."""

    ERROR = auto()
    END = auto()


class Priority(Enum):
    """Who waits for the answer: a person, or an import."""

    INTERACTIVE = auto()
    BULK = auto()


@dataclass(frozen=True, slots=True)
class Prefixes:
    """What is put before a text; a RAW text stays as it is."""

    query: str = "query: "
    passage: str = "passage: "

    def of(self, kind: Kind) -> str:
        """The prefix of this kind."""
        match kind:
            case Kind.QUERY:
                return self.query
            case Kind.PASSAGE:
                return self.passage
            case Kind.RAW:
                return ""
            case _:
                assert_never(kind)


@dataclass(frozen=True, slots=True)
class EmbedRequest:
    """Texts to embed; at least one, none empty, each made of real characters (no lone surrogate)."""

    texts: tuple[str, ...]
    kind: Kind
    truncation: Truncation = Truncation.ERROR

    def __post_init__(self) -> None:
        check_texts(self.texts)


@dataclass(frozen=True, slots=True)
class Requester:
    """For whom a request is computed.

    caller: texts of different callers take turns. deadline_s: on the monotonic clock; work is dropped after it.
    """

    caller: str
    priority: Priority = Priority.INTERACTIVE
    deadline_s: float = math.inf


def check_texts(texts: tuple[str, ...]) -> None:
    """Raises InvalidInput that names each text which is empty or cannot be written as UTF-8."""
    if not texts:
        raise InvalidInput("no text was given: at least one is needed", field="texts", reason="NO_TEXT")
    broken = [violation for i, text in enumerate(texts) if (violation := _check(i, text))]
    if broken:
        raise InvalidInput.of(broken)


def _check(index: int, text: str) -> Violation | None:
    if not text:
        return Violation(f"texts[{index}]", "is empty: a text has at least one character", "EMPTY_TEXT")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        return Violation(f"texts[{index}]", f"holds a lone surrogate at character {error.start}", "LONE_SURROGATE")
    return None
