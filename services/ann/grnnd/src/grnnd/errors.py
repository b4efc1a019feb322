"""What grnnd raises; every message says what was received and what is allowed.

GrnndError
├── InvalidInput   also a ValueError    an argument is wrong
├── TooLarge       also a MemoryError   the build would not fit; nothing was allocated
├── Cancelled                           a build was stopped on request
├── Damaged        also an OSError      a file is not what was saved
└── Unavailable    also an ImportError  an optional package, or a device, is not there
"""


class GrnndError(Exception):
    """The root."""


class InvalidInput(GrnndError, ValueError):
    """An argument is wrong; the same call will fail again."""


class TooLarge(GrnndError, MemoryError):
    """The build was refused before it began: `needed_bytes` is its estimate, `limit_bytes` what there is."""

    def __init__(self, needed_bytes: int, limit_bytes: int, way_out: str = "raise memory_limit") -> None:
        super().__init__(
            f"the build needs about {needed_bytes:,} bytes beside the caller's vectors, the limit is {limit_bytes:,}: "
            f"lower the degree, build in shards and merge, or {way_out}"
        )
        self.needed_bytes = needed_bytes
        self.limit_bytes = limit_bytes


class Cancelled(GrnndError):
    """A build was stopped by its `cancel` event; nothing remains of it."""


class Damaged(GrnndError, OSError):
    """A file is cut off, changed, or none of ours."""


class Unavailable(GrnndError, ImportError):
    """An optional package, or a device, is not there; the message says how to get it."""
