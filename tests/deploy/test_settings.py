"""Every setting in a deployment file is one that its service reads, with a value that it takes."""

import dataclasses
import importlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from monshin.launcher.jobs import USERS
from monshin.launcher.units import Unit
from monshin.settings import ClientSettings
from monshin_kit.channel import ChannelSettings
from monshin_kit.jobs import JobSettings
from monshin_kit.server_settings import ServerSettings
from monshin_kit.settings import load, variable

NAMES = ("embed", "ann", "factcheck", "gateway")
# Read by libraries, not by us.
OF_LIBRARIES = {
    "PATH", "HOME", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE",
    "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH", "LD_LIBRARY_PATH",
}  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_the_image_sets_what_its_service_reads(services: dict[str, Unit], stages: dict[str, Any], name: str) -> None:
    _check(_classes(services[name]), {**stages["runtime"].env, **stages[name].env})


@pytest.mark.parametrize("name", NAMES)
def test_compose_sets_what_its_service_reads(services: dict[str, Unit], compose: dict[str, Any], name: str) -> None:
    _check(_classes(services[name]), _without_references(compose[name]["environment"]))


@pytest.mark.parametrize("name", ["embed", "ann", "factcheck"])
def test_compose_with_an_identity_provider_sets_what_its_service_reads(
    services: dict[str, Unit], repo: Path, name: str
) -> None:
    override = yaml.safe_load((repo / "deploy/compose/oidc.yml").read_text())["services"][name]
    _check(_classes(services[name]), _without_references(override["environment"]))


def test_compose_with_an_llm_sets_what_factcheck_reads(services: dict[str, Unit], repo: Path) -> None:
    override = yaml.safe_load((repo / "deploy/compose/llm.yml").read_text())["services"]["factcheck"]
    _check(_classes(services["factcheck"]), _without_references(override["environment"]))


def test_compose_sets_what_the_client_reads(compose: dict[str, Any]) -> None:
    _check([ClientSettings, ChannelSettings], compose["client"]["environment"])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("folder", ["overlays/development", "overlays/production", "overlays/gpu"])
def test_kubernetes_sets_what_its_service_reads(
    services: dict[str, Unit], rendered: Callable[[str], list[dict[str, Any]]], folder: str, name: str
) -> None:
    manifests = rendered(folder)
    shared = [manifest["data"] for manifest in manifests if manifest["kind"] == "ConfigMap"]
    workloads = [m for m in manifests if m["kind"] in ("StatefulSet", "Deployment") and m["metadata"]["name"] == name]
    own = workloads[0]["spec"]["template"]["spec"]["containers"][0]["env"]
    _check(_classes(services[name]), {**shared[0], **{item["name"]: item.get("value", "") for item in own}})


def _classes(unit: Unit) -> list[Any]:
    module = importlib.import_module(f"{unit.module}.settings")
    own = [each for each in vars(module).values() if dataclasses.is_dataclass(each) and hasattr(each, "prefix")]
    assert own, f"{module.__name__} has no settings class"
    jobs = [JobSettings] if unit.name in USERS else []
    return [ServerSettings, ChannelSettings, *jobs, *own]


def _variables(classes: list[Any]) -> Iterator[str]:
    for each in classes:
        yield from (variable(each, field.name) for field in dataclasses.fields(each))


def _check(classes: list[Any], env: Mapping[str, str]) -> None:
    unknown = set(env) - set(_variables(classes)) - OF_LIBRARIES
    assert not unknown, f"nobody reads {', '.join(sorted(unknown))}"
    for each in classes:
        load(each, env)  # raises where a value does not fit


def _without_references(env: Mapping[str, str]) -> dict[str, str]:
    """`${NAME:-default}` as compose reads it where NAME is not set."""
    return {
        name: value.partition(":-")[2].removesuffix("}") if value.startswith("${") else value
        for name, value in env.items()
    }
