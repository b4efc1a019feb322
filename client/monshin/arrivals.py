"""Files that come from a service in pieces: each is put in its place only when it is whole."""

import hashlib
import os
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from monshin_kit.errors import DataLoss


class Arrival:
    """One file. Use as a context: what is not placed by its end is removed; a file of that name stays until then."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._part = path.with_name(f".{path.name}.part")
        self._digest = hashlib.sha256()
        self.is_whole = False

    def __enter__(self) -> Self:
        self._file = self._part.open("wb")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, stack: TracebackType | None
    ) -> None:
        self._file.close()
        self._part.unlink(missing_ok=True)

    def write(self, data: bytes) -> None:
        """The next piece."""
        self._digest.update(data)
        self._file.write(data)

    def finish(self, sha256: str) -> None:
        """No more comes. Raises DataLoss unless this is the checksum of what came, in lower-case hex."""
        if sha256 != self._digest.hexdigest():
            raise DataLoss(
                f"{self.path.name} came damaged: {self._digest.hexdigest()} instead of {sha256 or 'nothing'}"
            )
        self._file.flush()
        os.fsync(self._file.fileno())
        self.is_whole = True

    def check_whole(self) -> None:
        """Raises DataLoss if it did not come whole."""
        if not self.is_whole:
            raise DataLoss(f"{self.path.name} came only in part: the stream ended without its checksum")

    def place(self) -> None:
        """In place of what is there. Raises DataLoss if it did not come whole."""
        self.check_whole()
        os.replace(self._part, self.path)


class Arrivals:
    """Files that come one after another into a folder, which is made; all of them are put in place, or none."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stack = ExitStack()
        self._files: dict[str, Arrival] = {}

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, stack: TracebackType | None
    ) -> None:
        self._stack.close()

    def write(self, name: str, data: bytes, sha256: str) -> None:
        """The next piece of a file; sha256: if not empty, that of the file, which ends.

        Raises DataLoss where the checksum disagrees, and for a name that would lead out of the folder.
        """
        if name not in self._files:
            if Path(name).name != name or name in ("", "..") or name.startswith("."):
                raise DataLoss(f"the service sent a file named {name!r}")
            self._files[name] = self._stack.enter_context(Arrival(self._folder / name))
        self._files[name].write(data)
        if sha256:
            self._files[name].finish(sha256)

    def place(self) -> list[Path]:
        """Where they are now. Raises DataLoss if one did not come whole."""
        for arrival in self._files.values():
            arrival.check_whole()
        for arrival in self._files.values():
            arrival.place()
        return [arrival.path for arrival in self._files.values()]
