"""One build: vectors in, graph, index out. Temporary files are gone when it ends, however it ends."""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import grnnd
import numpy as np
from grnnd import Graph
from monshin_kit import durable
from monshin_kit.errors import Aborted, FailedPrecondition, MonshinError
from numpy.typing import NDArray

from monshin_ann.remote_build import faiss_file
from monshin_ann.remote_build.memory import predicted_bytes, predicted_disk_bytes
from monshin_ann.remote_build.object_store import ObjectStore
from monshin_ann.remote_build.request import BuildRequest, DataType, Space

_CHUNK_ROWS = 16_384
_UNIT_TOLERANCE = 1e-3  # of a squared length: vectors that were normalised in float32, and then some


class DoesNotFit(MonshinError):
    """The build needs more memory or disk than there is; told before anything is read."""

    code = "RESOURCE_EXHAUSTED"
    default_reason = "DOES_NOT_FIT"


@dataclass(frozen=True, slots=True)
class Builder:
    """folder: for temporary files, emptied by `clean`. threads: of a build, 0 for all CPUs.

    memory_limit_bytes: what a build may take; 0: what the system has to spare when it begins.
    """

    store: ObjectStore
    folder: Path
    threads: int
    memory_limit_bytes: int

    def clean(self) -> None:
        """Removes what a killed process left behind. Call it before the first build."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)

    def require_possible(self, request: BuildRequest) -> None:
        """Raises DoesNotFit with the estimate, if the build would not fit though nothing else ran here."""
        _require(request, self.memory_limit_bytes or grnnd.memory.total_bytes(), shutil.disk_usage(self.folder).total)

    def require_room(self, request: BuildRequest) -> None:
        """Raises DoesNotFit with the estimate, if the build would not fit now."""
        _require(
            request, self.memory_limit_bytes or grnnd.memory.available_bytes(), shutil.disk_usage(self.folder).free
        )

    def build(self, request: BuildRequest, stop: Event, on_progress: Callable[[float], object]) -> str:
        """The name of the index, without its path, once it is in the object store; may take long.

        stop: set it from another thread to end the build early, which raises Aborted. on_progress: share of the graph.
        Raises FailedPrecondition if the objects are not what the request says, DoesNotFit, Unavailable if the store
        does not answer.
        """
        self.require_room(request)
        try:
            self._build(request, stop, on_progress)
        except OSError as error:
            if not durable.is_full(error):
                raise
            raise DoesNotFit("the disk of the temporary files is full") from None
        return request.index_key.rpartition("/")[2]

    def _build(self, request: BuildRequest, stop: Event, on_progress: Callable[[float], object]) -> None:
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            ids = self._read_ids(request, Path(folder) / "ids", stop)
            rows = self._read_vectors(request, Path(folder) / "vectors", stop)
            _check(stop)
            index = Path(folder) / "index"
            faiss_file.write(index, self._graph(request, rows, stop, on_progress), ids, request)
            _check(stop)
            self.store.upload(index, request.bucket, request.index_key)

    def _read_ids(self, request: BuildRequest, path: Path, stop: Event) -> NDArray[np.int32]:
        """int32 of shape (count,), rising: document numbers of a segment."""
        with path.open("wb") as file:
            self.store.download(request.bucket, request.ids_key, request.id_bytes, file, stop)
        _check(stop)
        ids = np.fromfile(path, dtype="<i4")
        if ids[0] < 0 or (ids[1:] <= ids[:-1]).any():
            raise FailedPrecondition("document numbers must rise from 0 on: OpenSearch reads them as a rising sequence")
        return ids

    def _read_vectors(self, request: BuildRequest, path: Path, stop: Event) -> NDArray[np.float32]:
        """float32 of shape (count, dim), mapped from the file unless it holds int8."""
        with path.open("wb") as file:
            self.store.download(request.bucket, request.vectors_key, request.vector_bytes, file, stop)
        _check(stop)
        shape = (request.count, request.dim)
        if request.data_type is DataType.BYTE:
            return np.fromfile(path, dtype=np.int8).reshape(shape).astype(np.float32)
        return np.memmap(path, dtype="<f4", mode="r", shape=shape)

    def _graph(
        self, request: BuildRequest, rows: NDArray[np.float32], stop: Event, on_progress: Callable[[float], object]
    ) -> Graph:
        try:
            return grnnd.build(
                rows,
                metric=_metric(request.space, rows),
                degree=request.degree,
                threads=self.threads,
                memory_limit=self.memory_limit_bytes or None,
                progress=lambda progress: on_progress(progress.fraction),
                cancel=stop,
            )
        except grnnd.TooLarge as error:
            raise DoesNotFit(
                f"the build needs about {error.needed_bytes:,} bytes of memory, there are {error.limit_bytes:,}"
            ) from None
        except grnnd.InvalidInput:
            raise FailedPrecondition("the vectors hold numbers that are not finite, too large, or all zero") from None
        except grnnd.Cancelled:
            raise _stopping() from None


def _require(request: BuildRequest, memory_bytes: int | None, disk_bytes: int) -> None:
    needed = predicted_bytes(request)
    if memory_bytes is not None and needed > memory_bytes:
        raise DoesNotFit(f"the build needs about {needed:,} bytes of memory, there are {memory_bytes:,}")
    needed = predicted_disk_bytes(request)
    if needed > disk_bytes:
        raise DoesNotFit(f"the build needs about {needed:,} bytes of temporary files, the disk has {disk_bytes:,}")


def _metric(space: Space, rows: NDArray[np.float32]) -> str:
    """Among vectors of length 1 inner product is cosine, for which graphs are built in half the time, and better.

    OpenSearch normalises the vectors of cosine fields and asks for inner product. 30,000 vectors of dim 384, degree 32,
    one thread: 1.8 against 3.3 CPU-s, recall@10 of faiss at ef 40 0.989 against 0.987.
    """
    match space:
        case Space.L2:
            return "l2"
        case Space.COSINE:
            return "cosine"
        case Space.INNER_PRODUCT:
            return "cosine" if _are_of_length_one(rows) else "inner_product"


def _are_of_length_one(rows: NDArray[np.float32]) -> bool:
    for start in range(0, len(rows), _CHUNK_ROWS):
        part = rows[start : start + _CHUNK_ROWS]
        if not (np.abs(np.einsum("ij,ij->i", part, part) - 1) <= _UNIT_TOLERANCE).all():
            return False
    return True


def _check(stop: Event) -> None:
    if stop.is_set():
        raise _stopping()


def _stopping() -> Aborted:
    return Aborted("the service is stopping: OpenSearch builds this index itself", reason="STOPPING")
