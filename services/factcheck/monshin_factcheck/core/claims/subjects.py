"""The subject a sentence leaves out: taken from the sentence before, the heading or the question, by one plain rule."""

import re
from dataclasses import dataclass, field, replace

from monshin_factcheck.core.aliases.table import builtin_aliases, builtin_section, katakana_drug
from monshin_factcheck.core.claims import english
from monshin_factcheck.core.claims.cases import has_case, is_case, names_nothing
from monshin_factcheck.core.claims.drugs import (
    drugs_in,
    is_denied,
    is_given_up,
    is_in_place_of,
    is_together,
    only_drug,
)
from monshin_factcheck.core.claims.prescribing import leaves_drug_out, measures_drug
from monshin_factcheck.core.claims.topics import topic
from monshin_factcheck.core.text.language import Language, guess_language
from monshin_factcheck.core.text.normalise import normalise

_LONGEST = 30
_LONGEST_NAME = 12
_CONDITION_END = re.compile(r"(?:場合|とき|時|際|患者|例|人|者|中|後|前)(?:に|で)?$|(?:では|には|から|まで|で|に)$")
_POINTING = re.compile(
    r"^(?:これら?|それら?|こちら|(?:この|その|本|同|当該)(?:薬剤?|剤|疾患|病気|症|検査|治療法?|療法|手技|処置|方法|ワクチン|製剤|成分))"
    r"(?=は|が|を|に|の|で|も|と)"
)
# Nouns that belong to something: 副作用は… needs to be told whose.
_RELATIONAL = re.compile(
    r"^(?:主な|おもな|重大な|よくある|一般的な|通常の|標準的な|典型的な|初回の?|1日の?)?"
    r"(?:副作用|用法・用量|用量|用法|投与量|投与方法|服用方法|使用方法|使い方|飲み方|1[日回]量"
    r"|(?:1[日回])?(?:開始|初期|維持|最大|最高|常用)(?:投与|用)?量|(?:1日)?総量|上限|目安|適応症?|禁忌|効果|効能|作用|作用機序|半減期|有効期間|保存方法|保管方法"
    r"|注意点?|注意事項|特徴|目的|目標値?|原因|誘因|症状|初期症状|所見|診断|診断基準|検査|治療|治療法|治療期間"
    r"|予防|予防法|予後|合併症|基準値|基準範囲|正常値|パニック値|対象|対象者|期間|間隔|頻度|回数|時期|投与間隔"
    r"|投与期間|第一選択薬?|相互作用|排泄|代謝|感染経路|潜伏期間|リスク|危険因子|種類|定義)$"
)
# What was done or found once is told of a patient: it leaves out the patient, and hands no subject on.
_PAST = re.compile(r"た[。．]?$")
_OF_A_PATIENT = re.compile(
    r"(?:(?<!だっ)(?<!あっ)(?<!かっ)た|(?:処方|服用|内服|投与|使用|注射|吸入|点眼|貼付)(?:して|されて)い(?:る|ない|ます))[。．]?$"
)
# What a patient has or had, and no drug: ペニシリンアレルギーがあります.
_HISTORY = re.compile(
    r"^[^、。はが]{0,20}(?:アレルギー|既往|(?:家族|手術|喫煙|飲酒|内服|服薬|入院)歴)(?:歴|等|など)?(?:が|も|は)?"
    r"(?:ある|あり(?:ます|ません)?|ない|なし)(?:です)?[。．]?$"
)
# A finding at a side of the body: 左手にしびれがある.
_AT_A_SIDE = re.compile(
    r"^(?:左|右|両)[^、。は]{1,24}[がを](?:ある|あり(?:ます|ません)|ない|残る|残ります|残存|(?:見|み)られ|認め)"
)
# 飲む量を変えた後の体の落ち着き: what holds of it later on is anybody's guess.
_TOLD_AT_LENGTH = re.compile(r"[をがに].*[一-鿿ぁ-ん]")
_CASE_BEFORE = re.compile(r"^.*(?:では|には|場合は|[者児婦人]は)(?=.)")
# ヘパリンを使う says nothing of the drug spoken of before.
_INSTEAD = re.compile(r"^[ァ-ヺーA-Za-z]{3,20}(?:製剤)?を(?:使|用い|投与|選択|選び|選ぶ|開始|推奨)")
# Openings that say nothing of the subject.
_OPENER = re.compile(r"^(?:はい|いいえ|また|なお|まず|さらに|結論から言うと|結論として|基本的に|一般に)、")


@dataclass(frozen=True, slots=True)
class Subject:
    """What the text speaks of at a place, which side of it a heading announced (`副作用`), and for whom or in what
    cases all of it holds (`妊婦`), the outermost first; empty where nothing is known. is_told: by the answer, and not
    by the question alone. is_unclear: several drugs are spoken of, or one that is given up, so that nobody can tell of
    which a sentence is that names none. lately: the one drug that the last sentence with any named, which need not be
    its subject: メトホルミンを開始した."""

    name: str = ""
    aspect: str = ""
    cases: tuple[str, ...] = ()
    is_told: bool = True
    is_unclear: bool = False
    lately: str = field(default="", compare=False)

    def owner(self, sentence: str) -> str:
        """What a sentence is of that leaves it out: where it tells a dose or a prohibition, a drug before all else."""
        is_drug = drugs_in(self.name) or kind_and_name(normalise(self.name).text)[0] == "drugs"
        is_dose = leaves_drug_out(sentence) or measures_drug(sentence)
        return self.lately if self.lately and not is_drug and is_dose else self.name

    def after_heading(self, heading: str) -> "Subject":
        """A heading names a new subject, or an aspect of the present one (`副作用`)."""
        name = heading.strip(" 　:：*#【】")
        if not name or len(name) > _LONGEST:
            return replace(self, aspect="")
        is_known = self.name or self.is_unclear
        return replace(self, aspect=name) if is_side(name) and is_known else Subject(name, cases=self.cases)

    def after(self, sentence: str) -> "Subject":
        """A sentence with a subject of its own hands it on, if it does not pass to another."""
        after = self._after(sentence)
        is_lost = after.is_unclear or (self.name != "" and after.name == "")
        return replace(after, lately="" if is_lost else self._named_by(sentence))

    def _named_by(self, sentence: str) -> str:
        """The drug named last, behind a sentence: none where that is given up or denied, or there are several."""
        if not drugs_in(sentence) or leaves_drug_out(sentence) or is_together(sentence):
            return self.lately
        is_gone = is_given_up(sentence) or is_in_place_of(sentence) or is_denied(sentence)
        return "" if is_gone else only_drug(sentence)

    def _after(self, sentence: str) -> "Subject":
        found = "" if _PAST.search(sentence.strip()) else _own_subject(sentence)
        beside = self.beside(sentence, found)
        if not found or beside is not self:
            return beside
        if len(found) > _LONGEST_NAME and _TOLD_AT_LENGTH.search(found):
            return Subject(cases=self.cases)
        return Subject(found, cases=self.cases) if found != self.name else self

    def beside(self, sentence: str, own: str = "") -> "Subject":
        """What is spoken of behind a sentence that may pass to another drug: `Xはやめ、Yにする`. own: its subject."""
        mine = drugs_in(own or self.name)
        if not mine:
            return self
        is_stopped = is_given_up(sentence) and not self.cases and not has_case(sentence)
        has_others = not drugs_in(sentence) <= mine and not is_together(sentence)
        is_another = is_stopped or has_others or is_in_place_of(sentence)
        return Subject(cases=self.cases, is_unclear=True) if is_another else self


def has_subject(sentence: str) -> bool:
    """Whether a sentence says itself what it is about."""
    return _own_subject(sentence) != ""


def is_relational(name: str) -> bool:
    """Whether a Japanese noun needs to be told whose: 副作用, 用量."""
    return _RELATIONAL.match(name) is not None


def is_side(name: str) -> bool:
    """Whether a heading or a label names a side of a thing, and no thing: 副作用, `Dose`."""
    return is_relational(name) or english.is_side(name)


def with_subject(sentence: str, subject: Subject) -> str:
    """The sentence with the subject that it leaves out; unchanged where it has one or none is known.

    `本剤は…` gets the name in place of the pointer, `副作用は…` in front as `Xの`, a sentence without topic as `Xは、`.

    >>> with_subject("副作用は出血です。", Subject("ワルファリン"))
    'ワルファリンの副作用は出血です。'
    """
    name = subject.owner(sentence)
    if not name or name.lower() in sentence.lower():
        return sentence
    if guess_language(normalise(sentence).text) is Language.ENGLISH:
        told = english.with_subject(sentence, name)
        has_empty_case = (subject.cases or has_case(sentence)) and names_nothing(sentence)
        needs_owner = told == sentence and (has_empty_case or _is_of_the_drug(sentence, name))
        return f"{name}: {sentence}" if needs_owner else told
    pointed = _POINTING.sub(name, sentence, count=1)
    if pointed != sentence:
        return pointed
    about = topic(sentence)
    if about and has_case(sentence) and names_nothing(sentence) and sentence.startswith(about):
        # 妊婦への投与は禁忌, 妊婦は避ける: of any drug, if it is not told of which.
        return f"{name}は、{sentence}" if is_case(about) else f"{name}の{sentence}"
    if about and _RELATIONAL.match(about) and sentence.startswith(about):
        return f"{name}の{sentence}"
    # 高齢者では慎重に投与し、最大量は…: behind an action that names no drug, the amount is of the one spoken of.
    is_behind_action = len(drugs_in(name)) == 1 and _RELATIONAL.match(about) and leaves_drug_out(sentence)
    if about and not is_behind_action:
        return sentence
    # What a patient got is told of a drug alone: 1日500 mgを処方した.
    is_of_the_drug = drugs_in(name) and _is_of_the_drug(sentence, name)
    if not is_of_the_drug and (is_of_a_patient(sentence) or _INSTEAD.search(sentence)):
        return sentence
    return f"{name}は、{_OPENER.sub('', sentence)}"


def _is_of_the_drug(sentence: str, name: str) -> bool:
    """Whether a sentence tells a dose or a prohibition and no drug, so that it is of the one spoken of, if any is."""
    return leaves_drug_out(sentence) or (len(drugs_in(name)) == 1 and measures_drug(sentence))


def is_of_a_patient(sentence: str) -> bool:
    """Whether a sentence tells what a patient got, takes or has: `1日5 mgを処方した`, `It was prescribed`."""
    bare = sentence.strip()
    return any(found is not None for found in (_OF_A_PATIENT.search(bare), _HISTORY.match(bare), _AT_A_SIDE.match(bare),
                                               english.OF_A_PATIENT.search(bare)))  # fmt: skip


def with_aspect(item: str, subject: Subject) -> str:
    """A bullet that only names things, told as what the heading announced: `Xの副作用：発疹`."""
    if subject.name and subject.name in item:
        return item
    if not subject.aspect and begins_with_another(item, subject.name):
        return item
    side = subject.aspect
    if not subject.name and is_side(side) and kind_and_name(normalise(item).text)[0] == "drugs":
        return item
    if not side and not subject.name:
        return item
    if not subject.name:
        return f"{side}: {item}"
    if guess_language(normalise(item).text) is Language.ENGLISH:
        return f"{subject.name} {side}: {item}" if side else f"{subject.name}: {item}"
    return f"{subject.name}の{side}: {item}" if side else f"{subject.name}: {item}"


def begins_with_another(item: str, name: str) -> bool:
    """Whether both are drugs, or both diseases, by table or spelling: アスピリン 100mg says nothing of ワルファリン."""
    kind, begun = kind_and_name(normalise(name).text)
    other, begins = kind_and_name(normalise(item).text)
    return kind != "" and kind == other and begun != begins


def kind_and_name(text: str) -> tuple[str, str]:
    """The section of the shipped table and the name that the text begins with; katakana without entry is a drug."""
    hit = next((hit for hit in builtin_aliases().find(text) if hit.span.start == 0), None)
    if hit is not None:
        return builtin_section(hit.canonical), hit.canonical
    found = katakana_drug(text)
    return ("drugs" if found else "", found)


def is_fragment(item: str) -> bool:
    """Whether a Japanese bullet has no predicate: it ends in a noun."""
    text = item.rstrip("。． 　")
    return bool(text) and re.search(r"[一-鿿ァ-ヺーA-Za-z0-9%)）]$", text) is not None and topic(text) == ""


def _own_subject(sentence: str) -> str:
    text = sentence.strip()
    if guess_language(normalise(text).text) is Language.ENGLISH:
        return english.own_subject(text)
    name = topic(text)
    if not name or _RELATIONAL.match(name) or _POINTING.match(name + "は") or _CONDITION_END.search(name):
        return ""
    # 妊婦ではワルファリンは… speaks of ワルファリン.
    name = _CASE_BEFORE.sub("", name)
    # `ワルファリンの開始量は…` goes on about ワルファリン.
    owner, _, owned = name.rpartition("の")
    name = owner if owner and _RELATIONAL.match(owned) else name
    return name if len(name) <= _LONGEST and not _RELATIONAL.match(name) else ""
