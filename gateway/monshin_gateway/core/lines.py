"""Cuts a stream of bytes into lines, so that an upload of any length needs the memory of one line."""

from monshin_gateway.core.refusals import BodyTooLarge


class LineSplitter:
    """Feed it chunks, get whole lines with their numbers from 1; blank lines are left out but counted.

    >>> splitter = LineSplitter(limit=100)
    >>> splitter.feed(b'{"a":1}\\n{"b"'), splitter.feed(b':2}'), splitter.finish()
    ([(1, b'{"a":1}')], [], [(2, b'{"b":2}')])
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._rest = bytearray()
        self._number = 0

    def feed(self, chunk: bytes) -> list[tuple[int, bytes]]:
        """The lines that end in `chunk`. Raises BodyTooLarge where a line is longer than the limit."""
        first, *others = chunk.split(b"\n")
        self._rest += first
        if not others:
            self._check(self._rest, self._number + 1)
            return []
        *middle, last = others
        complete = [bytes(self._rest), *middle]
        self._rest = bytearray(last)
        return self._number_lines(complete)

    def finish(self) -> list[tuple[int, bytes]]:
        """The last line, if it did not end with a line feed."""
        complete = [bytes(self._rest)]
        self._rest.clear()
        return self._number_lines(complete)

    def _number_lines(self, complete: list[bytes]) -> list[tuple[int, bytes]]:
        numbered = []
        for line in complete:
            self._number += 1
            self._check(line, self._number)
            if line.strip():
                numbered.append((self._number, line))
        return numbered

    def _check(self, line: bytes | bytearray, number: int) -> None:
        if len(line) > self._limit:
            raise BodyTooLarge(f"line {number} is longer than {self._limit} bytes")
