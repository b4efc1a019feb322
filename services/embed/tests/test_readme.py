"""The README tells every setting, metric and RPC; its example is run by the contract tests."""

from pathlib import Path

import monshin_embed
import monshin_embed.metrics
from monshin_embed.settings import EmbedSettings
from monshin_kit.settings import markdown_table
from monshin_protos.embed.v1 import embed_pb2
from prometheus_client import REGISTRY

README = (Path(monshin_embed.__file__).parents[1] / "README.md").read_text()


def test_the_table_of_settings_is_the_one_made_from_the_code() -> None:
    assert markdown_table(EmbedSettings) in README


def test_each_metric_is_described() -> None:
    assert monshin_embed.metrics.PrometheusMeter("models/any")
    names = {family.name for family in REGISTRY.collect() if family.name.startswith("monshin_embed_")}
    assert names
    assert {name for name in names if name not in README} == set()


def test_each_rpc_is_described() -> None:
    methods = embed_pb2.DESCRIPTOR.services_by_name["EmbedService"].methods
    assert {method.name for method in methods if f"`{method.name}`" not in README} == set()
