"""What a question asks about, for whom, and what a bare `はい。` or `No.` to it says."""

import re
from dataclasses import dataclass

from monshin_factcheck.core.aliases.table import builtin_aliases, builtin_section
from monshin_factcheck.core.claims.case_words import source
from monshin_factcheck.core.claims.cases import is_person
from monshin_factcheck.core.claims.drugs import drugs_in, is_given_up, is_in_place_of, only_drug
from monshin_factcheck.core.claims.stated import english_person, stated_case
from monshin_factcheck.core.claims.subjects import Subject, is_relational
from monshin_factcheck.core.text.language import Language, guess_language
from monshin_factcheck.core.text.normalise import normalise

# When or in what case something was asked: 食事中に, 夜勤中の. 妊娠中 and the like are people, 脳卒中 is a disease.
_WHEN = re.compile(
    r"(?<!妊娠)(?<!授乳)(?<!透析)(?<!卒)[中後前](?:に|の)?$|(?:とき|際|場合|[朝昼夕晩夜]|昨日|今日|明日|最近)$"
)
_SUBJECT = re.compile(
    r"^(?P<subject>[^、。?？はがをにでと]{2,30}?)(?P<particle>とは|って|について|では|には|の|は|が|を|に|で|と)"
)
# 妊娠中のロキソプロフェン: whom it is about, and what.
_OF_SOME_PEOPLE = re.compile(
    r"^(?P<subject>[^、。?？はがをにでとの]{0,15}?(?:妊娠中|授乳中|透析中|患者|[者児婦人])の[^、。?？はがをにでとの]{2,20})"
    r"(?=とは|って|について|の|は|が|を|に|で|と)"
)
_ENGLISH_SUBJECT = re.compile(
    r"\b(?:of|for|about|is|are|does|do|can|should) (?:the )?(?P<subject>[A-Z]?[\w-]{4,30})", re.IGNORECASE
)
_ENGLISH_OBJECT = re.compile(
    r"\b(?:take|taking|use|using|give|giving|given|prescribe|stop|start|continue) (?:the )?(?P<subject>[\w-]{5,30})",
    re.IGNORECASE,
)
# 飲んでも: no name.
_VERB = re.compile(r"[一-鿿][んっ]$")
_YES_OR_NO = re.compile(r"(?:(?P<yes>はい|ええ|yes|yeah)|いいえ|いえ|no)[、,。.!！ ]*", re.IGNORECASE)
_WIDE = re.compile(
    r"[何誰]|いつ|どう|どの|どれ|どこ|どちら|どんな|なぜ|いくつ|いくら|それとも|ませんか|ないですか|ではないか|[。?？].|か、"
)
_ENDINGS = (
    (re.compile(r"[てで]も?(?:いい|良い|よい|大丈夫|構わない|かまわない|問題ない|よろしい)(?:です|でしょう)?か$"),
     {"て": ("てもよい。", "てはいけない。"), "で": ("でもよい。", "ではいけない。")}),
    (re.compile(r"ますか$"), {"": ("ます。", "ません。")}),
    (re.compile(r"(?:べき)(?:です|でしょう)か$"), {"": ("べきです。", "べきではありません。")}),
    (re.compile(r"(?<![いな])(?:です|でしょう)か$"), {"": ("です。", "ではありません。")}),
)  # fmt: skip
_NA = r"safe|contraindicated|recommended|allowed|effective|dangerous|harmful|necessary|required|indicated|permitted"
_BE = re.compile(rf"(?P<verb>is|are) (?P<subject>(?:the )?[\w-]+) (?P<rest>(?:{_NA})\b[^?.]*)\?", re.IGNORECASE)
_MODAL = re.compile(
    r"(?P<verb>can|should|may) (?P<subject>i|you|we|(?:pregnant |breastfeeding )?(?:women|patients)|children|adults"
    r"|[\w-]+(?= be ))"
    r" (?P<rest>[^?.]*)\?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Question:
    """subject: what it asks about. case: for whom, when or at which value; empty if for no one in particular. measure:
    which dose it asks for, where that is no plain one."""

    subject: Subject
    case: str = ""
    measure: str = ""


def read_question(question: str) -> Question:
    """What a question asks about: `妊娠中にロキソニンを飲んでもいいですか` about ロキソニン, 妊娠中."""
    text = normalise(question).text.strip()
    case = asked_case(text) or _stated_in(text)
    name = _english_name(text) if guess_language(text) is Language.ENGLISH else _japanese_name(text)
    if _names_others(text, name):
        return Question(Subject(is_told=False, is_unclear=True), case, asked_measure(text))
    return Question(Subject(name, is_told=False, lately=only_drug(text)), case, asked_measure(text))


def asked_case(question: str) -> str:
    """The people or the state that a question asks about: `妊娠中`, `in pregnancy`; empty if it names none."""
    text = normalise(question).text
    if guess_language(text) is Language.ENGLISH:
        found = re.search(rf"\b(?:{source('en', 'joint')}|while) (?:the |a |an )?(?:[\w-]+ ){{0,2}}?"
                          rf"(?:{source('en', 'end')})\b", text, re.IGNORECASE)  # fmt: skip
        return found.group() if found is not None else ""
    found = re.search(source("ja", "person") + rf"(?=[のにがはでも、。]|{source('ja', 'of_dose')})", text)
    found = found or re.search(r"(?:eGFR|CCr|CrCl) ?[がは]?[0-9.]+[^、。のにがはで]{0,12}", text)
    return found.group() if found is not None else ""


def asked_measure(question: str) -> str:
    """Which dose a question asks for, where that is no plain one: per week, per kg, at most, by which route.

    >>> [asked_measure(text) for text in ("ワルファリンの1週間量は？", "ヘパリンを静注するときの量は？", "用量は？")]
    ['1週間量', '静注', '']
    """
    text = normalise(question).text
    is_english = guess_language(text) is Language.ENGLISH
    found = re.search(source("en" if is_english else "ja", "measure_asked"), text, re.IGNORECASE)
    if found is None or (
        not is_english and re.search(r"量|いくつ|何 ?(?:mg|g|mL|単位|錠)|どのくらい|kg", text) is None
    ):
        return ""
    return f"for the {found.group()}" if is_english else found.group().strip()


def _stated_in(text: str) -> str:
    """The case that a sentence of a question states: `My patient has an eGFR of 12. What…`, `…for my 3-year-old?`."""
    stated = [found for part in re.split(r"(?<=[。.!?？])(?!\d)", text) if part and (found := stated_case(part))]
    return stated[0].text if stated else english_person(text) if guess_language(text) is Language.ENGLISH else ""


def _names_others(text: str, name: str) -> bool:
    """Whether a question may ask about another drug than the one it names first: `Xの代わりのYの用量は？`."""
    drugs = drugs_in(text)
    told_before = re.split(r"[。.](?!\d)", text.rstrip("。. "))[:-1]
    is_stopped = any(drugs_in(sentence) and is_given_up(sentence) for sentence in told_before)
    return (len(drugs) > 1 and not drugs <= drugs_in(name)) or (bool(drugs) and (is_stopped or is_in_place_of(text)))


def is_bare_answer(sentence: str) -> bool:
    """Whether a sentence is nothing but yes or no."""
    return _YES_OR_NO.fullmatch(sentence.strip()) is not None


def is_yes_or_no(question: str) -> bool:
    """Whether a question can be answered by yes or no."""
    text = normalise(question).text.strip().rstrip("。?？ ")
    if guess_language(text) is Language.ENGLISH:
        return re.match(r"(?:is|are|can|could|should|may|must|do|does|will)\b", text, re.IGNORECASE) is not None
    return (
        text.endswith(("か", "か。", "の", "い", "夫", "可")) and re.search(r"[何誰]|いつ|どう|どの|なぜ", text) is None
    )


def answered(question: str, answer: str) -> str:
    """What a bare yes or no says; empty where the question is not simple enough to tell.

    >>> answered("妊婦がワルファリンを飲んでもよいですか？", "いいえ。")
    '妊婦がワルファリンを飲んではいけない。'
    >>> answered("Is warfarin safe in pregnancy?", "No.")
    'warfarin is not safe in pregnancy.'
    """
    found = _YES_OR_NO.fullmatch(answer.strip())
    if found is None:
        return ""
    text = normalise(question).text.strip()
    place = 0 if found["yes"] else 1
    if guess_language(text) is Language.ENGLISH:
        return _answered_in_english(text, is_yes=place == 0)
    body = text.rstrip("。?？ ")
    if _WIDE.search(body) or len(body) > 80 or (names := _japanese_name(body)) == "" or names not in body:
        return ""
    for ending, forms in _ENDINGS:
        end = ending.search(body)
        if end is not None:
            said = forms.get(end.group()[0]) or forms.get("")
            return f"{body[: end.start()]}{said[place]}" if said is not None else ""
    return ""


def _answered_in_english(text: str, *, is_yes: bool) -> str:
    be, modal = _BE.fullmatch(text), _MODAL.fullmatch(text)
    found = be or modal
    if found is None or re.search(r"\b(?:or|not|n't|it|this|that)\b", text, re.IGNORECASE):
        return ""
    verb, subject = found["verb"].lower(), found["subject"]
    subject = "you" if subject.lower() == "i" else subject
    denied = "cannot" if verb == "can" else f"{verb} not"
    return f"{subject} {verb if is_yes else denied} {found['rest'].strip()}."


def _japanese_name(text: str) -> str:
    for sentence in re.split(r"[。?？](?=.)", text):
        found = _OF_SOME_PEOPLE.match(sentence) or _SUBJECT.match(sentence)
        while found is not None and is_person(found["subject"]) and "particle" in found.groupdict():
            # 妊娠中にロキソニンを…: the case comes first, what is asked about behind it.
            sentence = sentence[found.end() :].lstrip("、はもに")
            found = _SUBJECT.match(sentence)
        name = found["subject"].strip() if found is not None else ""
        if (
            name
            and not is_relational(name)
            and not _WHEN.search(name)
            and not is_person(name)
            and not _VERB.search(name)
        ):
            return name
        if not (name and is_person(name)) and asked_case(sentence) == "":
            return ""
    return ""


def _english_name(text: str) -> str:
    drugs = [hit for hit in builtin_aliases().find(text) if builtin_section(hit.canonical) == "drugs"]
    if drugs:
        return text[drugs[0].span.start : drugs[0].span.end]
    found = _ENGLISH_OBJECT.search(text) or _ENGLISH_SUBJECT.search(text)
    name = found["subject"].strip() if found is not None else ""
    return "" if is_person(name) else name
