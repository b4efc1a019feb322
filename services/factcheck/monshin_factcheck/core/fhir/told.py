"""What a resource says, in words."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from monshin_kit.errors import InvalidInput

from monshin_factcheck.core.cues.governing import Governing
from monshin_factcheck.core.fhir.node import Node
from monshin_factcheck.core.fhir.tongue import Telling


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence made of a resource, or a narrative in its own words, which may be many. date: ISO or empty.

    title: what the narrative calls itself; empty for sentences. element: of a Told without text, what of the resource
    could not be told, such as `dosageInstruction.timing`; empty for all of it. problem: refuses a source that is this
    resource alone; in a Bundle what could not be told is only named. is_active_order, is_disputed: see Passage.
    governing: titles that govern the narrative. order: of a drug that is or was ordered or taken.
    """

    text: str
    date: str = ""
    title: str = ""
    element: str = ""
    problem: InvalidInput | None = None
    is_active_order: bool = False
    is_disputed: bool = False
    governing: tuple[Governing, ...] = ()
    order: "Order | None" = None

    @property
    def is_narrative(self) -> bool:
        """Whether its sentences stand in a context; made sentences stand alone."""
        return bool(self.title)


@dataclass(frozen=True, slots=True)
class Order:
    """What an order or statement says of its drug, beside its sentence. bare: the sentence without the dose.

    is_whole: all that it has of the dose is told. is_over: stopped, on hold, not taken, not to be given. dose: as its
    sentence tells it, or empty.
    """

    drug: str
    bare: str
    is_whole: bool
    is_over: bool = False
    dose: str = ""


# Where a resource holds, but its words are missing: a drug that is only referred to, a value of an unread type.
NOTHING = Told("")

# Finds the resource that a reference of another one means; None if it is not in the source.
Find = Callable[[Node], Node | None]
Tell = Callable[[Node, Telling, Find], Iterator[Told]]


def sentence(telling: Telling, japanese: str, english: str, *notes: str) -> str:
    """The sentence of the tongue, with notes in brackets: `カリウムは4.1 mEq/Lである（2026年4月2日）。`"""
    told = [note for note in notes if note]
    body = telling.pick(japanese, english[:1].upper() + english[1:])
    if not told:
        return body + telling.pick("。", ".")
    return body + telling.pick(f"（{'、'.join(told)}）。", f" ({', '.join(told)}).")
