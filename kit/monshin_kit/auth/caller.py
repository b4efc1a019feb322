"""The verified caller of the call that is running."""

from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass

ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Caller:
    """What a valid token said. `expires_at`: seconds since the epoch."""

    subject: str
    roles: frozenset[str]
    scopes: frozenset[str]
    expires_at: float = 0.0

    def may_use(self, readers: Sequence[str]) -> bool:
        """Whether a resource's readers (`role:clinician`, `client:subject`) admit this caller.

        An empty list admits everyone who holds the method's scope; administrators are always admitted.
        """
        if not readers or ADMINISTRATOR in self.roles:
            return True
        return f"client:{self.subject}" in readers or any(f"role:{role}" in readers for role in self.roles)


ANONYMOUS = Caller("", frozenset(), frozenset())

_current: ContextVar[Caller] = ContextVar("monshin_caller", default=ANONYMOUS)


def current_caller() -> Caller:
    """The caller that kit's server verified for the running call; ANONYMOUS outside of a call."""
    return _current.get()


def set_caller(caller: Caller) -> None:
    """For the server (and tests of adapters): makes `caller` current in this context."""
    _current.set(caller)
