"""The tables of a corpus's file.

contents: each distinct document once, whatever versions hold it; `retraction` takes it out of all of them.
draft, version_documents: which content a document id has there.
staging: an import that has not ended; emptied when the file is opened.
passages, embedded: what was split, and whose vectors were acknowledged under which fingerprint.
cut: terms of a content's passages, a JSON list each, by the revision that cut them.
"""

from monshin_kit import requests

MIGRATIONS = [
    """
    CREATE TABLE definition (value TEXT NOT NULL);
    CREATE TABLE contents (
      content INTEGER PRIMARY KEY, document TEXT NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL,
      source TEXT NOT NULL, date TEXT NOT NULL, digest BLOB NOT NULL, text_sha256 TEXT NOT NULL, retraction TEXT
    );
    CREATE UNIQUE INDEX contents_in_use ON contents (digest) WHERE retraction IS NULL;
    CREATE INDEX contents_by_document ON contents (document);
    CREATE TABLE draft (document TEXT PRIMARY KEY, content INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE staging (
      import TEXT NOT NULL, position INTEGER NOT NULL, document TEXT NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL,
      source TEXT NOT NULL, date TEXT NOT NULL, PRIMARY KEY (import, position)
    ) WITHOUT ROWID;
    CREATE TABLE versions (
      number INTEGER PRIMARY KEY, state TEXT NOT NULL, documents INTEGER NOT NULL, passages INTEGER NOT NULL DEFAULT 0,
      passages_embedded INTEGER NOT NULL DEFAULT 0, content_sha256 TEXT NOT NULL, create_time REAL NOT NULL,
      publish_time REAL NOT NULL DEFAULT 0, failure TEXT NOT NULL DEFAULT '', fingerprint TEXT NOT NULL DEFAULT ''
    );
    CREATE TABLE version_documents (
      version INTEGER NOT NULL, document TEXT NOT NULL, content INTEGER NOT NULL, PRIMARY KEY (version, document)
    ) WITHOUT ROWID;
    CREATE INDEX versions_by_content ON version_documents (content);
    CREATE TABLE passages (
      content INTEGER NOT NULL, number INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
      PRIMARY KEY (content, number)
    ) WITHOUT ROWID;
    CREATE TABLE split (content INTEGER PRIMARY KEY);
    CREATE TABLE embedded (
      fingerprint TEXT NOT NULL, content INTEGER NOT NULL, PRIMARY KEY (fingerprint, content)
    ) WITHOUT ROWID;
    """
    + requests.SCHEMA,
    # alias_lists: each list once, by its revision; a version keeps the one that the draft had. supersedes: a JSON list.
    """
    ALTER TABLE contents ADD COLUMN tier INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE contents ADD COLUMN supersedes TEXT NOT NULL DEFAULT '[]';
    ALTER TABLE contents ADD COLUMN effective_until TEXT NOT NULL DEFAULT '';
    ALTER TABLE staging ADD COLUMN tier INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE staging ADD COLUMN supersedes TEXT NOT NULL DEFAULT '[]';
    ALTER TABLE staging ADD COLUMN effective_until TEXT NOT NULL DEFAULT '';
    ALTER TABLE versions ADD COLUMN alias_revision TEXT NOT NULL DEFAULT '';
    CREATE TABLE alias_lists (revision TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE draft_aliases (revision TEXT NOT NULL);
    """,
    # owed_events: what the outbox is still to be told. AUTOINCREMENT: a number is never used twice.
    """
    CREATE TABLE owed_events (
      sequence INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, attributes TEXT NOT NULL
    );
    """,
    """
    CREATE TABLE cut (
      content INTEGER PRIMARY KEY, revision TEXT NOT NULL, terms TEXT NOT NULL, is_name INTEGER NOT NULL
    );
    """,
]
