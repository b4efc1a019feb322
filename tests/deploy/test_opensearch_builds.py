"""The optional component that opens ann's port for OpenSearch, laid over the base as an overlay would."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped]  # has types, but no marker
import pytest
import yaml
from monshin_ann.settings import AnnSettings, RemoteBuildSettings
from monshin_kit.settings import load

OVERLAY = """
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: [../../base]
components: [../../components/opensearch-builds]
"""
OF_BOTOCORE = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"}


@pytest.fixture(scope="module")
def manifests(repo: Path, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What kustomize makes of it; skips where there is no kubectl."""
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip("kubectl is not installed: the kustomize folders are not rendered")
    copy = tmp_path_factory.mktemp("deploy") / "kubernetes"
    shutil.copytree(repo / "deploy/kubernetes", copy)
    overlay = copy / "overlays" / "mine"
    overlay.mkdir()
    (overlay / "kustomization.yaml").write_text(OVERLAY)
    done = subprocess.run([kubectl, "kustomize", str(overlay)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return list(yaml.safe_load_all(done.stdout))


def one(manifests: list[dict[str, Any]], kind: str, name: str) -> dict[str, Any]:
    """The object of this kind and name."""
    (found,) = [each for each in manifests if (each["kind"], each["metadata"]["name"]) == (kind, name)]
    return found


def test_every_object_follows_the_schema_of_kubernetes(manifests: list[dict[str, Any]]) -> None:
    for manifest in manifests:
        kubernetes_validate.validate(manifest, kubernetes_validate.latest_version(), strict=True)


def test_the_port_is_that_of_the_settings_the_service_and_the_policy(manifests: list[dict[str, Any]]) -> None:
    pod = one(manifests, "StatefulSet", "ann")["spec"]["template"]["spec"]
    env = {item["name"]: item.get("value", "") for item in pod["containers"][0]["env"]}
    of_builds = {name: value for name, value in env.items() if name.startswith(RemoteBuildSettings.prefix)}
    settings = load(RemoteBuildSettings, of_builds)
    assert {
        name for name in of_builds if name.removeprefix(RemoteBuildSettings.prefix).lower() not in dir(settings)
    } == set()
    ports = {port["name"]: port["containerPort"] for port in pod["containers"][0]["ports"]}
    assert ports == {"grpc": 50052, "metrics": 9090, "remote-build": settings.port}
    exposed = {port["name"]: port["port"] for port in one(manifests, "Service", "ann")["spec"]["ports"]}
    assert exposed == {"grpc": 50052, "remote-build": settings.port}
    (rule,) = one(manifests, "NetworkPolicy", "ann-remote-build")["spec"]["ingress"]
    assert [port["port"] for port in rule["ports"]] == [settings.port]


def test_collections_and_builds_fit_into_the_pod(
    manifests: list[dict[str, Any]], memory_mib: Callable[[str], int]
) -> None:
    container = one(manifests, "StatefulSet", "ann")["spec"]["template"]["spec"]["containers"][0]
    env = {item["name"]: item["value"] for item in container["env"] if "value" in item}
    collections, builds = load(AnnSettings, env).memory_limit_mib, load(RemoteBuildSettings, env).memory_limit_mib
    assert collections > 0
    assert builds > 0
    assert collections + builds <= memory_mib(container["resources"]["limits"]["memory"])


def test_credentials_come_from_secrets_that_are_mounted(manifests: list[dict[str, Any]]) -> None:
    pod = one(manifests, "StatefulSet", "ann")["spec"]["template"]["spec"]
    container = pod["containers"][0]
    by_reference = {item["name"]: item["valueFrom"] for item in container["env"] if "valueFrom" in item}
    assert by_reference.keys() >= OF_BOTOCORE
    assert all("secretKeyRef" in by_reference[name] for name in OF_BOTOCORE)
    file = next(item["value"] for item in container["env"] if item["name"].endswith("CREDENTIAL_FILE"))
    mounts = {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    assert volumes[mounts[str(Path(file).parent)]]["secret"]["secretName"] == "ann-remote-build"


def test_without_the_component_the_port_stays_closed(repo: Path) -> None:
    for path in ("deploy/kubernetes/base/ann.yaml", "docker-compose.yml", "deploy/Dockerfile"):
        assert RemoteBuildSettings.prefix not in (repo / path).read_text()
