"""Lets watchers of a corpus wait for its next change."""

import asyncio


class Changes:
    """For the event loop only."""

    def __init__(self) -> None:
        self._next: dict[str, asyncio.Event] = {}

    def notify(self, corpus_id: str) -> None:
        """Wakes all who wait."""
        event = self._next.pop(corpus_id, None)
        if event is not None:
            event.set()

    def next(self, corpus_id: str) -> asyncio.Event:
        """Set at the change after this call; take it before reading the state, so that none is missed."""
        return self._next.setdefault(corpus_id, asyncio.Event())
