"""Generates the Python stubs `monshin_protos` and the descriptor image from the .proto files.

Run by `pip install` through setup.py, or by hand: `python generate.py`. Nothing it makes is committed, except
`released.binpb`, the image that `buf breaking` compares with, which `python generate.py --release` renews.
"""

import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
PACKAGE = HERE / "monshin_protos"
IMAGE = HERE / "build" / "image.binpb"
RELEASED = HERE / "released.binpb"

# protoc names Python modules after the .proto path; we move them under our own package, so that the name
# `monshin` stays free for the SDK and `buf` for whoever generates it too.
_IMPORT = re.compile(r"^(\s*)(from|import) (monshin|buf)\b", re.MULTILINE)


def generate() -> None:
    """Writes `monshin_protos/` and `build/image.binpb` anew; raises SystemExit with protoc's words on an error."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        others = out / "others.binpb"
        others.write_bytes(_other_descriptors())
        sources = sorted(str(path.relative_to(HERE)) for path in (HERE / "monshin").rglob("*.proto"))
        stubs = out / "stubs"
        stubs.mkdir()
        IMAGE.parent.mkdir(exist_ok=True)
        image = out / "image.binpb"
        _protoc(others, ["--include_imports", "--include_source_info", f"--descriptor_set_out={image}", *sources])
        outputs = [f"--{kind}_out={stubs}" for kind in ("python", "grpc_python", "mypy", "mypy_grpc")]
        _protoc(image, [*outputs, *sources, "buf/validate/validate.proto"])
        fresh = out / "monshin_protos"
        shutil.move(stubs / "monshin", fresh)
        shutil.move(stubs / "buf", fresh / "buf")
        for path in [*fresh.rglob("*.py"), *fresh.rglob("*.pyi")]:
            path.write_text(_IMPORT.sub(_under_our_package, path.read_text()))
        for path in [fresh, *(p for p in fresh.rglob("*") if p.is_dir())]:
            (path / "__init__.py").touch()
        (fresh / "py.typed").touch()
        shutil.copy(image, fresh / "image.binpb")  # with comments, for the gateway's OpenAPI
        shutil.rmtree(PACKAGE, ignore_errors=True)
        shutil.move(fresh, PACKAGE)
        shutil.move(image, IMAGE)


def release() -> None:
    """Makes today's image the one that later changes must not break."""
    generate()
    shutil.copy(IMAGE, RELEASED)


def _under_our_package(match: re.Match[str]) -> str:
    indent, keyword, top = match.groups()
    return f"{indent}{keyword} monshin_protos" + (".buf" if top == "buf" else "")


def _other_descriptors() -> bytes:
    # The wheel of protovalidate ships no validate.proto, but knows its descriptor; `_gen` is private, so it is pinned.
    # googleapis-common-protos ships operations.proto under another name than the one it is known by.
    from google.longrunning import operations_pb2
    from google.protobuf import descriptor_pb2
    from protovalidate._gen.buf.validate import validate_pb

    files = descriptor_pb2.FileDescriptorSet()
    seen: set[str] = set()

    def add(desc) -> None:  # type: ignore[no-untyped-def]
        for dependency in desc.dependencies:
            add(dependency)
        if desc.proto.name not in seen:
            seen.add(desc.proto.name)
            files.file.append(descriptor_pb2.FileDescriptorProto.FromString(desc.proto.to_binary()))

    add(validate_pb.desc())
    operations_pb2.DESCRIPTOR.CopyToProto(files.file.add())
    return files.SerializeToString()


def _protoc(descriptors: Path, arguments: list[str]) -> None:
    import google.rpc
    import grpc_tools
    from grpc_tools import protoc

    roots = [HERE, Path(grpc_tools.__file__).parent / "_proto", Path(google.rpc.__path__[0]).parents[1]]
    paths = [f"-I{root}" for root in roots]
    # protoc looks for its plugins there.
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    status = protoc.main(["protoc", f"--descriptor_set_in={descriptors}", *paths, *arguments])
    if status != 0:
        raise SystemExit(f"protoc failed with status {status}")


if __name__ == "__main__":
    release() if "--release" in sys.argv else generate()
