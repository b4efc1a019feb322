"""Collections that get graphs from 1,000 points on."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from monshin_ann.collection import Collection
from monshin_ann.indexing import BuildSettings
from monshin_ann.store.points_file import PointsFile

sys.path.insert(0, str(Path(__file__).parent))

from graph_collections import BUILDING, DIM, Make  # found through the line above


@pytest.fixture
def make(tmp_path: Path, definition: Callable[..., Any]) -> Iterator[Make]:
    """Makes a collection, or opens that of the same name again."""
    opened: list[Collection] = []
    known: dict[str, Any] = {}

    def open_it(name: str = "notes", building: BuildSettings = BUILDING, **more: Any) -> Collection:
        path = tmp_path / f"{name}.sqlite"
        if name not in known:
            known[name] = definition(**{"dim": DIM, "name": name, **more})
            PointsFile.create(path, known[name])
        opened.append(Collection(known[name], path, building))
        return opened[-1]

    yield open_it
    for collection in opened:
        collection.close()
