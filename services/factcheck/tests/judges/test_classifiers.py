"""The judges `nli` and `support` with real, tiny transformers models that are made here in seconds."""

import json
import shutil
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="the judges that are classifiers need monshin-factcheck[nli]")

from monshin_factcheck.core.evidence import Passage, Probabilities  # noqa: E402  # after the check for torch
from monshin_factcheck.core.semantic import Reading, TooLong  # noqa: E402
from monshin_factcheck.core.text.spans import Span  # noqa: E402
from monshin_factcheck.judges.classifier.checkpoint import load_checkpoint  # noqa: E402
from monshin_factcheck.judges.classifier.labels import supported_class, three_way  # noqa: E402
from monshin_factcheck.judges.classifier.nli import NliJudge  # noqa: E402
from monshin_factcheck.judges.classifier.support import SupportJudge  # noqa: E402
from monshin_factcheck.judges.classifier.windows import batches, windows  # noqa: E402
from monshin_kit.errors import FailedPrecondition  # noqa: E402
from tiny_classifiers import config, save, train  # noqa: E402
from transformers import BertForSequenceClassification, BertModel  # noqa: E402

DRUGS = "甲乙丙丁"
CLAIM = "甲薬は有効である。"


def reading(context: str, claim: str, body: int = 0) -> Reading:
    return Reading(claim, context, (Passage("sources/0", Span(0, len(context)), context),), body)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Trained for a second: whether a text holds 有効, 無効, or neither of them."""
    said = {"有効": 2, "無効": 1, "危険": 0}
    texts = [(f"{drug}薬は{effect}である。", said[effect]) for drug in DRUGS for effect in said]
    filler = "乙薬は危険である。"
    texts = [
        (filler * before + text + filler * (more - before), label)
        for text, label in texts for more in range(4) for before in range(more + 1)
    ]  # fmt: skip
    labels = ["Neutral", "CONTRADICTION", "entailment"]
    pairs = [(text, CLAIM) for text, _ in texts]
    return train(tmp_path_factory.mktemp("nli"), labels, pairs, [label for _, label in texts])


def side(odds: Probabilities) -> str:
    """The likeliest."""
    return max(("supported", "contradicted", "neither"), key=lambda name: float(getattr(odds, name)))


def test_a_trained_model_answers_by_the_names_of_its_classes(trained: Path) -> None:
    """Its classes are in an order of their own; places must not matter."""
    judge = NliJudge.load(str(trained))
    answers = judge.read([reading(f"甲薬は{effect}である。", CLAIM) for effect in ("有効", "無効", "危険")])
    assert [side(answer.probabilities) for answer in answers] == ["supported", "contradicted", "neither"]


def test_the_sentence_that_decides_is_quoted(trained: Path) -> None:
    text = "乙薬は危険である。甲薬は無効である。"
    (answer,) = NliJudge.load(str(trained)).read([reading(text, CLAIM)])
    assert side(answer.probabilities) == "contradicted"
    assert answer.span.of(text) == "甲薬は無効である。"


def test_a_text_longer_than_the_model_reads_is_read_in_windows(trained: Path) -> None:
    """48 tokens fit; the sentence that decides is the last of many."""
    text = "乙薬は危険である。" * 12 + "甲薬は無効である。"
    (answer,) = NliJudge.load(str(trained)).read([reading(text, CLAIM)])
    assert side(answer.probabilities) == "contradicted"
    assert answer.span == Span(len(text) - 9, len(text))


def test_answers_do_not_depend_on_what_is_asked_beside(trained: Path) -> None:
    """Batches are padded: alone or among longer ones, to 1e-5."""
    judge = NliJudge.load(str(trained))
    asked = [reading("甲薬は有効である。" * times, f"{drug}薬は無効である。") for times in (1, 2, 3) for drug in DRUGS]
    together = judge.read(asked)
    for one, answer in zip(asked, together, strict=True):
        (alone,) = judge.read([one])
        assert alone.probabilities.supported == pytest.approx(answer.probabilities.supported, abs=1e-5)
        assert alone.span == answer.span


def test_a_title_before_the_text_is_read_but_never_quoted_alone(trained: Path) -> None:
    title = "甲薬。"
    context = title + "甲薬は有効である。乙薬は有効である。"
    (answer,) = NliJudge.load(str(trained)).read([reading(context, "甲薬は有効である。", body=len(title))])
    assert answer.is_about(reading(context, "", body=len(title)))


def test_what_does_not_fit_is_not_judged_by_half_of_it(trained: Path) -> None:
    """Hazard: a claim that is wrong in its second half was SUPPORTED by a model that had read the first."""
    judge = NliJudge.load(str(trained))
    text = "甲薬は有効である。"
    found = judge.read([reading(text, "乙" * 2000), reading("甲" * 2000, CLAIM), reading(text, CLAIM)])
    assert [isinstance(one, TooLong) for one in found] == [True, True, False]
    (alone,) = judge.read([reading(text, CLAIM)])
    assert found[2] == alone


@pytest.mark.parametrize("labels", [["supported", "not_supported"], ["NOT_ENTAILMENT", "ENTAILMENT"], ["consistent"]])
def test_a_binary_judge_never_leans_to_contradicted(tmp_path: Path, labels: list[str]) -> None:
    judge = SupportJudge.load(str(save(tmp_path, labels)))
    for answer in judge.read([reading(f"{drug}薬は有効である。無である。", "甲薬は無効である。") for drug in DRUGS]):
        assert answer.probabilities.contradicted == pytest.approx(answer.probabilities.neither)


@pytest.mark.parametrize("labels", [["LABEL_0", "LABEL_1", "LABEL_2"], ["entailment", "other"], ["entailment"] * 3])
def test_classes_without_the_names_needed_are_refused_by_name(tmp_path: Path, labels: list[str]) -> None:
    with pytest.raises(FailedPrecondition, match=labels[-1]):
        NliJudge.load(str(save(tmp_path, labels)))


@pytest.mark.parametrize("labels", [["LABEL_0", "LABEL_1"], ["yes", "supported"], ["entailment", "neutral", "no"]])
def test_binary_classes_without_the_names_needed_are_refused(labels: list[str]) -> None:
    with pytest.raises(FailedPrecondition):
        supported_class(labels)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
def test_the_order_of_classes_does_not_matter(order: tuple[int, int, int]) -> None:
    names = ("Entailment", "CONTRADICTION", "neutral")
    places = three_way([names[place] for place in order])
    assert [order[place] for place in (places.entailment, places.contradiction, places.neutral)] == [0, 1, 2]


def test_weights_that_could_run_code_are_refused(tmp_path: Path) -> None:
    """Hazard: a pickle is a program. Only safetensors are opened."""
    save(tmp_path, ["entailment", "neutral", "contradiction"])
    weights = BertForSequenceClassification(config(["a"])).state_dict()
    (tmp_path / "model.safetensors").unlink()
    torch.save(weights, tmp_path / "pytorch_model.bin")
    with pytest.raises(FailedPrecondition, match="safetensors"):
        load_checkpoint(str(tmp_path), 1)


def test_weights_that_are_cut_off_are_refused(tmp_path: Path) -> None:
    save(tmp_path, ["entailment", "neutral", "contradiction"])
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1000])
    with pytest.raises(FailedPrecondition):
        load_checkpoint(str(tmp_path), 1)


def test_a_model_with_code_of_its_own_is_refused(tmp_path: Path) -> None:
    save(tmp_path, ["entailment", "neutral", "contradiction"])
    told = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "mine.py").write_text("raise SystemExit('this code ran')")
    told |= {
        "model_type": "mine",
        "auto_map": {"AutoModelForSequenceClassification": "mine.Mine", "AutoConfig": "mine.C"},
    }
    (tmp_path / "config.json").write_text(json.dumps(told))
    with pytest.raises(FailedPrecondition):
        load_checkpoint(str(tmp_path), 1)


def test_a_model_whose_head_was_never_trained_is_refused(tmp_path: Path) -> None:
    """Hazard: transformers fills a missing head with random numbers and goes on."""
    save(tmp_path, ["entailment", "neutral", "contradiction"])
    BertModel(config(["entailment", "neutral", "contradiction"])).save_pretrained(tmp_path / "base")
    shutil.copy(tmp_path / "base" / "model.safetensors", tmp_path / "model.safetensors")
    with pytest.raises(FailedPrecondition, match="classifier"):
        load_checkpoint(str(tmp_path), 1)


def test_a_model_that_is_nowhere_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(FailedPrecondition, match="nobody/nothing"):
        load_checkpoint("nobody/nothing@main", 1)


def test_other_weights_are_another_revision(tmp_path: Path) -> None:
    labels = ["entailment", "neutral", "contradiction"]
    first = NliJudge.load(str(save(tmp_path / "a", labels))).revision
    assert NliJudge.load(str(save(tmp_path / "b", labels))).revision == first
    assert NliJudge.load(str(save(tmp_path / "c", labels, seed=1))).revision != first


def test_windows_hold_every_sentence_and_no_more_than_fits() -> None:
    rng = torch.Generator().manual_seed(0)
    for _ in range(200):
        lengths = torch.randint(1, 20, (int(torch.randint(1, 15, (1,), generator=rng)),), generator=rng).tolist()
        ends = torch.tensor([0, *lengths]).cumsum(0).tolist()
        sentences = [Span(ends[place], ends[place + 1]) for place in range(len(lengths))]
        found = windows(sentences, lengths, 24)
        assert all(any(sentence.is_inside(window) for window in found) for sentence in sentences)
        assert all(len(window) <= 24 for window in found)


def test_batches_hold_every_text_once_within_the_budget() -> None:
    lengths = [5, 300, 7, 7, 90, 512, 600, 1]
    found = batches(lengths, 512)
    assert sorted(place for batch in found for place in batch) == list(range(len(lengths)))
    assert all(len(batch) == 1 or max(lengths[place] for place in batch) * len(batch) <= 512 for batch in found)
