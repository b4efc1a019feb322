"""PDF, read in a process of its own: a damaged or hostile file may loop for ever (an object that refers to itself
does so in pdfminer) or unpack to any size, and takes only that process with it."""

import json
import subprocess
import sys

from monshin.formats import CorpusLine
from monshin.importers.document import File, Reading

LIMIT_S = 300


def read(file: File, limit_s: float = LIMIT_S) -> Reading:
    """As `pdf_text.extract`. Raises InvalidInput also for a file that takes too long or too much memory."""
    command = [sys.executable, "-m", "monshin.importers.pdf_text", file.name]
    try:
        ended = subprocess.run(command, input=file.data, capture_output=True, timeout=limit_s, check=False)
    except subprocess.TimeoutExpired:
        raise file.refuse("", f"it takes longer than {limit_s:.0f} s to read: damaged, or to be split") from None
    if ended.returncode != 0:
        raise file.refuse("", "it is damaged, or needs more memory than it should")
    answer = json.loads(ended.stdout)
    if "refused" in answer:
        raise file.refuse(answer["place"], answer["refused"])
    return Reading(tuple(CorpusLine(**one) for one in answer["documents"]), remarks=tuple(answer["remarks"]))
