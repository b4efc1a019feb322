"""The reranker with a real, tiny transformers model that is made here in seconds."""

import math
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="a reranker needs monshin-factcheck[nli]")

from monshin_factcheck.core.retrieval.reranker import Candidate  # noqa: E402  # after the check for torch
from monshin_factcheck.judges.classifier.cross_encoder import CrossEncoder  # noqa: E402
from monshin_factcheck.judges.classifier.labels import relevance_class  # noqa: E402
from monshin_kit.errors import FailedPrecondition  # noqa: E402
from tiny_classifiers import config, save, train  # noqa: E402
from transformers import BertForSequenceClassification  # noqa: E402

DRUGS = "甲乙丙丁"
EFFECTS = ("有効", "無効", "安全", "危険")


def told(drug: str, effect: str) -> str:
    return f"{drug}薬は{effect}である。"


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A passage bears on a claim if it is about the same drug, whatever it says of it. It has seen no claim of 有効."""
    pairs = [
        (told(one, claimed), told(other, effect))
        for one in DRUGS for other in DRUGS for claimed in EFFECTS[1:] for effect in EFFECTS
    ]  # fmt: skip
    wanted = [float(claim[0] == passage[0]) for claim, passage in pairs]
    return train(tmp_path_factory.mktemp("reranker"), ["LABEL_0"], pairs, wanted)


def test_passages_about_the_claims_drug_score_more_than_all_others(trained: Path) -> None:
    """Those that contradict it, too."""
    reranker = CrossEncoder.load(str(trained))
    for drug in DRUGS:
        candidates = [Candidate(told(drug, "有効"), told(other, effect)) for other in DRUGS for effect in EFFECTS]
        scores = reranker.read(candidates)
        own = [score for one, score in zip(candidates, scores, strict=True) if one.passage.startswith(drug)]
        rest = [score for one, score in zip(candidates, scores, strict=True) if not one.passage.startswith(drug)]
        assert min(own) > max(rest)


def test_of_two_classes_the_one_that_is_called_relevant_counts(tmp_path: Path) -> None:
    """The same model under two names for its classes: scores are turned round."""
    reranker = CrossEncoder.load(str(save(tmp_path / "a", ["irrelevant", "relevant"])))
    other = CrossEncoder.load(str(save(tmp_path / "b", ["relevant", "not_relevant"])))
    asked = [Candidate(told(drug, "有効"), told("甲", "安全")) for drug in DRUGS]
    assert reranker.read(asked) == pytest.approx([-score for score in other.read(asked)])
    assert len(set(reranker.read(asked))) == len(DRUGS)


@pytest.mark.parametrize("labels", [["LABEL_0", "LABEL_1"], ["relevant", "yes"], ["relevant", "irrelevant", "other"]])
def test_classes_that_do_not_tell_which_is_relevance_are_refused_by_name(tmp_path: Path, labels: list[str]) -> None:
    with pytest.raises(FailedPrecondition, match=labels[-1]):
        CrossEncoder.load(str(save(tmp_path, labels)))
    with pytest.raises(FailedPrecondition):
        relevance_class(labels)


def test_claims_and_passages_that_are_too_long_lose_their_ends(tmp_path: Path) -> None:
    """The passage first, and never all of it."""
    reranker = CrossEncoder.load(str(save(tmp_path, ["score"])))
    long = [Candidate("甲" * 2000, passage * 2000) for passage in "乙丙"]
    assert len(set(reranker.read(long))) == 2


def test_scores_that_are_no_numbers_are_none(tmp_path: Path) -> None:
    """Hazard: NaN sorts anywhere, and the order would be chance."""
    save(tmp_path, ["score"])
    model = BertForSequenceClassification(config(["score"]))
    torch.nn.init.constant_(model.classifier.bias, math.nan)
    model.save_pretrained(tmp_path)
    with pytest.raises(ValueError, match="no numbers"):
        CrossEncoder.load(str(tmp_path)).read([Candidate("甲", "乙")])


def test_a_folder_that_is_missing_or_broken_is_refused_by_name(tmp_path: Path) -> None:
    """Nothing is looked for on the hub."""
    for name in ("nobody/nothing", str(tmp_path / "nowhere")):
        with pytest.raises(FailedPrecondition, match=name):
            CrossEncoder.load(name)
    weights = save(tmp_path / "cut", ["score"]) / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1000])
    with pytest.raises(FailedPrecondition, match="cut"):
        CrossEncoder.load(str(tmp_path / "cut"))


def test_other_weights_are_another_revision(tmp_path: Path) -> None:
    first, again, other = (
        CrossEncoder.load(str(save(tmp_path / name, ["score"], seed))).revision
        for name, seed in (("a", 0), ("b", 0), ("c", 1))
    )
    assert first == again != other
