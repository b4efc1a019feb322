"""The file of results: one SQLite file, in which deleted bytes are overwritten. Methods block: use a thread."""

import json
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import TypeVar

import apsw
from monshin_kit.errors import NotFound
from monshin_kit.requests import RequestKey
from monshin_kit.sqlite import Database

from monshin_factcheck.core.decision import Verdict
from monshin_factcheck.results import reviews
from monshin_factcheck.results.model import RESULT, Filter, KeptClaim, Result, Review, Revisions, Sight, UsedDocument
from monshin_factcheck.results.schema import MIGRATIONS

T = TypeVar("T")
_COLUMNS = (
    "r.id, r.time, r.caller, r.model, r.corpus, r.text_sha256, r.is_stored, r.summary, r.judges, r.rules_revision,"
    " r.judge_revision, r.fingerprint, r.answer, r.question,"
    " (SELECT COUNT(DISTINCT number) FROM reviews WHERE result=r.id)"
)
# Results that one transaction of the purge removes: others wait for it.
_PURGED_AT_ONCE = 200


class ResultStore:
    """retention_s: how long a result is seen; the purge removes it then. Raises DataLoss if the file is damaged."""

    def __init__(self, path: Path, retention_s: float, clock: Callable[[], float] = time.time) -> None:
        self._database = Database(path, MIGRATIONS)
        # Deleted texts are overwritten, not only unlinked; without it they stay in free pages.
        self._database.write(lambda connection: connection.execute("PRAGMA secure_delete=ON").fetchall())
        self.retention_s = retention_s
        self._clock = clock
        # A deletion whose bytes may still be in the log: the process may have died before it was emptied.
        self._owes_erasure = True

    def keep(self, result: Result) -> Future[None]:
        """On disk when the future resolves; does not block."""
        return self._database.submit(lambda connection: _insert(connection, result))

    def drop(self, result_id: str) -> Future[None]:
        """Takes a result back that nobody was told of; does not block."""
        return self._database.submit(lambda connection: _delete(connection, result_id))

    def listed(self, wanted: Filter, sight: Sight) -> list[Result]:
        """Newest first, with the documents, without claims and texts."""
        where, values = _where(wanted, sight, self.oldest())
        query = f"SELECT {_COLUMNS} FROM results r WHERE {where} ORDER BY r.time DESC, r.id DESC LIMIT ?"
        with self._database.reader() as connection:
            rows = connection.execute(query, (*values, wanted.limit)).fetchall()
            return [_result(connection, row, with_claims=False) for row in rows]

    def get(self, result_id: str, sight: Sight) -> Result:
        """Whole. Raises NotFound also where it is not to be seen."""
        with self._database.reader() as connection:
            return self._seen(connection, result_id, sight)

    def delete(self, result_id: str, sight: Sight, key: RequestKey) -> None:
        """Gone from the file and its log when this returns. Raises NotFound; Unavailable where it is deleted, but the
        log could not be emptied: the purge, or the same request again, goes on with it."""

        def change(connection: apsw.Connection) -> None:
            if key.recall(connection) is not None:
                return
            self._seen(connection, result_id, sight)
            _delete(connection, result_id)
            key.record(connection, b"done")

        self._database.write(change)
        self._owes_erasure = True
        self._erase()

    def add_review(self, review: reviews.NewReview, sight: Sight, key: RequestKey) -> Review:
        """On disk when this returns. Raises NotFound, FailedPrecondition where no text was stored."""

        def change(connection: apsw.Connection) -> Review:
            found = self._seen(connection, review.result, sight)
            remembered = key.recall(connection)
            if remembered is not None:
                return reviews.get(connection, int(remembered))
            sequence = reviews.add(connection, review, found, self._clock())
            key.record(connection, str(sequence).encode())
            return reviews.get(connection, sequence)

        return self._database.write(change)

    def purge(self) -> int:
        """Removes what has outlived the retention, and gives its space back; answers with how many there were."""
        removed = 0
        while True:
            found = self._database.write(lambda connection: _purge(connection, self.oldest()))
            removed += found
            if found < _PURGED_AT_ONCE:
                break
        if removed or self._owes_erasure:
            self._erase()
        return removed

    def read(self, query: Callable[[apsw.Connection], T]) -> T:
        """Runs a query of `reviews` on one state of the file."""
        with self._database.reader() as connection:
            return query(connection)

    def close(self) -> None:
        """Closes the file."""
        self._database.close()

    def oldest(self) -> float:
        """Results up to this time, in seconds since the epoch, are not seen any more."""
        return self._clock() - self.retention_s

    def _erase(self) -> None:
        self._database.checkpoint()
        self._owes_erasure = False

    def _seen(self, connection: apsw.Connection, result_id: str, sight: Sight) -> Result:
        where, values = _where(Filter(), sight, self.oldest())
        query = f"SELECT {_COLUMNS} FROM results r WHERE r.id=? AND {where}"
        row = connection.execute(query, (result_id, *values)).fetchone()
        if row is None:
            raise NotFound(RESULT, f"results/{result_id}")
        return _result(connection, row, with_claims=True)


def sight_clause(sight: Sight) -> tuple[str, list[str | float]]:
    """SQL over `results r` that lets through what a caller may see."""
    parts, values = ["1"], list[str | float]()
    if not sight.sees_all:
        parts.append("r.caller=?")
        values.append(sight.caller)
    if sight.concealed:
        hidden = ",".join(["(?,?)"] * len(sight.concealed))
        parts.append(f"NOT EXISTS (SELECT 1 FROM (VALUES {hidden}) WHERE column1=r.corpus AND r.time<column2)")
        values.extend(value for one in sight.concealed.items() for value in one)
    return " AND ".join(parts), values


def _where(wanted: Filter, sight: Sight, oldest: float) -> tuple[str, list[str | float]]:
    clause, values = sight_clause(sight)
    parts = [clause, "r.time>?"]
    values.append(oldest)

    def also(condition: str, *value: str | float) -> None:
        parts.append(condition)
        values.extend(value)

    if wanted.corpus:
        also("r.corpus=?", wanted.corpus)
    if wanted.model:
        also("r.model=?", wanted.model)
    if wanted.document:
        also("r.id IN (SELECT result FROM documents WHERE document=?)", wanted.document)
    if wanted.verdict is not None:
        also("r.id IN (SELECT result FROM claims WHERE verdict=?)", wanted.verdict.value)
    if wanted.is_stored:
        parts.append("r.is_stored")
    if wanted.start is not None:
        also("r.time>=?", wanted.start)
    if wanted.end is not None:
        also("r.time<?", wanted.end)
    if wanted.before is not None:
        also("(r.time, r.id) < (?, ?)", *wanted.before)
    return " AND ".join(parts), values


def _insert(connection: apsw.Connection, result: Result) -> None:
    revisions = result.revisions
    connection.execute(
        f"INSERT INTO results VALUES ({','.join('?' * 14)})",
        (
            result.id, result.time, result.caller, result.model, result.corpus, result.text_sha256, result.is_stored,
            result.summary, json.dumps(result.judges), revisions.rules, revisions.judge, revisions.embedder,
            result.answer, result.question,
        ),
    )  # fmt: skip
    connection.executemany(
        "INSERT INTO claims VALUES (?,?,?,?,?,?,?)",
        [
            (result.id, one.number, one.verdict.value, one.probability, one.message, one.judge_revision, one.is_settled)
            for one in result.claims
        ],
    )
    connection.executemany(
        "INSERT INTO documents VALUES (?,?,?)", [(result.id, one.document, one.text_sha256) for one in result.documents]
    )


def _delete(connection: apsw.Connection, result_id: str) -> None:
    connection.execute("DELETE FROM results WHERE id=?", (result_id,))


def _purge(connection: apsw.Connection, oldest: float) -> int:
    rows = connection.execute(
        "SELECT id FROM results WHERE time<=? ORDER BY time LIMIT ?", (oldest, _PURGED_AT_ONCE)
    ).fetchall()
    for (result_id,) in rows:
        reviews.count_on(connection, str(result_id))
        _delete(connection, str(result_id))
    return len(rows)


def _result(connection: apsw.Connection, row: Sequence[object], *, with_claims: bool) -> Result:
    (result_id, when, caller, model, corpus, digest, is_stored, summary, judges, rules, judge, fingerprint, answer,
     question, reviewed) = row  # fmt: skip
    documents = connection.execute(
        "SELECT document, text_sha256 FROM documents WHERE result=? ORDER BY document", (result_id,)
    )
    claims = connection.execute(
        "SELECT number, verdict, probability, message, judge_revision, is_settled FROM claims WHERE result=?"
        " ORDER BY number",
        (result_id,),
    )
    return Result(
        id=str(result_id), time=float(str(when)), caller=str(caller), model=str(model), corpus=str(corpus),
        text_sha256=str(digest), is_stored=bool(is_stored), summary=_bytes(summary),
        judges=tuple(json.loads(str(judges))), revisions=Revisions(str(rules), str(judge), str(fingerprint)),
        answer=str(answer) if with_claims else "", question=str(question) if with_claims else "",
        documents=tuple(UsedDocument(str(name), str(sha)) for name, sha in documents),
        claims=tuple(_claim(row) for row in claims) if with_claims else (),
        reviewed=int(str(reviewed)),
    )  # fmt: skip


def _claim(row: Sequence[object]) -> KeptClaim:
    number, verdict, probability, message, judge_revision, is_settled = row
    return KeptClaim(
        int(str(number)), Verdict(str(verdict)), float(str(probability)), _bytes(message), str(judge_revision),
        bool(is_settled),
    )  # fmt: skip


def _bytes(value: object) -> bytes:
    assert isinstance(value, bytes), "the column is a BLOB"
    return value
