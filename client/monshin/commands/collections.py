"""What the commands on collections share: metrics, who calls, and JSON on stdout."""

import json
from typing import Any

import click
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from monshin_protos.ann.v1 import ann_pb2

from monshin.client import Client
from monshin.settings import ClientSettings

METRICS = {"l2": ann_pb2.METRIC_L2, "ip": ann_pb2.METRIC_INNER_PRODUCT, "cosine": ann_pb2.METRIC_COSINE}
AS_JSON = click.option("--json", "as_json", is_flag=True, help="JSON on stdout.")


def connected(settings: ClientSettings) -> Client:
    """As the role that may make and fill them."""
    return Client(settings, role="model_developer")


def record(message: Message) -> dict[str, Any]:
    """Fields by their names in the protos."""
    return MessageToDict(message, preserving_proto_field_name=True)


def whole_record(message: Message) -> dict[str, Any]:
    """The same, with fields that are 0 or empty."""
    return MessageToDict(message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True)


def echo(line: dict[str, Any]) -> None:
    """One line of JSON on stdout."""
    click.echo(json.dumps(line, ensure_ascii=False))
