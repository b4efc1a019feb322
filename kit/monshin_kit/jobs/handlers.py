"""Which function does which kind of job.

>>> from dataclasses import dataclass
>>> @dataclass(frozen=True, slots=True)
... class BuildSpec:
...     collection: str
>>> BUILD = Kind("ann.build", BuildSpec)
>>> def build(context: JobContext[BuildSpec]) -> None:
...     context.progress(1, 1, phase="build")
>>> [entry.kind.name for entry in Handlers().on(BUILD, build)]
['ann.build']
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from monshin_kit.errors import InvalidInput
from monshin_kit.jobs.context import JobContext
from monshin_kit.jobs.payload import Kind, P, Payload

Handler = Callable[[JobContext[P]], Payload | None]


@dataclass(frozen=True, slots=True)
class Entry:
    """A kind and its handler; `Any`, since one table holds many kinds."""

    kind: Kind[Any]
    handler: Handler[Any]


class Handlers:
    """The table of a service's kinds; `on` returns a larger one."""

    def __init__(self, entries: tuple[Entry, ...] = ()) -> None:
        self._entries = {entry.kind.name: entry for entry in entries}

    def on(self, kind: Kind[P], handler: Handler[P]) -> "Handlers":
        """With one more. Raises InvalidInput if the kind has a handler already.

        handler: sync; returns None, or a result of ids and numbers like a spec.
        """
        if kind.name in self._entries:
            raise InvalidInput(f"{kind.name} has two handlers")
        return Handlers((*self, Entry(kind, handler)))

    def find(self, kind: str) -> Entry | None:
        """None if this worker does not know the kind."""
        return self._entries.get(kind)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries.values())

    @classmethod
    def imported(cls, path: str) -> "Handlers":
        """From `package.module:NAME`. Raises InvalidInput if it is not there."""
        module, _, name = path.partition(":")
        try:
            found = getattr(import_module(module), name, None)
        except ModuleNotFoundError as error:
            raise InvalidInput(f"{path} cannot be imported: there is no {error.name}") from error
        if not isinstance(found, cls):
            raise InvalidInput(f"{path} is not a table of handlers: write package.module:NAME")
        return found
