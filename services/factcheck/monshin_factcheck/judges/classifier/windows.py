"""What a classifier is shown of a context: all of it if it fits, else stretches of whole sentences."""

from collections.abc import Sequence

from monshin_factcheck.core.text.spans import Span


def windows(sentences: Sequence[Span], lengths: Sequence[int], room: int) -> list[Span]:
    """Stretches of the text that hold whole sentences, as many as fit into `room` tokens, half of it shared with the
    next stretch. lengths: tokens of each sentence. A sentence that does not fit stands alone.

    >>> [(span.start, span.end) for span in windows([Span(0, 5), Span(5, 9), Span(9, 15)], [4, 3, 5], 8)]
    [(0, 9), (5, 15)]
    """
    found: list[Span] = []
    first = 0
    while first < len(sentences):
        last, used = first, lengths[first]
        while last + 1 < len(sentences) and used + lengths[last + 1] <= room:
            last += 1
            used += lengths[last]
        found.append(Span(sentences[first].start, sentences[last].end))
        if last + 1 == len(sentences):
            break
        first = _next_start(lengths, first, last, room)
    return found


def batches(lengths: Sequence[int], budget: int) -> list[list[int]]:
    """Places of texts, put together so that the longest of a batch times their number is at most `budget`.

    Padding is what a CPU pays for: texts of like length go together. A text over the budget goes alone.

    >>> batches([5, 90, 6, 80], 100)
    [[0, 2], [3], [1]]
    """
    found: list[list[int]] = []
    for place in sorted(range(len(lengths)), key=lengths.__getitem__):
        if found and lengths[place] * (len(found[-1]) + 1) <= budget:
            found[-1].append(place)
        else:
            found.append([place])
    return found


def _next_start(lengths: Sequence[int], first: int, last: int, room: int) -> int:
    """As far back from the sentence that did not fit as half of the room allows, and forward by one at least."""
    start, used = last + 1, 0
    while start - 1 > first and used + lengths[start - 1] <= room // 2:
        start -= 1
        used += lengths[start]
    return start
