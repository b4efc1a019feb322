"""`python -m benchmarks.embed [--quick]`: embed's scheduler, int8 backend and server."""

from collections.abc import Iterator
from pathlib import Path

from benchmarks import embed_compute, embed_service
from benchmarks.report import Result, main

_CACHE = Path(__file__).parents[1] / ".cache" / "embed"  # the tests' too: converting the model takes a minute


def measure(is_quick: bool) -> Iterator[Result]:
    """All figures of the issue that built embed."""
    rounds, size = (3, 1) if is_quick else (5, 4)
    backend = "onnx-int8" if is_quick else "onnx"
    files = embed_compute.default_model(_CACHE)
    yield from embed_compute.scheduler(files, backend, rounds, requests=size)
    yield from embed_compute.int8(files, rounds, texts=16 * size)
    parts = [
        embed_service.port_open(_CACHE, rounds=3),
        embed_service.load(_CACHE, rounds, requests=2 * size, seconds=1.0 * size),
    ]
    if not is_quick:
        parts.append(embed_service.second_start(_CACHE, rounds=3))
    yield from embed_service.run_all(parts)


if __name__ == "__main__":
    main(__doc__ or "", measure)
