"""The file of results: what it keeps, who sees it, and that what was deleted is gone from the disk."""

import math
import random
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from monshin_factcheck.core.decision import Verdict
from monshin_factcheck.results import reviews
from monshin_factcheck.results.model import Filter, KeptClaim, Result, Revisions, Sight, UsedDocument
from monshin_factcheck.results.store import ResultStore, sight_clause
from monshin_kit.errors import FailedPrecondition, InvalidInput, NotFound
from monshin_kit.requests import RequestKey

ALL = Sight("steward", sees_all=True, with_texts=True)
KEY = RequestKey("M", "", "", b"")
DAY_S = 86400.0
DOCUMENT = "corpora/demo/documents/a"


class Clock:
    """A time that tests set."""

    def __init__(self) -> None:
        self.now = 1_000_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Shared with the store."""
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[ResultStore]:
    """With a retention of 30 days."""
    opened = ResultStore(tmp_path / "results.sqlite", 30 * DAY_S, clock)
    yield opened
    opened.close()


def result(number: int, clock: Clock, text: str = "", *, caller: str = "tanaka", claims: int = 2) -> Result:
    """With texts if `text` is not empty."""
    return Result(
        id=f"{number:016x}", time=clock.now, caller=caller, model=f"model-{number % 2}", corpus="corpora/demo",
        text_sha256="0" * 64, is_stored=bool(text), summary=b"", judges=("rules",), revisions=Revisions("r1"),
        answer=text, documents=(UsedDocument(DOCUMENT, "1" * 64),),
        claims=tuple(KeptClaim(n, Verdict.SUPPORTED, 0.9, f"{n}{text}".encode()) for n in range(claims)),
    )  # fmt: skip


def review(number: int, claim: int, verdict: Verdict, note: str = "") -> reviews.NewReview:
    """By suzuki."""
    return reviews.NewReview(f"{number:016x}", claim, "suzuki", verdict, note)


def test_what_is_kept_comes_back_whole(store: ResultStore, clock: Clock) -> None:
    kept = result(1, clock, "本文")
    store.keep(kept).result()
    assert store.get(kept.id, ALL) == kept


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (Filter(), [3, 2, 1]),
        (Filter(model="model-1"), [3, 1]),
        (Filter(corpus="corpora/demo"), [3, 2, 1]),
        (Filter(corpus="corpora/other"), []),
        (Filter(document=DOCUMENT), [3, 2, 1]),
        (Filter(document="corpora/demo/documents/b"), []),
        (Filter(verdict=Verdict.SUPPORTED), [3, 2, 1]),
        (Filter(verdict=Verdict.CONTRADICTED), []),
        (Filter(is_stored=True), [2]),
        (Filter(start=1_000_000_002.0), [3, 2]),
        (Filter(end=1_000_000_002.0), [1]),
        (Filter(before=(1_000_000_003.0, f"{3:016x}"), limit=1), [2]),
    ],
)
def test_a_filter_lets_through_what_it_says(
    store: ResultStore, clock: Clock, wanted: Filter, numbers: list[int]
) -> None:
    for number in (1, 2, 3):
        clock.now += 1
        store.keep(result(number, clock, "本文" if number == 2 else "")).result()
    assert [int(one.id, 16) for one in store.listed(wanted, ALL)] == numbers


def test_a_result_is_seen_by_its_owner_and_by_those_who_may_see_all(store: ResultStore, clock: Clock) -> None:
    kept = result(1, clock, "本文")
    store.keep(kept).result()
    own = Sight("tanaka", sees_all=False, with_texts=False)
    stranger = Sight("suzuki", sees_all=False, with_texts=False)
    not_a_reader = replace(ALL, concealed={"corpora/demo": math.inf})
    assert store.get(kept.id, own).id == kept.id
    for sight in (stranger, not_a_reader):
        assert store.listed(Filter(), sight) == []
        with pytest.raises(NotFound):
            store.get(kept.id, sight)
        with pytest.raises(NotFound):
            store.delete(kept.id, sight, KEY)
        with pytest.raises(NotFound):
            store.add_review(review(1, 0, Verdict.SUPPORTED), sight, KEY)


def test_results_from_before_an_id_was_used_anew_stay_concealed(store: ResultStore, clock: Clock) -> None:
    old, new = result(1, clock), replace(result(2, clock), time=clock.now + 2)
    store.keep(old).result()
    store.keep(new).result()
    sight = replace(ALL, concealed={"corpora/demo": clock.now + 1, "corpora/other": math.inf})
    assert [one.id for one in store.listed(Filter(), sight)] == [new.id]


def canary(number: int) -> str:
    """A text that stands nowhere else."""
    return f"CANARY{number:05d}-{random.Random(number).getrandbits(64):016x}"


def on_disk(folder: Path) -> bytes:
    """Every byte of the file and what lies beside it."""
    return b"".join(path.read_bytes() for path in sorted(folder.glob("results.sqlite*")))


@pytest.mark.parametrize("size", [60, 900, 3_900, 30_000])
def test_deleted_texts_leave_no_byte_in_the_file_or_its_log(
    tmp_path: Path, store: ResultStore, clock: Clock, size: int
) -> None:
    """Hazard: SQLite unlinks rows and leaves their bytes in free pages, moved cells and the log."""
    numbers = list(range(300 if size < 10_000 else 60))
    for number in numbers:
        text = (canary(number) + "。") * (size // 24 + 1)
        store.keep(result(number, clock, text)).result()
        store.add_review(review(number, 0, Verdict.CONTRADICTED, canary(number)), ALL, KEY)
    assert all(canary(number).encode() in on_disk(tmp_path) for number in numbers)
    gone = random.Random(7).sample(numbers, len(numbers) // 2)
    for number in gone:
        store.delete(f"{number:016x}", ALL, KEY)
    left = on_disk(tmp_path)
    assert [number for number in gone if canary(number).encode() in left] == []
    assert all(canary(number).encode() in left for number in set(numbers) - set(gone))


def test_the_purge_ends_what_is_too_old_and_gives_its_space_back(
    tmp_path: Path, store: ResultStore, clock: Clock
) -> None:
    for number in range(450):
        store.keep(result(number, clock, canary(number) * 200)).result()
    clock.now += 10 * DAY_S
    store.keep(result(900, clock, "新しい")).result()
    assert store.purge() == 0
    size = (tmp_path / "results.sqlite").stat().st_size
    clock.now += 20 * DAY_S
    assert [one.id for one in store.listed(Filter(), ALL)] == [f"{900:016x}"]
    assert store.purge() == 450
    assert b"CANARY" not in on_disk(tmp_path)
    assert (tmp_path / "results.sqlite").stat().st_size < size / 10


def test_the_newest_review_counts(store: ResultStore, clock: Clock) -> None:
    store.keep(result(1, clock, "本文")).result()
    store.add_review(review(1, 0, Verdict.CONTRADICTED), ALL, KEY)
    store.add_review(review(1, 1, Verdict.SUPPORTED), ALL, KEY)
    store.add_review(review(1, 0, Verdict.NOT_ENOUGH_EVIDENCE, "表を見よ"), ALL, KEY)
    newest = store.read(lambda connection: reviews.of_result(connection, f"{1:016x}"))
    assert {number: one.verdict for number, one in newest.items()} == {
        0: Verdict.NOT_ENOUGH_EVIDENCE,
        1: Verdict.SUPPORTED,
    }
    assert (newest[0].reviewer, newest[0].note, newest[0].said) == ("suzuki", "表を見よ", Verdict.SUPPORTED)
    assert store.get(f"{1:016x}", ALL).reviewed == 2


def test_without_stored_texts_nothing_can_be_reviewed(store: ResultStore, clock: Clock) -> None:
    store.keep(result(1, clock)).result()
    with pytest.raises(FailedPrecondition):
        store.add_review(review(1, 0, Verdict.SUPPORTED), ALL, KEY)


def test_a_claim_that_the_result_does_not_have_is_not_found(store: ResultStore, clock: Clock) -> None:
    store.keep(result(1, clock, "本文")).result()
    with pytest.raises(NotFound):
        store.add_review(review(1, 2, Verdict.SUPPORTED), ALL, KEY)


def test_a_repeated_review_is_kept_once(store: ResultStore, clock: Clock) -> None:
    store.keep(result(1, clock, "本文")).result()
    key = RequestKey("ReviewClaim", str(uuid.uuid4()), "suzuki", b"one")
    first = store.add_review(review(1, 0, Verdict.CONTRADICTED), ALL, key)
    store.add_review(review(1, 0, Verdict.SUPPORTED), ALL, KEY)
    assert store.add_review(review(1, 0, Verdict.CONTRADICTED), ALL, key) == first
    newest = store.read(lambda connection: reviews.of_result(connection, f"{1:016x}"))
    assert newest[0].verdict is Verdict.SUPPORTED
    with pytest.raises(InvalidInput):
        store.add_review(review(1, 0, Verdict.SUPPORTED), ALL, replace(key, digest=b"other"))


def outcomes(
    store: ResultStore, corpus: str = "", judge: str = "", concealed: Mapping[str, float] = {}
) -> list[tuple[Verdict, bool]]:
    """(verdict said, agreed), sorted."""
    seen = sight_clause(replace(ALL, concealed=concealed))
    found = store.read(lambda connection: reviews.outcomes(connection, seen, concealed, corpus, judge))
    return sorted(((one.verdict, one.is_agreed) for one in found.outcomes), key=str)


def test_reviews_are_counted_by_corpus_and_judge(store: ResultStore, clock: Clock) -> None:
    store.keep(result(1, clock, "本文")).result()
    store.add_review(review(1, 0, Verdict.CONTRADICTED), ALL, KEY)
    store.add_review(review(1, 1, Verdict.SUPPORTED), ALL, KEY)
    assert outcomes(store) == [(Verdict.SUPPORTED, False), (Verdict.SUPPORTED, True)]
    assert outcomes(store, "corpora/demo") == outcomes(store)
    assert outcomes(store, "corpora/other") == []
    assert outcomes(store, judge="another") == []


@pytest.mark.parametrize(
    ("read", "is_settled", "counts"),
    [
        ("llm@c3 local@a1", False, True),
        ("local@a1", False, True),  # the other one was away
        ("", True, True),
        ("", False, False),  # nobody was there to read it
        ("local@old", False, False),
        ("local@a1 nli@b2", False, False),
    ],
)
def test_a_verdict_counts_where_the_rules_settled_it_or_only_judges_read_it_that_run_now(
    store: ResultStore, clock: Clock, read: str, is_settled: bool, counts: bool
) -> None:
    """Also after its result has ended."""
    claim = KeptClaim(0, Verdict.SUPPORTED, 0.9, b"", read, is_settled)
    store.keep(replace(result(1, clock, "本文"), claims=(claim,))).result()
    store.add_review(review(1, 0, Verdict.SUPPORTED), ALL, KEY)
    for _ in range(2):
        assert len(outcomes(store, judge="llm@c3 local@a1")) == counts
        assert len(outcomes(store)) == (read == "")
        clock.now += 31 * DAY_S
        store.purge()


def test_reviews_of_concealed_corpora_are_not_counted_not_even_after_their_end(
    store: ResultStore, clock: Clock
) -> None:
    """Concealed up to a time: of a corpus that was deleted, whose id another one has now."""
    store.keep(result(1, clock, "本文", claims=1)).result()
    store.add_review(review(1, 0, Verdict.SUPPORTED), ALL, KEY)
    for corpus in ("", "corpora/demo"):
        assert outcomes(store, corpus, concealed={"corpora/demo": math.inf}) == []
        assert outcomes(store, corpus, concealed={"corpora/demo": clock.now + 1}) == []
        assert len(outcomes(store, corpus, concealed={"corpora/demo": clock.now})) == 1
        assert len(outcomes(store, corpus, concealed={"corpora/other": math.inf})) == 1
    clock.now += 31 * DAY_S
    store.purge()
    for corpus in ("", "corpora/demo"):
        assert outcomes(store, corpus, concealed={"corpora/demo": math.inf}) == []
        assert len(outcomes(store, corpus, concealed={"corpora/other": math.inf})) == 1


def test_numbers_of_reviews_outlive_their_texts(tmp_path: Path, store: ResultStore, clock: Clock) -> None:
    """Only by the retention: what somebody deletes is not counted on."""
    for number in (1, 2):
        store.keep(result(number, clock, "本文", claims=1)).result()
        store.add_review(review(number, 0, Verdict.CONTRADICTED, canary(number)), ALL, KEY)
    store.delete(f"{2:016x}", ALL, KEY)
    before = outcomes(store)
    clock.now += 31 * DAY_S
    store.purge()
    assert outcomes(store) == before == [(Verdict.SUPPORTED, False)]
    assert canary(1).encode() not in on_disk(tmp_path)


def test_a_full_disk_fails_the_result_and_not_those_before(store: ResultStore, clock: Clock) -> None:
    """A limit on the pages of the file stands for the disk: SQLite itself answers `full`."""
    from monshin_kit.errors import Unavailable

    store.keep(result(1, clock, "本文")).result()
    full: Callable[..., object] = lambda connection: connection.execute("PRAGMA max_page_count=20").fetchall()  # noqa: E731
    store._database.write(full)
    with pytest.raises(Unavailable):
        store.keep(result(2, clock, "本文" * 100_000)).result()
    assert [one.id for one in store.listed(Filter(), ALL)] == [f"{1:016x}"]
