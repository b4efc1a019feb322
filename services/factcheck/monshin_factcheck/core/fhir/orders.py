"""What the orders and statements of a patient's charts do to each other: one tells of its drug only what no other one
denies, and one beside which another tells another dose is marked.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from monshin_factcheck.core.fhir.doses import differ
from monshin_factcheck.core.fhir.same_drug import are_one, drug_of, may_be_one
from monshin_factcheck.core.fhir.told import Order, Told

_MANY = 20


def settled(every: Sequence[Told]) -> list[Told]:
    """The same in their order. What a later stop of its drug may have ended is not told, and named; beside an order of
    which not the whole dose could be told, none of its drug tells a dose.

    Two active orders with different doses are both told, and marked: a claim that repeats one is for a person to see.
    """
    others = [
        (drug_of(told.order.drug), told, told.order)
        for told in every
        if told.order is not None and (told.order.is_over or (told.is_active_order and not told.order.is_whole))
    ]
    kept = [_settled(told, told.order, others) if told.text and told.order is not None else told for told in every]
    return _marked(kept)


def _settled(told: Told, order: Order, others: Sequence[tuple[str, Told, Order]]) -> Told:
    if order.is_over or not told.is_active_order:
        return told
    drug = drug_of(order.drug)
    alike = [(one, other) for name, one, other in others if one is not told and may_be_one(drug, name)]
    if any(other.is_over and _may_be_later(one.date, told.date) for one, other in alike):
        return Told("", element="status")
    if any(not other.is_over for _, other in alike):
        return replace(told, text=order.bare, order=replace(order, dose=""))
    return told


def _may_be_later(stop: str, order: str) -> bool:
    """A stop of the same day is mostly of the order that the other one takes the place of."""
    return not stop or not order or stop > order


def _marked(every: Sequence[Told]) -> list[Told]:
    """Each active order beside which another one of its drug tells another dose."""
    doses: dict[str, dict[str, None]] = {}
    for told in every:
        if drug := _dosed(told):
            doses.setdefault(drug, {})[told.order.dose if told.order is not None else ""] = None
    disputed = {
        name for drug, own in doses.items() for other in _alike(drug, doses) if _disagree(own, doses[other])
        for name in (drug, other)
    }  # fmt: skip
    return [replace(told, is_disputed=True) if _dosed(told) in disputed else told for told in every]


def _dosed(told: Told) -> str:
    """The drug of an active order that tells a dose; empty for any other."""
    order = told.order
    return drug_of(order.drug) if order is not None and told.text and told.is_active_order and order.dose else ""


def _alike(drug: str, known: Collection[str]) -> Iterator[str]:
    """The drug itself, and those of which it is one said more exactly. Found by its parts: a chart may have thousands
    of names.
    """
    for length in sorted({len(name) for name in known}):
        parts = {drug[at : at + length] for at in range(len(drug) - length + 1)}
        yield from (part for part in parts if part in known and are_one(drug, part))


def _disagree(mine: Collection[str], theirs: Collection[str]) -> bool:
    """Nobody has so many doses of one drug that agree, and to compare each with each would take long."""
    if max(len(mine), len(theirs)) > _MANY:
        return True
    return any(differ(one, other) for one in mine for other in theirs)
