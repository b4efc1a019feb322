"""Tables as lines: each cell with its head."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from monshin_kit.html.lines import Lines

# More columns than people can read are an attack, or no table: they are cut off from spans, never from cells.
_MAX_COLUMNS = 200
_MAX_ROWS = 1000
_JAPANESE = re.compile(r"[\u3041-\u30ff\u3400-\u9fff]")


@dataclass(slots=True)
class _Cell:
    lines: Lines
    is_head: bool
    columns: int
    rows: int

    def text(self) -> str:
        return " ".join(self.lines.lines())


class Table:
    """Rows of cells while they come in. Cells that span rows or columns stand in each of them."""

    def __init__(self) -> None:
        self._rows: list[list[_Cell]] = []
        # Text outside of all cells, such as a caption, keeps its place before the rows.
        self.cell = self._outside = Lines()

    def start_row(self) -> None:
        """A row begins."""
        self._rows.append([])
        self.cell = self._outside

    def start_cell(self, *, is_head: bool, attributes: Mapping[str, str]) -> None:
        """A cell begins; `cell` takes its text."""
        if not self._rows:
            self._rows.append([])
        columns, rows = _span(attributes.get("colspan"), _MAX_COLUMNS), _span(attributes.get("rowspan"), _MAX_ROWS)
        cell = _Cell(Lines(), is_head, columns, rows)
        self._rows[-1].append(cell)
        self.cell = cell.lines

    def rows(self) -> Iterator[str]:
        """One line a row, as `head: cell` where the table has heads, in reading order."""
        yield from self._outside.lines()
        grid = list(self._grid())
        if all(is_head for row in grid for _, is_head in row):
            yield from filter(None, (_joined([text for text, _ in row if text]) for row in grid))
            return
        heads: list[str] = []
        for row in grid:
            if all(is_head for _, is_head in row):
                heads = _below(heads, [text for text, _ in row])
            elif line := _line(heads, row):
                yield line

    def _grid(self) -> Iterator[list[tuple[str, bool]]]:
        """Rows with spanning cells repeated; a cell over several columns is told once."""
        pending: dict[int, tuple[int, str, bool]] = {}
        for cells in self._rows:
            row: list[tuple[str, bool]] = []
            waiting = iter(cells)
            while True:
                left = pending.get(len(row))
                if left is not None:
                    rows, text, is_head = left
                    pending[len(row)] = (rows - 1, text, is_head)
                    if rows == 1:
                        del pending[len(row)]
                    row.append((text, is_head))
                    continue
                cell = next(waiting, None)
                if cell is None:
                    break
                text = cell.text()
                for _ in range(max(1, min(cell.columns, _MAX_COLUMNS - len(row)))):
                    if cell.rows > 1:
                        pending[len(row)] = (cell.rows - 1, text, cell.is_head)
                    row.append((text, cell.is_head))
            if row:
                yield row


def _below(heads: list[str], more: list[str]) -> list[str]:
    """A second row of heads stands under the first: 用量, then 成人 and 小児."""
    if not heads:
        return more
    padded = heads + [""] * (len(more) - len(heads))
    return [" ".join(dict.fromkeys(filter(None, pair))) for pair in zip(padded, more, strict=False)]


def _line(heads: list[str], row: list[tuple[str, bool]]) -> str:
    pieces: list[str] = []
    before = ""
    for column, (text, is_head) in enumerate(row):
        head = heads[column] if column < len(heads) else ""
        if is_head and not head:
            # The head of this row stands before its cells: 禁忌 | 妊婦.
            before = text
            continue
        head, before = " ".join(filter(None, (before, head))), ""
        piece = f"{head}: {text}" if head and text else text
        if piece and piece not in pieces:
            pieces.append(piece)
    return _joined(pieces) or before


def _joined(pieces: list[str]) -> str:
    return ("、" if any(map(_JAPANESE.search, pieces)) else "; ").join(pieces)


def _span(value: str | None, most: int) -> int:
    digits = (value or "").strip()
    return min(max(int(digits), 1), most) if digits.isascii() and digits.isdigit() and len(digits) < 9 else 1
