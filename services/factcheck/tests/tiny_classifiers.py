"""Real, tiny models of transformers that are made in seconds; found through the path that conftest sets."""

from collections.abc import Sequence
from pathlib import Path

import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

LETTERS = "甲乙丙丁薬は有効無安全危険である。ないxyz"
MARKS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
TOKENS = 48


def tokenizer() -> PreTrainedTokenizerFast:
    """A token a letter."""
    vocabulary = {token: place for place, token in enumerate([*MARKS, *dict.fromkeys(LETTERS)])}
    made = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    made.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    return PreTrainedTokenizerFast(
        tokenizer_object=made, unk_token="[UNK]", pad_token="[PAD]", cls_token="[CLS]", sep_token="[SEP]",
        model_max_length=TOKENS,
    )  # fmt: skip


def config(labels: Sequence[str]) -> BertConfig:
    # So small a model learns in a hundred steps from a wide start, and may never from the usual 0.02.
    return BertConfig(
        initializer_range=0.1,
        vocab_size=len(MARKS) + len(set(LETTERS)), hidden_size=32, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=64, max_position_embeddings=TOKENS, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
        id2label=dict(enumerate(labels)), label2id={label: place for place, label in enumerate(labels)},
    )  # fmt: skip


def save(folder: Path, labels: Sequence[str], seed: int = 0) -> Path:
    """An untrained model."""
    torch.manual_seed(seed)
    BertForSequenceClassification(config(labels)).save_pretrained(folder)
    tokenizer().save_pretrained(folder)
    return folder


def train(folder: Path, labels: Sequence[str], pairs: Sequence[tuple[str, str]], wanted: Sequence[float]) -> Path:
    """A model that has learnt what is wanted of each pair of texts: the place of a class, or, of one class alone, a
    number."""
    torch.manual_seed(0)
    model, words = BertForSequenceClassification(config(labels)), tokenizer()
    encoded = words([one for one, _ in pairs], [other for _, other in pairs], padding=True, return_tensors="pt")
    target = torch.tensor(wanted, dtype=torch.float32 if len(labels) == 1 else torch.long)
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3)
    for _ in range(300):
        loss = model(**encoded, labels=target).loss
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if loss < 0.02:
            break
    assert loss < 0.02, "the model of these tests has not learnt"
    model.save_pretrained(folder)
    words.save_pretrained(folder)
    return folder
