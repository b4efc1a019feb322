"""What makes a collection."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from monshin_ann.core.definition import Fingerprint
from monshin_kit.errors import FailedPrecondition, InvalidInput


@pytest.mark.parametrize("dim", [0, -1, 8193])
def test_a_dim_outside_its_bounds_cannot_be_built(definition: Callable[..., Any], dim: int) -> None:
    with pytest.raises(InvalidInput) as caught:
        definition(dim=dim)
    assert caught.value.violations[0].field == "collection.dim"


@pytest.mark.parametrize(
    ("fingerprint", "field"),
    [
        (Fingerprint(digest=""), "collection.fingerprint.digest"),
        (Fingerprint(digest="a", dim=4), "collection.fingerprint.dim"),
    ],
)
def test_a_fingerprint_must_have_a_digest_and_the_same_dim(
    definition: Callable[..., Any], fingerprint: Fingerprint, field: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        definition(dim=3, fingerprint=fingerprint)
    assert caught.value.violations[0].field == field


@pytest.mark.parametrize("digest", ["", "b", "A"])
def test_vectors_of_another_model_are_refused(definition: Callable[..., Any], digest: str) -> None:
    collection = definition(fingerprint=Fingerprint(digest="a"))
    collection.check_digest("a")
    with pytest.raises(FailedPrecondition) as caught:
        collection.check_digest(digest)
    assert caught.value.reason == "FINGERPRINT_MISMATCH"


def test_a_collection_without_fingerprint_takes_any(definition: Callable[..., Any]) -> None:
    definition().check_digest("whatever")


def test_the_etag_changes_with_each_revision_and_with_a_new_collection(definition: Callable[..., Any]) -> None:
    first = definition()
    others = [
        replace(first, revision=1),
        replace(first, revision=2),
        replace(first, created_ns=1),
        definition(name="b"),
    ]
    assert len({first.etag, *(other.etag for other in others)}) == 5
