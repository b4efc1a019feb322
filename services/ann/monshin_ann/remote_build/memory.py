"""What a build takes, known before it begins."""

from grnnd import predict_memory

from monshin_ann.remote_build.object_store import upload_bytes
from monshin_ann.remote_build.request import BuildRequest, DataType, Space

_LINK_BYTES = 33  # of a neighbour while edges become faiss': int64 twice, their copies in int32, masks
_FIXED_BYTES = 32 << 20  # connections and their threads; the estimate of a build has as much of its own
_ROW_BYTES = 32  # of faiss: level, offset, document number, and the order of the graph


def predicted_bytes(request: BuildRequest) -> int:
    """Memory at the peak of building, exporting, or uploading; the file of the vectors is mapped and not counted."""
    # Vectors of length 1, as of cosine fields, take more under inner product: a copy that others do not need.
    metric = "inner_product" if request.space is Space.INNER_PRODUCT else "l2"
    if request.space is Space.COSINE:
        metric = "cosine"
    floats = 4 * request.count * request.dim
    copied = floats if request.data_type is DataType.BYTE else 0
    building = predict_memory(request.count, request.dim, metric, request.degree) + copied
    kept = copied + (0 if metric == "l2" else floats) + request.count * (request.dim + 4 * request.degree)
    in_faiss = floats + (0 if request.data_type is DataType.FLOAT else floats // 2)
    exporting = kept + in_faiss + request.count * (_LINK_BYTES * request.degree + _ROW_BYTES)
    uploading = copied + upload_bytes(_index_bytes(request))
    return (
        max(building, exporting + _FIXED_BYTES, uploading + _FIXED_BYTES) * 11 // 10
    )  # tests/remote_build/test_memory.py measures the peaks


def predicted_disk_bytes(request: BuildRequest) -> int:
    """Of the temporary files: the vectors, then the index."""
    return request.vector_bytes + request.id_bytes + _index_bytes(request)


def _index_bytes(request: BuildRequest) -> int:
    return request.count * (4 * request.dim + 4 * request.degree + _ROW_BYTES)
