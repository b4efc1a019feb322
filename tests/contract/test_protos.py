"""The protos: every RPC says who may call it, where it is in REST, and what it does; and nothing released is broken."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from google.api import annotations_pb2
from google.protobuf import descriptor_pb2
from monshin_kit.methods import Method
from monshin_kit.testing.protos import all_methods, all_services, our_files
from monshin_protos.auth.v1 import auth_pb2

from ..services import AUDIT, SERVICES

ROOT = Path(__file__).parents[2]
RELEASED = ROOT / "protos" / "released.binpb"
METHODS = all_methods()
FILES = our_files()

# Bidirectional RPCs are gRPC-only; each has a twin that REST reaches (DESIGN.md §9).
TWINS = {"EmbedStream": "Embed", "UpsertStream": "Upsert", "CheckStream": "CheckAnswer"}


def _options() -> dict[str, descriptor_pb2.MethodOptions]:
    return {
        f"{file.package}.{service.name}/{method.name}": method.options
        for file in FILES
        for service in file.service
        for method in service.method
    }


def test_every_service_of_the_protos_is_offered_by_a_program() -> None:
    assert {AUDIT, *(proto for service in SERVICES for proto in service.protos)} == set(all_services())


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_every_rpc_asks_for_a_scope(method: Method) -> None:
    assert method.scope
    assert auth_pb2.requires in _options()[method.name].Extensions


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_every_rpc_is_reached_by_rest_or_has_a_twin_that_is(method: Method) -> None:
    options = _options()[method.name]
    if method.takes_stream and method.gives_stream:
        twin = f"{method.service}/{TWINS[method.short_name]}"
        assert annotations_pb2.http in _options()[twin].Extensions
    else:
        assert options.Extensions[annotations_pb2.http].WhichOneof("pattern")


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_only_reads_are_reached_by_get(method: Method) -> None:
    rule = _options()[method.name].Extensions[annotations_pb2.http]
    assert rule.WhichOneof("pattern") != "get" or method.is_read


def _commented() -> dict[str, str]:
    """Comments by the full name of service, RPC, message and enum."""
    found = {}
    for file in FILES:
        for location in file.source_code_info.location:
            name = _name(file, list(location.path))
            if name:
                found[name] = location.leading_comments.strip()
    return found


def _name(file: descriptor_pb2.FileDescriptorProto, path: list[int]) -> str:
    match path:
        case [6, service]:
            return f"{file.package}.{file.service[service].name}"
        case [6, service, 2, method]:
            found = file.service[service]
            return f"{file.package}.{found.name}/{found.method[method].name}"
    return ""


@pytest.mark.parametrize("name", [*all_services(), *(method.name for method in METHODS)])
def test_every_service_and_rpc_has_a_comment(name: str) -> None:
    assert _commented()[name]


def test_every_mutation_takes_a_request_id() -> None:
    """AIP-155; a stream carries it in its messages."""
    lacking = []
    for method in METHODS:
        fields = method.request_class.DESCRIPTOR.fields
        inner = [field for each in fields if each.message_type is not None for field in each.message_type.fields]
        if not method.is_read and "request_id" not in {field.name for field in [*fields, *inner]}:
            lacking.append(method.name)
    assert lacking == []


def test_every_list_is_paged() -> None:
    for method in METHODS:
        names = {field.name for field in method.request_class.DESCRIPTOR.fields}
        if method.short_name.startswith("List") and method.short_name != "ListModels":
            assert "page_size" in names, method.name


def _buf(*arguments: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(["buf", *arguments], cwd=ROOT, env=env, capture_output=True, text=True, timeout=300)


def test_buf_finds_no_fault() -> None:
    checked = _buf("lint", "protos/build/image.binpb", "--config", "buf.yaml", "--path", "monshin")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_nothing_released_is_broken() -> None:
    assert RELEASED.exists(), (
        "protos/released.binpb is missing: `make release-protos` makes it when a version is released"
    )
    checked = _buf("breaking", "protos/build/image.binpb", "--config", "buf.yaml", "--against", str(RELEASED))
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_a_deleted_rpc_would_be_seen(tmp_path: Path) -> None:
    """Hazard: the category WIRE_JSON does not see it (measured), so a wrong buf.yaml would pass everything."""
    image = descriptor_pb2.FileDescriptorSet.FromString((ROOT / "protos/build/image.binpb").read_bytes())
    for file in image.file:
        if file.package == "monshin.embed.v1":
            del file.service[0].method[-1]
    (tmp_path / "changed.binpb").write_bytes(image.SerializeToString())
    checked = _buf(
        "breaking", str(tmp_path / "changed.binpb"), "--config", "buf.yaml", "--against", "protos/build/image.binpb"
    )
    assert checked.returncode == 100, checked.stdout + checked.stderr
    assert "GetModel" in checked.stdout
