"""Builds over HTTP, from an object store into it, against the real process; plain faiss loads the result."""

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import pytest

pytestmark = pytest.mark.asyncio(loop_scope="module")


def loaded(opensearch: Any, key: str, folder: Path) -> Any:
    """The index as a node loads it: k-NN's flags are those of faiss_wrapper.cpp."""
    path = folder / "index.faiss"
    path.write_bytes(opensearch.store.get(f"{key}.faiss"))
    flags = faiss.IO_FLAG_READ_ONLY | faiss.IO_FLAG_PQ_SKIP_SDC_TABLE | faiss.IO_FLAG_SKIP_PRECOMPUTE_TABLE
    return faiss.read_index(str(path), flags)


@pytest.mark.parametrize("space", ["l2", "innerproduct", "cosine field", "cosinesimil"])
async def test_a_node_that_loads_the_index_finds_the_documents_that_are_nearest(
    opensearch: Any, tmp_path: Path, sent: Any, sample: Any, exact: Any, recall_of: Any, space: str
) -> None:
    """A cosine field comes normalised, and asks for inner product."""
    rows, queries = sample(4000, 48)
    if space == "cosine field":
        rows, space = rows / np.linalg.norm(rows, axis=1, keepdims=True), "innerproduct"
    ids = np.sort(np.random.default_rng(1).choice(10_000, len(rows), replace=False))
    key = opensearch.write(rows, ids)
    status = await opensearch.build(sent(key, rows, space))
    assert status == {"task_status": "COMPLETED_INDEX_BUILD", "file_name": key.rpartition("/")[2] + ".faiss"}
    index = loaded(opensearch, key, tmp_path)
    distances, found = index.search(queries, 10)
    if space == "cosinesimil":
        rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    assert recall_of(found, ids[exact(rows, queries, 10, space)]) >= 0.95
    nearest = rows[np.searchsorted(ids, found[:, 0])]
    expected = ((nearest - queries) ** 2).sum(axis=1) if space == "l2" else (nearest * queries).sum(axis=1)
    np.testing.assert_allclose(distances[:, 0], expected, rtol=1e-4, atol=1e-4)


async def test_the_index_has_the_form_and_parameters_that_were_asked_for(
    opensearch: Any, tmp_path: Path, sent: Any, sample: Any
) -> None:
    rows, _ = sample(500, 16)
    key = opensearch.write(rows)
    body = sent(key, rows)
    body["index_parameters"]["algorithm_parameters"] = {"m": 12, "ef_construction": 77, "ef_search": 55}
    await opensearch.build(body)
    index = loaded(opensearch, key, tmp_path)
    assert type(index) is faiss.IndexIDMap
    assert (index.ntotal, index.d, index.metric_type) == (500, 16, faiss.METRIC_L2)
    graph = faiss.downcast_index(index.index)
    assert type(graph) is faiss.IndexHNSWCagra
    assert graph.base_level_only
    assert type(faiss.downcast_index(graph.storage)) is faiss.IndexFlatL2
    assert (graph.hnsw.efConstruction, graph.hnsw.efSearch, graph.hnsw.nb_neighbors(0)) == (77, 55, 36)
    np.testing.assert_array_equal(faiss.vector_to_array(index.id_map), np.arange(500))
    np.testing.assert_array_equal(graph.reconstruct_n(0, 500), rows)


async def test_the_index_is_written_section_by_section_as_the_plugin_reads_it_since_its_first_version(
    opensearch: Any, sent: Any, sample: Any
) -> None:
    """Hazard: OpenSearch 3.0 and 3.1 carry a faiss that does not know the tag IHc2. Our oracle is the order of sections
    in k-NN's memoryoptsearch/faiss, without faiss: every byte of the file must fit."""
    rows, _ = sample(300, 8)
    key = opensearch.write(rows, np.arange(300) * 2)
    await opensearch.build(sent(key, rows))
    read = Sections(opensearch.store.get(f"{key}.faiss"))
    assert read.header() == (b"IxMp", 8, 300, 1)
    assert read.header() == (b"IHNc", 8, 300, 1)
    keeps_full_lists, one_level, entry_points = read.values("<BBi")
    assert (keeps_full_lists, one_level) == (1, 1)
    assert entry_points > 0
    read.array("<f8")
    per_level = read.array("<i4")
    levels, offsets, neighbours = read.array("<i4"), read.array("<u8"), read.array("<i4").reshape(300, 48)
    assert per_level[:2].tolist() == [0, 48]
    assert (levels == 1).all()
    np.testing.assert_array_equal(offsets, np.arange(301) * 48)
    assert neighbours.max() < 300
    padding = neighbours < 0
    assert (padding[:, 1:] >= padding[:, :-1]).all(), "a reader stops at the first -1"
    assert not (neighbours == np.arange(300)[:, None]).any()
    read.values("<iiiii")
    assert read.header() == (b"IxF2", 8, 300, 1)
    np.testing.assert_array_equal(read.array("<f4", words=True).reshape(300, 8), rows)
    np.testing.assert_array_equal(read.array("<i8"), np.arange(300) * 2)
    assert read.rest == b""


class Sections:
    """A file of faiss, read from its start."""

    def __init__(self, content: bytes) -> None:
        self.rest = content

    def values(self, form: str) -> tuple[Any, ...]:
        """Numbers of this form."""
        size = struct.calcsize(form)
        head, self.rest = self.rest[:size], self.rest[size:]
        return struct.unpack(form, head)

    def header(self) -> tuple[bytes, int, int, int]:
        """Tag, dim, rows, metric (0 inner product, 1 L2)."""
        tag, dim, rows, _, _, _, metric = self.values("<4siqqqBi")
        return tag, dim, rows, metric

    def array(self, kind: str, words: bool = False) -> Any:
        """A length, then so many; `words`: the length counts four bytes whatever the kind."""
        (length,) = self.values("<q")
        size = length * (4 if words else np.dtype(kind).itemsize)
        part, self.rest = self.rest[:size], self.rest[size:]
        return np.frombuffer(part, dtype=kind)


@pytest.mark.parametrize("data_type", ["half_float", "byte"])
async def test_smaller_vectors_are_kept_small(
    opensearch: Any, tmp_path: Path, sent: Any, sample: Any, exact: Any, recall_of: Any, data_type: str
) -> None:
    """float16 come as float32, bytes as int8 (k-NN's fields with compression 2x, and of type byte)."""
    rows, queries = sample(3000, 32)
    scale = 127 / np.abs(rows).max()
    rows, queries = np.clip(rows * scale, -127, 127), np.clip(queries * scale, -127, 127)
    if data_type == "byte":
        rows, queries = np.round(rows), np.round(queries)
    key = opensearch.write(rows.astype("<i1" if data_type == "byte" else "<f4"))
    status = await opensearch.build(sent(key, rows, data_type=data_type))
    assert status["task_status"] == "COMPLETED_INDEX_BUILD", status
    index = loaded(opensearch, key, tmp_path)
    storage = faiss.downcast_index(faiss.downcast_index(index.index).storage)
    assert type(storage) is faiss.IndexScalarQuantizer
    assert storage.code_size == 32 * (1 if data_type == "byte" else 2)
    _, found = index.search(queries.astype(np.float32), 10)
    assert recall_of(found, exact(rows, queries, 10, "l2")) >= 0.95


async def test_a_graph_is_written_without_its_vectors_where_the_node_has_them(
    opensearch: Any, sent: Any, sample: Any
) -> None:
    """skip_stored_vectors, set for 32x compression since OpenSearch 3.7. In place of the vectors stands `null`."""
    rows, _ = sample(500, 64)
    key = opensearch.write(rows)
    status = await opensearch.build(sent(key, rows, skip_stored_vectors=True))
    assert status["task_status"] == "COMPLETED_INDEX_BUILD", status
    read = Sections(opensearch.store.get(f"{key}.faiss"))
    assert read.header() == (b"IxMp", 64, 500, 1)
    assert read.header() == (b"IHc2", 64, 500, 1)
    read.values("<BBii")
    for kind in ("<f8", "<i4", "<i4", "<u8"):
        read.array(kind)
    assert read.array("<i4").size == 500 * 48
    read.values("<iiiii")
    assert read.values("<4s") == (b"null",)
    np.testing.assert_array_equal(read.array("<i8"), np.arange(500))
    assert read.rest == b""


async def test_a_segment_of_a_single_document_is_built(opensearch: Any, tmp_path: Path, sent: Any, sample: Any) -> None:
    rows, _ = sample(1, 16)
    key = opensearch.write(rows, np.array([7]))
    status = await opensearch.build(sent(key, rows))
    assert status["task_status"] == "COMPLETED_INDEX_BUILD", status
    _, found = loaded(opensearch, key, tmp_path).search(rows, 1)
    assert found.tolist() == [[7]]


async def test_a_request_of_the_first_version_of_opensearch_is_built(opensearch: Any, sent: Any, sample: Any) -> None:
    """3.0 does not send skip_stored_vectors."""
    rows, _ = sample(200, 16)
    key = opensearch.write(rows)
    status = await opensearch.build(sent(key, rows, skip_stored_vectors=None))
    assert status["task_status"] == "COMPLETED_INDEX_BUILD", status


async def test_two_builds_at_once_both_end_and_the_same_request_is_one_job(
    opensearch: Any, tmp_path: Path, sent: Any, sample: Any
) -> None:
    bodies = []
    for seed in (1, 2):
        rows, _ = sample(3000, 32, seed)
        bodies.append(sent(opensearch.write(rows), rows))
    jobs = [(await opensearch.submit(body)).json()["job_id"] for body in [*bodies, bodies[0]]]
    assert jobs[0] == jobs[2] != jobs[1]
    for job, body in zip(jobs[:2], bodies, strict=True):
        status = await opensearch.finished(job)
        assert status["file_name"] == body["vector_path"].rpartition("/")[2].replace(".knnvec", ".faiss")
    assert (await opensearch.submit(bodies[0])).json()["job_id"] == jobs[0], "also after it has ended"
    other = {**bodies[0], "dimension": 31}
    assert (await opensearch.submit(other)).status_code == 409


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (lambda store, key: store.client.delete_object(Bucket="hospital-vectors", Key=f"{key}.knnvec"), "not there"),
        (lambda store, key: store.client.delete_object(Bucket="hospital-vectors", Key=f"{key}.knndid"), "not there"),
        (lambda store, key: store.put(f"{key}.knnvec", bytes(200 * 16 * 4 - 1)), "has 12799 bytes"),
        (lambda store, key: store.put(f"{key}.knndid", bytes(201 * 4)), "has 804 bytes"),
        (lambda store, key: store.put(f"{key}.knndid", bytes(200 * 4)), "must rise"),
        (lambda store, key: store.put(f"{key}.knnvec", b"\xff" * 200 * 16 * 4), "not finite"),
    ],
    ids=["no vectors", "no ids", "vectors cut off", "an id too many", "ids that do not rise", "not a number"],
)
async def test_a_build_of_harmed_objects_fails_with_the_reason_and_leaves_nothing(
    opensearch: Any, sent: Any, sample: Any, harm: Callable[[Any, str], None], told: str
) -> None:
    rows, _ = sample(200, 16)
    key = opensearch.write(rows)
    harm(opensearch.store, key)
    status = await opensearch.build(sent(key, rows))
    assert status["task_status"] == "FAILED_INDEX_BUILD"
    assert set(status) == {"task_status", "error_message"}
    assert told in status["error_message"]
    assert key not in status["error_message"]
    assert f"{key}.faiss" not in opensearch.store.names()
