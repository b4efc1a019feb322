"""Snapshots with a checksum that fits, which is no signature: what could not have been stored is refused."""

import zlib
from contextlib import closing
from pathlib import Path
from typing import Any

import apsw
import grpc
import pytest
from index_calls import DIM, Stub, received, rows, until, upload
from monshin_kit.testing import ServiceProcess
from monshin_protos.ann.v1 import ann_pb2 as pb
from monshin_protos.ann.v1 import index_pb2

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROW = "UPDATE points SET {} WHERE id='p7'"
DIGITS = 400
SECRET = "canary"  # in payloads, which no refusal may quote

HOSTILE = {
    "a sequence to come": "UPDATE points SET sequence=sequence+1000",
    "an id of nothing": ROW.format("id=''"),
    "an id too long": ROW.format("id=printf('%.*c', 513, 'p')"),
    "a trigger": "CREATE TRIGGER t AFTER INSERT ON points WHEN new.id='z' BEGIN DELETE FROM points WHERE id='z'; END",
    "a trigger of migrations": "CREATE TRIGGER t AFTER UPDATE ON collection BEGIN DELETE FROM points; END",
    "a view": "ALTER TABLE points RENAME TO rows; CREATE VIEW points AS SELECT * FROM rows",
    "another index": "CREATE UNIQUE INDEX one_payload_each ON points (payload)",
    "another table": "CREATE TABLE more (value)",
    "ids that may come twice": (
        "CREATE TABLE rows (position INTEGER PRIMARY KEY, sequence INTEGER NOT NULL, id TEXT NOT NULL, payload TEXT,"
        " checksum INTEGER NOT NULL, vector BLOB NOT NULL); INSERT INTO rows SELECT * FROM points;"
        " DROP TABLE points; ALTER TABLE rows RENAME TO points"
    ),
    "no auto_vacuum": "PRAGMA auto_vacuum=0; VACUUM",
    "full auto_vacuum": "PRAGMA auto_vacuum=1; VACUUM",
    "larger pages": "PRAGMA page_size=65536; VACUUM",
    "another program": "PRAGMA application_id=7",
    "the last position": ROW.format("position=9223372036854775807"),
    "a position below the first": ROW.format("position=-7"),
    "a version of nothing": "PRAGMA user_version=0",
    "a version below nothing": "PRAGMA user_version=-1",
}
PAYLOADS = {
    "null": '{"canary":null}',
    "a list": '["canary"]',
    "numbers": "[1,2]",
    "a text": '"canary"',
    "a number": "7.0",
    "no JSON": "canary",
    "an integer too large": f'{{"canary":{"9" * DIGITS}}}',
    "an integer": '{"canary":1}',
    "nested": '{"canary":{"y":1.0}}',
    "nested in a list": '{"canary":[["y"]]}',
    "not finite": '{"canary":NaN}',
    "half a character": '{"canary":"\\ud800"}',
    "deep": "[" * 99_999,
    "spaces": '{"canary": 1.0}',
    "nothing in it": "{}",
}


async def snapshot(index: Stub, name: str) -> bytes:
    """Of a collection as it is."""
    return await received(index.SnapshotCollection(index_pb2.SnapshotCollectionRequest(name=f"collections/{name}")))


def forged(file: Path, copy: bytes, script: str, *values: str) -> bytes:
    """A snapshot after a script, with all checksums as they must be then."""
    file.write_bytes(copy)
    with closing(apsw.Connection(str(file))) as connection:
        connection.create_scalar_function("crc", lambda text, data: zlib.crc32(data, zlib.crc32(text.encode())))
        connection.execute(
            'UPDATE collection SET definition=replace(definition, \'"degree": 32\', \'"degree": "a lot"\');'
            "UPDATE collection SET checksum=crc(definition, x'')"
        )
        connection.execute(script, values).fetchall()
        if connection.execute("SELECT type FROM sqlite_schema WHERE name='points'").get == "table":
            connection.execute("UPDATE points SET checksum=crc(id || char(0) || coalesce(payload, ''), vector)")
    return file.read_bytes()


@pytest.mark.parametrize("harm", sorted(HOSTILE))
async def test_a_forged_snapshot_is_refused(
    stub: Stub, index: Stub, new_collection: Any, fill: Any, fields_of: Any, tmp_path: Path, harm: str
) -> None:
    """Hazard: a trigger deletes what was acknowledged; points that could not have been stored are served."""
    name = await new_collection(DIM)
    await fill(name, rows(100))
    data = forged(tmp_path / "forged", await snapshot(index, name), HOSTILE[harm])
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await index.RestoreCollection(iter(upload(name, data)))
    assert fields_of(refused.value) == ["data"]
    stats = (await stub.GetCollection(pb.GetCollectionRequest(name=f"collections/{name}"))).stats
    assert (stats.points, stats.sequence) == (100, 100)


@pytest.mark.parametrize("harm", sorted(PAYLOADS))
async def test_a_payload_that_could_not_have_been_stored_is_named_by_its_row(
    stub: Stub, index: Stub, new_collection: Any, fill: Any, fields_of: Any, tmp_path: Path, harm: str
) -> None:
    """Hazard: every filtered call fails on it. The refusal quotes nothing of it."""
    name = await new_collection(DIM)
    await fill(name, rows(1200))  # more than are read at once
    copy = await snapshot(index, name)
    data = forged(tmp_path / "forged", copy, "UPDATE points SET payload=? WHERE id='p1107'", PAYLOADS[harm])
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await index.RestoreCollection(iter(upload(name, data)))
    assert fields_of(refused.value) == ["data"]
    assert "row 1107:" in str(refused.value.details())
    assert SECRET not in str(refused.value.details())
    stats = (await stub.GetCollection(pb.GetCollectionRequest(name=f"collections/{name}"))).stats
    assert (stats.points, stats.sequence) == (1200, 1200)


async def test_a_snapshot_brings_no_wish_and_no_requests(
    index: Stub, service: ServiceProcess, new_collection: Any, fill: Any, tmp_path: Path
) -> None:
    """Hazards: each point that comes is built into a graph at once; a request of somebody is answered, not done."""
    name = await new_collection(DIM)
    await fill(name, rows(100))
    script = (
        "INSERT INTO requests VALUES ('Upsert', 'nurse', 'r1', x'00', x'7b7d', 9e12);"
        "UPDATE collection SET build='all', build_until=4611686018427387904"
    )
    await index.RestoreCollection(iter(upload(name, forged(tmp_path / "forged", await snapshot(index, name), script))))
    [path] = (service.home / "data" / "ann" / "collections").glob(f"{name}-*.sqlite")
    with closing(apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)) as connection:
        assert connection.execute("SELECT count(*) FROM requests").get == 0
        assert connection.execute("SELECT build, build_until FROM collection").get == ("", 0)


async def test_the_definition_of_a_snapshot_is_never_taken(
    index: Stub, new_collection: Any, fill: Any, tmp_path: Path
) -> None:
    """What was forged by the checksums alone is restored, without the degree it asks for."""
    name = await new_collection(DIM)
    await fill(name, rows(2500))
    await index.RestoreCollection(iter(upload(name, forged(tmp_path / "forged", await snapshot(index, name), ""))))
    assert (await until(index, name, index_pb2.INDEX_STATE_READY)).head_points < 2000
