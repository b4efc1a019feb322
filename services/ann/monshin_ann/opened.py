"""What of a collection is open: its file, the index made of it, and the builder of its graphs."""

from dataclasses import dataclass, replace

from monshin_kit.errors import DataLoss

from monshin_ann.core.definition import Definition
from monshin_ann.core.index import Index
from monshin_ann.indexing import BuildSettings, Indexing
from monshin_ann.loading import load_index
from monshin_ann.store.points_file import Committed, PointsFile
from monshin_ann.store.segment_files import SegmentFiles


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """All three follow the same points."""

    file: PointsFile
    index: Index
    indexing: Indexing

    def follow(self, committed: Committed) -> None:
        """Changes the index as the file was changed."""
        sequence = committed.receipt.sequence
        if committed.stored is not None:
            self.index.upsert(sequence, committed.stored)
        elif committed.published is not None:
            self.index.admit(sequence, committed.published)
        elif committed.deleted:
            self.index.delete(sequence, committed.deleted)


def load(file: PointsFile, definition: Definition, files: SegmentFiles, building: BuildSettings) -> Opened:
    """Reads every point. Raises DataLoss if the file is damaged or another collection's; Unavailable, MemoryError."""
    own = file.definition
    if replace(own, readers=definition.readers, revision=definition.revision) != definition:
        raise DataLoss(f"{file.database.path.name} is the file of another collection: restore the right one")
    if own != definition:
        file.replace_definition(definition)
    index = load_index(file, definition, files)
    return Opened(file, index, Indexing(definition, file, index, files, building))
