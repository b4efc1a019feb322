"""`python -m benchmarks.factcheck [--quick]`: factcheck's retrieval, its rules on development data, and their speed.

All of it is development data that has been looked at: no figure here says how well unseen claims are judged.
"""

from collections.abc import Iterator

from benchmarks import factcheck_names, factcheck_retrieval, factcheck_rules, factcheck_speed
from benchmarks.factcheck_sets import development, training
from benchmarks.report import Result, main

# Neither the rules nor their weights were fitted on these; they are harder than claims about whole documents.
_UNFITTED = ("short-1", "long-1")


def measure(is_quick: bool) -> Iterator[Result]:
    """Speed; retrieval over all passages of the training files, or the first thousand; then the rules, set by set."""
    yield from factcheck_speed.measure()
    yield from factcheck_retrieval.measure(queries_limit=100, corpus_limit=1000 if is_quick else 0)
    yield from factcheck_names.measure(200 if is_quick else 1500, 2000 if is_quick else 60_000)
    for name, rows in development().items():
        yield from factcheck_rules.measure(name, rows)
    for name in _UNFITTED:
        yield from factcheck_rules.measure(name, training(name, items=10 if is_quick else 100))


if __name__ == "__main__":
    main(__doc__ or "", measure)
