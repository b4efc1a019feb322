"""Fingerprints tell comparable vectors from others."""

from dataclasses import replace

import pytest
from monshin_embed.core.fingerprint import Fingerprint, Pooling, Precision

FINGERPRINT = Fingerprint("kasys/jmed-me5-v0.1", "abc", "0" * 64, Pooling.MEAN, Precision.FLOAT32, 768)


def test_equal_fields_give_equal_digests() -> None:
    assert FINGERPRINT.digest == replace(FINGERPRINT).digest
    assert len(FINGERPRINT.digest) == 64


@pytest.mark.parametrize(
    "change",
    [
        {"model": "other"},
        {"revision": "abd"},
        {"weights_sha256": "1" * 64},
        {"pooling": Pooling.CLS},
        {"precision": Precision.INT8},
        {"dim": 384},
        {"normalized": False},
    ],
)
def test_any_other_field_gives_another_digest(change: dict[str, object]) -> None:
    assert replace(FINGERPRINT, **change).digest != FINGERPRINT.digest  # type: ignore[arg-type]  # fields by name


def test_a_digest_is_the_same_on_each_machine_and_in_each_release() -> None:
    """Collections store it: another way to compute it would make all of them foreign."""
    assert FINGERPRINT.digest == "6eb914a0371647921c5a0b49184445c9ac5bfd23d0c7ee3efdac0d10439909c5"
