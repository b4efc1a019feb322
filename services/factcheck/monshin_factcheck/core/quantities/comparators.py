"""Words that make a number a bound: 以上, 未満, at least, ≤ and their kin."""

import re
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from monshin_factcheck.core.quantities.interval import Interval, point
from monshin_factcheck.core.text.tags import TAGS


class Comparator(Enum):
    """What a bound says about the number; NONE is the number itself."""

    NONE = "none"
    AT_LEAST = "at_least"
    MORE_THAN = "more_than"
    AT_MOST = "at_most"
    LESS_THAN = "less_than"
    RANGE = "range"
    # 1時間弱, just under an hour; 1時間強, just over an hour.
    LITTLE_LESS = "little_less"
    LITTLE_MORE = "little_more"

    @property
    def points_up(self) -> bool:
        """Whether larger numbers are meant."""
        return self in (Comparator.AT_LEAST, Comparator.MORE_THAN)

    @property
    def points_down(self) -> bool:
        """Whether smaller numbers are meant."""
        return self in (Comparator.AT_MOST, Comparator.LESS_THAN)

    @property
    def is_little(self) -> bool:
        """Whether a number near by is meant, on one side of the one that is named."""
        return self in (Comparator.LITTLE_LESS, Comparator.LITTLE_MORE)


@dataclass(frozen=True, slots=True)
class Bound:
    """A comparator found beside a number: up to where it reaches, and whether the number is rough."""

    comparator: Comparator
    at: int
    is_approximate: bool = False


_NOT = r"(?:ない|ず|ぬ|ません|なけれ|てはなら|てはなり|てはいけ|ることはな|ることのな|るべきではな|ないよう)"
_LINK = r"[ ]?(?:の|が|を|に|は|も)?[ ]?"

# 強 of 10 kg強の, not of 強い, 強度 or 強化.
_WORD_END = r"(?=$|[のでとをがはにもだ、。,.)」\s]|程度|かか|続|経|後|前|以|であ)"
_BY_LITTLE = r"(?:を|は)?(?:わずかに|やや|少し|若干)"
_LITTLE_EN = r"(?:a (?:little|bit|touch)|slightly|just|barely|marginally|shortly)"

# In order: the first that matches right after a number and its unit counts. Negated bounds come first.
_AFTER: tuple[tuple[Comparator, str], ...] = (
    (Comparator.AT_MOST, rf"{_LINK}(?:超え|越え|上回ら|上回っ|過ぎ){_NOT}"),
    (Comparator.LITTLE_LESS, rf"弱{_WORD_END}|近く(?!の(?:病|医|薬|施))|{_BY_LITTLE}(?:下回|足りな|欠け|切)"),
    (Comparator.LITTLE_MORE, rf"(?:強|余り?|あまり){_WORD_END}|{_BY_LITTLE}(?:超え|越え|上回)"),
    (Comparator.AT_LEAST, rf"{_LINK}(?:下回ら|下回っ|切ら|切っ|割ら|割っ){_NOT}"),
    (Comparator.LESS_THAN, rf"台?{_LINK}(?:達し|届か|達す|及ば){_NOT}"),
    (Comparator.LESS_THAN, rf"{_LINK}(?:待た|経過せ|経過し|経た|空け|あけ|開け){_NOT}"),
    (Comparator.LESS_THAN, r"に満たな|に満たぬ|足らず|未満|を?下回|を切[るっり]|を割[るっり]"),
    (Comparator.LESS_THAN, r"より(?:も)?(?:小さ|少な|低|短|若|軽|前|早|下)"),
    (Comparator.LESS_THAN, r"になる前"),
    (
        Comparator.MORE_THAN,
        r"超(?!音|過敏|短)|を?(?:超え|越え|上回|過ぎ|超過)|より(?:も)?(?:大き|多|高|長|重|後|上|遅)",
    ),
    (Comparator.AT_LEAST, r"[ ]?(?:or|and)[ ](?:more|above|higher|greater|older|longer|over|up|later)"),
    (
        Comparator.AT_LEAST,
        r"以上|以降|以後|に(?:達[しす]|届[くい])|から上|(?:を|が)下限|[ ](?:minimum|at (?:the )?least)\b",
    ),
    (Comparator.AT_MOST, r"[ ]?(?:or|and)[ ](?:less|fewer|below|lower|under|younger|shorter|earlier)"),
    (
        Comparator.AT_MOST,
        r"以下|以内|以前|まで(?!の間隔)|(?:を|が)(?:上限|限度)|に(?:とど[めま]|留[めま]|抑え|おさえ|収め|おさめ|収ま|おさま)"
        r"|[ ](?:maximum|at (?:the )?most)\b",
    ),
    (Comparator.AT_LEAST, r"[ ]?\+(?![0-9])"),
    (Comparator.AT_MOST, r"[ ](?:(?:is|are|must|should|may|can)[ ])?(?:not|never)[ ](?:to[ ])?be[ ]exceeded\b"),
)
_BEFORE: tuple[tuple[Comparator, str], ...] = (
    (
        Comparator.LITTLE_LESS,
        rf"{_LITTLE_EN} (?:under|below|short of|shy of|(?:less|fewer|lower|shorter) than)|almost|nearly|not quite",
    ),
    (Comparator.LITTLE_MORE, rf"{_LITTLE_EN} (?:over|above|beyond|exceeding|(?:more|greater|higher|longer) than)"),
    (
        Comparator.AT_LEAST,
        r"≥|≧|>=|⩾|少なくとも|少なくても|低くても|短く(?:と|て)も|早く(?:と|て)も|最(?:低|小|短|少)(?:でも|限)?|下限は?",
    ),
    (
        Comparator.AT_MOST,
        r"≤|≦|<=|=<|⩽|多く(?:と|て)も|高くても|長く(?:と|て)も|遅く(?:と|て)?も|最(?:大|高|長|多)(?:でも|限)?|上限は?"
        r"|せいぜい|たかだか|高々",
    ),
    (
        Comparator.AT_MOST,
        r"(?:no|not) (?:more|greater|longer|later|higher|older) than|not (?:to )?exceed(?:ing)?|up to",
    ),
    (Comparator.AT_MOST, r"(?:not|never) (?:be |go |rise )?(?:above|over|beyond)|(?:limited|capped) (?:to|at)"),
    (Comparator.AT_LEAST, r"(?:not|never) (?:be |go |fall )?(?:below|under)|no fewer than|starting (?:at|from)"),
    (
        Comparator.AT_MOST,
        r"at most|(?:a )?max(?:imum)?(?: of)?|within(?: the first)?|no later than|fewer than or equal to",
    ),
    (
        Comparator.AT_LEAST,
        r"at least|(?:no|not) (?:less|fewer|lower|shorter|earlier|younger) than|(?:a )?min(?:imum)? of",
    ),
    (
        Comparator.MORE_THAN,
        r"(?<![-−–=])>|(?:more|greater|longer|higher|older|later|larger) than|over|above|exceed(?:s|ing|ed)?|beyond"
        r"|in excess of",
    ),
    (Comparator.LESS_THAN, r"(?<![-−–=])<|(?:less|fewer|shorter|lower|younger|earlier|smaller) than|under|below"),
)
_ROUGH_BEFORE = re.compile(
    r"(?:約|およそ|おおよそ|おおむね|概ね|ほぼ|だいたい|ざっと"
    r"|about|approximately|around|roughly|some)[ ]?$",
    re.IGNORECASE,
)
_ROUGH_AFTER = re.compile(r"[ ]?(?:前後|程度|ほど|くらい|ぐらい)")
_AFTER_PATTERNS = tuple((comparator, re.compile(pattern, re.IGNORECASE)) for comparator, pattern in _AFTER)
_BEFORE_PATTERNS = tuple(
    (comparator, re.compile(rf"(?:{pattern})[ ]?(?:は|で|の|に|、|a total of )?[ ]?$", re.IGNORECASE))
    for comparator, pattern in _BEFORE
)
_REACH = 28
# The end of a tag is no sign, and a bound may stand on its other side: 最大<b>5 mg</b>, <b>5 mg</b>以下.
_TAGS_BEFORE = re.compile(rf"{TAGS}$")
_TAGS_AFTER = re.compile(TAGS)
_LONGEST_TAGS = 200
# `5 mg 以上`, as some write.
_SPACED = re.compile(r"[ ](?=[\u3040-\u9fff])")
# How far off `a little` is at most, as a share of the number.
_LITTLE = Fraction(1, 4)


def bound_after(text: str, at: int) -> Bound:
    """The comparator that follows a quantity ending at `at`; `Bound.at` is its own end."""
    tags = _TAGS_AFTER.match(text, at)
    start = tags.end() if tags is not None else at
    rough = _ROUGH_AFTER.match(text, start)
    start = rough.end() if rough is not None else start
    if _SPACED.match(text, start):
        start += 1
    for comparator, pattern in _AFTER_PATTERNS:
        found = pattern.match(text, start)
        if found is not None:
            return Bound(comparator, found.end(), rough is not None or comparator.is_little)
    return Bound(Comparator.NONE, rough.end() if rough is not None else at, rough is not None)


def bound_before(text: str, at: int) -> Bound:
    """The comparator that stands before a quantity starting at `at`; `Bound.at` is its own start."""
    tags = _TAGS_BEFORE.search(text, max(0, at - _LONGEST_TAGS), at)
    end = tags.start() if tags is not None else at
    before = text[max(0, end - _REACH) : end]
    rough = _ROUGH_BEFORE.search(before)
    if rough is not None:
        before = before[: rough.start()]
        end -= len(rough.group())
    for comparator, pattern in _BEFORE_PATTERNS:
        found = pattern.search(before)
        if found is not None and not _is_inside_word(before, found.start()):
            return Bound(comparator, end - len(found.group()), rough is not None or comparator.is_little)
    return Bound(Comparator.NONE, end if rough is not None else at, rough is not None)


def bounded(value: Fraction, comparator: Comparator) -> Interval:
    """All numbers that stand in this relation to `value`; RANGE has no single value and is refused."""
    match comparator:
        case Comparator.NONE:
            return point(value)
        case Comparator.AT_LEAST:
            return Interval(value, None)
        case Comparator.MORE_THAN:
            return Interval(value, None, low_open=True)
        case Comparator.AT_MOST:
            return Interval(None, value)
        case Comparator.LESS_THAN:
            return Interval(None, value, high_open=True)
        case Comparator.LITTLE_LESS:
            return Interval(value - abs(value) * _LITTLE, value, high_open=True)
        case Comparator.LITTLE_MORE:
            return Interval(value, value + abs(value) * _LITTLE, low_open=True)
        case Comparator.RANGE:
            raise ValueError("a range has two ends")


def _is_inside_word(text: str, at: int) -> bool:
    """`over` of `however` is none."""
    return at > 0 and text[at].isascii() and text[at].isalpha() and text[at - 1].isascii() and text[at - 1].isalpha()
