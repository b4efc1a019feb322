"""One packed sequence says what separate ones say, and the model is Gemma."""

import pytest
import torch
from monshin_factcheck.judges.local.base import Base, shape_of
from monshin_factcheck.judges.local.model import Adapter, Judge
from monshin_factcheck.judges.local.packing import MAX_POSITIONS, Pack, lay_out

PASSAGE = (2, 5, 9, 13, 21)
CLAIMS = ((7, 8), (30, 31, 32, 33), (40,), (7, 9))


def judge_of(base: Base, first_layer: int = 2) -> Judge:
    """With an adapter that changes something."""
    adapter = Adapter(base.shape, first_layer=first_layer, rank=3, seed=4)
    rng = torch.Generator().manual_seed(5)
    with torch.no_grad():
        for name in adapter.tensors():
            adapter[name].add_(0.2 * torch.randn(adapter[name].shape, generator=rng))
    return Judge(base, adapter)


@torch.no_grad()
def test_packed_claims_get_the_logits_of_separate_ones(base: Base) -> None:
    """To 1e-5, whatever stands beside them."""
    judge = judge_of(base)
    packed = judge(lay_out([Pack(PASSAGE, CLAIMS)]))
    separate = torch.cat([judge(lay_out([Pack(PASSAGE, (claim,))])) for claim in CLAIMS])
    assert (packed - separate).abs().max() <= 1e-5


@torch.no_grad()
def test_packs_in_one_batch_do_not_touch_each_other(base: Base) -> None:
    """A batch gives what its packs give alone."""
    judge = judge_of(base)
    packs = [Pack(PASSAGE, CLAIMS), Pack((2, 3), CLAIMS[:1]), Pack((2, 44, 45), CLAIMS[1:])]
    alone = torch.cat([judge(lay_out([pack])) for pack in packs])
    assert (judge(lay_out(packs)) - alone).abs().max() <= 1e-5


@torch.no_grad()
def test_the_passage_decides(base: Base) -> None:
    """Guards the two tests above against a model that looks at nothing."""
    judge = judge_of(base)
    one, other = (judge(lay_out([Pack(passage, CLAIMS)])) for passage in (PASSAGE, (2, 6, 9, 13, 21)))
    assert (one - other).abs().min() > 1e-4


def test_a_mask_shows_the_passage_and_the_claim_itself() -> None:
    """By definition, cell for cell."""
    pack = Pack(PASSAGE, CLAIMS)
    (mask,) = lay_out([pack]).masks
    owners = [number for number, segment in enumerate(pack.segments) for _ in segment]
    for row, reader in enumerate(owners):
        for column, owner in enumerate(owners):
            assert mask[row, column] == (column <= row and owner in (0, reader))


def test_every_claim_begins_where_the_passage_ends() -> None:
    """So that no claim knows how many stand before it."""
    batch = lay_out([Pack(PASSAGE, CLAIMS)])
    starts = [5, 7, 11, 12]
    assert [int(batch.positions[start]) for start in starts] == [len(PASSAGE)] * 4
    assert batch.ends.tolist() == [6, 10, 11, 13]


def test_a_text_too_long_for_the_sliding_window_is_refused() -> None:
    """Beyond it the layers would not see what this code lets them see."""
    with pytest.raises(ValueError, match="at most 512"):
        Pack((2,) * (MAX_POSITIONS - 1), ((3, 4),))


@torch.no_grad()
def test_the_lower_and_upper_half_make_the_whole_of_transformers_gemma(base: Base) -> None:
    """Oracle: the final states of `Gemma3TextModel` with the same weights and no adapter."""
    from transformers import Gemma3TextConfig, Gemma3TextModel

    shape = base.shape
    config = Gemma3TextConfig(
        vocab_size=50, hidden_size=shape.hidden, intermediate_size=shape.inner, num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads, num_key_value_heads=1, head_dim=shape.head_width,
        query_pre_attn_scalar=shape.head_width, rms_norm_eps=shape.epsilon, sliding_window=512,
        layer_types=["sliding_attention", "full_attention"] * 2, attn_implementation="eager",
        rope_parameters={
            "full_attention": {"rope_type": "default", "rope_theta": 1e6},
            "sliding_attention": {"rope_type": "default", "rope_theta": 1e4},
        },
    )  # fmt: skip
    assert shape_of(config) == shape
    gemma = Gemma3TextModel(config).eval()
    gemma.load_state_dict(base.weights)
    adapter = Adapter(shape, first_layer=2, rank=3)
    states = gemma(torch.tensor([[*PASSAGE, *CLAIMS[1]]])).last_hidden_state[0, -1] / 8
    expected = adapter["head.weight"] @ states + adapter["head.bias"]
    found = Judge(base, adapter)(lay_out([Pack(PASSAGE, (CLAIMS[1],))]))[0]
    assert (found - expected).abs().max() <= 1e-5
