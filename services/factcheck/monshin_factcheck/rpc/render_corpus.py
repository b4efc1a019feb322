"""Corpora, versions and documents as proto messages."""

from google.protobuf.timestamp_pb2 import Timestamp
from monshin_protos.factcheck.v1 import corpus_pb2 as pb

from monshin_factcheck.core.aliases.own_list import AliasGroup
from monshin_factcheck.corpora.model import CorpusView, StoredDocument, Version

_STATES = {
    "PUBLISHING": pb.VERSION_STATE_PUBLISHING,
    "PUBLISHED": pb.VERSION_STATE_PUBLISHED,
    "FAILED": pb.VERSION_STATE_FAILED,
}


def corpus(view: CorpusView) -> pb.Corpus:
    """As it stands; of a damaged one the name alone."""
    definition = view.definition
    name = f"corpora/{definition.id}"
    if view.is_damaged:
        return pb.Corpus(name=name, state=pb.CORPUS_STATE_QUARANTINED)
    return pb.Corpus(
        name=name,
        display_name=definition.display_name,
        readers=definition.readers,
        current_version=f"{name}/versions/{view.current_version}" if view.current_version else "",
        draft_documents=view.draft_documents,
        create_time=_time(definition.create_time),
        etag=definition.etag,
        state=pb.CORPUS_STATE_SERVING,
    )


def version(corpus_id: str, found: Version) -> pb.Version:
    """With its progress."""
    return pb.Version(
        name=f"corpora/{corpus_id}/versions/{found.number}",
        state=_STATES[found.state],
        documents=found.documents,
        passages=found.passages,
        passages_embedded=found.passages_embedded,
        content_sha256=found.content_sha256,
        create_time=_time(found.create_time),
        publish_time=_time(found.publish_time),
        failure=found.failure,
        alias_revision=found.alias_revision,
    )


def document(corpus_id: str, stored: StoredDocument, *, with_text: bool = True) -> pb.Document:
    """A list leaves the texts out."""
    name = f"corpora/{corpus_id}"
    return pb.Document(
        name=f"{name}/documents/{stored.document.id}",
        title=stored.document.title,
        text=stored.document.text if with_text else "",
        source=stored.document.source,
        date=stored.document.date,
        retracted=bool(stored.retraction),
        retraction_reason=stored.retraction,
        versions=[f"{name}/versions/{number}" for number in stored.versions],
        text_sha256=stored.text_sha256,
        tier=stored.document.tier,
        supersedes=stored.document.supersedes,
        effective_until=stored.document.effective_until,
    )


def alias_group(group: AliasGroup) -> pb.AliasGroup:
    """As it was imported."""
    return pb.AliasGroup(name=group.name, aliases=group.aliases, ambiguous=group.ambiguous)


def _time(seconds: float) -> Timestamp | None:
    if not seconds:
        return None
    found = Timestamp()
    found.FromMilliseconds(round(seconds * 1000))
    return found
