"""Requests to cancel or resume a build that were answered: repeated within 24 hours, they change nothing."""

from pathlib import Path

from monshin_kit import requests
from monshin_kit.requests import RequestKey
from monshin_kit.sqlite import Database


class RequestLog:
    """A file of its own, since builds are Redis' and no transaction holds both.

    A request is remembered after it took effect and before it is answered; one that is cut off in between takes effect
    again, which for these two is the same as once. Raises DataLoss if the file is damaged.
    """

    def __init__(self, path: Path) -> None:
        self._database = Database(path, [requests.SCHEMA])

    def is_repeated(self, key: RequestKey) -> bool:
        """Raises InvalidInput if the id was used for another request."""
        return self._database.write(key.recall) is not None

    def remember(self, key: RequestKey) -> None:
        """On disk when this returns."""
        self._database.write(lambda connection: key.record(connection, b""))

    def close(self) -> None:
        """Closes the file."""
        self._database.close()
