"""The file that OpenSearch loads: document numbers over a graph of one level over the vectors, as faiss writes them.

The reference builder writes an IndexIDMap over an IndexHNSWCagra; the nodes read it with faiss itself
(k-NN, jni/src/faiss_wrapper.cpp) or section by section (k-NN, memoryoptsearch/faiss).
"""

import importlib
import struct
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from grnnd import Graph
from numpy.typing import NDArray

from monshin_ann.remote_build.request import BuildRequest, DataType

# A search begins at so many random rows and goes on from the best: 16 to 256 found the same, 256 took a third longer.
_ENTRY_POINTS = 32
_CHUNK_ROWS = 16_384
_HEADER = struct.Struct("<4siqqqBi")  # tag, dim, rows, two fields without meaning, is_trained, metric
_SWITCHES = struct.Struct("<BBi")  # of the graph: full lists, one level only, entry points
_WITHOUT_MEANING = 1 << 20
_NEW_TAG, _OLD_TAG = b"IHc2", b"IHNc"

faiss: Any = importlib.import_module("faiss")  # its stubs lack what is made at run time


def write(path: Path, graph: Graph, document_ids: NDArray[np.int32], request: BuildRequest) -> None:
    """Raises OSError. graph: over the vectors of the request, in the order of `document_ids`, shape (count,)."""
    index = graph.to_faiss()
    index.num_base_level_search_entrypoints = _ENTRY_POINTS
    index.hnsw.efConstruction = request.ef_construction
    index.hnsw.efSearch = request.ef_search
    if request.data_type is not DataType.FLOAT:
        _narrow(index, graph, request.data_type)
    # faiss has added a number type to the graph, and a new tag for it. OpenSearch knows that one from 3.2 on, and wants
    # it for what it did not ask for earlier; everything else is written so that 3.0 reads it, too.
    is_old = request.data_type is DataType.FLOAT and not request.is_graph_only
    with path.open("wb") as file:
        # The map around the graph is written here: faiss' own does not pass the flag on to what it holds.
        size = (index.d, index.ntotal)
        file.write(_HEADER.pack(b"IxMp", *size, _WITHOUT_MEANING, _WITHOUT_MEANING, True, index.metric_type))
        writer = _OlderHeader(file) if is_old else file
        flags = faiss.IO_FLAG_SKIP_STORAGE if request.is_graph_only else 0
        faiss.write_index(index, faiss.PyCallbackIOWriter(writer.write), flags)
        file.write(struct.pack("<q", len(document_ids)))
        file.write(document_ids.astype("<i8").tobytes())


def _narrow(index: Any, graph: Graph, data_type: DataType) -> None:
    """Replaces the vectors by float16 or int8."""
    is_byte = data_type is DataType.BYTE
    kinds = faiss.ScalarQuantizer
    kind = kinds.QT_8bit_direct_signed if is_byte else kinds.QT_fp16
    storage = faiss.IndexScalarQuantizer(graph.dim, kind, index.metric_type)
    for start in range(0, len(graph), _CHUNK_ROWS):
        storage.add(np.ascontiguousarray(graph.vectors[start : start + _CHUNK_ROWS]))
    wide = index.storage
    index.storage = storage
    storage.this.disown()  # the index frees its storage
    wide.this.own(True)  # and we that of before
    index.set_numeric_type(faiss.Int8 if is_byte else faiss.Float16)


class _OlderHeader:
    """Passes a graph of faiss on with the header that OpenSearch 3.0 knows: another tag, and no number type."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._head = b""

    def write(self, data: bytes) -> int:
        """As a file; the first bytes are kept back until the header is whole."""
        kept = _HEADER.size + _SWITCHES.size
        if len(self._head) >= kept + 4:
            self._file.write(data)
            return len(data)
        self._head += data
        if len(self._head) >= kept + 4:
            if not self._head.startswith(_NEW_TAG):
                raise OSError("faiss writes graphs in a format that is not known here: install faiss-cpu 1.15")
            self._file.write(_OLD_TAG + self._head[len(_OLD_TAG) : kept] + self._head[kept + 4 :])
        return len(data)
