"""Defaults of Pods and of the Pod templates inside other kinds (pkg/apis/core/v1/defaults.go)."""

from typing import Any, TypeAlias

from learn.cluster.api.defaults.fields import (
    canonical_quantity,
    held,
    held_all,
    round_resources,
    set_number,
    set_text,
    sub,
)
from learn.cluster.api.images import image_tag
from learn.cluster.api.requests import is_pod_level, pod_requests
from learn.cluster.api.versions import Behaviour

Object: TypeAlias = dict[str, Any]

DEFAULT_FILE_MODE = 0o644
_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")


def default_pod(pod: Object, rules: Behaviour) -> None:
    """What a Pod gets beyond its spec's own defaults: requests from limits, host ports, links."""
    spec = sub(pod, "spec")
    default_pod_spec(spec, rules)
    for container in _all_containers(spec):
        default_requests(container)
    if rules.pod_level_resources:
        default_pod_level_resources(spec)
    spec.setdefault("enableServiceLinks", True)
    if spec.get("hostNetwork") is True:
        for key in ("containers", "initContainers"):
            for container in held_all(spec, key):
                for port in held_all(container, "ports"):
                    if "containerPort" in port:
                        set_number(port, "hostPort", port["containerPort"])


def default_requests(container: Object) -> None:
    """A limit without a request gives the request (Pods only, not templates)."""
    resources = held(container, "resources")
    limits = held(resources, "limits") if resources else None
    if resources is not None and limits is not None:
        requests = sub(resources, "requests")
        for name, quantity in limits.items():
            requests.setdefault(name, quantity)


def default_pod_level_resources(spec: Object) -> None:
    """A Pod-level limit without a request: the containers' sum, or the limit itself."""

    resources = held(spec, "resources")
    limits = held(resources, "limits") if resources else None
    if resources is None or not limits:
        return
    requests = resources.get("requests")
    requests = dict(requests) if isinstance(requests, dict) else {}
    for name, quantity in pod_requests({**spec, "resources": {}}).items():
        if is_pod_level(name) and not name.startswith("hugepages-"):
            requests.setdefault(name, str(quantity))
    for name, quantity in limits.items():
        if is_pod_level(name):
            requests.setdefault(name, quantity)
    if requests:
        resources["requests"] = requests


def default_pod_spec(spec: Object, rules: Behaviour) -> None:
    """SetDefaults_PodSpec and everything below it: containers, probes, volumes."""
    set_text(spec, "restartPolicy", "Always")
    if "terminationGracePeriodSeconds" not in spec:
        spec["terminationGracePeriodSeconds"] = 30
    set_text(spec, "dnsPolicy", "ClusterFirst")
    if "securityContext" not in spec:
        spec["securityContext"] = {}
    set_text(spec, "schedulerName", "default-scheduler")
    account = spec.get("serviceAccountName") or spec.get("serviceAccount")
    if account:
        spec["serviceAccountName"] = spec["serviceAccount"] = account
    for container in _all_containers(spec):
        default_container(container)
    for container in held_all(spec, "ephemeralContainers"):
        default_container(container)
    for volume in held_all(spec, "volumes"):
        default_volume(volume)
    resources = held(spec, "resources")
    if resources:
        round_resources(resources, "limits")
        round_resources(resources, "requests")
    round_resources(spec, "overhead")


def _all_containers(spec: Object) -> list[Object]:
    return [*held_all(spec, "initContainers"), *held_all(spec, "containers")]


def default_container(container: Object) -> None:
    if not container.get("imagePullPolicy"):
        image = container.get("image")
        latest = isinstance(image, str) and image_tag(image) == "latest"
        set_text(container, "imagePullPolicy", "Always" if latest else "IfNotPresent")
    set_text(container, "terminationMessagePath", "/dev/termination-log")
    set_text(container, "terminationMessagePolicy", "File")
    for port in held_all(container, "ports"):
        set_text(port, "protocol", "TCP")
    resources = sub(container, "resources")
    if resources:
        round_resources(resources, "limits")
        round_resources(resources, "requests")
    for key in _PROBES:
        if (probe := held(container, key)) is not None:
            default_probe(probe)
    lifecycle = held(container, "lifecycle")
    if lifecycle:
        for key in ("postStart", "preStop"):
            if (handler := held(lifecycle, key)) is not None:
                default_handler(handler)
    for variable in held_all(container, "env"):
        source = held(variable, "valueFrom")
        if source:
            _default_field_reference(source)
            if (reference := held(source, "resourceFieldRef")) is not None:
                default_divisor(reference)


def default_probe(probe: Object) -> None:
    set_number(probe, "timeoutSeconds", 1)
    set_number(probe, "periodSeconds", 10)
    set_number(probe, "successThreshold", 1)
    set_number(probe, "failureThreshold", 3)
    default_handler(probe)


def default_handler(handler: Object) -> None:
    http = held(handler, "httpGet")
    if http is not None:
        set_text(http, "path", "/")
        set_text(http, "scheme", "HTTP")
    grpc = held(handler, "grpc")
    if grpc is not None:
        grpc.setdefault("service", "")


def _default_field_reference(source: Object) -> None:
    reference = held(source, "fieldRef")
    if reference is not None:
        set_text(reference, "apiVersion", "v1")


def default_divisor(reference: Object) -> None:
    """A divisor is stored as "0" when unset, which reads as 1."""
    reference.setdefault("divisor", "0")
    canonical_quantity(reference, "divisor")


def default_volume(volume: Object) -> None:
    """SetDefaults_Volume: a volume without a source is an emptyDir; modes are 0644."""
    if not any(key != "name" for key in volume):
        volume["emptyDir"] = {}
        return
    for key, fill in _VOLUME_SOURCES.items():
        source = held(volume, key)
        if source is not None:
            fill(source)


def _default_mode(source: Object) -> None:
    source.setdefault("defaultMode", DEFAULT_FILE_MODE)


def _default_downward(source: Object) -> None:
    _default_mode(source)
    _default_downward_items(source)


def _default_downward_items(source: Object) -> None:
    for item in held_all(source, "items"):
        _default_field_reference(item)
        if (reference := held(item, "resourceFieldRef")) is not None:
            default_divisor(reference)


def _default_projected(source: Object) -> None:
    _default_mode(source)
    for projection in held_all(source, "sources"):
        token = held(projection, "serviceAccountToken")
        if token is not None:
            token.setdefault("expirationSeconds", 3600)
        downward = held(projection, "downwardAPI")
        if downward is not None:
            _default_downward_items(downward)


def _default_empty_dir(source: Object) -> None:
    canonical_quantity(source, "sizeLimit")


def _default_host_path(source: Object) -> None:
    source.setdefault("type", "")


def _default_ephemeral(source: Object) -> None:
    template = held(source, "volumeClaimTemplate")
    spec = held(template, "spec") if template else None
    if spec is not None:
        default_claim_spec(spec)


def _default_image(source: Object) -> None:
    reference = source.get("reference")
    latest = isinstance(reference, str) and image_tag(reference) == "latest"
    set_text(source, "pullPolicy", "Always" if latest else "IfNotPresent")


def _default_iscsi(source: Object) -> None:
    set_text(source, "iscsiInterface", "default")


def _default_rbd(source: Object) -> None:
    set_text(source, "pool", "rbd")
    set_text(source, "user", "admin")
    set_text(source, "keyring", "/etc/ceph/keyring")


def _default_azure_disk(source: Object) -> None:
    for key, value in (("cachingMode", "ReadWrite"), ("kind", "Shared"), ("fsType", "ext4")):
        set_text(source, key, value)
    source.setdefault("readOnly", False)


def _default_scale_io(source: Object) -> None:
    set_text(source, "storageMode", "ThinProvisioned")
    set_text(source, "fsType", "xfs")


_VOLUME_SOURCES = {
    "configMap": _default_mode,
    "secret": _default_mode,
    "downwardAPI": _default_downward,
    "projected": _default_projected,
    "emptyDir": _default_empty_dir,
    "hostPath": _default_host_path,
    "ephemeral": _default_ephemeral,
    "image": _default_image,
    "iscsi": _default_iscsi,
    "rbd": _default_rbd,
    "azureDisk": _default_azure_disk,
    "scaleIO": _default_scale_io,
}


def default_claim_spec(spec: Object) -> None:
    """SetDefaults_PersistentVolumeClaimSpec, with its requested sizes in canonical form."""
    set_text(spec, "volumeMode", "Filesystem")
    resources = held(spec, "resources")
    if resources:
        round_resources(resources, "limits")
        round_resources(resources, "requests")
