"""Reviews: added, read, counted. All but the newest of a claim are history."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import apsw
from monshin_kit.errors import FailedPrecondition, NotFound

from monshin_factcheck.core.agreement import Outcome
from monshin_factcheck.core.decision import Verdict
from monshin_factcheck.results.model import CLAIM, Labelled, Result, Review

_REVIEW = "v.result, v.number, v.time, v.reviewer, v.verdict, v.note, c.verdict"
_NEWEST = """
    reviews v JOIN claims c ON c.result=v.result AND c.number=v.number JOIN results r ON r.id=v.result
    WHERE v.sequence=(SELECT MAX(sequence) FROM reviews WHERE result=v.result AND number=v.number)
"""


@dataclass(frozen=True, slots=True)
class NewReview:
    """What a person says of a claim."""

    result: str
    number: int
    reviewer: str
    verdict: Verdict
    note: str


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What is known of verdicts as the judges that read now give them. rules_revisions: how many made them."""

    outcomes: Sequence[Outcome]
    rules_revisions: int


def add(connection: apsw.Connection, review: NewReview, result: Result, now: float) -> int:
    """Its sequence number. Raises NotFound for a claim that the result does not have, FailedPrecondition."""
    if not result.is_stored:
        raise FailedPrecondition("the texts of this result were not stored: check with `store`", reason="NOT_STORED")
    if not any(claim.number == review.number for claim in result.claims):
        raise NotFound(CLAIM, f"results/{review.result}/claims/{review.number}")
    connection.execute(
        "INSERT INTO reviews (result, number, time, reviewer, verdict, note) VALUES (?,?,?,?,?,?)",
        (review.result, review.number, now, review.reviewer, review.verdict.value, review.note),
    )
    return connection.last_insert_rowid()


def get(connection: apsw.Connection, sequence: int) -> Review:
    """By its sequence number."""
    query = f"SELECT {_REVIEW} FROM reviews v JOIN claims c USING (result, number) WHERE v.sequence=?"
    row = connection.execute(query, (sequence,)).fetchone()
    if row is None:
        raise NotFound(CLAIM, "")
    return _review(row)


def of_result(connection: apsw.Connection, result_id: str) -> dict[int, Review]:
    """The newest of each claim, by its number."""
    rows = connection.execute(f"SELECT {_REVIEW} FROM {_NEWEST} AND v.result=?", (result_id,))
    return {review.number: review for review in map(_review, rows)}


def newest(
    connection: apsw.Connection, seen: tuple[str, list[str | float]], corpus: str, *, oldest: float, before: int,
    limit: int,
) -> list[tuple[int, Review]]:  # fmt: skip
    """The newest of each claim with their sequence numbers, newest first. seen: as `store.sight_clause`."""
    clause, values = seen
    rows = connection.execute(
        f"SELECT v.sequence, {_REVIEW} FROM {_NEWEST} AND {clause} AND r.time>? AND (?='' OR r.corpus=?)"
        " AND (?=0 OR v.sequence<?) ORDER BY v.sequence DESC LIMIT ?",
        (*values, oldest, corpus, corpus, before, before, limit),
    )
    return [(int(str(row[0])), _review(row[1:])) for row in rows]


def labelled(
    connection: apsw.Connection, seen: tuple[str, list[str | float]], corpus: str, *, oldest: float, after: int,
    limit: int,
) -> list[tuple[int, Labelled]]:  # fmt: skip
    """Reviewed claims with their sequence numbers, oldest review first."""
    clause, values = seen
    rows = connection.execute(
        f"SELECT v.sequence, c.message, r.corpus, r.model, {_REVIEW} FROM {_NEWEST} AND {clause} AND r.time>?"
        " AND (?='' OR r.corpus=?) AND v.sequence>? ORDER BY v.sequence LIMIT ?",
        (*values, oldest, corpus, corpus, after, limit),
    )
    return [
        (int(str(sequence)), Labelled(_review(rest), bytes(message), str(name), str(model)))
        for sequence, message, name, model, *rest in rows
    ]


def outcomes(
    connection: apsw.Connection, seen: tuple[str, list[str | float]], concealed: Collection[str], corpus: str,
    judge_revision: str,
) -> Outcomes:  # fmt: skip
    """Of the newest reviews, and of those whose results have ended, which have no time: where the caller may not read
    all that was ever a corpus of that name (`concealed`), none of them counts.

    judge_revision: of the judges that read now, as joint_revision. A verdict counts where the rules settled it, and
    where each judge that read the claim is one of these; of claims that nobody could read, only while nobody reads.
    """
    clause, values = seen
    hidden = f"corpus NOT IN ({','.join('?' * len(concealed))})"
    rows = connection.execute(
        f"""
        SELECT c.judge_revision, c.is_settled, c.verdict, c.probability, v.verdict=c.verdict, r.rules_revision
          FROM {_NEWEST} AND {clause} AND (?='' OR r.corpus=?)
        UNION ALL
        SELECT judge_revision, is_settled, verdict, probability, is_agreed, rules_revision FROM outcomes
          WHERE {hidden} AND (?='' OR corpus=?)
        """,
        (*values, corpus, corpus, *concealed, corpus, corpus),
    )
    now = frozenset(judge_revision.split())
    counted = [rest for read, is_settled, *rest in rows if is_settled or _is_by(str(read), now)]
    found = [Outcome(Verdict(str(verdict)), float(str(odds)), bool(agreed)) for verdict, odds, agreed, _ in counted]
    return Outcomes(found, len({revision for *_, revision in counted}))


def _is_by(judge_revision: str, now: frozenset[str]) -> bool:
    read = frozenset(judge_revision.split())
    return read <= now and bool(read) == bool(now)


def count_on(connection: apsw.Connection, result_id: str) -> None:
    """Leaves the numbers of a result's reviews behind before it ends: no text, no id, no time."""
    connection.execute(
        f"INSERT INTO outcomes SELECT r.corpus, c.judge_revision, r.rules_revision, c.verdict, c.probability,"
        f" v.verdict=c.verdict, c.is_settled FROM {_NEWEST} AND r.id=?",
        (result_id,),
    )


def _review(row: Sequence[object]) -> Review:
    result, number, time, reviewer, verdict, note, said = row
    return Review(
        str(result), int(str(number)), float(str(time)), str(reviewer), Verdict(str(verdict)), str(note),
        Verdict(str(said)),
    )  # fmt: skip
