"""The tables of the file of results.

results: a row a check; `answer` and `question` only where texts were stored.
claims: a row a claim; `message` is its ClaimResult, without texts unless they were stored. `judge_revision` is of the
judges that read it, `is_settled` says that none was needed; rows from before those columns have all readers of their
result.
documents: what was evidence in a result.
reviews: what people said, in order; the last one of a claim counts.
outcomes: what was left of reviews when their results ended: numbers, no text, no id.
"""

from monshin_kit import requests

MIGRATIONS = [
    """
    CREATE TABLE results (
      id TEXT PRIMARY KEY, time REAL NOT NULL, caller TEXT NOT NULL, model TEXT NOT NULL, corpus TEXT NOT NULL,
      text_sha256 TEXT NOT NULL, is_stored INTEGER NOT NULL, summary BLOB NOT NULL, judges TEXT NOT NULL,
      rules_revision TEXT NOT NULL, judge_revision TEXT NOT NULL, fingerprint TEXT NOT NULL,
      answer TEXT NOT NULL DEFAULT '', question TEXT NOT NULL DEFAULT ''
    ) WITHOUT ROWID;
    CREATE INDEX results_by_time ON results (time, id);
    CREATE TABLE claims (
      result TEXT NOT NULL REFERENCES results ON DELETE CASCADE, number INTEGER NOT NULL, verdict TEXT NOT NULL,
      probability REAL NOT NULL, message BLOB NOT NULL, PRIMARY KEY (result, number)
    );
    CREATE INDEX claims_by_verdict ON claims (verdict, result);
    CREATE TABLE documents (
      result TEXT NOT NULL REFERENCES results ON DELETE CASCADE, document TEXT NOT NULL, text_sha256 TEXT NOT NULL,
      PRIMARY KEY (document, result)
    ) WITHOUT ROWID;
    CREATE INDEX documents_by_result ON documents (result);
    CREATE TABLE reviews (
      sequence INTEGER PRIMARY KEY AUTOINCREMENT, result TEXT NOT NULL, number INTEGER NOT NULL, time REAL NOT NULL,
      reviewer TEXT NOT NULL, verdict TEXT NOT NULL, note TEXT NOT NULL,
      FOREIGN KEY (result, number) REFERENCES claims (result, number) ON DELETE CASCADE
    );
    CREATE INDEX reviews_by_claim ON reviews (result, number, sequence);
    CREATE TABLE outcomes (
      corpus TEXT NOT NULL, judge_revision TEXT NOT NULL, rules_revision TEXT NOT NULL, verdict TEXT NOT NULL,
      probability REAL NOT NULL, is_agreed INTEGER NOT NULL
    );
    """
    + requests.SCHEMA,
    # secure_delete: rows of claims hold texts, and what an update moves must not stay behind in free pages.
    """
    PRAGMA secure_delete=ON;
    ALTER TABLE claims ADD COLUMN judge_revision TEXT NOT NULL DEFAULT '';
    ALTER TABLE claims ADD COLUMN is_settled INTEGER NOT NULL DEFAULT 0;
    UPDATE claims SET judge_revision=(SELECT judge_revision FROM results WHERE id=claims.result);
    ALTER TABLE outcomes ADD COLUMN is_settled INTEGER NOT NULL DEFAULT 0;
    """,
]
