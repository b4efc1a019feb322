"""Compiles the CUDA kernels, by NVRTC through ctypes: that needs no device and no toolkit, only the library."""

import ctypes
import ctypes.util
import hashlib
import importlib.util
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from grnnd.errors import GrnndError, Unavailable

INCLUDE = Path(__file__).parent / "include"
_Function = Callable[..., int]
SOURCE = INCLUDE / "cuda" / "kernels.cu"


def cubin(architecture: int, cache: Path | None = None) -> bytes:
    """The kernels for a compute capability such as 90, from the cache where they are there.

    cache: a folder; None: grnnd's in the user's cache folder. Its files are named by the hash of all sources, the
    version of NVRTC and the architecture. Raises Unavailable without NVRTC.
    """
    library = _Library()
    folder = cache if cache is not None else _cache_folder()
    file = folder / f"{source_hash()}-nvrtc{library.version}-sm{architecture}.cubin"
    try:
        return file.read_bytes()
    except OSError:
        compiled = library.compile(SOURCE.read_bytes(), architecture)
    _write(file, compiled)
    return compiled


def source_hash() -> str:
    """Of all that a compilation reads."""
    found = hashlib.sha256()
    for file in sorted(INCLUDE.rglob("*")):
        if file.is_file():
            found.update(str(file.relative_to(INCLUDE)).encode() + b"\0" + file.read_bytes())
    return found.hexdigest()[:16]


def _cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "grnnd"


def _write(file: Path, content: bytes) -> None:
    """A cache that cannot be written costs a compilation each time, nothing else."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent)
        with os.fdopen(handle, "wb") as temporary:
            temporary.write(content)
        os.replace(name, file)
    except OSError:
        return


class _Library:
    """libnvrtc of the wheels, else of the system."""

    def __init__(self) -> None:
        path = _library_path()
        if path is None:
            raise Unavailable("NVRTC is not installed: install grnnd[gpu]")
        self._nvrtc = ctypes.CDLL(path)
        self._nvrtc.nvrtcGetErrorString.restype = ctypes.c_char_p
        major, minor = ctypes.c_int(), ctypes.c_int()
        self._check(self._nvrtc.nvrtcVersion(ctypes.byref(major), ctypes.byref(minor)))
        self.version = f"{major.value}.{minor.value}"

    def compile(self, source: bytes, architecture: int) -> bytes:
        """Raises Unavailable with the compiler's log: one too old for the device, say."""
        nvrtc, program = self._nvrtc, ctypes.c_void_p()
        self._check(nvrtc.nvrtcCreateProgram(ctypes.byref(program), source, b"kernels.cu", 0, None, None))
        try:
            options = [b"--std=c++17", f"--gpu-architecture=sm_{architecture}".encode(), f"-I{INCLUDE}".encode()]
            status = nvrtc.nvrtcCompileProgram(program, len(options), (ctypes.c_char_p * len(options))(*options))
            if status != 0:
                log = self._text(program, nvrtc.nvrtcGetProgramLogSize, nvrtc.nvrtcGetProgramLog)
                raise Unavailable(f"NVRTC {self.version} cannot compile for sm_{architecture}: {log.decode()}")
            return self._text(program, nvrtc.nvrtcGetCUBINSize, nvrtc.nvrtcGetCUBIN)
        finally:
            nvrtc.nvrtcDestroyProgram(ctypes.byref(program))

    def _text(
        self, program: ctypes.c_void_p, size_of: "ctypes._NamedFuncPointer", read: "ctypes._NamedFuncPointer"
    ) -> bytes:
        size = ctypes.c_size_t()
        self._check(size_of(program, ctypes.byref(size)))
        content = ctypes.create_string_buffer(size.value)
        self._check(read(program, content))
        return content.raw

    def _check(self, status: int) -> None:
        if status != 0:
            raise GrnndError(f"NVRTC: {self._nvrtc.nvrtcGetErrorString(status).decode()}")


def _library_path() -> str | None:
    spec = importlib.util.find_spec("nvidia")
    folders = list(spec.submodule_search_locations or ()) if spec is not None else []
    found = sorted(
        (file for folder in folders for file in Path(folder).glob("*/lib/libnvrtc.so.*") if "alt" not in file.name),
        key=lambda file: int(file.suffix[1:]),
    )
    return str(found[-1]) if found else ctypes.util.find_library("nvrtc")
