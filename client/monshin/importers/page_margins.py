"""Numbers of pages and lines that run over every page: they stand inside a sentence that goes on over the page."""

import re
from collections import Counter
from collections.abc import Sequence

# So many pages must agree, and so many lines at each end of a page are looked at.
_PAGES = 3
_LINES = 2
_LONGEST = 120
_NUMBER = re.compile(
    r"[-–—‐\s]*(?:page|p\.?|頁|ページ)?\s*([0-9]{1,4})\s*(?:(?:/|of)\s*[0-9]{1,4})?\s*(?:頁|ページ)?[-–—‐\s]*",
    re.IGNORECASE,
)


def without_margins(pages: Sequence[Sequence[str]]) -> list[list[str]]:
    """The lines of each page without those. A line that runs over the pages is kept on the first of them.

    Only numbers that count the pages on are taken for theirs, and only lines that are alike on three pages and on most.

    >>> without_margins([["5 mgを投与する", "1"], ["ことは禁忌である。", "2"]])
    [['5 mgを投与する'], ['ことは禁忌である。']]
    """
    kept = [list(page) for page in pages]
    for _ in range(_LINES):
        for end in (0, -1):
            _drop(kept, end)
    return kept


def _drop(pages: list[list[str]], end: int) -> None:
    lines = {number: page[end] for number, page in enumerate(pages) if len(page) > 1}
    steps = Counter(told - number for number, line in lines.items() if (told := _number(line)) is not None)
    runs = Counter(line for line in lines.values() if len(line) <= _LONGEST)
    seen: set[str] = set()
    for number, line in lines.items():
        told = _number(line)
        counts_on = told is not None and steps[told - number] > 1
        runs_over = runs[line] >= max(_PAGES, len(lines) // 2 + 1) and line in seen
        seen.add(line)
        if counts_on or runs_over:
            del pages[number][end]


def _number(line: str) -> int | None:
    found = _NUMBER.fullmatch(line)
    return int(found[1]) if found is not None else None
