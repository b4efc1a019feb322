"""deploy/Dockerfile: an image for each service, with its own parts only."""

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from monshin.launcher.units import Unit
from monshin_factcheck.judges.seating import names_of
from monshin_factcheck.settings import FactcheckSettings

IMAGES = ("embed", "ann", "factcheck", "gateway", "client")


def test_hadolint_finds_nothing(repo: Path) -> None:
    linter = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([linter, repo / "deploy/Dockerfile"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def test_each_service_has_an_image_that_starts_it_on_its_port(
    services: dict[str, Unit], stages: dict[str, Any]
) -> None:
    for name, unit in services.items():
        assert stages[name].arguments("CMD") == [f'["python3", "-m", "{unit.module}"]'], name
        assert stages[name].arguments("EXPOSE") == [str(unit.port)]
        assert stages[name].env["MONSHIN_PORT"] == str(unit.port)


def test_each_image_tells_its_health_by_the_probe(services: dict[str, Unit], stages: dict[str, Any]) -> None:
    for name, unit in services.items():
        (check,) = stages[name].arguments("HEALTHCHECK")
        question = f', "https://127.0.0.1:{unit.port}/healthz"' if unit.speaks_http else ""
        assert check.endswith(f'CMD ["python3", "-m", "monshin_kit.probe"{question}]'), name


@pytest.mark.parametrize("name", IMAGES)
def test_an_image_is_built_from_its_own_distribution_kit_and_protos_only(
    stages: dict[str, Any], name: str, repo: Path
) -> None:
    folder = {"gateway": "gateway", "client": "client"}.get(name, f"services/{name}")
    build = stages[f"build-{name}"]
    assert build.base == "wheels"
    of_context = [each for each in build.arguments("COPY") if not each.startswith("--from=grnnd ")]
    assert of_context == [f"{folder} service"]
    assert stages["grnnd"].arguments("COPY") == ["constraints.txt ./", "services/ann/grnnd grnnd"]
    assert (repo / folder / "pyproject.toml").is_file()
    assert stages["wheels"].arguments("COPY") == ["constraints.txt ./", "protos protos", "kit kit"]


@pytest.mark.parametrize("name", IMAGES)
def test_an_image_runs_as_a_user_without_rights_on_a_base_without_build_tools(
    stages: dict[str, Any], name: str
) -> None:
    """The runtime stage installs nothing, and an image takes one folder out of its build stage."""
    assert stages[name].base == "runtime"
    assert stages["runtime"].base == stages["wheels"].base == "${BASE}"
    assert stages["runtime"].arguments("USER") == ["10001:10001"]
    assert not stages[name].arguments("USER")
    assert not stages[name].arguments("RUN")
    assert f"--from=build-{name} /opt/monshin /opt/monshin" in stages[name].arguments("COPY")


def test_the_build_context_holds_sources_only(repo: Path) -> None:
    """`*` first: data, keys and virtual environments of the machine that builds never reach an image."""
    rules = [line for line in (repo / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    allowed = {rule.removeprefix("!") for rule in rules if rule.startswith("!")}
    assert rules[0] == "*"
    assert allowed == {"constraints.txt", "protos", "kit", "client", "gateway", "services"}
    assert "**/tests" in rules


def test_factchecks_image_has_what_the_default_judges_need_and_others_by_a_build_argument(
    repo: Path, stages: dict[str, Any], compose: dict[str, Any]
) -> None:
    extras = tomllib.loads((repo / "services/factcheck/pyproject.toml").read_text())["project"]["optional-dependencies"]
    (argument,) = stages["build-factcheck"].arguments("ARG")
    needed = [name for name in names_of(FactcheckSettings().judges) if name in extras]
    assert argument == f"EXTRAS={','.join(needed)}" == "EXTRAS=local"
    assert any('"./service[${EXTRAS}]"' in line for line in stages["build-factcheck"].arguments("RUN"))
    args = compose["factcheck"]["build"]["args"]
    assert args["EXTRAS"] == f"${{FACTCHECK_EXTRAS:-{','.join(needed)}}}"
    assert set(args) > set(compose["ann"]["build"]["args"])
    guide = (repo / "deploy/README.md").read_text()
    assert {extra for extra in extras if f"`{extra}`" not in guide} == set()
