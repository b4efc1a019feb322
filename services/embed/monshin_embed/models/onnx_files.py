"""The ONNX files of a model in the cache, made when first asked for, and the encoder that runs them."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from monshin_kit.artefacts import Artefacts

from monshin_embed.backends import self_check
from monshin_embed.backends.onnx_encoder import OnnxEncoder
from monshin_embed.core.fingerprint import Pooling
from monshin_embed.core.tokenizer import Tokenizer

_FORMAT = 1  # of the exported folder; a greater number makes old caches convert again
_MODEL = "model.onnx"
_ORIGINAL_ROWS = "probes.npy"  # what torch says of the probe texts in float32
_LEAST_COSINE_FLOAT32 = 0.9999
_LEAST_COSINE_INT8 = 0.99


@dataclass(frozen=True, slots=True)
class OnnxFiles:
    """The files of one transformers folder with one pooling."""

    artefacts: Artefacts
    folder: Path
    weights_sha256: str
    pooling: Pooling
    tokenizer: Tokenizer

    def float32(self, threads: int) -> OnnxEncoder:
        """Checked against torch at each load."""
        return self._encoder(self._float32_folder(), threads, _LEAST_COSINE_FLOAT32)

    def int8(self, threads: int) -> OnnxEncoder:
        """Checked against torch in float32 at each load: what quantising costs depends on the model and the CPU."""
        folder = self.artefacts.folder(self._name("onnx-int8-7bit"), self._quantise).path
        return self._encoder(folder, threads, _LEAST_COSINE_INT8)

    def _encoder(self, folder: Path, threads: int, least_cosine: float) -> OnnxEncoder:
        encoder = OnnxEncoder(folder / _MODEL, threads)
        self_check.check(encoder, self.tokenizer, np.load(folder / _ORIGINAL_ROWS), least_cosine)
        return encoder

    def _float32_folder(self) -> Path:
        return self.artefacts.folder(self._name("onnx"), self._export).path

    def _name(self, kind: str) -> str:
        return f"{self.folder.name}-{self.weights_sha256[:16]}-{self.pooling}-{kind}-format{_FORMAT}"

    def _export(self, target: Path) -> None:
        # Seconds to import, and not needed once the files are there.
        from monshin_embed.backends.onnx_export import export_float32
        from monshin_embed.backends.torch_encoder import TorchEncoder
        from monshin_embed.models.transformer import load_encoder

        module = load_encoder(self.folder, self.pooling, attention="eager")
        np.save(target / _ORIGINAL_ROWS, self_check.probe(TorchEncoder(module, "cpu"), self.tokenizer))
        export_float32(module, target / _MODEL)

    def _quantise(self, target: Path) -> None:
        from monshin_embed.backends.onnx_export import quantise_int8

        original = self._float32_folder()
        quantise_int8(original / _MODEL, target / _MODEL)
        shutil.copy(original / _ORIGINAL_ROWS, target / _ORIGINAL_ROWS)
