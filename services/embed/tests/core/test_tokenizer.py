"""Token ids against transformers as the oracle."""

from pathlib import Path

import pytest
import tokenizers
import transformers
from hypothesis import given
from hypothesis import strategies as st
from monshin_embed.core.request import Kind, Prefixes
from monshin_embed.core.tokenizer import Tokenizer

LIMIT = 12


@pytest.fixture(scope="module")
def tokenizer(tiny_bert: Path) -> Tokenizer:
    return Tokenizer(
        tokenizers.Tokenizer.from_file(str(tiny_bert / "tokenizer.json")), Prefixes(), max_tokens=LIMIT, pad_id=0
    )


@pytest.fixture(scope="module")
def oracle(tiny_bert: Path) -> transformers.PreTrainedTokenizerBase:
    return transformers.AutoTokenizer.from_pretrained(tiny_bert)


texts = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="[]"), min_size=1, max_size=40)


@given(text=texts, kind=st.sampled_from(Kind))
def test_ids_are_those_of_transformers_with_the_prefix_cut_at_the_limit(
    tokenizer: Tokenizer, oracle: transformers.PreTrainedTokenizerBase, text: str, kind: Kind
) -> None:
    (read,) = tokenizer.read([text], kind)
    prefixed = Prefixes().of(kind) + text
    assert read.ids.tolist() == oracle(prefixed, truncation=True, max_length=LIMIT)["input_ids"]
    assert read.dropped == max(0, len(oracle(prefixed)["input_ids"]) - LIMIT)


@given(text=texts)
def test_pieces_are_not_cut_and_are_spelled_as_transformers_does(
    tokenizer: Tokenizer, oracle: transformers.PreTrainedTokenizerBase, text: str
) -> None:
    (pieces,) = tokenizer.pieces([text], Kind.RAW)
    ids = oracle(text)["input_ids"]
    assert list(pieces.ids) == ids
    assert list(pieces.spelling) == oracle.convert_ids_to_tokens(ids)


def test_a_text_cannot_write_special_tokens(tokenizer: Tokenizer) -> None:
    """Else a text with the closing token inside would be embedded as if it ended there."""
    (read,) = tokenizer.read(["a[SEP]b"], Kind.RAW)
    separator = 2
    assert read.ids.tolist().count(separator) == 1


def test_cutting_and_padding_that_come_with_a_tokenizer_file_are_switched_off(tiny_bert: Path) -> None:
    backend = tokenizers.Tokenizer.from_file(str(tiny_bert / "tokenizer.json"))
    backend.enable_truncation(4)
    backend.enable_padding(length=30)
    (read,) = Tokenizer(backend, Prefixes(), max_tokens=LIMIT, pad_id=0).read(["abcde"], Kind.RAW)
    assert (len(read.ids), read.dropped) == (7, 0)
