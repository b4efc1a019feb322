"""What a transformers folder says of itself: pooling, prefixes, how much it reads, its weights and licence."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from monshin_kit.artefacts import sha256_of
from monshin_kit.errors import FailedPrecondition

from monshin_embed.core.fingerprint import Pooling
from monshin_embed.core.request import Prefixes

# Families whose first position is pad_token_id + 1, so that they read that many tokens less than they have positions.
_OFFSET_FAMILIES = frozenset({"roberta", "xlm-roberta", "xlm-roberta-xl", "camembert", "data2vec-text", "xmod"})
_KNOWN_MODULES = frozenset({"Transformer", "Pooling", "Normalize"})


class ModelFolder:
    """A local folder with config.json, safetensors and, if it comes from sentence-transformers, its extra files."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.config = self._json("config.json")
        if not self.config:
            raise FailedPrecondition(f"{path} holds no config.json: it is not a transformers model")
        unknown = {module["type"].rsplit(".", 1)[-1] for module in self._modules()} - _KNOWN_MODULES
        if unknown:
            raise FailedPrecondition(
                f"{path} needs the sentence-transformers modules {sorted(unknown)}, which this service does not apply"
            )

    def weights_sha256(self) -> str:
        """Of model.safetensors; of several parts, the hash of their names and hashes. Raises FailedPrecondition."""
        parts = sorted(self.path.glob("*.safetensors"))
        if not parts:
            raise FailedPrecondition(
                f"{self.path} holds no safetensors file: weights in other formats can run code and are not loaded"
            )
        if len(parts) == 1:
            return sha256_of(parts[0])
        listing = "".join(f"{sha256_of(part)}  {part.name}\n" for part in parts)
        return hashlib.sha256(listing.encode()).hexdigest()

    def pooling(self) -> Pooling:
        """As 1_Pooling says; the mean, as e5 does, where nothing is said. Raises FailedPrecondition for another."""
        modes = {key for key, value in self._json("1_Pooling/config.json").items() if value is True}
        modes = {mode for mode in modes if mode.startswith("pooling_mode_")}
        if modes <= {"pooling_mode_mean_tokens"}:
            return Pooling.MEAN
        if modes == {"pooling_mode_cls_token"}:
            return Pooling.CLS
        raise FailedPrecondition(f"{self.path} pools by {sorted(modes)}: only mean and cls are known")

    def prefixes(self) -> Prefixes:
        """The prompts `query` and `passage` (or `document`) of sentence-transformers; those of e5 without."""
        prompts = self._json("config_sentence_transformers.json").get("prompts") or {}
        passage = prompts.get("passage", prompts.get("document"))
        if "query" not in prompts and passage is None:
            return Prefixes()
        return Prefixes(prompts.get("query", ""), passage or "")

    def max_tokens(self) -> int:
        """The least of what tokenizer, sentence-transformers and positions allow. Raises FailedPrecondition."""
        limits = [limit for limit in self._limits() if 0 < limit < 1_000_000]  # unset is 10³⁰ in transformers
        if not limits:
            raise FailedPrecondition(f"{self.path} does not say how much it reads: set MONSHIN_EMBED_MAX_TOKENS")
        return min(limits)

    def licence(self) -> str:
        """Tags of the model card, joined by `+`; `unknown` where there is no card."""
        try:
            _, front, _ = (self.path / "README.md").read_text().split("---\n", 2)
            tags = yaml.safe_load(front)["license"]
        except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError):
            return "unknown"
        return "+".join(tags) if isinstance(tags, list) else str(tags)

    def _limits(self) -> Iterator[int]:
        yield int(self._json("tokenizer_config.json").get("model_max_length") or 0)
        yield int(self._json("sentence_bert_config.json").get("max_seq_length") or 0)
        positions = int(self.config.get("max_position_embeddings") or 0)
        is_offset = self.config.get("model_type") in _OFFSET_FAMILIES
        yield positions - (int(self.config.get("pad_token_id") or 0) + 1 if is_offset else 0)

    def _modules(self) -> list[dict[str, Any]]:
        modules: Any = self._json("modules.json")
        return modules if isinstance(modules, list) else []

    def _json(self, name: str) -> dict[str, Any]:
        try:
            content: dict[str, Any] = json.loads((self.path / name).read_text())
        except FileNotFoundError:
            return {}
        except ValueError as error:
            raise FailedPrecondition(f"{self.path / name} is not JSON") from error
        return content
