"""The subject of an English sentence, and the words that point at one: `It…`, `Its dose…`, `The drug…`."""

import re

from monshin_factcheck.core.claims.prescribing import opens_with_no_name

ACTIONS = r"causes?|reduces?|increases?|requires?|treats?|prevents?|inhibits?|needs?|lowers?|raises?|contains?|belongs?"
VERBS = rf"is|are|was|were|should|must|can|may|has|have|does|do|will|{ACTIONS}"  # as answers state things
_CONDITION = re.compile(r"^(?:In|For|If|When|During|Among|After|Before|At|With|Unless) [^,.]{3,80}, (?=\S)")
_SUBJECT = re.compile(rf"^(?P<subject>[\w-]+(?: [\w/-]+){{0,4}}?) (?:{VERBS})\b")
_NO_SUBJECT = re.compile(
    r"(?:its?|they|their|this|these|that|those|there|the|an?|you|your|he|she|we|i|both|either|neither|patients|people"
    r"|some|many|most|all|what|which|who|no|not)\b",
    re.IGNORECASE,
)
_THINGS = (
    r"drugs?|medications?|medicines?|agents?|conditions?|diseases?|disorders?|tests?|treatments?|therap(?:y|ies)"
    r"|vaccines?"
)
_POINTING = re.compile(
    rf"^(?:(?:This|The|These|Both) (?:{_THINGS})(?= [a-z])|(?:It|They|This|These|Both)(?= (?:\w+ly )?"
    rf"(?:also |often |usually |not )*(?:{VERBS}|(?!(?:of|the)\b)[a-z]+[a-rt-z]s|[a-z]+e|act|block|bind)\b))"
)
# `It is important to…` points at nothing.
_EMPTY_IT = re.compile(
    r"^It(?:'s| (?:is|was|may be|can be|should be|would be|has been|seems|appears|takes|depends))\b"
    r"(?: \w+ly| not| also)?(?: (?:[0-9]|important|recommended|advis\w+|best|better|necessary|essential|possible"
    r"|crucial|vital|critical|reasonable"
    r"|prudent|wise|helpful|useful|common|uncommon|rare|normal|safest?|safer|dangerous|a good idea|worth|noted"
    r"|clear|unclear|likely|unlikely|true|(?:known|thought|believed|suggested|estimated) that)\b| that\b|$)"
)
_OWNING = re.compile(r"^(?:Its|Their)(?= [a-z])")
_SIDES = (
    r"(?:(?:usual|typical|standard|recommended|normal|starting|initial|maintenance|maximum|minimum|daily|adult|common"
    r"|main|most common|serious|major|key) )*(?:doses?|dosages?|dosing|side[ -]effects?|adverse effects?"
    r"|contraindications?|indications?|uses?|mechanism(?: of action)?|(?:drug )?interactions?|precautions?|warnings?"
    r"|monitoring|half-life|onset|duration|storage|administration|symptoms?|causes?|diagnosis|prevention|prognosis"
    r"|complications?|risk factors?|treatment|target|benefits?|risks?|route|frequency|elimination|metabolism)"
)
_SIDE = re.compile(_SIDES, re.IGNORECASE)
_OWNED = re.compile(rf"^The(?= {_SIDES} (?:{VERBS})\b)")
# What was done once, or is told of him.
OF_A_PATIENT = re.compile(r"\b(?:was|were|ha[sd] been)\b|^(?:the patient|he|she) ", re.IGNORECASE)
_SEVERAL = re.compile(r" (?:and|or) ")


def is_side(name: str) -> bool:
    """Whether a heading or label names a side of a thing, and no thing: `Dose`, `Common side effects`."""
    return _SIDE.fullmatch(name.strip()) is not None


def own_subject(sentence: str) -> str:
    """The subject that a sentence hands on to the next; empty if it has none of its own.

    >>> own_subject("In adults, metformin is given twice a day."), own_subject("Its dose is 5 mg.")
    ('metformin', '')
    """
    found = _SUBJECT.match(_CONDITION.sub("", sentence))
    if found is None or _NO_SUBJECT.match(found["subject"]) or opens_with_no_name(found["subject"]):
        return ""
    return found["subject"]


def with_subject(sentence: str, name: str) -> str:
    """The sentence with the name in place of the word that points at it; unchanged where it is not clear.

    `It` points at one thing, `Both` at several; `It is important to…` points at nothing.

    >>> with_subject("Its usual dose is 5 mg.", "Warfarin"), with_subject("Both raise it.", "Warfarin")
    ("Warfarin's usual dose is 5 mg.", 'Both raise it.')
    """
    condition = _CONDITION.match(sentence)
    opening = condition.group() if condition is not None else ""
    rest = sentence[len(opening) :]
    rest = rest[:1].upper() + rest[1:] if opening else rest
    pointer = _OWNING.match(rest) or _OWNED.match(rest) or (None if _EMPTY_IT.match(rest) else _POINTING.match(rest))
    if pointer is None or _are_different(pointer.group().split()[0], name):
        return sentence
    is_owner = pointer.group() in ("Its", "Their") or _OWNED.match(rest) is not None
    return f"{opening}{name}{chr(39) + 's' if is_owner else ''}{rest[pointer.end() :]}"


def _are_different(pointer: str, name: str) -> bool:
    """Whether one speaks of a single thing and the other of several."""
    is_several = _SEVERAL.search(name) is not None
    if pointer in ("It", "Its", "This"):
        return is_several
    return pointer in ("Both", "They", "These", "Their") and not (
        is_several or (name.endswith("s") and pointer != "Both")
    )
