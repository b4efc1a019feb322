"""Words that exclude each other: direction, side, order, route. Read from `opposites.yaml`."""

from dataclasses import dataclass
from functools import cache

from monshin_factcheck.core.tables import read_table

# Two words alike but for one of these characters are opposites: 高血糖 and 低血糖, 食前 and 食後.
_CHARACTERS = {
    frozenset(pair)
    for pair in (
        "高低", "上下", "左右", "前後", "増減", "開閉", "大小", "多少", "長短", "強弱", "早遅", "内外", "陽陰", "有無",
        "患健", "軽重", "深浅", "濃薄", "温冷", "吸呼", "動静", "急徐", "頻徐", "男女", "朝夕", "朝夜", "入出", "良悪",
        "両片", "主副", "難易", "可不", "昇降", "伸縮", "屈伸", "腹背",
    )
}  # fmt: skip
_BEFORE_AFTER = frozenset("前後")
_SIDES = frozenset("左右両片患健内外上下前後")


@dataclass(frozen=True, slots=True)
class Pole:
    """One end of an axis."""

    axis: str
    index: int
    finding: str


@dataclass(frozen=True, slots=True)
class Opposites:
    """Which words stand at which poles."""

    poles: dict[str, tuple[Pole, ...]]

    def of(self, *forms: str) -> tuple[Pole, ...]:
        """The poles of a word given by its forms; most words have none."""
        found = [pole for form in forms for pole in self.poles.get(form, ())]
        return tuple(dict.fromkeys(found)) if found else ()


@dataclass(frozen=True, slots=True)
class Opposable:
    """A word as far as opposites go: its dictionary form and the poles it stands at."""

    lemma: str
    poles: tuple[Pole, ...]


def clash(one: Opposable, other: Opposable) -> str | None:
    """The kind of finding if the two words exclude each other; else None.

    A word at both poles of an axis clashes with nothing on it.
    """
    if one.poles and other.poles:
        for axis in sorted({pole.axis for pole in one.poles} & {pole.axis for pole in other.poles}):
            here = {pole.index for pole in one.poles if pole.axis == axis}
            there = {pole.index for pole in other.poles if pole.axis == axis}
            if not here & there:
                return next(pole.finding for pole in one.poles if pole.axis == axis)
    return _clash_of_characters(one.lemma, other.lemma)


@cache
def opposites() -> Opposites:
    """The table, read once."""
    poles: dict[str, list[Pole]] = {}
    for axis in read_table(__package__, "opposites.yaml"):
        for index, words in enumerate(axis["poles"]):
            for word in words:
                poles.setdefault(str(word), []).append(Pole(axis["name"], index, axis["finding"]))
    return Opposites({word: tuple(found) for word, found in poles.items()})


def _clash_of_characters(one: str, other: str) -> str | None:
    if len(one) != len(other) or len(one) < 2 or one == other:
        return None
    at = 0
    while one[at] == other[at]:
        at += 1
    if one[at + 1 :] != other[at + 1 :]:
        return None
    pair = frozenset((one[at], other[at]))
    if pair not in _CHARACTERS:
        return None
    # 前壁 and 後壁 are places, 発症前 and 発症後 times.
    is_time = pair == _BEFORE_AFTER and at == len(one) - 1
    return "laterality_conflict" if pair <= _SIDES and not is_time else "antonym_conflict"
