"""The demonstration data keep what `demo/README.md` says of them."""

import datetime
import importlib.util
import json
import re
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

DEMO = Path(__file__).parent.parent
REMARKS = ("デモ用・架空。診療に使用しないこと", "demonstration, fictional; not for clinical use")
LABELS = ("supported", "contradicted", "not_enough_evidence", "not_checkable")
SENTENCE_END = re.compile(r"。|[.!?](?=\s|$)")
MARKERS = re.compile(r"(\s|^[-*・] ?|^\d+\. )*", flags=re.MULTILINE)

Row = dict[str, Any]


def rows(*names: str) -> list[Row]:
    return [json.loads(line) for name in names for line in (DEMO / name).read_text(encoding="utf-8").splitlines()]


DOCUMENTS = rows(*sorted(str(path.relative_to(DEMO)) for path in (DEMO / "corpus").glob("*.jsonl")))
QUESTIONS = rows("questions-a.jsonl", "questions-b.jsonl")
BLIND = rows("answers/blind.jsonl")
GENERATED = rows("answers/gemma3-270m.jsonl")
ANSWERS = {row["id"]: row for row in BLIND + GENERATED}
CLAIMS = rows("answers/labels.jsonl")
DOCUMENT_IDS = {document["id"] for document in DOCUMENTS}


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    """`demo/generate_answers.py` as a module; it loads no model until it writes."""
    spec = importlib.util.spec_from_file_location("generate_answers", DEMO / "generate_answers.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_corpus_has_at_least_150_documents_with_ids_of_their_own() -> None:
    assert len(DOCUMENTS) >= 150
    assert len(DOCUMENT_IDS) == len(DOCUMENTS)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document["id"])
def test_a_document_is_short_dated_and_marked_as_a_demonstration(document: Row) -> None:
    assert set(document) == {"id", "title", "text", "source", "date"}
    assert all(value == value.strip() != "" for value in document.values())
    assert 3 <= len(SENTENCE_END.findall(document["text"])) <= 6
    assert any(remark in document["source"] for remark in REMARKS)
    assert datetime.date.fromisoformat(document["date"]).isoformat() == document["date"]


def test_questions_have_ids_of_their_own_and_name_documents_of_the_corpus() -> None:
    assert len({question["id"] for question in QUESTIONS}) == len(QUESTIONS) == 30
    assert all(question["documents"] for question in QUESTIONS)
    assert {document for question in QUESTIONS for document in question["documents"]} <= DOCUMENT_IDS


def test_twenty_blind_and_ten_generated_answers_answer_each_question_once() -> None:
    assert [row["origin"] for row in ANSWERS.values()] == ["blind"] * 20 + ["gemma3-270m"] * 10
    asked = {row["question_id"]: (row["lang"], row["question"]) for row in ANSWERS.values()}
    assert asked == {row["id"]: (row["lang"], row["question"]) for row in QUESTIONS}


def test_a_label_marks_its_text_in_code_points_of_the_answer() -> None:
    for claim in CLAIMS:
        assert ANSWERS[claim["answer_id"]]["answer"][claim["start"] : claim["end"]] == claim["text"]
        assert claim["text"] == claim["text"].strip() != ""


@pytest.mark.parametrize("answer_id", ANSWERS)
def test_the_labels_leave_nothing_of_an_answer_but_spaces_and_list_markers(answer_id: str) -> None:
    answer, rest, end = ANSWERS[answer_id]["answer"], "", 0
    for claim in (claim for claim in CLAIMS if claim["answer_id"] == answer_id):
        assert claim["start"] >= end, "claims are in order and do not overlap"
        rest += answer[end : claim["start"]] + "\n"
        end = claim["end"]
    assert end > 0
    assert MARKERS.fullmatch(rest + answer[end:])


def test_a_label_that_rests_on_a_document_names_it_and_no_other_label_does() -> None:
    for claim in CLAIMS:
        assert claim["label"] in LABELS
        assert bool(claim["documents"]) == (claim["label"] in ("supported", "contradicted"))
        assert set(claim["documents"]) <= DOCUMENT_IDS
        assert len(set(claim["documents"])) == len(claim["documents"])


def test_a_generated_answer_is_an_unedited_prefix_of_what_the_model_wrote(generator: ModuleType) -> None:
    for row in GENERATED:
        assert row["answer"] == generator.cut(row["continuation"])
        assert row["continuation"].strip().startswith(row["answer"])
        assert row["prompt"] == generator.PROMPTS[row["lang"]].format(question=row["question"])
        assert len(generator.sentences(row["answer"])) in generator.SENTENCES


def test_no_seed_was_passed_over_without_a_reason(generator: ModuleType) -> None:
    for number, row in enumerate(GENERATED):
        seeds = [*(draw["seed"] for draw in row["refused"]), row["seed"]]
        first = generator.SEED + 10 * number
        assert seeds == list(range(first, first + len(seeds)))
        assert generator.refusal(row["continuation"]) == ""
        assert [generator.refusal(draw["continuation"]) for draw in row["refused"]] == [
            draw["refused"] for draw in row["refused"]
        ]


def test_a_decimal_point_does_not_end_a_sentence(generator: ModuleType) -> None:
    assert generator.sentences("Give 0.5 mg. Then wait") == ["Give 0.5 mg. "]


def test_a_continuation_is_cut_before_the_next_question_and_after_six_sentences(generator: ModuleType) -> None:
    assert generator.cut("はい。そうです。\n\n質問：次は。") == "はい。そうです。"
    assert generator.cut("あ。い。う。え。お。か。き。") == "あ。い。う。え。お。か。"


def test_the_readme_gives_the_counts_of_the_files() -> None:
    readme = (DEMO / "README.md").read_text(encoding="utf-8")
    for path in (DEMO / "corpus").glob("*.jsonl"):
        assert f"| `corpus/{path.name}` | {len(rows(f'corpus/{path.name}'))} |" in readme
    for label in LABELS:
        of_label = Counter(claim["answer_id"].split("-")[0] for claim in CLAIMS if claim["label"] == label)
        assert f"| `{label}` | {of_label['blind']} | {of_label['lm']} | {of_label.total()} |" in readme
    by_kind = Counter((claim["kind"], claim["label"]) for claim in CLAIMS)
    for kind in {claim["kind"] for claim in CLAIMS}:
        counts = " | ".join(str(by_kind[kind, label]) for label in LABELS)
        assert re.search(rf"^\| {kind} \| .+ \| {re.escape(counts)} \|$", readme, flags=re.MULTILINE), kind


def test_the_web_page_shows_the_same_discharge_example() -> None:
    """Chart and summary are told once here and once in the page's folder, which is served alone."""
    examples = DEMO.parent / "gateway" / "ui" / "examples"
    (example,) = [one for one in json.loads((examples / "examples.json").read_text("utf-8")) if one.get("chart")]
    assert example["answer"] + "\n" == (DEMO / "discharge" / "summary.txt").read_text("utf-8")
    chart = examples.parent / example["chart"]["file"]
    assert chart.read_bytes() == (DEMO / "discharge" / "chart.json").read_bytes()
