"""What a judge is: it reads a claim and passages and says what each of them says about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from monshin_factcheck.core.aliases.table import AliasTable
from monshin_factcheck.core.evidence import Passage, Probabilities
from monshin_factcheck.core.text.spans import Span


class Stance(Enum):
    """What a passage does to a claim."""

    SUPPORTS = "supports"
    # Says it of a case that the claim neither states nor is: `Opinion.conditions` name it.
    SUPPORTS_IF = "supports_if"
    CONTRADICTS = "contradicts"
    # Speaks of the same subject and settles nothing.
    RELATED = "related"
    UNRELATED = "unrelated"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something noticed, in fixed words; `claim` counts in the claim's text, `evidence` in the document's."""

    kind: str
    judge: str
    claim: Span
    evidence: Span


class ConditionKind(Enum):
    """What a condition is about."""

    # Whom it concerns: 妊婦では, 75歳以上では, 意識がある場合.
    POPULATION = "population"
    # A measured value: eGFR 30未満では.
    QUANTITY = "quantity"
    # When: 投与開始後は, 食前に.
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition of the evidence that the claim leaves out. `span` counts in the document's text, `text` its words.

    normalised: the same in names and signs, such as `推算糸球体濾過量 <30 mL/分/1.73m2`.
    """

    span: Span
    text: str
    kind: ConditionKind
    normalised: str


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one judge makes of one passage. `relevance` in [0, 1]: how much of the claim the passage speaks of.

    unconfirmed: the claim's quantities that the passage does not confirm.
    tells_dose: whether the claim says how much of something is given, or how often.
    conditions: those of the passage that hold for what the claim says, and that the claim leaves out.
    is_overruled: whether the passage says the claim, but another one takes it back or tells another dose.
    """

    passage: Passage
    stance: Stance
    relevance: float
    probabilities: Probabilities
    findings: tuple[Finding, ...] = ()
    unconfirmed: frozenset[Span] = frozenset()
    conditions: tuple[Condition, ...] = ()
    tells_dose: bool = False
    is_overruled: bool = False


class Judge(Protocol):
    """A way to decide. Several may run; each is named in the results it took part in.

    Implementations keep no state that a claim changes, and compute: callers run them off the event loop.
    """

    @property
    def name(self) -> str:
        """The word for it in `judges_run`."""
        ...

    def knowing(self, aliases: AliasTable) -> "Judge":
        """The same judge with names of a corpus's own."""
        ...

    def judge(self, claim: str, passages: Sequence[Passage]) -> list[Opinion]:
        """One opinion a passage, in their order."""
        ...
