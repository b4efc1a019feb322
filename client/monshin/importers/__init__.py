"""Files into documents: JSON lines, text, PDF, HTML, PubMed XML, PMDA package inserts, FHIR; zip and gzip of these."""

from monshin.importers.document import File, Reading
from monshin.importers.table import FORMATS, MAX_BYTES, read_file, read_files, source_of

__all__ = ["FORMATS", "MAX_BYTES", "File", "Reading", "read_file", "read_files", "source_of"]
