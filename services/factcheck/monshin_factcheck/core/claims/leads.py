"""What stands in front of a statement: the label of a line, and headings, of which some state something themselves."""

import re
from dataclasses import dataclass, replace

from monshin_factcheck.core.claims.cases import Case, case_of, is_case, is_open
from monshin_factcheck.core.claims.english import ACTIONS
from monshin_factcheck.core.claims.subjects import Subject, is_fragment, is_side, kind_and_name
from monshin_factcheck.core.claims.topics import topic
from monshin_factcheck.core.text.language import Language, guess_language
from monshin_factcheck.core.text.normalise import normalise

_LABEL = re.compile(
    r"(?P<label>[^:：。、!?！？「」|\n]{1,40}?)[ \t]*(?<![0-9])[:：](?!//)[ \u3000\t]*(?P<rest>\S.*)", re.DOTALL
)
# Labels that say nothing of what follows.
_EMPTY = re.compile(
    r"(?:重要な?)?(?:注意点?|重要|ポイント|要点|結論|まとめ|補足|回答|答え|注|備考|参考|概要|説明|解説|例|質問)"
    r"|(?:important|key )?(?:note|points?|warning|caution|answer|summary|conclusion|tips?|reminder|overview|example)s?"
    r"|important|bottom line|in short|in summary|a|q|note well",
    re.IGNORECASE,
)
_PREDICATE = re.compile(
    r"(?:です|ます|ません|ました|である|ではない|なさい|ください|下さい|ましょう|べき|しない|できない|(?:は|が)[^はが]*"
    r"(?:[うくすつぬむるいた]|禁忌|不要|必要|可能|不可|有効|安全|危険|第一選択|[0-9][^は]*))[。．]?$"
)
_ASKS = re.compile(
    r"(?:か|とは|について|は|なぜ|いつ|どう)[。．?？]?$|[?？]|^(?:なぜ|どう|何|いつ|q[.:：])", re.IGNORECASE
)
# A lead only says that something follows.
_ONLY_LEADS = re.compile(
    r"(?:次|以下|下記)(?:の|に)|\b(?:following|as follows|below|include|includes|including|such as|are|is)[:：.]?$",
    re.IGNORECASE,
)
# What such a lead says behind its case: In children the dose is as follows.
_LEADS_ON = re.compile(r",? (?:the|these|its) (?:\w+ ){0,2}?(?:dos\w+|following)\b.*$", re.IGNORECASE)
_ENGLISH_PREDICATE = re.compile(
    r"\b(?:is|are|was|were|should|must|can|cannot|may|has|have|does|do not|don't|will"
    rf"|{ACTIONS})\b (?=\S+)|^(?:avoid|never|do not|don't) ",
    re.IGNORECASE,
)
_DOSE = re.compile(r"[0-9][0-9.,]* ?(?:mg|μg|mcg|g|mL|IU|単位|錠)(?![A-Za-z錠])")
_ENGLISH_ASKS = re.compile(
    r"^(?:what|how|why|when|who|where|which|can|should|is|are|does|do(?! not\b))\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Lead:
    """A label and the statement behind it."""

    label: str
    rest: str

    @property
    def is_empty(self) -> bool:
        """Whether the label says nothing of the statement: 注意, Note."""
        return is_empty(self.label)


def lead_of(text: str) -> Lead | None:
    """The label that a text without markup begins with; None if it has none.

    >>> lead_of("用量：1日10 mg"), lead_of("比は1:2です。")
    (Lead(label='用量', rest='1日10 mg'), None)
    """
    found = _LABEL.fullmatch(text)
    if found is None or topic(found["label"]):
        return None
    return Lead(found["label"].strip(), found["rest"])


def states(heading: str) -> bool:
    """Whether a heading, a bold line or one with a colon at its end can itself be true or false.

    >>> [states(text) for text in ("用法・用量", "妊婦への投与は禁忌", "最大量は1日4 gです：", "次の薬は禁忌です：")]
    [False, True, True, False]
    """
    text = normalise(heading).text.strip().rstrip(":： ")
    if is_case(text):
        return False
    if guess_language(text) is Language.ENGLISH:
        if is_open(text):
            return False
        leads_on = _ENGLISH_ASKS.match(text) or _ONLY_LEADS.search(text)
        return not leads_on and (_ENGLISH_PREDICATE.search(text) is not None or _DOSE.search(text) is not None)
    if _ASKS.search(text) or (_ONLY_LEADS.search(text) and not _DOSE.search(text)):
        return False
    return _PREDICATE.search(text) is not None or _DOSE.search(text) is not None


def announced_by(heading: str, subject: Subject) -> Subject:
    """What is spoken of below a heading, a name alone in a bullet, or a label: a subject, a side of it, or a case."""
    name = heading.strip(" 　:：*#【】〈〉《》［］。．.")
    if is_empty(name):
        return subject
    case = case_of(name)
    if case is not None:
        return _in_case(case, name, subject)
    if guess_language(name) is Language.ENGLISH and is_open(name):
        return replace(subject, aspect=name)
    if guess_language(name) is Language.ENGLISH and (_ENGLISH_PREDICATE.search(name) or _ONLY_LEADS.search(name)):
        # The following drugs are…: the items are told of all of it, and it is no name.
        return Subject(aspect=name, cases=subject.cases)
    about = topic(name)
    if about:
        # ワルファリンの注意点は次の通りです: the topic alone is what the items are told of.
        owner, _, side = about.rpartition("の")
        return subject.after_heading(about) if not owner else replace(subject, name=owner).after_heading(side)
    return subject.after_heading(name)


def stated_by(heading: str, subject: Subject) -> Subject:
    """What is spoken of below a heading that states something itself: `妊婦では減量する` holds for 妊婦 alone."""
    case = case_of(heading)
    after = subject.after(heading)
    return replace(after, cases=(*after.cases, case.text)) if case is not None else after


def led_on_by(sentence: str, subject: Subject) -> Subject:
    """What is spoken of below a sentence that leads on to a list: `小児では以下の用量とする。`"""
    case = case_of(_LEADS_ON.sub("", sentence)) if _ONLY_LEADS.search(sentence) else None
    return replace(subject, cases=(*subject.cases, case.text)) if case is not None else subject


def is_empty(label: str) -> bool:
    """Whether a label says nothing of what follows it: 注意, Note."""
    return _EMPTY.fullmatch(label) is not None


def _in_case(case: Case, name: str, subject: Subject) -> Subject:
    """What is spoken of below `小児` (what was before), `小児の用量` (its dose), `アモキシシリン（小児）` (it)."""
    inside = replace(subject, aspect="", cases=(*subject.cases, case.text))
    if not case.rest:
        return inside
    if is_side(case.rest):
        return replace(inside, aspect=case.rest)
    kind = kind_and_name(normalise(case.rest).text)[0]
    if kind == "drugs":
        return replace(inside, name=case.rest)
    # 妊婦に禁忌の薬: the items are told of all of it.
    return replace(inside, name=name, is_told=True) if not subject.name else inside


def behind(lead: Lead, subject: Subject) -> Subject:
    """What the sentences behind a labelled one, and the bullets below it, speak of."""
    if lead.is_empty:
        return subject.after(lead.rest)
    has_figures = any(character.isdigit() for character in lead.label)
    is_named = kind_and_name(normalise(lead.label).text)[1] != "" or not (subject.name or has_figures)
    is_told = is_named or is_side(lead.label) or case_of(lead.label) is not None
    return announced_by(lead.label, subject) if is_told else subject


def is_name(item: str) -> bool:
    """Whether a bullet only names what its own bullets speak of: `アスピリン`, `Side effects:`."""
    text = normalise(item).text.strip()
    bare = text.rstrip(":： ")
    if not bare or any(character.isdigit() for character in bare) or states(bare):
        return False
    if guess_language(bare) is Language.ENGLISH:
        return bare != text or (len(bare.split()) <= 4 and bare[0].isupper() and not bare.endswith("."))
    return bare != text or (is_fragment(bare) and len(bare) <= 20)
