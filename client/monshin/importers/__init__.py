"""Files into documents: JSON lines, text, PDF, HTML, PubMed XML, PMDA package inserts, FHIR; zip and gzip of these."""

from monshin.importers.document import File, Reading
from monshin.importers.sources import FileSource, Sources, sources_of
from monshin.importers.table import FORMATS, MAX_BYTES, read_file, read_files

__all__ = [
    "FORMATS",
    "MAX_BYTES",
    "File",
    "FileSource",
    "Reading",
    "Sources",
    "read_file",
    "read_files",
    "sources_of",
]
