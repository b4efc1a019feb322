"""The command line against real services: formats, exit statuses, and what a user does with it."""

import json
import math
from typing import Any

import pytest

from .conftest import REPOSITORY, Platform

pytestmark = pytest.mark.slow
VERDICTS = {"SUPPORTED", "CONTRADICTED", "NOT_ENOUGH_EVIDENCE", "CONFLICTING", "NOT_CHECKABLE"}


def documents() -> dict[str, dict[str, str]]:
    """The imported documents by id."""
    lines = (REPOSITORY / "demo" / "corpus" / "drugs.jsonl").read_text().splitlines()
    return {row["id"]: row for row in map(json.loads, lines)}


def json_lines(output: bytes) -> list[dict[str, Any]]:
    """The objects of an output."""
    return [json.loads(line) for line in output.decode().splitlines()]


def first_sentence() -> str:
    """A sentence that the corpus holds to the letter."""
    return documents()["drug-warfarin"]["text"].split("。")[0] + "。"


def test_claims_give_one_line_each_in_order(platform: Platform) -> None:
    """Also when they repeat, are no claims, or hold several sentences: they are never split."""
    texts = [
        first_sentence(),
        "こんにちは。",
        first_sentence() + first_sentence(),
        "月は地球の衛星である。",
        first_sentence(),
    ]
    claims = "\n".join(json.dumps({"id": f"c{i}", "claim": text}) for i, text in enumerate(texts))
    result = platform.monshin("factcheck", "check", "--corpus", "manual", "--claims", "-", "--json", stdin=claims)
    lines = json_lines(result.stdout)
    assert result.returncode == 0, result.stderr.decode()
    assert [(line["id"], line["claim"]) for line in lines] == [(f"c{i}", text) for i, text in enumerate(texts)]
    assert all(line["verdict"] in VERDICTS for line in lines)
    assert all(math.isclose(line["p_supported"] + line["p_contradicted"] + line["p_neither"], 1) for line in lines)
    assert lines[0]["verdict"] == "SUPPORTED"
    assert lines[1]["verdict"] == "NOT_CHECKABLE"
    assert lines[3]["verdict"] == "NOT_ENOUGH_EVIDENCE"


def test_evidence_is_the_imported_text_at_its_offsets(platform: Platform) -> None:
    """start and end are code points of the text as imported, end exclusive."""
    result = platform.monshin("factcheck", "check", "--corpus", "manual", "--json", first_sentence())
    evidence = [item for line in json_lines(result.stdout) for item in line["evidence"]]
    assert evidence
    for item in evidence:
        assert documents()[item["document"]]["text"][item["start"] : item["end"]] == item["text"]


def test_an_answers_claims_stand_in_the_answer(platform: Platform) -> None:
    """answer_start and answer_end are code points of the answer, emoji and all."""
    answer = "😀はい。" + first_sentence() + "ワルファリンの1日最大量は900 gである。"
    result = platform.monshin("factcheck", "check", "--corpus", "manual", "--answer", "-", "--json", stdin=answer)
    lines = json_lines(result.stdout)
    assert result.returncode == 0, result.stderr.decode()
    spans = [(line["answer_start"], line["answer_end"]) for line in lines]
    assert spans == sorted(spans)
    assert any(answer[start:end].startswith("ワルファリンの1日最大量") for start, end in spans)
    assert lines[-1]["verdict"] != "SUPPORTED"


def test_standard_input_is_checked_while_it_comes_in(platform: Platform) -> None:
    """The lines are those of the whole answer."""
    answer = "はい。" + first_sentence() + "ワルファリンの1日最大量は900 gである。"
    whole = platform.monshin("factcheck", "check", "--corpus", "manual", "--answer", "-", "--json", stdin=answer)
    result = platform.monshin("factcheck", "check", "--corpus", "manual", "--json", "-", stdin=answer)
    assert result.returncode == 0, result.stderr.decode()
    told = [[(line["id"], line["claim"], line["verdict"], line["answer_end"]) for line in json_lines(output)]
            for output in (result.stdout, whole.stdout)]  # fmt: skip
    assert told[0] == told[1]
    empty = platform.monshin("factcheck", "check", "--corpus", "manual", "-", stdin="")
    assert empty.returncode == 1


def test_sources_alone_are_the_evidence(platform: Platform) -> None:
    """With `sources` no corpus is needed, and documents are sources/0, sources/1 …"""
    claim = {
        "id": "x",
        "claim": "患者は右膝の手術を受けた。",
        "sources": ["血圧は正常である。", "患者は右膝の手術を受けた。"],
    }
    result = platform.monshin("factcheck", "check", "--claims", "-", "--json", stdin=json.dumps(claim))
    (line,) = json_lines(result.stdout)
    assert result.returncode == 0, result.stderr.decode()
    assert line["verdict"] == "SUPPORTED"
    assert line["evidence"][0]["document"] == "sources/1"


def test_a_discharge_summary_is_checked_against_the_chart(platform: Platform) -> None:
    """The example of the README: what was changed in it is caught, by value, side, dose, and an erroneous record."""
    summary, chart = (str(REPOSITORY / "demo" / "discharge" / name) for name in ("summary.txt", "chart.json"))
    result = platform.monshin("factcheck", "check", "--answer", summary, "--source", chart, "--json")
    assert result.returncode == 0, result.stderr.decode()
    lines = {line["claim"]: line for line in json_lines(result.stdout)}
    verdicts = {claim: line["verdict"] for claim, line in lines.items()}
    for wrong in ("SpO2は98%", "カリウムは7.9", "右手の把握", "ワルファリンを1回3 mg"):
        assert [verdict for claim, verdict in verdicts.items() if wrong in claim] == ["CONTRADICTED"], wrong
    assert [verdict for claim, verdict in verdicts.items() if "アムロジピン" in claim] == ["NOT_ENOUGH_EVIDENCE"]
    assert sum(verdict == "SUPPORTED" for verdict in verdicts.values()) >= 8
    evidence = lines["2026年4月1日に入院した。"]["evidence"][0]
    assert (evidence["document"], evidence["title"]) == ("sources/0", "chart.json")
    assert evidence["source"] == "Encounter/stay"


def test_files_of_several_formats_enter_one_corpus_or_none(platform: Platform) -> None:
    """One scanned PDF among them, and nothing is imported; without it all are, and can be checked against."""
    folder = REPOSITORY / "client" / "tests" / "importers" / "files"
    good = [str(folder / name) for name in ("note.txt", "leaflet.pdf", "page.html", "insert.xml", "documents.json")]
    refused = platform.monshin("factcheck", "import", "files", *good, str(folder / "scan.pdf"))
    assert refused.returncode == 1
    assert "scan.pdf" in refused.stderr.decode()
    sentence = "納豆とクロレラはビタミンKを多く含むため、服用中は避けるように患者へ説明する。"
    claim = ["factcheck", "check", "--corpus", "files", "--json", sentence]
    assert b"NOT_FOUND" in platform.monshin(*claim).stderr
    imported = platform.monshin("factcheck", "import", "files", *good)
    assert imported.returncode == 0, imported.stderr.decode()
    (line,) = json_lines(platform.monshin(*claim).stdout)
    assert (line["verdict"], line["evidence"][0]["document"]) == ("SUPPORTED", "leaflet.pdf")


def test_a_bad_line_is_named_and_the_others_are_checked(platform: Platform) -> None:
    """Exit status 1; still one output line per input line."""
    claims = json.dumps({"id": "a", "claim": first_sentence()}) + "\nbroken\n" + json.dumps({"id": "b", "claim": ""})
    result = platform.monshin("factcheck", "check", "--corpus", "manual", "--claims", "-", "--json", stdin=claims)
    lines = json_lines(result.stdout)
    assert result.returncode == 1
    assert [line["id"] for line in lines] == ["a", "", "b"]
    assert "line 2" in result.stderr.decode()
    assert "line 3" in result.stderr.decode()


def test_an_import_with_a_bad_line_imports_nothing(platform: Platform) -> None:
    """Unless it is asked to skip bad lines."""
    lines = '{"id":"a","text":"甲は乙である。"}\n{"id":"b"}\n'
    refused = platform.monshin("factcheck", "import", "partly", "-", stdin=lines)
    assert refused.returncode == 1
    assert "line 2" in refused.stderr.decode()
    unknown = platform.monshin("factcheck", "check", "--corpus", "partly", "甲は乙である。")
    assert (unknown.returncode, b"NOT_FOUND" in unknown.stderr) == (1, True)
    assert platform.monshin("factcheck", "import", "partly", "-", "--skip-bad-lines", stdin=lines).returncode == 0


def test_every_call_stands_in_the_access_log(platform: Platform) -> None:
    """Who, what, which resource; in the export of all services as JSON lines, numbered without gaps."""
    platform.monshin("factcheck", "check", "--corpus", "manual", "こんにちは。")
    exported = json_lines(platform.monshin("audit", "export").stdout)
    checks = [entry for entry in exported if entry["name"].endswith("/CheckAnswer")]
    assert checks[-1]["caller"] == "dev-clinician"
    assert checks[-1]["resources"] == ["corpora/manual"]
    for service in ("embed", "ann", "factcheck"):
        sequences = [entry["sequence"] for entry in exported if entry["service"] == service]
        assert sequences == list(range(1, len(sequences) + 1))
    assert platform.monshin("audit", "list", "--last", "5").returncode == 0


def test_embed_prints_a_vector_of_length_one(platform: Platform) -> None:
    """With the fingerprint of the model."""
    (line,) = json_lines(platform.monshin("embed", "頭痛", "--kind", "query").stdout)
    assert math.isclose(sum(x * x for x in line["vector"]), 1, rel_tol=1e-3)
    (model, *_) = json_lines(platform.monshin("embed", "--models").stdout)
    assert line["fingerprint"] == model["fingerprint"]


def test_a_collection_is_made_filled_searched_and_deleted(platform: Platform, tmp_path_factory: Any) -> None:
    """The ann commands, one after the other."""
    import numpy as np

    folder = tmp_path_factory.mktemp("vectors")
    vectors = np.random.default_rng(0).standard_normal((50, 8)).astype("float32")
    np.save(folder / "v.npy", vectors)
    assert platform.monshin("ann", "create", "e2e", "--dim", "8", "--metric", "l2").returncode == 0
    assert platform.monshin("ann", "upsert", "e2e", str(folder / "v.npy")).returncode == 0
    hits = json_lines(platform.monshin("ann", "search", "e2e", str(folder / "v.npy"), "-k", "1").stdout)
    assert [hit["ids"] for hit in hits] == [[str(i)] for i in range(50)]
    assert platform.monshin("ann", "delete", "e2e", "7").returncode == 0
    (stats,) = json_lines(platform.monshin("ann", "stats", "e2e").stdout)
    assert stats["stats"]["points"] == "49"
    assert json_lines(platform.monshin("ann", "get", "e2e", "8").stdout)[0]["id"] == "8"
    assert platform.monshin("ann", "delete", "e2e", "--all").returncode == 0
    assert platform.monshin("ann", "stats", "e2e").returncode == 1
