"""With the real weights, where `python -m training.train` has put them (README.md)."""

import pytest
import torch
from monshin_factcheck.judges.local.base import load_base, load_tokenizer
from monshin_factcheck.judges.local.model import Judge, load_adapter
from monshin_factcheck.judges.local.packing import Pack, lay_out
from training.data import load_pairs
from training.evaluate import judge_pairs, score
from training.places import DEV_CLAIMS, PROTOTYPE, base_folder
from training.sheets import claim_tokens, passage_tokens

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PROTOTYPE.exists(), reason=f"no prototype adapter at {PROTOTYPE}"),
]


@pytest.fixture(scope="module")
def prototype() -> Judge:
    """The warm start, fp32."""
    base = load_base(base_folder())
    return Judge(base, load_adapter(PROTOTYPE, base.shape))


@torch.no_grad()
def test_packed_claims_get_the_logits_of_separate_ones(prototype: Judge) -> None:
    """To 1e-5; measured 1e-6."""
    tokenizer = load_tokenizer(base_folder())
    passage = passage_tokens("酸素濃縮器は火気から2 m以上離して置く。", tokenizer)
    texts = ("酸素濃縮器は火気から50 cm離れていればよい。", "酸素濃縮器は毎日洗う。", "火のそばに置かない。")
    claims = tuple(claim_tokens(text, tokenizer) for text in texts)
    packed = prototype(lay_out([Pack(passage, claims)]))
    separate = torch.cat([prototype(lay_out([Pack(passage, (claim,))])) for claim in claims])
    assert (packed - separate).abs().max() <= 1e-5


def test_the_prototype_scores_as_it_was_measured(prototype: Judge) -> None:
    """Prompt, layout and head are right: on these 37 claims it separates S from C completely."""
    pairs = [pair for pair in load_pairs(DEV_CLAIMS) if pair.group == "second"]
    found = score(judge_pairs(prototype, pairs, load_tokenizer(base_folder())))
    assert found.auroc is not None
    assert found.auroc > 0.95
