"""What embed's scheduler and its int8 backend are worth, in one process, in texts a CPU-second."""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from monshin_embed.core.batch import BatchShape, Encoder, Rows, pad
from monshin_embed.core.fair_queue import Limits
from monshin_embed.core.lane import QueueLimits
from monshin_embed.core.meter import Tally
from monshin_embed.core.request import Kind, Priority, Requester
from monshin_embed.core.scheduler import Scheduler
from monshin_embed.core.tokenizer import TokenIds
from monshin_embed.models import source
from monshin_embed.models.choice import load_encoder
from monshin_embed.models.loader import model_files
from monshin_embed.models.onnx_files import OnnxFiles
from monshin_embed.settings import EmbedSettings
from monshin_kit.artefacts import Artefacts

from benchmarks.embed_texts import sentences
from benchmarks.report import Result, median_interleaved

_PEER_BATCH = 16
_REQUEST_TEXTS = 48
_UNBOUNDED: Limits = dict.fromkeys(Priority, QueueLimits(tokens=10**9, texts=10**9))


def default_model(cache_dir: Path) -> OnnxFiles:
    """The files of the model that the service has without settings."""
    settings, artefacts = EmbedSettings(), Artefacts(cache_dir)
    return model_files(source.find(settings.model, settings.revision, artefacts), settings, artefacts)


def scheduler(files: OnnxFiles, backend: str, rounds: int, requests: int) -> Iterator[Result]:
    """Requests that arrive together, computed by one backend.

    Ours sees all of them at once. The peers compute fixed batches: request by request in order of arrival or sorted
    by length (as an `encode(texts)` call does), and all requests sorted as one list, which no server could.
    """
    encoder, pad_id = load_encoder(files, EmbedSettings(backend=backend)).encoder, files.tokenizer.pad_id
    arrived = [_lognormal_texts(seed) for seed in range(requests)]
    one_list = [text for request in arrived for text in request]

    def rate(work: Callable[[], object]) -> Callable[[], float]:
        return lambda: len(one_list) / _cpu_s(work)

    def by_length() -> object:
        return [_fixed(encoder, pad_id, sorted(request, key=len)) for request in arrived]

    peers: list[tuple[str, float, Callable[[], object]]] = [
        ("batches of 16 as they come", 3.0, lambda: [_fixed(encoder, pad_id, request) for request in arrived]),
        ("batches of 16 by length", 1.5, by_length),
    ]
    if requests > 1:
        over_all = "batches of 16 by length over all requests"
        peers.append((over_all, 1.5, lambda: _fixed(encoder, pad_id, sorted(one_list, key=len))))
    works = [lambda: _scheduled(encoder, pad_id, arrived), *(work for _, _, work in peers)]
    ours, *theirs = median_interleaved(rounds, *map(rate, works))
    for (name, target, _), peer in zip(peers, theirs, strict=True):
        yield Result(f"scheduler, {backend}", ours, peer, name, target, "texts/CPU-s", "higher")
    exact = load_encoder(files, EmbedSettings(backend="onnx")).encoder
    cosine = _least_cosine(exact, pad_id, arrived[0][:16])
    yield Result("least cosine of batched to single rows, onnx", cosine, None, "", 0.99999, "cosine", "higher")


def int8(files: OnnxFiles, rounds: int, texts: int) -> Iterator[Result]:
    """One text at a time, as an interactive caller sends it."""
    ids = [text.ids for text in files.tokenizer.read(sentences(texts), Kind.PASSAGE)]
    pad_id = files.tokenizer.pad_id
    quantised, original = (
        load_encoder(files, EmbedSettings(backend=backend)).encoder for backend in ("onnx-int8", "torch")
    )
    cosines = (_single(quantised, pad_id, ids) * _single(original, pad_id, ids)).sum(axis=1)

    def rate(encoder: Encoder) -> Callable[[], float]:
        return lambda: len(ids) / _cpu_s(lambda: _single(encoder, pad_id, ids))

    ours, peer = median_interleaved(rounds, rate(quantised), rate(original))
    yield Result("onnx-int8, single texts", ours, peer, "torch float32", 2.5, "texts/CPU-s", "higher")
    yield Result("onnx-int8, mean cosine to torch float32", float(cosines.mean()), None, "", 0.99, "cosine", "higher")


def _lognormal_texts(seed: int) -> list[TokenIds]:
    rng = np.random.default_rng(seed)
    lengths = np.clip(rng.lognormal(3.3, 1.0, _REQUEST_TEXTS), 4, 512).astype(int)
    return [rng.integers(10, 200_000, length) for length in lengths]


def _scheduled(encoder: Encoder, pad_id: int, requests: Sequence[Sequence[TokenIds]]) -> list[Rows]:
    running = Scheduler(encoder, BatchShape(padded_tokens=256), _UNBOUNDED, pad_id=pad_id, meter=Tally())
    waiting = [running.submit(request, Requester(str(caller))) for caller, request in enumerate(requests)]
    rows = [future.result() for future in waiting]
    running.close()
    return rows


def _fixed(encoder: Encoder, pad_id: int, texts: Sequence[TokenIds]) -> Rows:
    batches = (texts[start : start + _PEER_BATCH] for start in range(0, len(texts), _PEER_BATCH))
    return np.concatenate([encoder.encode(pad(batch, pad_id)) for batch in batches])


def _single(encoder: Encoder, pad_id: int, texts: Sequence[TokenIds]) -> Rows:
    return np.concatenate([encoder.encode(pad([text], pad_id)) for text in texts])


def _least_cosine(encoder: Encoder, pad_id: int, texts: Sequence[TokenIds]) -> float:
    (batched,) = _scheduled(encoder, pad_id, [texts])
    return float((batched * _single(encoder, pad_id, texts)).sum(axis=1).min())


def _cpu_s(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started
