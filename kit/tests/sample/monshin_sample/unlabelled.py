"""A service whose only method declares no scope, put into the descriptor pool without a .proto."""

from google.protobuf import descriptor_pb2, descriptor_pool
from google.protobuf.empty_pb2 import DESCRIPTOR as EMPTY

SERVICE = "monshin.sample.v1.UnlabelledService"


def register() -> None:
    """Makes the service known to this process."""
    file = descriptor_pb2.FileDescriptorProto(name="monshin/sample/v1/sample.proto", package="monshin.sample.v1")
    file.dependency.append(EMPTY.name)
    service = file.service.add(name="UnlabelledService")
    service.method.add(name="Peek", input_type=".google.protobuf.Empty", output_type=".google.protobuf.Empty")
    descriptor_pool.Default().Add(file)
