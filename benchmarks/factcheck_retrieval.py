"""Whether hybrid retrieval finds what lexical cannot: queries that share no content word with their passage."""

import random
from collections.abc import Iterator, Sequence

from monshin_embed.core.request import Kind
from monshin_factcheck.core.retrieval.fusion import LEAST_SHARE, fuse
from monshin_factcheck.core.retrieval.lexical import LexicalIndex
from monshin_factcheck.core.retrieval.terms import Terms
from monshin_factcheck.core.rules.weights import is_content
from monshin_factcheck.core.text.language import guess_language
from monshin_factcheck.core.text.normalise import normalise
from monshin_factcheck.core.text.words import Analyser

from benchmarks.factcheck_sets import all_passages
from benchmarks.factcheck_vectors import vectors
from benchmarks.report import Result

K = 5
_FOUND = 32
_GAIN = 0.15


def measure(queries_limit: int, corpus_limit: int) -> Iterator[Result]:
    """recall@5 over the first `corpus_limit` passages (0: all of the training files)."""
    items = all_passages()
    # Every file in its share: the files differ in how hard they are.
    random.Random(3).shuffle(items)
    items = items[: corpus_limit or len(items)]
    passages = [passage for passage, _ in items]
    analyser = Analyser()
    queries = [
        (claim, place)
        for place, (passage, claims) in enumerate(items)
        for claim in claims
        if not _content(analyser, claim) & _content(analyser, passage)
    ]
    queries = queries[:: max(1, len(queries) // queries_limit)][:queries_limit]
    terms = Terms(analyser)
    index = LexicalIndex([terms.of(passage) for passage in passages])
    lexical = [index.search(terms.of(claim), _FOUND) for claim, _ in queries]
    strong = [index.search(terms.of(claim), _FOUND, least_share=LEAST_SHARE) for claim, _ in queries]
    near = vectors([claim for claim, _ in queries], Kind.QUERY) @ vectors(passages, Kind.PASSAGE).T
    dense = [[int(place) for place in (-row).argsort(kind="stable")[:_FOUND]] for row in near]
    hybrid = [[place for place, _ in fuse([one, other], K)] for one, other in zip(strong, dense, strict=True)]
    gold = [place for _, place in queries]
    ours, words, meaning = (_recall(found, gold) for found in (hybrid, lexical, dense))
    about = f"{len(queries)} queries, {len(passages)} passages"
    yield Result(
        f"recall@5, {about}", ours, words + _GAIN, f"BM25, same aliases ({words:.3f}) + {_GAIN}", 1, "", "higher"
    )
    yield Result("recall@5, hybrid beside dense alone", ours, meaning, "dense alone", 1, "", "higher")


def _content(analyser: Analyser, text: str) -> set[str]:
    """Normal forms of the content words: what the queries are chosen by, so aliases play no part."""
    plain = normalise(text).text
    language = guess_language(plain)
    return {word.form.lower() for word in analyser.words(plain) if is_content(word, language)}


def _recall(found: Sequence[Sequence[int]], gold: Sequence[int]) -> float:
    return sum(place in places[:K] for places, place in zip(found, gold, strict=True)) / len(gold)
