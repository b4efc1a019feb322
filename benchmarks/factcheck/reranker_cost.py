"""What a reranker costs a claim: a cross-encoder of the size of multilingual-e5-small, on one thread.

Its weights are random, so that it orders nothing: no trained ones can be had here. What it computes is the same.
"""

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from monshin_embed.models import source
from monshin_embed.settings import EmbedSettings
from monshin_factcheck.core.evidence import Passage
from monshin_factcheck.core.retrieval.reranker import Candidate
from monshin_kit.artefacts import Artefacts

from benchmarks.factcheck_vectors import CACHE

_CLAIMS = 10


@dataclass(frozen=True, slots=True)
class Cost:
    """layers, width: of the model. passages: of a claim, on average. ms: of ordering them."""

    layers: int
    width: int
    passages: float
    ms: float


def measure(claims: Sequence[str], found: Sequence[Sequence[Passage]]) -> Cost | None:
    """found: the passages of each claim. None without torch and transformers."""
    try:
        import torch
        from monshin_factcheck.judges.classifier.cross_encoder import CrossEncoder
        from transformers import AutoConfig, AutoModelForSequenceClassification, AutoTokenizer
    except ImportError:
        return None
    settings = EmbedSettings()
    base = source.find(settings.model, settings.revision, Artefacts(CACHE / "embed")).folder.path
    config = AutoConfig.from_pretrained(base, num_labels=1)
    with tempfile.TemporaryDirectory() as folder:
        torch.manual_seed(0)
        AutoModelForSequenceClassification.from_config(config).save_pretrained(folder)
        AutoTokenizer.from_pretrained(base).save_pretrained(folder)
        reranker = CrossEncoder.load(str(Path(folder)), threads=1)
    groups = [
        [Candidate(claim, passage.text) for passage in passages]
        for claim, passages in zip(claims, found, strict=True)
        if passages
    ][: _CLAIMS + 1]
    reranker.read(groups[0])
    began = time.perf_counter()
    for group in groups[1:]:
        reranker.read(group)
    ms = (time.perf_counter() - began) * 1000 / len(groups[1:])
    passages = sum(map(len, groups[1:])) / len(groups[1:])
    return Cost(config.num_hidden_layers, config.hidden_size, passages, ms)
