"""A collection's promises: what is acknowledged stays, what is damaged is found, what is repeated is done once."""

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from monshin_ann.answers import State
from monshin_ann.collection import Collection
from monshin_ann.core.deadline import FOREVER
from monshin_ann.store.points_file import PointsFile
from monshin_kit.errors import DataLoss, InvalidInput, NotFound
from monshin_kit.requests import RequestKey

DIM = 64
NOT_REMEMBERED = RequestKey("", "", "", b"")


def request(request_id: str, digest: bytes = b"digest", caller: str = "caller") -> RequestKey:
    """A request of method Upsert that is remembered."""
    return RequestKey("Upsert", request_id, caller, digest)


@pytest.fixture
def collection(tmp_path: Path, definition: Callable[..., Any]) -> Iterator[Collection]:
    """An empty one."""
    path, own = tmp_path / "notes.sqlite", definition(dim=DIM)
    PointsFile.create(path, own)
    opened = Collection(own, path)
    yield opened
    opened.close()


@pytest.fixture
def damaged(
    tmp_path: Path, definition: Callable[..., Any], batch: Callable[..., Any], random_points: Callable[..., Any]
) -> Callable[[Callable[[Path], None]], Collection]:
    """Fills a collection with 200 points, closes it, lets something happen to its file, and opens it again."""
    path, own = tmp_path / "damaged.sqlite", definition(dim=DIM)
    PointsFile.create(path, own)
    filled = Collection(own, path)
    points = random_points([f"p{i}" for i in range(200)], DIM, seed=3)
    filled.upsert(batch(points, {name: {"ward": "ICU"} for name in points}), NOT_REMEMBERED).result()
    filled.close()
    whole = tmp_path / "whole.sqlite"
    shutil.copy(path, whole)

    def reopen(harm: Callable[[Path], None]) -> Collection:
        shutil.copy(whole, path)
        harm(path)
        return Collection(own, path)

    return reopen


def everything(collection: Collection) -> list[Any]:
    """All points, from the file and from memory."""
    found = collection.search(np.ones((1, DIM), np.float32), 1000, None, FOREVER).neighbours[0]
    return [collection.page("", 1000, None).points, sorted(found.ids), found.distances, found.payloads]


def test_a_repeated_request_is_answered_again_and_done_once(collection: Collection, batch: Callable[..., Any]) -> None:
    """Also after a restart; the point has been replaced since, and must stay so."""
    first = collection.upsert(batch({"a": np.ones(DIM)}), request("r1")).result()
    collection.upsert(batch({"a": 2 * np.ones(DIM)}), request("r2")).result()
    before = everything(collection)

    again = collection.upsert(batch({"a": np.ones(DIM)}), request("r1")).result()
    reopened = reopen(collection)
    and_again = reopened.upsert(batch({"a": np.ones(DIM)}), request("r1")).result()

    assert first == again == and_again
    assert everything(reopened) == before
    reopened.close()


def reopen(collection: Collection) -> Collection:
    """After a clean stop."""
    collection.close()
    return Collection(collection.definition, collection.path)


def test_a_request_id_cannot_serve_two_requests_but_two_callers(
    collection: Collection, batch: Callable[..., Any]
) -> None:
    collection.upsert(batch({"a": np.ones(DIM)}), request("r1")).result()

    with pytest.raises(InvalidInput) as caught:
        collection.upsert(batch({"b": np.ones(DIM)}), request("r1", digest=b"other")).result()
    assert caught.value.violations[0].field == "request_id"
    assert collection.stats.points == 1
    assert collection.upsert(batch({"b": np.ones(DIM)}), request("r1", caller="other")).result().inserted == 1


def test_a_caller_that_goes_away_cannot_undo_a_mutation(collection: Collection, batch: Callable[..., Any]) -> None:
    outcome = collection.upsert(batch({"a": np.ones(DIM)}), NOT_REMEMBERED)

    assert not outcome.cancel()
    assert outcome.result().inserted == 1
    assert collection.stats.points == 1


def test_mutations_of_many_threads_end_as_if_one_after_another(
    collection: Collection, batch: Callable[..., Any]
) -> None:
    """Hazard: a commit that is done before its callback is added could overtake another on its way to memory."""
    receipts: list[tuple[int, float]] = []

    def write(value: float) -> None:
        for step in range(40):
            row = np.full(DIM, 100 * value + step)
            receipts.append((collection.upsert(batch({"a": row}), NOT_REMEMBERED).result().sequence, row[0]))

    threads = [threading.Thread(target=write, args=(value,)) for value in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    _, last = max(receipts)
    found = collection.search(np.full((1, DIM), last, np.float32), 5, None, FOREVER).neighbours[0]
    assert (found.ids, found.distances) == (["a"], [0.0])
    assert len({sequence for sequence, _ in receipts}) == 240


def overwrite(offset: int, data: bytes) -> Callable[[Path], None]:
    """Puts `data` at `offset` of a file."""

    def harm(path: Path) -> None:
        with path.open("r+b") as file:
            file.seek(offset)
            file.write(data)

    return harm


def test_damage_anywhere_is_found_or_harmless(damaged: Callable[..., Collection]) -> None:
    """Bytes overwritten at 120 places: never a wrong point. SQLite's check alone misses most: they hit vectors."""
    whole = damaged(lambda path: None)
    expected = everything(whole)
    whole.close()
    size = whole.path.stat().st_size
    quarantined = 0
    for offset in np.random.default_rng(8).integers(0, size - 16, 120).tolist():
        collection = damaged(overwrite(offset, b"\xa5" * 16))
        if collection.state is State.QUARANTINED:
            quarantined += 1
        else:
            assert everything(collection) == expected
        collection.close()
    assert quarantined > 40  # the rest of the file is empty: pages of new tables and the ends of others


@pytest.mark.parametrize("text", [b"hold", b"ICU", b'"readers"', b"p199"])
def test_a_flipped_bit_in_text_is_damage_wherever_it_is(damaged: Callable[..., Collection], text: bytes) -> None:
    """Hazard: a wish that is no wish, or text that is no UTF-8, stopped the whole service at its start."""
    held = damaged(lambda path: None)
    held.hold_index(NOT_REMEMBERED)
    held.close()
    whole = held.path.read_bytes()
    place = whole.rindex(text)
    for bit in (0, 7):  # another letter, and a byte that begins no letter
        harmed = bytearray(whole)
        harmed[place + 1] ^= 1 << bit
        held.path.write_bytes(harmed)
        collection = Collection(held.definition, held.path)
        assert collection.state is State.QUARANTINED
        with pytest.raises(DataLoss):
            collection.read(["p1"])
        collection.close()


@pytest.mark.parametrize(
    "harm",
    [
        lambda path: path.unlink(),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
        lambda path: path.write_bytes(path.read_bytes()[:-1]),
        lambda path: path.write_bytes(b"not a database, but a note about one" * 1000),
    ],
    ids=["missing", "emptied", "halved", "a byte short", "another format"],
)
def test_a_damaged_file_makes_a_quarantined_collection(damaged: Callable[..., Collection], harm: Any) -> None:
    collection = damaged(harm)

    assert collection.state is State.QUARANTINED
    assert collection.stats.points == 0
    for read in (lambda: collection.read(["a"]), lambda: collection.page("", 1, None), lambda: everything(collection)):
        with pytest.raises(DataLoss) as caught:
            read()
        assert caught.value.resource_name == "collections/notes"
    with pytest.raises(DataLoss):
        collection.delete(["a"], NOT_REMEMBERED)
    collection.compact()
    collection.close()


def test_the_file_of_another_collection_is_not_served(damaged: Callable[..., Collection], definition: Any) -> None:
    collection = damaged(lambda path: None)
    collection.close()

    other = Collection(definition(dim=DIM, name="other"), collection.path)

    assert other.state is State.QUARANTINED
    other.close()


def test_damage_found_while_serving_quarantines(damaged: Callable[..., Collection]) -> None:
    """A reader in another thread, without pages in its cache, meets bytes that were overwritten after the start."""
    collection = damaged(lambda path: None)
    data = collection.path.read_bytes()
    overwrite(0, data[:100] + b"\xa5" * (len(data) - 100))(collection.path)
    errors: list[Exception] = []

    def read() -> None:
        try:
            collection.read(["p1"])
        except DataLoss as error:
            errors.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    thread.join()

    assert [str(error) for error in errors] != []
    assert collection.state is State.QUARANTINED
    with pytest.raises(DataLoss):
        everything(collection)
    collection.close()


def test_a_log_cut_anywhere_leaves_whole_requests(
    collection: Collection, batch: Callable[..., Any], tmp_path: Path
) -> None:
    """What a power cut may leave: the log ends at any frame or within one. Each request is there as a whole or not."""
    for number in range(12):
        points = {f"{number}-{i}": np.full(DIM, number) for i in range(number + 1)}
        collection.upsert(batch(points | {"last": np.full(DIM, number)}), NOT_REMEMBERED).result()
    log = collection.path.with_name("notes.sqlite-wal")
    whole = log.read_bytes()
    frame = 24 + int.from_bytes(whole[8:12], "big")  # a header, and a page of the size that the log's own header tells
    frames = range(32, len(whole) + 1, frame)
    assert frames[-1] == len(whole)
    copy = tmp_path / "copy.sqlite"
    seen = set()
    for length in sorted({0, *frames, *(end - frame // 2 for end in frames[1:])}):
        shutil.copy(collection.path, copy)
        copy.with_name("copy.sqlite-wal").write_bytes(whole[:length])
        recovered = Collection(collection.definition, copy)
        requests = recovered.stats.sequence and int(recovered.read(["last"])[0].vector and _last(recovered)) + 1
        assert recovered.stats.points == sum(range(1, requests + 1)) + bool(requests)
        seen.add(requests)
        recovered.close()
    assert seen == set(range(13))


def _last(collection: Collection) -> float:
    [point] = collection.read(["last"])
    return float(np.frombuffer(point.vector, "<f4")[0])


def test_a_closed_collection_is_gone(collection: Collection) -> None:
    collection.close()

    with pytest.raises(NotFound):
        collection.read(["a"])
    with pytest.raises(NotFound):
        collection.delete(["a"], NOT_REMEMBERED)


def test_what_a_collection_takes_on_disk_can_be_asked_while_it_is_deleted(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hazard: a file that was there when it was looked for is gone when its size is read. Here every file is said to
    be there; the segments' folder never was, and the log and the file itself are gone."""
    collection.close()
    for path in collection.path.parent.glob("notes.sqlite*"):
        path.unlink()
    monkeypatch.setattr(Path, "exists", lambda _: True)
    assert collection.stats.disk_bytes == 0
