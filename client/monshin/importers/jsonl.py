"""JSON lines `{"id","title","text","source","date"}`, the product's own format."""

from monshin.formats import BadLine, corpus_lines
from monshin.importers.document import File, Reading


def read(file: File) -> Reading:
    """A document a line; bad lines are problems with their number."""
    lines = list(corpus_lines(file.data))
    bad = [line for line in lines if isinstance(line, BadLine)]
    return Reading(
        tuple(line for line in lines if not isinstance(line, BadLine)),
        tuple(f"{file.name}: line {line.number}: {line.problem}" for line in bad),
    )
