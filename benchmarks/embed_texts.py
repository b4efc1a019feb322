"""The demonstration corpus, as a benchmark's texts."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

_CORPUS = Path(__file__).parents[1] / "demo" / "corpus"


def passages(count: int) -> Sequence[str]:
    """The texts of so many documents, evenly from the corpus."""
    lines = [line for path in sorted(_CORPUS.glob("*.jsonl")) for line in path.read_text().splitlines()]
    return _evenly([str(json.loads(line)["text"]) for line in lines], count)


def sentences(count: int) -> Sequence[str]:
    """So many sentences of these documents, each once."""
    texts = [text.strip() for passage in passages(0) for text in re.findall(r"[^。\n]+[。\n]?", passage)]
    return _evenly([text for text in dict.fromkeys(texts) if text], count)


def _evenly(texts: Sequence[str], count: int) -> Sequence[str]:
    return [texts[i * len(texts) // count] for i in range(count)] if count else texts
