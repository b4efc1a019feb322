"""The subject a sentence leaves out: taken from the sentence before, the heading or the question, by one plain rule."""

import re
from dataclasses import dataclass, replace

from monshin_factcheck.core.aliases.table import builtin_aliases, builtin_section, katakana_drug
from monshin_factcheck.core.text.language import Language, guess_language
from monshin_factcheck.core.text.normalise import normalise

_LONGEST = 30
_LONGEST_NAME = 12
_NOMINAL_END = r"[一-鿿ァ-ヺーA-Za-z0-9)）」％%んりきみえ]"
_TOPIC = re.compile(
    rf"(?P<topic>[^、,。:：「」]{{1,40}}?{_NOMINAL_END})(?P<particle>とは|については|は(?![じしっずんるか]|い[、。]))"
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
_ENGLISH_SUBJECT = re.compile(
    r"^(?P<subject>(?:[A-Z][\w-]*|[A-Z]+)(?: [\w/-]+){0,4}?) "
    r"(?:is|are|was|were|should|must|can|may|has|have|causes?|reduces?|increases?|requires?|treats?|prevents?|inhibits?|does|do|will|needs?|lowers?|raises?|contains?|belongs?)\b"
)
_ENGLISH_POINTING = re.compile(
    r"^(?:It|They|This|These|(?:This|The|These) (?:drugs?|medications?|medicines?|agents?|conditions?|diseases?|tests?"
    r"|treatments?|vaccines?))(?= [a-z])"
)
_ENGLISH_NOT_SUBJECTS = frozenset(
    {"it", "they", "this", "these", "there", "you", "he", "she", "we", "i", "patients", "people"}
)
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
    """What the text speaks of at a place, and which side of it a heading announced; empty where nothing is known."""

    name: str = ""
    aspect: str = ""

    def after_heading(self, heading: str) -> "Subject":
        """A heading names a new subject, or an aspect of the present one (`副作用`)."""
        name = heading.strip(" 　:：*#【】")
        if not name or len(name) > _LONGEST:
            return replace(self, aspect="")
        return replace(self, aspect=name) if _RELATIONAL.match(name) and self.name else Subject(name)

    def after(self, sentence: str) -> "Subject":
        """A sentence with a subject of its own hands it on."""
        if _PAST.search(sentence.strip()):
            return self
        found = _own_subject(sentence)
        if len(found) > _LONGEST_NAME and _TOLD_AT_LENGTH.search(found):
            return Subject()
        return Subject(found, self.aspect if found == self.name else "") if found else self


def of_question(question: str) -> Subject:
    """What a question asks about: `ワルファリンの用量は？` asks about ワルファリン."""
    text = normalise(question).text.strip()
    if guess_language(text) is Language.ENGLISH:
        found = _QUESTION_ENGLISH.search(text)
    else:
        found = _OF_SOME_PEOPLE.match(text) or _QUESTION_SUBJECT.match(text)
    name = found["subject"].strip() if found is not None else ""
    return Subject("" if _RELATIONAL.match(name) or _WHEN.search(name) else name)


def with_subject(sentence: str, subject: Subject) -> str:
    """The sentence with the subject that it leaves out; unchanged where it has one or none is known.

    `本剤は…` gets the name in place of the pointer, `副作用は…` in front as `Xの`, a sentence without topic as `Xは、`.

    >>> with_subject("副作用は出血です。", Subject("ワルファリン"))
    'ワルファリンの副作用は出血です。'
    """
    if not subject.name or subject.name in sentence:
        return sentence
    if guess_language(normalise(sentence).text) is Language.ENGLISH:
        return _ENGLISH_POINTING.sub(subject.name, sentence, count=1)
    pointed = _POINTING.sub(subject.name, sentence, count=1)
    if pointed != sentence:
        return pointed
    topic = _topic(sentence)
    if topic:
        return f"{subject.name}の{sentence}" if _RELATIONAL.match(topic) and sentence.startswith(topic) else sentence
    is_of_a_patient = _OF_A_PATIENT.search(sentence.strip()) or _HISTORY.match(sentence.strip())
    return sentence if is_of_a_patient else f"{subject.name}は、{sentence}"


def with_aspect(item: str, subject: Subject) -> str:
    """A bullet that only names things, told as what the heading announced: `Xの副作用：発疹`."""
    if not subject.name or subject.name in item:
        return item
    if not subject.aspect and _begins_with_another(item, subject.name):
        return item
    about = f"{subject.name}の{subject.aspect}" if subject.aspect else subject.name
    return f"{about}: {item}"


def _begins_with_another(item: str, name: str) -> bool:
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
    return bool(text) and re.search(r"[一-鿿ァ-ヺーA-Za-z0-9%)）]$", text) is not None and _topic(text) == ""


def _own_subject(sentence: str) -> str:
    text = sentence.strip()
    if guess_language(normalise(text).text) is Language.ENGLISH:
        found = _ENGLISH_SUBJECT.match(text)
        name = found["subject"] if found is not None else ""
        return "" if name.split(" ")[0].lower() in _ENGLISH_NOT_SUBJECTS else name
    name = _topic(text)
    if not name or _RELATIONAL.match(name) or _POINTING.match(name + "は") or _CONDITION_END.search(name):
        return ""
    # `ワルファリンの開始量は…` goes on about ワルファリン.
    owner, _, owned = name.rpartition("の")
    name = owner if owner and _RELATIONAL.match(owned) else name
    return name if len(name) <= _LONGEST and not _RELATIONAL.match(name) else ""


def _topic(sentence: str) -> str:
    """The first noun phrase marked by は, of the first two comma-separated pieces; empty if there is none."""
    for piece in re.split(r"[、,]", sentence)[:3]:
        found = _TOPIC.match(piece.strip())
        if found is not None and not _CONDITION_END.search(found["topic"]):
            return found["topic"]
        if found is not None:
            # `妊婦では` is a condition and a topic in one: nothing has to be carried in.
            return found["topic"]
    return ""
