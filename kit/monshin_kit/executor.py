"""Compute off the event loop: a few threads behind a bounded queue that drops work nobody waits for."""

import asyncio
import contextvars
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from monshin_kit.errors import ResourceExhausted, Unavailable

T = TypeVar("T")


class Executor:
    """Runs sync functions in `workers` threads, first come, first served.

    queue_limit: how many may wait beside those that run. A caller over the limit gets ResourceExhausted at once.
    Work whose caller was cancelled (deadline passed, connection gone) is dropped before it starts.
    """

    def __init__(self, *, workers: int = 1, queue_limit: int = 64, name: str = "compute") -> None:
        self._limit = queue_limit
        self._queue: deque[tuple[Future[Any], Callable[[], Any]]] = deque()
        self._ready = threading.Condition()
        self._closed = False
        self._threads = [threading.Thread(target=self._work, name=f"{name}-{i}", daemon=True) for i in range(workers)]
        for thread in self._threads:
            thread.start()

    @property
    def depth(self) -> int:
        """How many wait now."""
        return len(self._queue)

    async def run(self, function: Callable[..., T], *args: Any) -> T:
        """The function's result; its context variables are the caller's."""
        return await asyncio.wrap_future(self._submit(self._limit, function, args))

    async def run_accepted(self, function: Callable[..., T], *args: Any) -> T:
        """As `run`, in the same order, however many wait: for the steps and the end of work that was let in before.

        The caller bounds how much of it there is. Raises Unavailable once the executor is closed.
        """
        return await asyncio.wrap_future(self._submit(None, function, args))

    def _submit(self, limit: int | None, function: Callable[..., T], args: tuple[Any, ...]) -> Future[T]:
        future: Future[T] = Future()
        context = contextvars.copy_context()
        with self._ready:
            if self._closed:
                raise Unavailable("the service is stopping")
            if limit is not None and len(self._queue) >= limit:
                self._queue = deque(item for item in self._queue if not item[0].cancelled())
                if len(self._queue) >= limit:
                    raise ResourceExhausted(f"{limit} requests wait already: try again later")
            self._queue.append((future, lambda: context.run(function, *args)))
            self._ready.notify()
        return future

    def close(self) -> None:
        """Finishes what was accepted, then ends the threads."""
        with self._ready:
            self._closed = True
            self._ready.notify_all()
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        while True:
            with self._ready:
                while not self._queue and not self._closed:
                    self._ready.wait()
                if not self._queue:
                    return
                item = self._queue.popleft()
            _run(*item)
            del item  # an idle thread must not keep a caller's text alive


def _run(future: Future[Any], call: Callable[[], Any]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = call()
    except BaseException as error:  # noqa: BLE001  # belongs to the caller, whatever it is
        future.set_exception(error)
    else:
        future.set_result(result)
