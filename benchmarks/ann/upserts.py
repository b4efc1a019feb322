"""Durable upserts: what is answered is on disk."""

import tempfile
import time
from collections.abc import Iterator

import apsw
from monshin_ann.core.vectors import Matrix
from monshin_protos.ann.v1 import ann_pb2 as pb
from monshin_protos.vectors.v1 import vectors_pb2

from benchmarks.ann.points import DIM, requests
from benchmarks.ann.server import Ann
from benchmarks.report import Result, median_interleaved

CHUNK = 170  # points a message: 256 KiB, as our clients stream


def upserts(ann: Ann, points: Matrix, rounds: int) -> Result:
    """A stream whose chunks are each on disk before they are answered, beside SQLite alone with the same commits.

    From the second round on, ours replaces the points, which the peer, in a new file each time, is spared.
    """
    chunks = list(requests(points, CHUNK))
    ours, peer = median_interleaved(rounds, lambda: _stream(ann, chunks), lambda: _sqlite(chunks))
    return Result("durable upserts by stream", ours, peer, "SQLite in process", 0.25, "points/s", "higher")


def _stream(ann: Ann, chunks: list[pb.UpsertRequest]) -> float:
    asked = [pb.UpsertStreamRequest(chunk=each) for each in chunks]
    count = sum(len(each.ids) for each in chunks)
    started = time.perf_counter()
    answers = [answer.stored for answer in ann.UpsertStream(iter(asked))]
    taken = time.perf_counter() - started
    assert sum(answer.inserted + answer.replaced for answer in answers) == count
    return count / taken


def _sqlite(chunks: list[pb.UpsertRequest]) -> float:
    with tempfile.TemporaryDirectory() as folder:
        connection = apsw.Connection(f"{folder}/peer.sqlite")
        connection.execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE points (id TEXT NOT NULL UNIQUE, vector BLOB NOT NULL)")
        started = time.perf_counter()
        for each in chunks:
            rows = zip(each.ids, _rows(each.vectors), strict=True)
            with connection:
                connection.executemany("INSERT OR REPLACE INTO points VALUES (?, ?)", rows)
        return sum(len(each.ids) for each in chunks) / (time.perf_counter() - started)


def _rows(packed: vectors_pb2.Vectors) -> Iterator[bytes]:
    return (packed.data[start : start + 4 * DIM] for start in range(0, len(packed.data), 4 * DIM))
