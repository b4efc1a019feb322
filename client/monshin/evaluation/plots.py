"""Two pictures as SVG text: they need no library and open in any browser. A table stands beside each."""

from collections.abc import Sequence

from monshin.evaluation.statistics import Bin, wilson

_SIDE = 320
_LEFT, _TOP = 56, 34
_INK, _SOFT, _MARK = "#16211f", "#9aa8a5", "#0b6a6a"


def reliability(bins: Sequence[Bin]) -> str:
    """Share right over confidence with 95 % intervals; the diagonal is honest. Larger dots: more claims."""
    most = max((one.count for one in bins), default=1)
    marks = [_line(0, 0, 1, 1, _SOFT, "4 4")]
    for one in bins:
        found = wilson(one.right, one.count)
        assert found is not None, "a bin has a claim"
        marks.append(_line(one.confidence, found.low, one.confidence, found.high, _MARK))
        radius = 3 + 6 * (one.count / most) ** 0.5
        marks.append(f'<circle cx="{_x(one.confidence)}" cy="{_y(found.value)}" r="{radius:.1f}" fill="{_MARK}"/>')
    return _chart("Reliability", "confidence", "share right", marks)


def risk_coverage(coverages: Sequence[float], risks: Sequence[float]) -> str:
    """Share wrong among the most confident claims, over the share of claims that is answered."""
    step = max(1, len(risks) // 400)
    at = [*range(0, len(risks), step), len(risks) - 1] if risks else []
    points = " ".join(f"{_x(coverages[place])},{_y(risks[place])}" for place in at)
    return _chart("Risk and coverage", "coverage", "share wrong", [
        f'<polyline points="{points}" fill="none" stroke="{_MARK}" stroke-width="2"/>'
    ])  # fmt: skip


def _chart(title: str, across: str, up: str, marks: Sequence[str]) -> str:
    width, height = _LEFT + _SIDE + 20, _TOP + _SIDE + 52
    ticks = []
    for tenth in range(0, 11, 2):
        share = tenth / 10
        ticks.append(_line(share, 0, share, 1, "#e3e8e7") + _line(0, share, 1, share, "#e3e8e7"))
        ticks.append(_text(_x(share), _TOP + _SIDE + 18, f"{share:.1f}"))
        ticks.append(_text(_LEFT - 8, _y(share) + 4, f"{share:.1f}", anchor="end"))
    middle = _LEFT + _SIDE / 2
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" font-size="12" '
            f'font-family="sans-serif"><title>{title}</title>',
            f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
            _text(middle, 20, title, weight="bold"),
            *ticks,
            f'<rect x="{_LEFT}" y="{_TOP}" width="{_SIDE}" height="{_SIDE}" fill="none" stroke="{_INK}"/>',
            *marks,
            _text(middle, _TOP + _SIDE + 40, across),
            f'<g transform="rotate(-90 16 {_TOP + _SIDE / 2})">{_text(16, _TOP + _SIDE / 2, up)}</g>',
            "</svg>",
            "",
        ]
    )


def _x(share: float) -> float:
    return round(_LEFT + _SIDE * share, 1)


def _y(share: float) -> float:
    return round(_TOP + _SIDE * (1 - share), 1)


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, dashes: str = "") -> str:
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return (
        f'<line x1="{_x(x1)}" y1="{_y(y1)}" x2="{_x(x2)}" y2="{_y(y2)}" stroke="{colour}" stroke-width="1.5"{dashed}/>'
    )


def _text(x: float, y: float, words: str, *, anchor: str = "middle", weight: str = "normal") -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" font-weight="{weight}" fill="{_INK}">{words}</text>'
