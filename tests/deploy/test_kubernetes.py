"""deploy/kubernetes: what kustomize makes of it, checked against Kubernetes' schemas and against the services."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped]  # has types, but no marker
import pytest
import yaml
from monshin.launcher.units import Unit
from monshin_ann.settings import AnnSettings
from monshin_kit.server_settings import ServerSettings
from monshin_kit.settings import load

Manifest = dict[str, Any]
Rendered = Callable[[str], list[Manifest]]

FOLDERS = ("base", "overlays/development", "overlays/production", "overlays/gpu")
OVERLAYS = FOLDERS[1:]
KUBERNETES = "1.33"  # the oldest that we say we run on; the schemas are those of the installed kubernetes-validate
FOREIGN = {"Certificate"}  # cert-manager's own kind: no schema here, so its fields are tested below


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("version", [KUBERNETES, kubernetes_validate.latest_version()])
def test_every_object_follows_the_schema_of_kubernetes(rendered: Rendered, folder: str, version: str) -> None:
    for manifest in rendered(folder):
        if manifest["kind"] not in FOREIGN:
            kubernetes_validate.validate(manifest, version, strict=True)


def test_the_base_fits_into_any_namespace_and_holds_no_secret(rendered: Rendered) -> None:
    for manifest in rendered("base"):
        assert "namespace" not in manifest["metadata"]
        assert manifest["kind"] != "Secret"


def test_each_service_has_a_workload_on_its_port_a_name_an_account_and_a_budget(
    rendered: Rendered, services: dict[str, Unit]
) -> None:
    manifests = rendered("base")
    assert set(_workloads(manifests)) == set(services)
    for name, unit in services.items():
        ports = {port["name"]: port["containerPort"] for port in _container(manifests, name)["ports"]}
        front = "https" if unit.speaks_http else "grpc"
        assert ports == {front: unit.port, "metrics": 9090}
        (exposed,) = _one(manifests, "Service", name)["spec"]["ports"]
        assert exposed["targetPort"] == front
        assert exposed["port"] == (443 if unit.speaks_http else unit.port)
        assert _pod(manifests, name)["serviceAccountName"] == name
        assert _one(manifests, "ServiceAccount", name)["automountServiceAccountToken"] is False
        assert _one(manifests, "PodDisruptionBudget", name)["spec"]["maxUnavailable"] == 1


def test_clients_spread_their_calls_over_the_pods_of_a_grpc_service(
    rendered: Rendered, services: dict[str, Unit]
) -> None:
    """A channel to a cluster address would stay with one pod: gRPC services are headless, their targets dns:///…"""
    manifests = rendered("base")
    targets = {name: f"dns:///{name}:{unit.port}" for name, unit in services.items() if not unit.speaks_http}
    for name in targets:
        assert _one(manifests, "Service", name)["spec"]["clusterIP"] == "None"
    upstreams = " ".join(f"{name}={target}" for name, target in targets.items())
    assert _env(manifests, "gateway")["MONSHIN_GATEWAY_UPSTREAMS"] == upstreams
    assert _env(manifests, "factcheck")["MONSHIN_FACTCHECK_EMBED_TARGET"] == targets["embed"]
    assert _env(manifests, "factcheck")["MONSHIN_FACTCHECK_ANN_TARGET"] == targets["ann"]


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_pod_is_restricted(rendered: Rendered, folder: str) -> None:
    """The rules of Kubernetes' pod security standard `restricted`, a read-only root, and limits."""
    manifests = rendered(folder)
    for name in _workloads(manifests):
        pod, container = _pod(manifests, name), _container(manifests, name)
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["runAsUser"] == 10001
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert pod["automountServiceAccountToken"] is False
        assert pod["enableServiceLinks"] is False
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}, "readOnlyRootFilesystem": True,
        }  # fmt: skip
        assert container["resources"].keys() == {"requests", "limits"}
        version = container["image"].partition(":")[2]
        assert version
        assert "latest" not in version


@pytest.mark.parametrize("folder", FOLDERS)
def test_ann_refuses_upserts_before_the_kernel_ends_it(
    rendered: Rendered, memory_mib: Callable[[str], int], folder: str
) -> None:
    manifests = rendered(folder)
    limit = memory_mib(_container(manifests, "ann")["resources"]["limits"]["memory"])
    assert 0 < load(AnnSettings, _env(manifests, "ann")).memory_limit_mib <= 0.75 * limit


def test_a_pod_ends_its_calls_before_it_is_killed(rendered: Rendered) -> None:
    manifests = rendered("base")
    drain_s = float(_settings(manifests)["MONSHIN_DRAIN_S"])
    assert drain_s > ServerSettings().default_deadline_s
    for name in _workloads(manifests):
        _, pause_s = _container(manifests, name)["lifecycle"]["preStop"]["exec"]["command"]
        assert _pod(manifests, name)["terminationGracePeriodSeconds"] > float(pause_s) + drain_s


def test_a_pod_is_killed_when_it_hangs_but_not_while_it_loads(rendered: Rendered, services: dict[str, Unit]) -> None:
    manifests = rendered("base")
    for name, unit in services.items():
        container = _container(manifests, name)
        if unit.speaks_http:
            for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
                assert container[probe]["httpGet"] == {"path": "/healthz", "port": "https", "scheme": "HTTPS"}
            continue
        ask = ["python3", "-m", "monshin_kit.probe"]
        assert container["startupProbe"]["exec"]["command"] == [*ask, "liveness"]
        assert container["livenessProbe"]["exec"]["command"] == [*ask, "liveness"]
        assert container["readinessProbe"]["exec"]["command"] == ask


def test_what_must_last_lies_on_a_claim_that_outlives_the_pod(rendered: Rendered, services: dict[str, Unit]) -> None:
    """All gRPC services keep an access log; the gateway keeps nothing."""
    manifests = rendered("base")
    for name, unit in services.items():
        workload = _workloads(manifests)[name]
        assert (workload["kind"] == "Deployment") is unit.speaks_http
        if unit.speaks_http:
            continue
        (claim,) = workload["spec"]["volumeClaimTemplates"]
        mounts = {mount["mountPath"]: mount["name"] for mount in _container(manifests, name)["volumeMounts"]}
        assert mounts["/data"] == claim["metadata"]["name"]
        assert workload["spec"]["persistentVolumeClaimRetentionPolicy"] == {
            "whenDeleted": "Retain", "whenScaled": "Retain",
        }  # fmt: skip


def test_only_services_without_a_truth_of_their_own_are_scaled(rendered: Rendered) -> None:
    manifests = rendered("base")
    scaled = {manifest["metadata"]["name"] for manifest in manifests if manifest["kind"] == "HorizontalPodAutoscaler"}
    assert scaled == {"embed", "gateway"}
    for name, workload in _workloads(manifests).items():
        assert workload["spec"].get("replicas") == (None if name in scaled else 1)


def test_the_gateway_lends_no_rights_of_its_own_to_callers_without_a_token(rendered: Rendered) -> None:
    """A channel sends the service's token when a call brings none: the gateway must have none to send."""
    manifests = rendered("base")
    assert "MONSHIN_SERVICE_TOKEN_FILE" not in _env(manifests, "gateway")
    assert _secrets(manifests, "gateway") == {"gateway-tls"}


@pytest.mark.parametrize("folder", OVERLAYS)
def test_an_overlay_says_whose_tokens_are_taken(rendered: Rendered, folder: str) -> None:
    assert _settings(rendered(folder))["MONSHIN_AUTH_JWKS"].startswith(("https://", "/identity/"))


@pytest.mark.parametrize("folder", ["overlays/production", "overlays/gpu"])
def test_production_has_a_certificate_for_each_name_that_is_called(rendered: Rendered, folder: str) -> None:
    manifests = rendered(folder)
    certificates = [manifest["spec"] for manifest in manifests if manifest["kind"] == "Certificate"]
    for name in _workloads(manifests):
        (spec,) = [spec for spec in certificates if spec["secretName"] in _secrets(manifests, name)]
        assert {name, "localhost"} <= set(spec["dnsNames"])
        assert spec["ipAddresses"] == ["127.0.0.1"]  # the probe's
        assert set(spec["usages"]) == {"server auth", "client auth"}


@pytest.mark.parametrize("folder", ["overlays/production", "overlays/gpu"])
def test_production_opens_the_edges_that_the_settings_name_and_no_other(
    rendered: Rendered, services: dict[str, Unit], folder: str
) -> None:
    manifests = rendered(folder)
    edges = {
        (caller, name, unit.port)
        for caller in services
        for name, unit in services.items()
        if f"dns:///{name}:{unit.port}" in " ".join(_env(manifests, caller).values())
    }
    policies = [manifest["spec"] for manifest in manifests if manifest["kind"] == "NetworkPolicy"]
    ours = {"matchLabels": {"app.kubernetes.io/part-of": "monshin"}}
    assert {"podSelector": ours, "policyTypes": ["Ingress", "Egress"]} in policies
    assert set(_opened(policies, "ingress", "from")) == edges
    assert {(here, there, port) for there, here, port in _opened(policies, "egress", "to")} == edges


def test_gpu_asks_for_a_gpu_and_uses_it(rendered: Rendered) -> None:
    container = _container(rendered("overlays/gpu"), "embed")
    assert container["resources"]["limits"]["nvidia.com/gpu"] == 1
    assert _env(rendered("overlays/gpu"), "embed")["MONSHIN_EMBED_DEVICE"] == "cuda"
    building = _container(rendered("overlays/gpu"), "ann")
    assert building["resources"]["limits"]["nvidia.com/gpu"] == 1
    assert building["image"] == "monshin/ann:0.1.0-cuda"
    assert "memory" in building["resources"]["limits"], "a patch adds to what the base has"


def test_a_restoring_pod_is_restricted_and_mounts_the_claim_of_the_service(rendered: Rendered, repo: Path) -> None:
    pod = yaml.safe_load((repo / "deploy/kubernetes/restore.yaml").read_text())
    kubernetes_validate.validate(pod, KUBERNETES, strict=True)
    manifests = rendered("base")
    (container,) = pod["spec"]["containers"]
    (volume,) = pod["spec"]["volumes"]
    (claim,) = _workloads(manifests)["ann"]["spec"]["volumeClaimTemplates"]
    assert volume["persistentVolumeClaim"]["claimName"] == f"{claim['metadata']['name']}-ann-0"
    assert container["image"] == _container(manifests, "ann")["image"]
    assert container["securityContext"] == _container(manifests, "ann")["securityContext"]
    assert pod["spec"]["securityContext"].items() <= _pod(manifests, "ann")["securityContext"].items()


def _workloads(manifests: list[Manifest]) -> dict[str, Manifest]:
    kinds = ("StatefulSet", "Deployment")
    return {manifest["metadata"]["name"]: manifest for manifest in manifests if manifest["kind"] in kinds}


def _pod(manifests: list[Manifest], name: str) -> Manifest:
    pod: Manifest = _workloads(manifests)[name]["spec"]["template"]["spec"]
    return pod


def _container(manifests: list[Manifest], name: str) -> Manifest:
    container: Manifest
    (container,) = _pod(manifests, name)["containers"]
    return container


def _env(manifests: list[Manifest], name: str) -> dict[str, str]:
    return {item["name"]: item.get("value", "") for item in _container(manifests, name)["env"]}


def _settings(manifests: list[Manifest]) -> dict[str, str]:
    found = [m for m in manifests if m["kind"] == "ConfigMap" and m["metadata"]["name"].startswith("monshin-settings")]
    data: dict[str, str] = found[0]["data"]
    return data


def _secrets(manifests: list[Manifest], name: str) -> set[str]:
    (identity,) = [volume for volume in _pod(manifests, name)["volumes"] if volume["name"] == "identity"]
    return {source["secret"]["name"] for source in identity["projected"]["sources"] if "secret" in source}


def _one(manifests: list[Manifest], kind: str, name: str) -> Manifest:
    (found,) = [m for m in manifests if m["kind"] == kind and m["metadata"]["name"] == name]
    return found


def _opened(policies: list[Manifest], direction: str, side: str) -> Iterator[tuple[str, str, int]]:
    """(the pods on the other side, the policy's own, port) of each rule between pods of ours."""
    label = "app.kubernetes.io/name"
    for policy in policies:
        own = policy["podSelector"].get("matchLabels", {}).get(label, "")
        for rule in policy.get(direction, []):
            for peer in rule[side]:
                other = peer.get("podSelector", {}).get("matchLabels", {}).get(label)
                if other:
                    yield from ((other, own, port["port"]) for port in rule["ports"])
