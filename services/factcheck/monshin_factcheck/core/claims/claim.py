"""A statement of an answer that can be true or false, or something that cannot."""

from dataclasses import dataclass

from monshin_factcheck.core.text.spans import Span


@dataclass(frozen=True, slots=True)
class Claim:
    """`span` is where it stands in the answer, `text` what is judged: the statement with the subject it left out.

    `checkable` is False for greetings, questions, headings, disclaimers and plain advice to see a doctor, and for what
    is_untold: it leaves out what it is said of, and neither the answer nor the question tells that.
    """

    span: Span
    text: str
    checkable: bool
    is_untold: bool = False
