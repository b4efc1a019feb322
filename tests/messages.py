"""Random requests out of descriptors: mostly within the bounds of the proto, sometimes wrong in a place or two.

A new RPC is tested by this without a line of its own.
"""

import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import hypothesis.strategies as st
from google.api import resource_pb2
from google.protobuf import struct_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from hypothesis.strategies import SearchStrategy
from monshin_protos.buf.validate import validate_pb2

MAX_DEPTH = 4
STRANGE = [
    "",
    " ",
    "\x00",
    "患者太郎",
    "a" * 3000,
    "\u202e\u0000\uffff",
    "👩‍⚕️" * 50,
    "../../etc/passwd",
    "'; DROP x; --",
]
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.sampled_from(STRANGE)
REQUEST_ID = "0b5c3a0e-0000-4000-8000-000000000001"
F = FieldDescriptor


@dataclass(frozen=True, slots=True)
class Pools:
    """names: resources by type, such as `monshin/Collection`. ids: of things within them. texts: for free text."""

    names: Mapping[str, Sequence[str]] = field(default_factory=dict)
    ids: Sequence[str] = ("a", "b", "c", "d", "e", "f")
    texts: SearchStrategy[str] = ANY_TEXT


@st.composite
def requests(draw: st.DrawFn, descriptor: Descriptor, pools: Pools, depth: int = 0) -> Message:
    """Messages of this type."""
    match descriptor.full_name:
        case "monshin.vectors.v1.Vectors":
            return _vectors(draw, descriptor)
        case "google.protobuf.Struct":
            return _to_struct(draw(st.dictionaries(pools.texts, _json(pools), max_size=3)))
        case "google.protobuf.Value":
            return _to_struct({"x": draw(_json(pools))}).fields["x"]
    message = GetMessageClass(descriptor)()
    for each in _chosen(draw, descriptor, depth):
        value = _value(draw, each, pools, depth)
        if each.is_repeated:
            getattr(message, each.name).extend(value)
        elif each.message_type is not None:
            getattr(message, each.name).CopyFrom(value)
        else:
            setattr(message, each.name, value)
    return message


def _is_wild(draw: st.DrawFn) -> bool:
    """Now and then: break a bound here."""
    return bool(draw(st.integers(0, 24)) == 13)


def _chosen(draw: st.DrawFn, descriptor: Descriptor, depth: int) -> list[FieldDescriptor]:
    chosen = [each for each in descriptor.fields if each.containing_oneof is None and _is_sent(draw, each)]
    for oneof in descriptor.oneofs:
        members = [each for each in oneof.fields if depth < MAX_DEPTH or each.message_type is None]
        members = members or [oneof.fields[0]]
        if not _is_wild(draw):
            chosen.append(draw(st.sampled_from(members)))
    return chosen


def _is_sent(draw: st.DrawFn, each: FieldDescriptor) -> bool:
    rules = _rules(each)
    needed = rules.required or rules.repeated.min_items or not _zero_is_valid(each, rules)
    return not _is_wild(draw) if needed else bool(draw(st.booleans()))


def _zero_is_valid(each: FieldDescriptor, rules: validate_pb2.FieldRules) -> bool:
    match each.type:
        case F.TYPE_STRING:
            return not rules.string.min_len and (not rules.string.pattern or "?" in rules.string.pattern[-3:])
        case F.TYPE_ENUM:
            return 0 not in rules.enum.not_in
        case F.TYPE_UINT32:
            return not rules.uint32.gte
    return True


def _rules(each: FieldDescriptor) -> validate_pb2.FieldRules:
    rules: validate_pb2.FieldRules = each.GetOptions().Extensions[validate_pb2.field]
    return rules


def _value(draw: st.DrawFn, each: FieldDescriptor, pools: Pools, depth: int) -> Any:
    if not each.is_repeated:
        return draw(_single(each, pools, depth))
    rules = _rules(each).repeated
    unique = (lambda value: value) if rules.unique and not _is_wild(draw) else None
    return draw(st.lists(_single(each, pools, depth), min_size=min(1, rules.min_items), max_size=4, unique_by=unique))


def _single(each: FieldDescriptor, pools: Pools, depth: int) -> SearchStrategy[Any]:
    if each.message_type is not None:
        return requests(each.message_type, pools, depth + 1)
    match each.type:
        case F.TYPE_STRING:
            return _string(each, pools)
        case F.TYPE_BYTES:
            return st.binary(max_size=64)
        case F.TYPE_BOOL:
            return st.booleans()
        case F.TYPE_ENUM:
            assert each.enum_type is not None
            numbers = [value.number for value in each.enum_type.values]
            return st.sampled_from(
                [number for number in numbers if number not in _rules(each).enum.not_in] * 9 + [0, 99]
            )
        case F.TYPE_DOUBLE | F.TYPE_FLOAT:
            return st.floats(width=32)
        case F.TYPE_UINT32 | F.TYPE_UINT64:
            return _number(each, [1001, 2**31, 2**32 - 1])
        case F.TYPE_INT64:
            return _number(each, [-1, 2**63 - 1, -(2**63), 10**12])
        case _:
            return _number(each, [-1, 1001, 2**31 - 1, -(2**31)])


def _number(each: FieldDescriptor, wild: Sequence[int]) -> SearchStrategy[int]:
    return st.one_of(*[st.integers(1, 5)] * 8, st.sampled_from([0, 1000, *wild]))


def _string(each: FieldDescriptor, pools: Pools) -> SearchStrategy[str]:
    rules = _rules(each).repeated.items.string if each.is_repeated else _rules(each).string
    resource = each.GetOptions().Extensions[resource_pb2.resource_reference].type
    if each.name == "name" and each.containing_type is not None:
        resource = resource or each.containing_type.GetOptions().Extensions[resource_pb2.resource].type
    if resource in pools.names:
        usual: SearchStrategy[str] = st.sampled_from(pools.names[resource])
    elif each.name == "request_id":
        usual = st.sampled_from(["", REQUEST_ID]) | st.uuids().map(str)
    elif each.name == "ids":
        usual = st.sampled_from(pools.ids)
    elif rules.pattern and "\\x00" not in rules.pattern:
        usual = st.from_regex(rules.pattern.replace("$", r"\Z"))
    else:
        usual = pools.texts.filter(bool) if rules.min_len else pools.texts
    return st.one_of(*[usual] * 12, pools.texts)


def _vectors(draw: st.DrawFn, descriptor: Descriptor) -> Message:
    dim = draw(st.sampled_from([3] * 12 + [1, 384, 8192, 8193, 0]))
    rows = draw(st.integers(1, 4))
    number = draw(st.floats(0.5, 2, width=32) | st.sampled_from([0.0, math.nan, math.inf, -math.inf]))
    data = draw(st.binary(max_size=30)) if _is_wild(draw) else struct.pack("<f", number) * rows * dim
    return GetMessageClass(descriptor)(data=data, dim=dim, dtype=draw(st.sampled_from([0, 1, 1, 1, 2])))


def _json(pools: Pools) -> SearchStrategy[object]:
    leaves = st.none() | st.booleans() | st.floats(allow_nan=False, width=32) | pools.texts

    def grow(inner: SearchStrategy[object]) -> SearchStrategy[object]:
        return st.lists(inner, max_size=3) | st.dictionaries(pools.texts, inner, max_size=2)

    return st.recursive(leaves, grow, max_leaves=5)


def _to_struct(content: Mapping[str, object]) -> struct_pb2.Struct:
    made = struct_pb2.Struct()
    made.update(dict(content))
    return made
