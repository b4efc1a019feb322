"""The optional component with Redis and workers, laid over the base as an overlay would; and the same in compose."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped]  # has types, but no marker
import pytest
import yaml
from monshin_ann.settings import AnnSettings
from monshin_kit.jobs import JobSettings
from monshin_kit.server_settings import ServerSettings
from monshin_kit.settings import load, variable

OVERLAY = """
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: [../../base]
components: [../../components/network-policies, ../../components/sharded-builds]
"""
Manifest = dict[str, Any]
JOBS = {"MONSHIN_JOBS_REDIS_URL", "MONSHIN_JOBS_ARTEFACTS_URL"}
OF_LIBRARIES = {"AWS_ENDPOINT_URL", "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH"}


@pytest.fixture(scope="module")
def manifests(repo: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Manifest]:
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


def pod_of(manifests: list[Manifest], name: str) -> Manifest:
    """Of a workload."""
    (found,) = [m for m in manifests if m["kind"] in ("StatefulSet", "Deployment") and m["metadata"]["name"] == name]
    pod: Manifest = found["spec"]["template"]["spec"]
    return pod


def environment(manifests: list[Manifest], name: str) -> dict[str, str]:
    """What the first container of a workload is told by maps and values."""
    container = pod_of(manifests, name)["containers"][0]
    maps = {m["metadata"]["name"]: m["data"] for m in manifests if m["kind"] == "ConfigMap"}
    found: dict[str, str] = {}
    for each in container.get("envFrom", []):
        found |= maps.get(each.get("configMapRef", {}).get("name"), {})
    return found | {item["name"]: item["value"] for item in container.get("env", []) if "value" in item}


def test_every_object_follows_the_schema_of_kubernetes(manifests: list[Manifest]) -> None:
    for manifest in manifests:
        kubernetes_validate.validate(manifest, kubernetes_validate.latest_version(), strict=True)


@pytest.mark.parametrize("name", ["ann", "ann-worker"])
def test_service_and_workers_have_the_same_jobs_and_artefacts(manifests: list[Manifest], name: str) -> None:
    env = environment(manifests, name)
    classes = [ServerSettings, JobSettings, AnnSettings]
    known = {variable(each, field) for each in classes for field in each.__dataclass_fields__}
    assert {each for each in env if each.startswith(("MONSHIN_JOBS_", "MONSHIN_ANN_"))} <= known
    settings = load(JobSettings, env)
    assert settings.redis_url == "redis://redis:6379/0"
    assert settings.artefacts_url.startswith("s3://"), "a pod's own disk is not shared"
    pod = pod_of(manifests, name)
    mounts = {mount["mountPath"]: mount["name"] for mount in pod["containers"][0]["volumeMounts"]}
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    assert volumes[mounts[str(settings.redis_password_file.parent)]]["secret"]["secretName"] == "ann-redis"
    load(AnnSettings, env)


@pytest.mark.parametrize("name", ["redis", "ann-worker"])
def test_their_pods_are_restricted(manifests: list[Manifest], name: str) -> None:
    pod = pod_of(manifests, name)
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] == 10001
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    (container,) = pod["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}, "readOnlyRootFilesystem": True,
    }  # fmt: skip
    assert container["resources"].keys() == {"requests", "limits"}


def test_redis_keeps_what_it_acknowledges_and_only_ann_reaches_it(manifests: list[Manifest]) -> None:
    (args,) = pod_of(manifests, "redis")["containers"][0]["args"]
    assert "--appendonly yes --appendfsync always" in args
    assert '--requirepass "$(cat /redis/password)"' in args
    (policy,) = [m["spec"] for m in manifests if m["kind"] == "NetworkPolicy" and m["metadata"]["name"] == "redis"]
    (rule,) = policy["ingress"]
    allowed = {each["podSelector"]["matchLabels"]["app.kubernetes.io/name"] for each in rule["from"]}
    assert allowed == {"ann", "ann-worker"}


def test_compose_has_a_durable_redis_that_only_ann_and_its_worker_reach(compose: dict[str, Any]) -> None:
    command = " ".join(compose["redis"]["command"])
    assert "--appendonly yes --appendfsync always" in command
    assert {name for name, service in compose.items() if "jobs" in service.get("networks", [])} == {
        "redis", "ann", "ann-worker",
    }  # fmt: skip
    assert compose["redis"]["networks"] == ["jobs"]


def test_compose_gives_ann_and_its_worker_the_same_jobs_and_artefacts(compose: dict[str, Any]) -> None:
    ann, worker = (compose[name]["environment"] for name in ("ann", "ann-worker"))
    assert {name: ann[name] for name in JOBS} == {name: worker[name] for name in JOBS}
    assert ann["MONSHIN_JOBS_REDIS_URL"] == "redis://redis:6379/0"
    folder = ann["MONSHIN_JOBS_ARTEFACTS_URL"].removeprefix("file://")
    assert all(f"artefacts:{folder}" in compose[name]["volumes"] for name in ("ann", "ann-worker"))
    assert compose["ann-worker"]["image"] == compose["ann"]["image"]
    classes = [ServerSettings, JobSettings, AnnSettings]
    known = {variable(each, field) for each in classes for field in each.__dataclass_fields__}
    assert set(worker) <= known | OF_LIBRARIES
