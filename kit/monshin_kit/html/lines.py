"""Text that grows into lines, with the white space of HTML."""

import re

_SPACE = re.compile(r"[ \t\r\n\f]+")
_BREAKS = re.compile(r"[ \t\r\n\f]*\n[ \t\r\n\f]*")
# Between these a line break of the markup is no space: Japanese is written without.
_JAPANESE = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uff60]")


class Lines:
    """Pieces of running text become lines; spaces fold as a browser shows them."""

    def __init__(self) -> None:
        self._done: list[str] = []
        self._line: list[str] = []
        self._raised: int | None = None

    def add(self, text: str, *, is_preformatted: bool = False) -> None:
        """A piece of the present line; preformatted text keeps its own breaks and spaces."""
        if not is_preformatted:
            self._line.append(text)
            return
        first, *rest = text.split("\n")
        self._line.append(first)
        for piece in rest:
            self.end_line()
            self._line.append(piece)

    def end_line(self) -> None:
        """What comes next is another line; nothing happens on an empty one."""
        if self._line:
            line = _folded("".join(self._line))
            self._line.clear()
            self._raised = None
            if line:
                self._done.append(line)

    def start_superscript(self) -> None:
        """A superscript begins; of nested ones the innermost counts."""
        self._raised = len(self._line)

    def end_superscript(self) -> None:
        """It ends. An exponent is told as one: 10 and a raised 4 must not become 104."""
        if self._raised is None:
            return
        at, self._raised = self._raised, None
        before = next((piece for piece in reversed(self._line[max(0, at - 4) : at]) if piece), "")
        raised = "".join(self._line[at:])
        if before[-1:].isdigit() and re.fullmatch(r"\s*[-−+]?[0-9]+\s*", raised):
            self._line[at:] = ["^", raised.strip()]

    def mark(self) -> int:
        """A place for `since`."""
        return len(self._done)

    def since(self, mark: int) -> list[str]:
        """The lines that ended after a mark."""
        return self._done[mark:]

    def lines(self) -> list[str]:
        """All lines, none empty."""
        self.end_line()
        return self._done

    def text(self) -> str:
        """The lines, one below the other."""
        return "\n".join(self.lines())


def _folded(line: str) -> str:
    line = _BREAKS.sub(lambda found: _joint(line, found.start(), found.end()), line)
    return _SPACE.sub(" ", line).strip(" ")


def _joint(line: str, start: int, end: int) -> str:
    is_japanese = _JAPANESE.fullmatch(line[start - 1 : start]) and _JAPANESE.fullmatch(line[end : end + 1])
    return "" if is_japanese else " "
