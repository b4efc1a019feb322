"""All RPCs there are, out of the image that the generator leaves beside the stubs."""

import importlib
from importlib import resources

from google.protobuf import descriptor_pb2

from monshin_kit import methods
from monshin_kit.methods import Method


def image() -> descriptor_pb2.FileDescriptorSet:
    """Every .proto with what it imports, comments included."""
    data = resources.files("monshin_protos").joinpath("image.binpb").read_bytes()
    return descriptor_pb2.FileDescriptorSet.FromString(data)


def our_files() -> list[descriptor_pb2.FileDescriptorProto]:
    """The .proto files of this project."""
    return [file for file in image().file if file.package.startswith("monshin.")]


def all_services() -> list[str]:
    """Full names of all services; their stubs are imported."""
    names = []
    for file in our_files():
        importlib.import_module("monshin_protos." + file.name.removeprefix("monshin/")[:-6].replace("/", ".") + "_pb2")
        names += [f"{file.package}.{service.name}" for service in file.service]
    return names


def all_methods() -> list[Method]:
    """All RPCs of all services."""
    return [method for service in all_services() for method in methods.of_service(service)]
