"""deploy/kubernetes: put together by kustomize, valid by the schemas of Kubernetes, as safe as it says."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from cds_service.server import STOP_SECONDS
from cds_service.settings import DRAIN_SECONDS, PREFIX, load_settings
from cds_service.trust import load_clients
from cds_service.trust.gate import PUBLIC
from tests.third_party.programs import ROOT, third_party_python

FOLDER = ROOT / "deploy" / "kubernetes"
EXAMPLE = FOLDER / "overlays" / "example"
# The versions the manifests are checked against: about three years of them.
VERSIONS = ("1.27", "1.32", "1.37")
WORKLOADS = ("Deployment", "Job", "CronJob")
BROKEN = [
    ("terminationGracePeriodSeconds: 45", "terminationGracePeriod: 45"),
    ("path: /healthz, port: http", "path: /healthz, ports: http"),
    ("memory: 384Mi", "memory: [384Mi]"),
    ("readOnlyRootFilesystem: true", "readOnlyRootFileSystem: true"),
]
Manifest = dict[str, Any]


def program(name: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a program that came with the Python packages of tests/third_party."""
    path = Path(third_party_python()).with_name(name)
    return subprocess.run([path, *words], capture_output=True, text=True, check=False)


@cache
def composed(folder: Path) -> str:
    """What kustomize makes of a folder."""
    made = program("kubectl", "kustomize", str(folder))
    assert made.returncode == 0, made.stderr
    return made.stdout


def manifests(folder: Path = EXAMPLE) -> dict[tuple[str, str], Manifest]:
    """The manifests by kind and name; a generated name without its hash."""
    found: list[Manifest] = list(yaml.safe_load_all(composed(folder)))
    return {(each["kind"], re.sub(r"-[a-z0-9]{10}$", "", each["metadata"]["name"])): each for each in found}


def workload(kind: str) -> Manifest:
    """The pod of the service, of the migration or of the purge."""
    (found,) = (each for (of, _), each in manifests().items() if of == kind)
    job = found["spec"].get("jobTemplate", found)
    template: Manifest = job["spec"]["template"]
    return template


def container(kind: str) -> Manifest:
    """Its one container."""
    (only,) = workload(kind)["spec"]["containers"]
    found: Manifest = only
    return found


def validated(text: str, version: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Check manifests against one version of Kubernetes; what the schemas do not know is an error."""
    file = folder / "manifests.yaml"
    file.write_text(text)
    return program("kubernetes-validate", "--strict", "--kubernetes-version", version, str(file))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("folder", [FOLDER / "base", EXAMPLE], ids=["base", "example"])
def test_the_manifests_are_valid(folder: Path, version: str, tmp_path: Path) -> None:
    """Base and overlay pass the strict schemas of every version they are for."""
    checked = validated(composed(folder), version, tmp_path)
    assert (checked.returncode, checked.stdout.count(" passed ")) == (0, len(manifests(folder)))


@pytest.mark.parametrize(("given", "broken"), BROKEN)
def test_the_check_would_notice(given: str, broken: str, tmp_path: Path) -> None:
    """A misspelt name or a value of the wrong kind makes the same check fail."""
    shutil.copytree(FOLDER / "base", tmp_path / "base")
    file = tmp_path / "base" / "deployment.yaml"
    assert given in file.read_text()
    file.write_text(file.read_text().replace(given, broken))
    assert validated(composed(tmp_path / "base"), VERSIONS[-1], tmp_path).returncode != 0


def test_the_overlay_brings_everything() -> None:
    """What a site gets: service, migration, what protects them, its settings and its registry; no secret."""
    assert set(manifests()) == {
        ("ConfigMap", "calcification-cds-registry"),
        ("ConfigMap", "calcification-cds-settings"),
        ("CronJob", "calcification-cds-purge"),
        ("Deployment", "calcification-cds"),
        ("HorizontalPodAutoscaler", "calcification-cds"),
        ("Ingress", "calcification-cds"),
        ("Job", "calcification-cds-migration"),
        ("NetworkPolicy", "calcification-cds"),
        ("NetworkPolicy", "calcification-cds-jobs"),
        ("PodDisruptionBudget", "calcification-cds"),
        ("Service", "calcification-cds"),
    }


@pytest.mark.parametrize("kind", WORKLOADS)
def test_a_pod_is_restricted(kind: str) -> None:
    """The pod keeps the rules of the restricted Pod Security Standard; its root file system is read-only."""
    pod, only = workload(kind)["spec"], container(kind)
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"] == {
        "runAsNonRoot": True,
        "runAsUser": 10001,
        "runAsGroup": 10001,
        "fsGroup": 10001,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    assert only["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert {next(iter(set(each) - {"name"})) for each in pod["volumes"]} <= {"configMap", "emptyDir"}
    assert "USER 10001" in (ROOT / "Dockerfile").read_text()


@pytest.mark.parametrize("kind", WORKLOADS)
def test_the_database_is_a_secret_by_reference(kind: str) -> None:
    """The address with its password comes from a secret that is made beside these files."""
    given = {each["name"]: each for each in container(kind)["env"]}
    assert given[f"{PREFIX}DATABASE_URL"]["valueFrom"] == {
        "secretKeyRef": {"name": "calcification-cds-database", "key": "url"}
    }


def test_the_jobs_are_of_the_same_version() -> None:
    """Service, migration and purge run one image, with the same settings; the jobs run their commands."""
    assert len({container(kind)["image"] for kind in WORKLOADS}) == 1
    assert len({str(container(kind)["envFrom"]) for kind in WORKLOADS}) == 1
    assert container("Job")["args"] == ["calcification-cds", "database", "upgrade"]
    assert container("CronJob")["args"] == ["calcification-cds", "purge"]


def test_the_probes_ask_what_anybody_may() -> None:
    """Alive and ready are different questions, both public; a replica that drains is left within the time
    it goes on answering."""
    only = container("Deployment")
    probes = {kind: only[f"{kind}Probe"] for kind in ("startup", "readiness", "liveness")}
    assert {kind: probe["httpGet"]["path"] for kind, probe in probes.items()} == {
        "startup": "/healthz",
        "readiness": "/readyz",
        "liveness": "/healthz",
    }
    assert {probe["httpGet"]["path"] for probe in probes.values()} <= PUBLIC
    ready = probes["readiness"]
    assert ready["periodSeconds"] * ready["failureThreshold"] < DRAIN_SECONDS["production"]


def test_there_is_time_to_end() -> None:
    """A pod is given longer than the service takes: it drains, and ends its answers."""
    seconds = workload("Deployment")["spec"]["terminationGracePeriodSeconds"]
    assert seconds > DRAIN_SECONDS["production"] + STOP_SECONDS


def test_everything_means_the_replicas_and_not_the_jobs() -> None:
    """Service, disruption budget, autoscaler and spreading select the pods of the service alone."""
    found = manifests()
    labels = workload("Deployment")["metadata"]["labels"]
    jobs = [workload(kind)["metadata"]["labels"] for kind in ("Job", "CronJob")]
    assert labels not in jobs
    name = "calcification-cds"
    selectors = [
        found["Service", name]["spec"]["selector"],
        found["PodDisruptionBudget", name]["spec"]["selector"]["matchLabels"],
        found["Deployment", name]["spec"]["selector"]["matchLabels"],
        found["NetworkPolicy", name]["spec"]["podSelector"]["matchLabels"],
        workload("Deployment")["spec"]["topologySpreadConstraints"][0]["labelSelector"]["matchLabels"],
    ]
    assert selectors == [labels] * len(selectors)
    (wanted,) = found["NetworkPolicy", f"{name}-jobs"]["spec"]["podSelector"]["matchExpressions"]
    assert [each[wanted["key"]] for each in jobs] == wanted["values"]
    scaled = found["HorizontalPodAutoscaler", name]["spec"]
    assert (scaled["scaleTargetRef"]["name"], scaled["minReplicas"] >= 2) == (name, True)
    assert "replicas" not in found["Deployment", name]["spec"]


def reached(policy: Manifest) -> set[tuple[str, int]]:
    """Where a policy lets pods connect to: a network or the labels of pods, and a port."""
    found = set()
    for rule in policy["spec"]["egress"]:
        for where in rule["to"]:
            place = (
                where["ipBlock"]["cidr"] if "ipBlock" in where else str(where["podSelector"]["matchLabels"])
            )
            found |= {(place, port["port"]) for port in rule["ports"]}
    return found


def test_the_base_lets_nobody_out() -> None:
    """Without an overlay the pods ask for names and connect to nothing."""
    names = {("{'k8s-app': 'kube-dns'}", 53)}
    policies = [each for (kind, _), each in manifests(FOLDER / "base").items() if kind == "NetworkPolicy"]
    assert [reached(policy) for policy in policies] == [names, names]
    assert {tuple(policy["spec"]["policyTypes"]) for policy in policies} == {("Ingress", "Egress")}


def test_the_overlay_lets_out_to_named_addresses_alone() -> None:
    """The service reaches names, PostgreSQL and two addresses over TLS; the jobs the first two."""
    names, database = ("{'k8s-app': 'kube-dns'}", 53), ("192.0.2.10/32", 5432)
    servers = {("198.51.100.20/32", 443), ("198.51.100.21/32", 443)}
    found = manifests()
    assert reached(found["NetworkPolicy", "calcification-cds"]) == {names, database} | servers
    assert reached(found["NetworkPolicy", "calcification-cds-jobs"]) == {names, database}


def test_every_host_of_the_registry_stands_beside_its_addresses() -> None:
    """Whoever changes clients.toml finds the host in the patch, and so the addresses to change."""
    registry = (EXAMPLE / "clients.toml").read_text()
    hosts = set(re.findall(r'(?:jwks_url|base) = "https://([^/"]+)', registry))
    assert len(hosts) == 2
    patch = (EXAMPLE / "egress-of-the-service.yaml").read_text()
    assert hosts == {host for host in hosts if host in patch}


def test_only_proxy_and_monitor_come_in() -> None:
    """The port of the service is open to the ingress controller's namespace, that of the metrics to the
    monitor's; the jobs are open to nobody."""
    found = manifests()
    comes = [
        (rule["from"][0]["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"], port["port"])
        for rule in found["NetworkPolicy", "calcification-cds"]["spec"]["ingress"]
        for port in rule["ports"]
    ]
    assert comes == [("ingress-nginx", 8000), ("monitoring", 9464)]
    assert "ingress" not in found["NetworkPolicy", "calcification-cds-jobs"]["spec"]
    ports = {each["name"]: each["containerPort"] for each in container("Deployment")["ports"]}
    assert ports == {"http": 8000, "metrics": 9464}


def test_settings_and_registry_of_the_example_are_accepted() -> None:
    """The service starts in production with what the overlay gives it."""
    load_clients(EXAMPLE / "clients.toml", production=True)
    given = {each["name"]: each.get("value", "sqlite://") for each in container("Deployment")["env"]}
    given |= manifests()["ConfigMap", "calcification-cds-settings"]["data"]
    given[f"{PREFIX}CLIENTS_FILE"] = str(EXAMPLE / "clients.toml")
    settings = load_settings(given | {f"{PREFIX}PROFILE": "production"})
    assert (settings.public_url, settings.metrics_port) == ("https://cds.example.org", 9464)
