"""The comments of the .proto files, by the full name of what they stand at."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from google.protobuf.descriptor_pb2 import DescriptorProto, FileDescriptorProto, FileDescriptorSet

Comments = Mapping[str, str]

# Field numbers of descriptor.proto, of which source paths consist.
_FILE = {"message_type": 4, "enum_type": 5, "service": 6}
_MESSAGE = {"field": 2, "nested_type": 3, "enum_type": 4}
_ENUM = {"value": 2}
_SERVICE = {"method": 2}


def read_comments(image: FileDescriptorSet) -> Comments:
    """All comments of an image with source info; lines are joined into paragraphs."""
    comments: dict[str, str] = {}
    for file in image.file:
        texts = _texts(file)
        for name, path in _children(file, file.package, [], _FILE):
            if tuple(path) in texts:
                comments[name] = texts[tuple(path)]
    return comments


def first_sentence(text: str) -> str:
    """Up to the first full stop, for a heading."""
    head, separator, _ = text.partition(". ")
    return (head + "." if separator else head).replace("\n", " ")


def _texts(file: FileDescriptorProto) -> dict[tuple[int, ...], str]:
    return {
        tuple(place.path): _paragraphs(place.leading_comments + place.trailing_comments)
        for place in file.source_code_info.location
        if place.leading_comments or place.trailing_comments
    }


def _paragraphs(comment: str) -> str:
    return "\n".join(line.strip() for line in comment.strip().splitlines())


def _children(
    parent: Any, prefix: str, path: Sequence[int], numbers: Mapping[str, int]
) -> Iterator[tuple[str, list[int]]]:
    for attribute, number in numbers.items():
        for index, child in enumerate(getattr(parent, attribute)):
            name = f"{prefix}.{child.name}"
            place = [*path, number, index]
            yield name, place
            yield from _children(child, name, place, _inner(attribute, child))


def _inner(attribute: str, child: Any) -> Mapping[str, int]:
    match attribute:
        case "service":
            return _SERVICE
        case "enum_type":
            return _ENUM
        case _:
            return _MESSAGE if isinstance(child, DescriptorProto) else {}
