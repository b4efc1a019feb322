"""A file of the schema before this one opens, serves and goes on."""

import json
import sqlite3
from pathlib import Path

from monshin_factcheck.core.aliases.own_list import AliasGroup
from monshin_factcheck.corpora import versions
from monshin_factcheck.corpora.corpus import Corpus
from monshin_factcheck.corpora.model import NewDocument, StoredPassage
from monshin_factcheck.corpora.schema import MIGRATIONS
from monshin_kit.requests import RequestKey

ONCE = RequestKey("", "", "", b"")
OLD = NewDocument("a", "甲薬", "甲薬は腎臓に作用する。", "手順書", "2024-01-01")

# Of OLD, as the code of the first schema made it: SHA-256 of the JSON list of its five fields.
DIGEST = "896d1ce1221cc48a7b7139247ba8241f08f0ca9caa1a50e4b1b889c60dc9788a"


def old_file(path: Path) -> None:
    """What the first schema held after one publication; written without the code of today."""
    connection = sqlite3.connect(path)
    connection.executescript(MIGRATIONS[0])
    connection.execute("PRAGMA user_version=1")
    definition = {
        "id": "old", "display_name": "", "readers": [], "create_time": 1.0, "etag": "e", "incarnation": "0" * 16,
    }  # fmt: skip
    connection.execute("INSERT INTO definition VALUES (?)", (json.dumps(definition),))
    connection.execute(
        "INSERT INTO contents VALUES (1,?,?,?,?,?,?,?,NULL)", (*OLD.row[:5], bytes.fromhex(DIGEST), "0" * 64)
    )  # fmt: skip
    connection.execute("INSERT INTO draft VALUES ('a', 1)")
    connection.execute("INSERT INTO versions VALUES (1, 'PUBLISHED', 1, 1, 1, 'sha', 1.0, 2.0, '', 'fingerprint')")
    connection.execute("INSERT INTO version_documents VALUES (1, 'a', 1)")
    connection.execute("INSERT INTO passages VALUES (1, 0, 0, 11)")
    connection.execute("INSERT INTO split VALUES (1)")
    connection.execute("INSERT INTO embedded VALUES ('fingerprint', 1)")
    connection.commit()
    connection.close()


def test_a_file_of_the_first_schema_serves_what_it_held(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite"
    old_file(path)
    corpus = Corpus(path)
    pinned = corpus.pin()
    (passage,) = pinned.passages
    assert (passage.text, passage.tier, passage.is_superseded) == (OLD.text, 0, False)
    assert pinned.aliases is None
    corpus.stage("import", 0, [OLD])
    assert corpus.adopt("import", ONCE).unchanged == 1
    corpus.close()


def test_new_fields_and_names_enter_an_old_file(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite"
    old_file(path)
    corpus = Corpus(path)
    newer = NewDocument("b", "甲薬", "甲薬は肝臓に作用する。", "", "", 1, ("a",), "2030-01-01")
    corpus.stage("import", 0, [newer])
    corpus.adopt("import", ONCE)
    revision = corpus.replace_aliases([AliasGroup("甲薬", ("甲錠",))], ONCE)
    number = corpus.begin_version(ONCE).number
    corpus.change(lambda c: versions.keep_passages(c, [(2, [StoredPassage(2, 0, 0, 11)])]))
    corpus.close()
    again = Corpus(path)  # as after a kill
    version = again.read(lambda c: versions.get(c, "old", number))
    assert version.alias_revision == revision
    assert again.read(lambda c: versions.contents(c, [2]))[2] == newer
    again.change(lambda c: versions.finish(c, number, "fingerprint"))
    assert [passage.is_superseded for passage in again.pin().passages] == [True, False]
    names = again.pin().aliases
    assert names is not None
    assert names.judging.canonical("甲錠") == "甲薬"
    again.close()
