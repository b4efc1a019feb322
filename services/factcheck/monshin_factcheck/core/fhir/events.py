"""Procedure, Encounter and Patient: what was done, when the patient came and went, who they are."""

from collections.abc import Iterator

from monshin_factcheck.core.fhir import words
from monshin_factcheck.core.fhir.denial import denies
from monshin_factcheck.core.fhir.node import Node
from monshin_factcheck.core.fhir.told import NOTHING, Find, Told, sentence
from monshin_factcheck.core.fhir.tongue import Telling

_PROCEDURES = {
    "preparation": ("を予定している", "is planned"),
    "in-progress": ("を行っている", "is under way"),
    "not-done": ("は行わなかった", "was not done"),
    "on-hold": ("を中断している", "is on hold"),
    "stopped": ("を中止した", "was stopped"),
    "completed": ("を行った", "was done"),
}
_INPATIENT = frozenset({"IMP", "ACUTE", "NONAC"})
_GENDERS = {"male": ("男性", "male"), "female": ("女性", "female")}


def procedure(node: Node, telling: Telling, find: Find) -> Iterator[Told]:
    """An operation or treatment; one that was not done is told as such."""
    status, name = node.text("status"), words.concept(node.child("code"))
    if status == "unknown":
        yield Told("", element="status")
        return
    if not name or denies(name):
        yield NOTHING
        return
    if status not in _PROCEDURES:
        raise node.refuse("status", f"one of {', '.join(_PROCEDURES)} is needed", "NOT_FHIR")
    japanese, english = _PROCEDURES[status]
    when, date = telling.when(node, "performedDateTime", "performedPeriod")
    outcome = words.concept(node.child("outcome"))
    reason = words.concept(node.child("statusReason"))
    for site in words.sites(node):
        told = words.placed(name, site, telling)
        yield Told(sentence(telling, told + japanese, f"{told} {english}", when, reason), date)
        if outcome:
            yield Told(sentence(telling, f"{told}の結果は{outcome}である", f"outcome of {told} is {outcome}"), date)


def encounter(node: Node, telling: Telling, find: Find) -> Iterator[Told]:
    """A stay: admission, discharge, reason and where to."""
    period, kind = node.child("period"), node.child("class")
    is_stay = kind is not None and kind.text("code") in _INPATIENT
    if node.text("status") not in ("in-progress", "onleave", "finished") or period is None:
        return
    start, end = telling.when(period, "start"), telling.when(period, "end")
    if not is_stay:
        if start[0]:
            yield Told(sentence(telling, f"{start[0]}に受診した", f"the patient was seen on {start[0]}"), start[1])
        return
    if start[0]:
        yield Told(sentence(telling, f"{start[0]}に入院した", f"the patient was admitted on {start[0]}"), start[1])
    if end[0]:
        yield Told(sentence(telling, f"{end[0]}に退院した", f"the patient was discharged on {end[0]}"), end[1])
    reason = words.concepts(node, "reasonCode", telling)
    if reason:
        yield Told(sentence(telling, f"入院の理由は{reason}である", f"the reason for admission is {reason}"), start[1])
    stay = node.child("hospitalization")
    target = words.concept(stay.child("dischargeDisposition")) if stay is not None else ""
    if target and end[0]:
        yield Told(sentence(telling, f"退院先は{target}である", f"the patient was discharged to {target}"), end[1])


def patient(node: Node, telling: Telling, find: Find) -> Iterator[Told]:
    """Sex, birth date and death; names and addresses are not needed to check a text."""
    gender = _GENDERS.get(node.text("gender"))
    if gender is not None:
        yield Told(sentence(telling, f"患者の性別は{gender[0]}である", f"the patient is {gender[1]}"))
    birth = telling.when(node, "birthDate")[0]
    if birth:
        yield Told(sentence(telling, f"患者の生年月日は{birth}である", f"the patient was born on {birth}"))
    death, date = telling.when(node, "deceasedDateTime")
    if death or node.flag("deceasedBoolean"):
        yield Told(sentence(telling, "患者は死亡した", "the patient has died", death), date)
