"""What computes a model, and where: chosen by the settings, else by the machine."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeVar, assert_never

from monshin_kit.errors import InvalidInput

from monshin_embed.core.batch import Encoder
from monshin_embed.core.fingerprint import Precision
from monshin_embed.models.onnx_files import OnnxFiles
from monshin_embed.settings import AUTO, EmbedSettings

_NVIDIA_DRIVER = Path("/proc/driver/nvidia/version")

Choice = TypeVar("Choice", bound=StrEnum)


class Backend(StrEnum):
    """What computes."""

    TORCH = "torch"
    ONNX = "onnx"
    ONNX_INT8 = "onnx-int8"


class Device(StrEnum):
    """Where."""

    CPU = "cpu"
    CUDA = "cuda"


@dataclass(frozen=True, slots=True)
class Loaded:
    """An encoder with what is true of its vectors."""

    encoder: Encoder
    backend: Backend
    device: Device
    precision: Precision


def load_encoder(files: OnnxFiles, settings: EmbedSettings) -> Loaded:
    """Loads the encoder that the settings ask for. Raises InvalidInput that names the wrong one."""
    device = _device(settings)
    backend = choice("backend", settings.backend, Backend) or (Backend.TORCH if device is Device.CUDA else Backend.ONNX)
    match backend:
        case Backend.TORCH:
            from monshin_embed.models.transformer import load_torch

            precision = Precision.BFLOAT16 if device is Device.CUDA else Precision.FLOAT32
            encoder = load_torch(files.folder, files.pooling, device, settings.threads)
            return Loaded(encoder, backend, device, precision)
        case Backend.ONNX:
            return Loaded(files.float32(settings.threads), backend, Device.CPU, Precision.FLOAT32)
        case Backend.ONNX_INT8:
            return Loaded(files.int8(settings.threads), backend, Device.CPU, Precision.INT8)
        case _:
            assert_never(backend)


def choice(name: str, value: str, choices: type[Choice]) -> Choice | None:
    """The value of a setting; None for `auto`. Raises InvalidInput that names the setting and what it may be."""
    if value == AUTO:
        return None
    try:
        return choices(value)
    except ValueError:
        allowed = ", ".join(choices)
        raise InvalidInput(f"MONSHIN_EMBED_{name.upper()} is {value!r}: it must be auto, {allowed}") from None


def _device(settings: EmbedSettings) -> Device:
    wanted = choice("device", settings.device, Device)
    if wanted is Device.CPU or (wanted is None and settings.backend.startswith("onnx")):
        return Device.CPU
    # Asking torch costs its import, two seconds: without a driver the answer is known.
    has_gpu = _NVIDIA_DRIVER.exists() and _torch_sees_gpu()
    if wanted is Device.CUDA and (not has_gpu or settings.backend.startswith("onnx")):
        raise InvalidInput("MONSHIN_EMBED_DEVICE is cuda: this needs an NVIDIA GPU and the backend torch or auto")
    return Device.CUDA if has_gpu else Device.CPU


def _torch_sees_gpu() -> bool:
    import torch

    return torch.cuda.is_available()
