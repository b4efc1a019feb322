"""docker-compose.yml: all services on one machine, confined, healthy in order, over mutual TLS."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from monshin.launcher.units import Unit
from monshin_ann.settings import AnnSettings
from monshin_factcheck.settings import FactcheckSettings
from monshin_kit.settings import load

FILES = ("docker-compose.yml", "deploy/compose/jaeger-page.yml", "deploy/compose/llm.yml", "deploy/compose/oidc.yml")


@pytest.mark.parametrize("file", FILES)
def test_the_file_follows_the_compose_specification(repo: Path, file: str) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(repo / file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout


def test_each_service_starts_once_those_that_it_needs_are_healthy(
    services: dict[str, Unit], compose: dict[str, Any]
) -> None:
    for name, unit in services.items():
        waits = {other: how["condition"] for other, how in compose[name]["depends_on"].items()}
        assert waits == {"keys": "service_completed_successfully", **dict.fromkeys(unit.after, "service_healthy")}


def test_each_service_is_called_on_the_port_that_it_listens_on(
    services: dict[str, Unit], compose: dict[str, Any]
) -> None:
    targets = {name: f"{name}:{unit.port}" for name, unit in services.items()}
    upstreams = " ".join(f"{name}={target}" for name, target in targets.items() if name != "gateway")
    assert compose["gateway"]["environment"]["MONSHIN_GATEWAY_UPSTREAMS"] == upstreams
    assert compose["factcheck"]["environment"]["MONSHIN_FACTCHECK_EMBED_TARGET"] == targets["embed"]
    assert compose["factcheck"]["environment"]["MONSHIN_FACTCHECK_ANN_TARGET"] == targets["ann"]
    for name, target in targets.items():
        assert compose["client"]["environment"][f"MONSHIN_{name.upper()}_TARGET"] == target


def test_without_a_setting_the_judges_are_those_of_the_service_itself(compose: dict[str, Any]) -> None:
    judges = compose["factcheck"]["environment"]["MONSHIN_FACTCHECK_JUDGES"]
    assert judges == f"${{MONSHIN_FACTCHECK_JUDGES:-{FactcheckSettings().judges}}}"


def test_only_the_gateway_is_reached_from_outside_and_only_from_this_machine(
    services: dict[str, Unit], compose: dict[str, Any]
) -> None:
    port = services["gateway"].port
    published = {name: service["ports"] for name, service in compose.items() if "ports" in service}
    assert published == {"gateway": [f"127.0.0.1:{port}:{port}"]}
    assert {name for name, service in compose.items() if "edge" in service.get("networks", [])} == {"gateway"}


def test_every_container_is_confined(compose: dict[str, Any]) -> None:
    for name, service in compose.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}, name


def test_ann_refuses_upserts_before_the_kernel_ends_it(
    compose: dict[str, Any], memory_mib: Callable[[str], int]
) -> None:
    """Hazard: points are acknowledged until the container is killed, and loaded again at each start."""
    settings = load(AnnSettings, compose["ann"]["environment"])
    assert 0 < settings.memory_limit_mib <= 0.75 * memory_mib(compose["ann"]["deploy"]["resources"]["limits"]["memory"])


def test_every_image_has_a_version(compose: dict[str, Any]) -> None:
    for name, service in compose.items():
        version = service["image"].partition(":")[2]
        assert version
        assert "latest" not in version, name


def test_each_service_is_built_by_its_own_target(services: dict[str, Unit], compose: dict[str, Any]) -> None:
    for name in services:
        assert compose[name]["build"]["target"] == name
        assert compose[name]["image"].startswith(f"monshin/{name}:")


def test_each_service_speaks_mutual_tls_with_an_identity_that_no_other_service_sees(
    services: dict[str, Unit], compose: dict[str, Any]
) -> None:
    for name in services:
        assert f"{name}-identity:/identity:ro" in compose[name]["volumes"]
        mounts = [volume for volume in compose[name]["volumes"] if "identity" in volume or volume.startswith("keys")]
        assert len(mounts) == 1, name
        env = compose[name]["environment"]
        assert env["MONSHIN_TLS_CA"] == "/identity/ca.crt"
        assert env["MONSHIN_TLS_CERTIFICATE"] == "/identity/tls.crt"
        assert env["MONSHIN_TLS_KEY"] == "/identity/tls.key"
        assert "MONSHIN_ALLOW_PLAINTEXT" not in env


def test_keys_gives_each_service_its_identity_and_nothing_more(compose: dict[str, Any], tmp_path: Path) -> None:
    """Runs the script of the container `keys` with folders in place of its volumes."""
    volumes = [volume.split(":") for volume in compose["keys"]["volumes"]]
    holders = {Path(path).name: volume for volume, path in volumes if volume.endswith("-identity")}
    for name in holders:
        (tmp_path / "identity" / name).mkdir(parents=True)
    (tmp_path / "home/keys").mkdir(parents=True)

    (script,) = compose["keys"]["command"]
    script = script.replace("$$", "$").replace("/identity", str(tmp_path / "identity"))
    env = {"MONSHIN_HOME": str(tmp_path / "home"), "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}
    subprocess.run(["/bin/sh", "-euc", script], check=True, cwd=tmp_path / "home/keys", env=env, timeout=60)

    assert compose["keys"]["network_mode"] == "none"
    for name, volume in holders.items():
        token = {"token"} if name == "factcheck" else set()
        files = {path.name: path for path in (tmp_path / "identity" / name).iterdir()}
        assert set(files) == {"ca.crt", "tls.crt", "tls.key", "jwks.json"} | token
        assert files["tls.key"].stat().st_mode & 0o077 == 0
        certificate = x509.load_pem_x509_certificate(files["tls.crt"].read_bytes())
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        assert names.get_values_for_type(x509.DNSName) == [name, "localhost"]
        assert f"{volume}:/identity:ro" in compose[name]["volumes"]


def test_the_gateway_lends_no_rights_of_its_own_to_callers_without_a_token(compose: dict[str, Any]) -> None:
    """A channel sends the service's token when a call brings none: the gateway must have none to send."""
    assert "MONSHIN_SERVICE_TOKEN_FILE" not in compose["gateway"]["environment"]
    assert "MONSHIN_GATEWAY_DEV_SIGN_IN" not in compose["gateway"]["environment"]


def test_what_must_last_lies_on_a_volume(services: dict[str, Unit], compose: dict[str, Any]) -> None:
    for name, unit in services.items():
        if not unit.speaks_http:
            assert f"{name}-data:/data" in compose[name]["volumes"]


def test_calls_end_before_a_container_is_killed(services: dict[str, Unit], compose: dict[str, Any]) -> None:
    for name in services:
        grace_s = int(compose[name]["stop_grace_period"].removesuffix("s"))
        assert grace_s > int(compose[name]["environment"]["MONSHIN_DRAIN_S"]), name
