"""Everything that the platform's protos define: the stubs of the installed `monshin-protos`."""

import importlib
import pkgutil
from functools import cache
from importlib import resources

import monshin_protos
from google.protobuf.descriptor import FileDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorSet


@cache
def files() -> tuple[FileDescriptor, ...]:
    """The descriptors of all `monshin.…` files, by name."""
    names = [
        module.name
        for module in pkgutil.walk_packages(monshin_protos.__path__, "monshin_protos.")
        if module.name.endswith("_pb2") and not module.name.startswith("monshin_protos.buf.")
    ]
    return tuple(importlib.import_module(name).DESCRIPTOR for name in sorted(names))


def image() -> FileDescriptorSet:
    """The same files with the comments of their sources, for people."""
    return FileDescriptorSet.FromString(resources.files("monshin_protos").joinpath("image.binpb").read_bytes())
