"""Texts to token ids, the way the model was trained: prefix, split, cut, special tokens."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import tokenizers
from monshin_kit.errors import InvalidInput
from numpy.typing import NDArray

from monshin_embed.core.request import Kind, Prefixes

TokenIds = NDArray[np.int64]

_MAX_SPELLED = 100_000  # of 55 bytes at most in an answer, which must stay under 8 MiB


@dataclass(frozen=True, slots=True, eq=False)
class TokenisedText:
    """What the model reads of one text: ids with prefix and special tokens, and how many tokens the end has lost."""

    ids: TokenIds
    dropped: int


@dataclass(frozen=True, slots=True)
class Pieces:
    """How one text is split: ids and their spelling, with prefix and special tokens, not cut."""

    ids: tuple[int, ...]
    spelling: tuple[str, ...]


class Tokenizer:
    """A fast tokenizer with the prefixes and the limit of its model.

    max_tokens: the most that the model reads, prefix and special tokens included. pad_id: fills short rows.
    A special token's name inside a text, such as `</s>`, is read as plain characters: a text cannot end itself.
    """

    def __init__(self, backend: tokenizers.Tokenizer, prefixes: Prefixes, max_tokens: int, pad_id: int) -> None:
        # What a tokenizer.json brings along of these would cut silently.
        backend.no_truncation()
        backend.no_padding()
        backend.encode_special_tokens = True
        self.prefixes = prefixes
        self.max_tokens = max_tokens
        self.pad_id = pad_id
        self._backend = backend
        self._room = max_tokens - backend.num_special_tokens_to_add(False)

    def read(self, texts: Sequence[str], kind: Kind) -> tuple[TokenisedText, ...]:
        """The first `max_tokens` tokens of each text."""
        return tuple(self._cut(encoding) for encoding in self._split(texts, kind))

    def pieces(self, texts: Sequence[str], kind: Kind) -> tuple[Pieces, ...]:
        """All tokens of each text. Raises InvalidInput if they are more than 100,000 together."""
        encodings = self._split(texts, kind)
        count = sum(map(len, encodings))
        if count > _MAX_SPELLED:
            raise InvalidInput(
                f"{count} tokens, at most {_MAX_SPELLED} are told at a time: send fewer or shorter texts", field="texts"
            )
        return tuple(self._spell(self._backend.post_process(encoding).ids) for encoding in encodings)

    def _spell(self, ids: list[int]) -> Pieces:
        # The fast form of encoding leaves its own tokens empty.
        return Pieces(tuple(ids), tuple(self._backend.id_to_token(number) or "" for number in ids))

    def _split(self, texts: Sequence[str], kind: Kind) -> list[tokenizers.Encoding]:
        prefix = self.prefixes.of(kind)
        # `encode` keeps the interpreter's lock (1.4 s for a megabyte, measured); the batch form lets go of it.
        return self._backend.encode_batch_fast([prefix + text for text in texts], add_special_tokens=False)

    def _cut(self, encoding: tokenizers.Encoding) -> TokenisedText:
        dropped = max(0, len(encoding) - self._room)
        if dropped:
            encoding.truncate(self._room)
        return TokenisedText(np.array(self._backend.post_process(encoding).ids, dtype=np.int64), dropped)
