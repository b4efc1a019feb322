"""The README says what there is, and the examples in docstrings run."""

import doctest
import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path

import monshin_factcheck
import pytest
from monshin_factcheck.core.alignment.guards import Obstacle
from monshin_factcheck.core.changes import ChangeKind
from monshin_factcheck.core.reasons import ReasonKind
from monshin_factcheck.core.rules.findings import FindingKind
from monshin_factcheck.settings import FactcheckSettings
from monshin_kit import methods
from monshin_kit.settings import markdown_table
from monshin_protos.factcheck.v1 import corpus_pb2, explain_pb2, factcheck_pb2, results_pb2

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
MODULES = [module.name for module in pkgutil.walk_packages(monshin_factcheck.__path__, "monshin_factcheck.")]
SERVICES = {
    "CorpusService": corpus_pb2,
    "FactcheckService": factcheck_pb2,
    "ExplainService": explain_pb2,
    "ResultService": results_pb2,
}


def test_the_readme_holds_the_table_of_settings() -> None:
    assert markdown_table(FactcheckSettings) in README


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_the_readme_names_each_rpc_with_its_scope(service: str) -> None:
    rows = [line for line in README.splitlines() if line.startswith("| `")]
    assert SERVICES[service].DESCRIPTOR.services_by_name[service].methods
    for method in methods.of_service(f"monshin.factcheck.v1.{service}"):
        assert any(f"`{method.short_name}`" in row and f"`{method.scope}`" in row for row in rows), method.name


def test_the_readme_explains_each_finding() -> None:
    """Clients translate these words: an unexplained one would reach people as it is."""
    assert [kind.value for kind in FindingKind if f"| `{kind.value}` |" not in README] == []


def test_the_readme_explains_each_obstacle() -> None:
    assert [kind.value for kind in Obstacle if f"| `{kind.value}` |" not in README] == []


@pytest.mark.parametrize("word", [*ReasonKind, *ChangeKind], ids=lambda word: word.value)
def test_the_readme_explains_each_reason_and_change(word: ReasonKind | ChangeKind) -> None:
    assert any(line.startswith("| `") and f"`{word.value}`" in line.split("|")[1] for line in README.splitlines())


@pytest.mark.parametrize("module", MODULES)
def test_examples_in_docstrings_run(module: str) -> None:
    assert doctest.testmod(importlib.import_module(module)).failed == 0


def test_the_core_knows_no_transport_driver_or_setting() -> None:
    """The core is imported in a process of its own, and brings none of these with it."""
    cores = [name for name in MODULES if name.startswith("monshin_factcheck.core.")]
    code = f"import sys, importlib; [importlib.import_module(name) for name in {cores}]; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"grpc", "apsw", "google.protobuf", "monshin_protos", "monshin_kit.settings"} & set(loaded)
