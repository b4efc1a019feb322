"""The subject a sentence leaves out: taken from the sentence before, the heading or the question, by one plain rule."""

import re
from dataclasses import dataclass, replace

from monshin_factcheck.core.aliases.table import builtin_aliases, builtin_section, katakana_drug
from monshin_factcheck.core.claims import english
from monshin_factcheck.core.text.language import Language, guess_language
from monshin_factcheck.core.text.normalise import normalise

_LONGEST = 30
_LONGEST_NAME = 12
_NOMINAL_END = r"[一-鿿ァ-ヺーA-Za-z0-9)）」％%んりきみえ]"
_TOPIC = re.compile(
    rf"(?P<topic>[^、,。:：「」]{{1,40}}?{_NOMINAL_END})(?P<particle>とは|については|(?<!又)(?<!また)は(?![じしっずんるか]|い[、。]))"
)
_CONDITION_END = re.compile(r"(?:場合|とき|時|際|患者|例|人|者|中|後|前)(?:に|で)?$|(?:では|には|から|まで|で|に)$")
_POINTING = re.compile(
    r"^(?:これら?|それら?|こちら|(?:この|その|本|同|当該)(?:薬剤?|剤|疾患|病気|症|検査|治療法?|療法|手技|処置|方法|ワクチン|製剤|成分))"
    r"(?=は|が|を|に|の|で|も|と)"
)
# Nouns that belong to something: 副作用は… needs to be told whose.
_RELATIONAL = re.compile(
    r"^(?:主な|おもな|重大な|よくある|一般的な|通常の|標準的な|典型的な|初回の?|1日の?)?"
    r"(?:副作用|用法・用量|用量|用法|投与量|投与方法|服用方法|使用方法|使い方|飲み方|1日量"
    r"|(?:1日)?(?:開始|初期|維持|最大|最高|常用)(?:投与|用)?量|(?:1日)?総量|上限|目安|適応症?|禁忌|効果|効能|作用|作用機序|半減期|有効期間|保存方法|保管方法"
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
# When or in what case something was asked: 食事中に, 夜勤中の. 妊娠中 and the like are people, 脳卒中 is a disease.
_WHEN = re.compile(
    r"(?<!妊娠)(?<!授乳)(?<!透析)(?<!卒)[中後前](?:に|の)?$|(?:とき|際|場合|[朝昼夕晩夜]|昨日|今日|明日|最近)$"
)
# 飲む量を変えた後の体の落ち着き: what holds of it later on is anybody's guess.
_TOLD_AT_LENGTH = re.compile(r"[をがに].*[一-鿿ぁ-ん]")
_CASE_BEFORE = re.compile(r"^.*(?:では|には|場合は|[者児婦人]は)(?=.)")
# ヘパリンを使う says nothing of the drug spoken of before.
_INSTEAD = re.compile(r"^[ァ-ヺーA-Za-z]{3,20}(?:製剤)?を(?:使|用い|投与|選択|選び|選ぶ|開始|推奨)")
# Openings that say nothing of the subject.
_OPENER = re.compile(r"^(?:はい|いいえ|また|なお|まず|さらに|結論から言うと|結論として|基本的に|一般に)、")
_QUESTION_SUBJECT = re.compile(
    r"^(?P<subject>[^、。?？はがをにでと]{2,30}?)(?:とは|って|について|の|は|が|を|に|で|と)"
)
# 妊娠中のロキソプロフェン: whom it is about, and what.
_OF_SOME_PEOPLE = re.compile(
    r"^(?P<subject>[^、。?？はがをにでとの]{0,15}?(?:妊娠中|授乳中|透析中|患者|[者児婦人])の[^、。?？はがをにでとの]{2,20})"
    r"(?=とは|って|について|の|は|が|を|に|で|と)"
)
_QUESTION_ENGLISH = re.compile(
    r"\b(?:of|for|about|is|are|does|do|can|should) (?:the )?(?P<subject>[A-Z]?[\w-]{4,30})", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Subject:
    """What the text speaks of at a place, which side of it a heading announced (`副作用`), and for whom or in what case
    all of it holds (`妊婦`); empty where nothing is known. is_told: by the answer, and not by the question alone."""

    name: str = ""
    aspect: str = ""
    case: str = ""
    is_told: bool = True

    def after_heading(self, heading: str) -> "Subject":
        """A heading names a new subject, or an aspect of the present one (`副作用`)."""
        name = heading.strip(" 　:：*#【】")
        if not name or len(name) > _LONGEST:
            return replace(self, aspect="", case="")
        return replace(self, aspect=name, case="") if is_side(name) and self.name else Subject(name)

    def after(self, sentence: str) -> "Subject":
        """A sentence with a subject of its own hands it on."""
        if _PAST.search(sentence.strip()):
            return self
        found = _own_subject(sentence)
        if len(found) > _LONGEST_NAME and _TOLD_AT_LENGTH.search(found):
            return Subject()
        return Subject(found) if found and found != self.name else self


def of_question(question: str) -> Subject:
    """What a question asks about: `ワルファリンの用量は？` asks about ワルファリン."""
    text = normalise(question).text.strip()
    if guess_language(text) is Language.ENGLISH:
        found = _QUESTION_ENGLISH.search(text)
    else:
        found = _OF_SOME_PEOPLE.match(text) or _QUESTION_SUBJECT.match(text)
    name = found["subject"].strip() if found is not None else ""
    return Subject("" if _RELATIONAL.match(name) or _WHEN.search(name) else name, is_told=False)


def is_side(name: str) -> bool:
    """Whether a heading or a label names a side of a thing, and no thing: 副作用, `Dose`."""
    return _RELATIONAL.match(name) is not None or english.is_side(name)


def with_subject(sentence: str, subject: Subject) -> str:
    """The sentence with the subject that it leaves out; unchanged where it has one or none is known.

    `本剤は…` gets the name in place of the pointer, `副作用は…` in front as `Xの`, a sentence without topic as `Xは、`.

    >>> with_subject("副作用は出血です。", Subject("ワルファリン"))
    'ワルファリンの副作用は出血です。'
    """
    if not subject.name or subject.name in sentence:
        return sentence
    if guess_language(normalise(sentence).text) is Language.ENGLISH:
        told = english.with_subject(sentence, subject.name)
        return f"{subject.name}, {subject.case}: {sentence}" if subject.case and told == sentence else told
    pointed = _POINTING.sub(subject.name, sentence, count=1)
    if pointed != sentence:
        return pointed
    about = topic(sentence)
    if about:
        return f"{subject.name}の{sentence}" if _RELATIONAL.match(about) and sentence.startswith(about) else sentence
    is_of_a_patient = _OF_A_PATIENT.search(sentence.strip()) or _HISTORY.match(sentence.strip())
    if is_of_a_patient or _INSTEAD.search(sentence):
        return sentence
    case = f"{subject.case}では、" if subject.case and subject.case not in sentence else ""
    return f"{subject.name}は、{case}{_OPENER.sub('', sentence)}"


def with_aspect(item: str, subject: Subject) -> str:
    """A bullet that only names things, told as what the heading announced: `Xの副作用：発疹`."""
    if not (subject.name or subject.aspect) or (subject.name and subject.name in item):
        return item
    if not subject.aspect and begins_with_another(item, subject.name):
        return item
    side = subject.aspect or subject.case
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


def topic(sentence: str) -> str:
    """The first noun phrase marked by は, of the first three comma-separated pieces; empty if there is none."""
    for piece in re.split(r"[、,]", sentence)[:3]:
        found = _TOPIC.match(piece.strip())
        if found is not None:  # `妊婦では` as well, a condition and a topic in one: nothing has to be carried in
            return found["topic"]
    return ""
