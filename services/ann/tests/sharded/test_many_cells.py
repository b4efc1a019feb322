"""A plan of more cells than a process may have files open."""

import asyncio
import resource
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from monshin_ann.core.vectors import Matrix
from monshin_ann.sharded.cell_files import CellFiles
from monshin_ann.sharded.cells import NO_CELL, Cells
from monshin_ann.sharded.kinds import BUILD, BuildResult
from monshin_kit.jobs import ArtefactStore, State, decode
from monshin_kit.jobs.runner import Runner
from monshin_kit.jobs.store import JobStore
from sharded_sources import artefacts_folder, clustered, make_spec, write_parquet

OPEN_FILES = 128


@pytest.fixture
def few_open_files() -> Iterator[None]:
    """A limit as of a usual machine, in small."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.slow
@pytest.mark.usefixtures("few_open_files")
async def test_a_build_has_more_cells_than_a_process_may_have_files_open(
    store: JobStore, make_runner: Callable[[ArtefactStore], Runner], artefacts: ArtefactStore, tmp_path: Path
) -> None:
    """Hazard: two open files a cell are more than the usual 1,024 from 200 million rows on, at the defaults."""
    write_parquet(artefacts_folder(tmp_path) / "imports" / "notes" / "a.parquet", clustered(500))
    job = await store.submit(BUILD, make_spec(shard_rows=16))
    await asyncio.to_thread(make_runner(artefacts).run, job.id)
    done = await store.get(job.id)
    assert done.state is State.SUCCEEDED, done.failure
    assert decode(BuildResult, done.result).shards > OPEN_FILES / 2


def test_files_of_cells_hold_each_row_in_each_of_its_cells_in_the_order_of_rows(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    vectors: Matrix = rng.standard_normal((500, 3)).astype(np.float32)
    cells: Cells = np.stack([rng.permutation(7)[:2] for _ in range(500)]).astype(np.int32)
    cells[rng.random(500) < 0.3, 1] = NO_CELL
    held_out = rng.random(500) < 0.05
    ticks: list[None] = []
    files = CellFiles(tmp_path, 8, lambda: ticks.append(None))
    owners = [
        files.add(at, vectors[at : at + 90], cells[at : at + 90], held_out[at : at + 90]) for at in range(0, 500, 90)
    ]
    assert len(ticks) == 6 * 7
    for cell in range(8):  # the last one has none
        rows_path, vectors_path = files.paths(cell)
        rows = np.fromfile(rows_path, "<u4").reshape(-1, 2)
        mine = np.flatnonzero((cells == cell).any(axis=1) & ~held_out)
        assert rows[:, 0].tolist() == mine.tolist()
        assert rows[:, 1].tolist() == np.concatenate(owners)[mine].tolist() == cells[mine, 0].tolist()
        assert (np.fromfile(vectors_path, "<f4").reshape(-1, 3) == vectors[mine]).all()
        assert files.sizes[cell] == len(mine)
