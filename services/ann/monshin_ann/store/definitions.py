"""Definitions as text on disk, with a checksum: a flipped bit in `readers` must not open a collection to others."""

import json
import zlib
from dataclasses import asdict
from typing import Any

from monshin_kit.errors import DataLoss, InvalidInput

from monshin_ann.core.definition import Code, CollectionId, Definition, Fingerprint, Metric


def encode(definition: Definition) -> tuple[str, int]:
    """JSON text and its checksum."""
    fields = {**asdict(definition), "metric": definition.metric.value, "code": definition.code.value}
    text = json.dumps(fields, ensure_ascii=False, sort_keys=True)
    return text, zlib.crc32(text.encode())


def decode(text: str, checksum: object) -> Definition:
    """The definition; raises DataLoss if the text is not what was written, or says what cannot be."""
    damaged = DataLoss("the definition of a collection is damaged: restore it from a backup")
    if zlib.crc32(text.encode()) != checksum:
        raise damaged
    try:
        return _definition(json.loads(text))
    except (InvalidInput, AttributeError, KeyError, TypeError, ValueError) as error:
        raise damaged from error


def _definition(fields: dict[str, Any]) -> Definition:
    fingerprint = fields.pop("fingerprint")
    return Definition(
        id=CollectionId(fields.pop("id")),
        metric=Metric(fields.pop("metric")),
        readers=tuple(fields.pop("readers")),
        fingerprint=Fingerprint(**fingerprint) if fingerprint is not None else None,
        code=Code(fields.pop("code", Code.AUTO.value)),  # files from before graphs have none
        **fields,
    )
