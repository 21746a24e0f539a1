"""Names that one object uses for another: ConfigMap, Secret, PVC, ServiceAccount, Role, headless Service."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from learn.cluster.api.access import flag_at, list_at, map_at, maps_at, text_at
from learn.cluster.api.fielderror import Path
from learn.cluster.api.quantity import try_parse
from learn.sandbox.checks.registry import Finding, manifest_check, object_check, workload_check
from learn.sandbox.checks.world import Workload, World, namespace_of
from learn.sandbox.objects import ManifestObject


class Reference(NamedTuple):
    """A use of another object: its kind and name, the key in it ("" for all), and where it is written."""

    kind: str
    name: str
    key: str
    path: Path
    optional: bool


def references_of(workload: Workload) -> Iterator[Reference]:
    """Every ConfigMap, Secret and claim that a Pod template uses."""
    base = (*workload.path, "spec")
    for index, volume in enumerate(maps_at(workload.spec, "volumes")):
        yield from _volume_references(volume, (*base, "volumes", index))
    for container in workload.containers:
        yield from _env_references(container.value, container.path)
    for index, secret in enumerate(maps_at(workload.spec, "imagePullSecrets")):
        yield Reference(
            "Secret", text_at(secret, "name"), "", (*base, "imagePullSecrets", index, "name"), False
        )


def _volume_references(volume: Mapping[str, Any], path: Path) -> Iterator[Reference]:
    for field, kind, leaf in (
        ("configMap", "ConfigMap", "name"),
        ("secret", "Secret", "secretName"),
        ("persistentVolumeClaim", "PersistentVolumeClaim", "claimName"),
    ):
        source = map_at(volume, field)
        if not source:
            continue
        at = (*path, field)
        optional = flag_at(source, "optional")
        yield Reference(kind, text_at(source, leaf), "", (*at, leaf), optional)
        for index, item in enumerate(maps_at(source, "items")):
            yield Reference(
                kind, text_at(source, leaf), text_at(item, "key"), (*at, "items", index, "key"), optional
            )
    for index, source in enumerate(maps_at(map_at(volume, "projected"), "sources")):
        for field, kind in (("configMap", "ConfigMap"), ("secret", "Secret")):
            part = map_at(source, field)
            if part:
                at = (*path, "projected", "sources", index, field, "name")
                yield Reference(kind, text_at(part, "name"), "", at, flag_at(part, "optional"))


def _env_references(container: Mapping[str, Any], path: Path) -> Iterator[Reference]:
    for index, entry in enumerate(maps_at(container, "env")):
        for field, kind in (("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")):
            source = map_at(map_at(entry, "valueFrom"), field)
            if source:
                at = (*path, "env", index, "valueFrom", field)
                yield Reference(kind, text_at(source, "name"), "", (*at, "name"), flag_at(source, "optional"))
                yield Reference(
                    kind,
                    text_at(source, "name"),
                    text_at(source, "key"),
                    (*at, "key"),
                    flag_at(source, "optional"),
                )
    for index, source in enumerate(maps_at(container, "envFrom")):
        for field, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
            part = map_at(source, field)
            if part:
                at = (*path, "envFrom", index, field, "name")
                yield Reference(kind, text_at(part, "name"), "", at, flag_at(part, "optional"))


def _missing(workload: Workload, world: World, kind: str) -> Iterator[Finding]:
    names = world.names(kind, workload.namespace)
    for reference in references_of(workload) if names else ():
        wrong = (
            reference.kind == kind and not reference.key and reference.name and reference.name not in names
        )
        if wrong and not reference.optional:
            params = {"target": reference.name, "known": "、".join(f"`{name}`" for name in names[:5])}
            yield Finding(obj=workload.obj, path=reference.path, params=params)


@workload_check("configmap-missing")
def configmap_missing(workload: Workload, world: World) -> Iterator[Finding]:
    """A ConfigMap by a name that the manifest's ConfigMaps do not have."""
    yield from _missing(workload, world, "ConfigMap")


@workload_check("secret-missing")
def secret_missing(workload: Workload, world: World) -> Iterator[Finding]:
    """A Secret by a name that the manifest's Secrets do not have."""
    yield from _missing(workload, world, "Secret")


@workload_check("pvc-missing")
def claim_missing(workload: Workload, world: World) -> Iterator[Finding]:
    """A claim by a name that the manifest's PersistentVolumeClaims do not have."""
    yield from _missing(workload, world, "PersistentVolumeClaim")


@workload_check("configmap-key-missing")
def configmap_key_missing(workload: Workload, world: World) -> Iterator[Finding]:
    """A key that the ConfigMap of the manifest does not hold."""
    yield from _key_missing(workload, world, "ConfigMap", ("data", "binaryData"))


@workload_check("secret-key-missing")
def secret_key_missing(workload: Workload, world: World) -> Iterator[Finding]:
    """A key that the Secret of the manifest does not hold."""
    yield from _key_missing(workload, world, "Secret", ("data", "stringData"))


def _key_missing(workload: Workload, world: World, kind: str, fields: tuple[str, ...]) -> Iterator[Finding]:
    for reference in references_of(workload) if world.of(kind) else ():
        if reference.kind != kind or not reference.key or reference.optional:
            continue
        target = world.find(kind, workload.namespace, reference.name)
        keys = [key for field in fields for key in map_at(target.value, field)] if target else []
        if target and reference.key not in keys:
            known = "、".join(f"`{key}`" for key in keys[:5]) or "なし"
            params = {"key": reference.key, "target": reference.name, "known": known}
            yield Finding(obj=workload.obj, path=reference.path, params=params)


@workload_check("service-account-missing")
def service_account_missing(workload: Workload, world: World) -> Iterator[Finding]:
    """A ServiceAccount by a name that the manifest's ServiceAccounts do not have."""
    names, name = (
        world.names("ServiceAccount", workload.namespace),
        text_at(workload.spec, "serviceAccountName"),
    )
    if names and name and name != "default" and name not in names:
        params = {"target": name, "known": "、".join(f"`{n}`" for n in names[:5])}
        yield Finding(obj=workload.obj, path=(*workload.path, "spec", "serviceAccountName"), params=params)


@object_check("statefulset-service-missing", "StatefulSet")
def governing_service_missing(stateful: ManifestObject, world: World) -> Iterator[Finding]:
    """serviceName that names no Service of the manifest, though Services are there."""
    name, names = (
        text_at(map_at(stateful.value, "spec"), "serviceName"),
        world.names("Service", namespace_of(stateful)),
    )
    if name and names and name not in names:
        params = {"service": name, "known": "、".join(f"`{n}`" for n in names[:5])}
        yield Finding(obj=stateful, path=("spec", "serviceName"), params=params)


@object_check("statefulset-service-not-headless", "StatefulSet")
def governing_service_not_headless(stateful: ManifestObject, world: World) -> Iterator[Finding]:
    """The governing Service has a cluster IP, so that the Pods get no names of their own."""
    name = text_at(map_at(stateful.value, "spec"), "serviceName")
    service = world.find("Service", namespace_of(stateful), name) if name else None
    if service and text_at(map_at(service.value, "spec"), "clusterIP") != "None":
        yield Finding(obj=stateful, path=("spec", "serviceName"), params={"service": name})


@manifest_check("role-missing", "RoleBinding", "ClusterRoleBinding")
def role_missing(world: World) -> Iterator[Finding]:
    """A binding to a role that the manifest's roles of that kind do not have."""
    for binding in [*world.of("RoleBinding"), *world.of("ClusterRoleBinding")]:
        reference = map_at(binding.value, "roleRef")
        kind, name = text_at(reference, "kind"), text_at(reference, "name")
        names = [
            r.name
            for r in world.of(kind)
            if kind == "ClusterRole" or namespace_of(r) == namespace_of(binding)
        ]
        if kind == "Role" and names and name and name not in names:
            params = {"role": f"{kind} {name}", "known": "、".join(f"`{n}`" for n in names[:5])}
            yield Finding(obj=binding, path=("roleRef", "name"), params=params)


@manifest_check("role-subject-missing", "RoleBinding", "ClusterRoleBinding")
def subject_missing(world: World) -> Iterator[Finding]:
    """A ServiceAccount subject that the manifest's ServiceAccounts do not have."""
    for binding in [*world.of("RoleBinding"), *world.of("ClusterRoleBinding")]:
        for index, subject in enumerate(maps_at(binding.value, "subjects")):
            namespace = text_at(subject, "namespace") or namespace_of(binding)
            names, name = world.names("ServiceAccount", namespace), text_at(subject, "name")
            if (
                text_at(subject, "kind") == "ServiceAccount"
                and names
                and name not in names
                and name != "default"
            ):
                params = {"target": name, "known": "、".join(f"`{n}`" for n in names[:5])}
                yield Finding(obj=binding, path=("subjects", index, "name"), params=params)


@workload_check("pvc-shared-by-replicas")
def claim_shared(workload: Workload, world: World) -> Iterator[Finding]:
    """Several replicas on one claim that a single node may mount."""
    if workload.replicas < 2 or workload.obj.kind not in ("Deployment", "ReplicaSet"):
        return
    for reference in references_of(workload):
        claim = world.find("PersistentVolumeClaim", workload.namespace, reference.name)
        modes = list_at(map_at(claim.value, "spec"), "accessModes") if claim else []
        if (
            reference.kind == "PersistentVolumeClaim"
            and modes
            and set(map(str, modes)) <= {"ReadWriteOnce", "ReadWriteOncePod"}
        ):
            params = {"target": reference.name, "replicas": str(workload.replicas), "mode": str(modes[0])}
            yield Finding(obj=workload.obj, path=reference.path, params=params)


@workload_check("volume-unused")
def volume_unused(workload: Workload, world: World) -> Iterator[Finding]:
    """A volume that no container mounts."""
    used = {
        text_at(mount, "name")
        for container in workload.containers
        for field in ("volumeMounts", "volumeDevices")
        for mount in maps_at(container.value, field)
    }
    for index, volume in enumerate(maps_at(workload.spec, "volumes")):
        name = text_at(volume, "name")
        if name and name not in used:
            yield Finding(
                obj=workload.obj, path=(*workload.path, "spec", "volumes", index), params={"volume": name}
            )


@manifest_check("pvc-larger-than-pv", "PersistentVolumeClaim")
def claim_larger(world: World) -> Iterator[Finding]:
    """A claim bound by name to a volume that is too small."""
    for claim in world.of("PersistentVolumeClaim"):
        spec = map_at(claim.value, "spec")
        volume = next(
            (v for v in world.of("PersistentVolume") if v.name == text_at(spec, "volumeName")), None
        )
        wanted = map_at(map_at(spec, "resources"), "requests").get("storage")
        offered = map_at(map_at(volume.value, "spec"), "capacity").get("storage") if volume else None
        if wanted is None or offered is None or volume is None:
            continue
        need, have = try_parse(wanted), try_parse(offered)
        if need is not None and have is not None and need > have:
            params = {"wanted": str(wanted), "offered": str(offered), "volume": volume.name}
            yield Finding(obj=claim, path=("spec", "resources", "requests", "storage"), params=params)
