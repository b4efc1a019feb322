"""A real endpoint for the judge `llm`."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from monshin_factcheck.testing import ChatServer

sys.path.insert(0, str(Path(__file__).parent))

from llm_judge import said  # found through the line above


@pytest.fixture
def server() -> Iterator[ChatServer]:
    """Behaves well until told otherwise."""
    one = ChatServer()
    one.behave = lambda body: (200, said("SUPPORTED"))
    yield one
    one.close()
