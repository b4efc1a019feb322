"""The README says what there is, and the examples in docstrings run."""

import doctest
import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path

import monshin_ann
import pytest
from monshin_ann.settings import AnnSettings, RemoteBuildSettings
from monshin_kit import methods
from monshin_kit.settings import markdown_table
from monshin_protos.ann.v1 import ann_pb2, index_pb2, sharded_pb2
from prometheus_client import REGISTRY

README = (Path(__file__).parents[1] / "README.md").read_text()
MODULES = [module.name for module in pkgutil.walk_packages(monshin_ann.__path__, "monshin_ann.")]


def test_the_readme_holds_the_table_of_settings() -> None:
    assert markdown_table(AnnSettings) in README
    assert markdown_table(RemoteBuildSettings) in README


def test_the_readme_names_each_rpc_with_its_scope() -> None:
    rows = [line for line in README.splitlines() if line.startswith("| `")]
    for service in (
        ann_pb2.DESCRIPTOR.services_by_name["AnnService"],
        index_pb2.DESCRIPTOR.services_by_name["IndexService"],
        sharded_pb2.DESCRIPTOR.services_by_name["ShardedIndexService"],
    ):
        for method in methods.of_service(service.full_name):
            assert any(f"`{method.short_name}`" in row and f"`{method.scope}`" in row for row in rows), method.name


def test_the_readme_names_each_metric() -> None:
    for module in ("monshin_ann.__main__", "monshin_ann.remote_build.jobs", "monshin_ann.sharded.chores"):
        importlib.import_module(module)
    names = [metric.name for metric in REGISTRY.collect() if metric.name.startswith("monshin_ann_")]
    assert len(names) == 9
    assert all(name in README for name in names)


@pytest.mark.parametrize("module", MODULES)
def test_examples_in_docstrings_run(module: str) -> None:
    assert doctest.testmod(importlib.import_module(module)).failed == 0


def test_the_core_knows_no_transport_driver_or_setting() -> None:
    """Also without import-linter: the core is imported in a process of its own, and brings none of these with it."""
    cores = [name for name in MODULES if name.startswith("monshin_ann.core.")]
    code = f"import sys, importlib; [importlib.import_module(name) for name in {cores}]; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"grpc", "apsw", "google.protobuf", "monshin_protos", "monshin_kit.settings"} & set(loaded)
