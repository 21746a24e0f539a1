"""What a container gets from other objects: environment variables and the files of its volumes.

Upstream: pkg/kubelet/kubelet_pods.go (makeEnvironmentVariables), pkg/volume/{configmap,secret,projected}.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from learn.cluster.api.quantity import ZERO, Quantity, try_parse
from learn.cluster.objects import Obj
from learn.cluster.store import Store


class ConfigError(Exception):
    """A container cannot be made: `reason` of the waiting state and its message."""

    def __init__(self, message: str, reason: str = "CreateContainerConfigError") -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


class MountError(Exception):
    """A volume cannot be set up; the text is that of the FailedMount event."""


def text_data(obj: Obj) -> dict[str, str]:
    """The texts of a ConfigMap or Secret (decoded)."""
    if obj["kind"] == "Secret":
        return {key: _decoded(value) for key, value in (obj.get("data") or {}).items()}
    return {key: str(value) for key, value in (obj.get("data") or {}).items()}


def _decoded(value: object) -> str:
    try:
        return base64.b64decode(str(value)).decode(errors="replace")
    except (binascii.Error, ValueError):
        return str(value)


# -- environment variables -----------------------------------------------------------------------


def environment(store: Store, pod: Obj, container: Mapping[str, Any]) -> dict[str, str]:
    """The environment of a container.  Raises ConfigError for a ConfigMap, Secret or key that is missing.

    `env` wins over `envFrom`, the later of two entries over the earlier; `$(NAME)` refers to earlier names.
    """
    namespace = pod["metadata"]["namespace"]
    env: dict[str, str] = {}
    for source in container.get("envFrom") or ():
        prefix = source.get("prefix") or ""
        for kind, field in (("ConfigMap", "configMapRef"), ("Secret", "secretRef")):
            if field in source:
                found = _source(store, kind, namespace, source[field])
                env.update({prefix + key: value for key, value in (found or {}).items()})
    for variable in container.get("env") or ():
        value = _value(store, pod, container, variable, env)
        if value is not None:
            env[variable["name"]] = value
    return env


def _source(store: Store, kind: str, namespace: str, reference: Mapping[str, Any]) -> dict[str, str] | None:
    name = reference.get("name") or ""
    found = store.find(kind, namespace, name)
    if found is not None:
        return text_data(found)
    if reference.get("optional"):
        return None
    raise ConfigError(f'{kind.lower()} "{name}" not found')


_REFERENCE = re.compile(r"\$(\$|\(([^)]*)\))")


def _value(
    store: Store, pod: Obj, container: Mapping[str, Any], variable: Mapping[str, Any], env: Mapping[str, str]
) -> str | None:
    source = variable.get("valueFrom")
    if not source:
        return _expanded(str(variable.get("value") or ""), env)
    namespace = pod["metadata"]["namespace"]
    for kind, field in (("ConfigMap", "configMapKeyRef"), ("Secret", "secretKeyRef")):
        if field in source:
            reference = source[field]
            data = _source(store, kind, namespace, reference)
            key = reference.get("key")
            if data is not None and key in data:
                return data[key]
            if reference.get("optional"):
                return None
            name = f"{namespace}/{reference.get('name')}"
            kind_text = "ConfigMap" if kind == "ConfigMap" else "Secret"
            raise ConfigError(f"couldn't find key {key} in {kind_text} {name}")
    if "fieldRef" in source:
        return field_value(pod, source["fieldRef"].get("fieldPath") or "")
    if "resourceFieldRef" in source:
        return _resource_value(pod, container, source["resourceFieldRef"])
    return ""


def _expanded(text: str, env: Mapping[str, str]) -> str:
    """`$(NAME)` from what is known so far; an unknown name stays as written; `$$(NAME)` is escaped."""

    def value(match: re.Match[str]) -> str:
        if match[1] == "$":
            return "$"
        return env.get(match[2], match[0])

    return _REFERENCE.sub(value, text) if "$" in text else text


def field_value(pod: Obj, path: str) -> str:
    """The downward API's value of a Pod field; "" for what is not set yet."""
    meta, spec, status = pod["metadata"], pod["spec"], pod.get("status") or {}
    match = re.fullmatch(r"metadata\.(labels|annotations)\['(.+)'\]", path)
    if match:
        return str((meta.get(match[1]) or {}).get(match[2], ""))
    values = {
        "metadata.name": meta["name"],
        "metadata.namespace": meta["namespace"],
        "metadata.uid": meta["uid"],
        "spec.nodeName": spec.get("nodeName"),
        "spec.serviceAccountName": spec.get("serviceAccountName"),
        "status.podIP": status.get("podIP"),
        "status.podIPs": ",".join(ip["ip"] for ip in status.get("podIPs") or ()),
        "status.hostIP": status.get("hostIP"),
        "status.hostIPs": ",".join(ip["ip"] for ip in status.get("hostIPs") or ()),
    }
    if path in ("metadata.labels", "metadata.annotations"):
        pairs = meta.get(path.partition(".")[2]) or {}
        return "\n".join(f'{key}="{value}"' for key, value in sorted(pairs.items()))
    return str(values.get(path) or "")


def _resource_value(pod: Obj, container: Mapping[str, Any], reference: Mapping[str, Any]) -> str:
    """A request or limit in units of `divisor` (default 1), rounded up."""
    name = reference.get("containerName")
    for each in pod["spec"].get("containers") or ():
        if each.get("name") == name:
            container = each
    side, _, resource = str(reference.get("resource") or "").partition(".")
    amount = try_parse(((container.get("resources") or {}).get(side) or {}).get(resource)) or ZERO
    divisor = try_parse(reference.get("divisor") or "1")
    if divisor is None or divisor.mantissa <= 0:
        divisor = Quantity(1, 0, amount.format)
    return str(-(-amount.scaled_value(-9) // divisor.scaled_value(-9)))


# -- volumes -------------------------------------------------------------------------------------


class Volumes(NamedTuple):
    """What the volumes of a Pod hold: files of those made from objects, keys of those that can be written."""

    files: dict[str, dict[str, str]]
    keys: dict[str, str]


def volumes_of(store: Store, pod: Obj) -> Volumes:
    """Set up the volumes of a Pod.  Raises MountError with the words of the FailedMount event."""
    files: dict[str, dict[str, str]] = {}
    keys: dict[str, str] = {}
    for volume in pod["spec"].get("volumes") or ():
        name = volume["name"]
        if "emptyDir" in volume or "ephemeral" in volume:
            keys[name] = f"pod/{pod['metadata']['uid']}/{name}"
        elif "hostPath" in volume:
            keys[name] = f"host/{pod['spec'].get('nodeName')}{volume['hostPath'].get('path', '')}"
        elif "persistentVolumeClaim" in volume:
            keys[name] = _claim_key(store, pod, volume["persistentVolumeClaim"])
        else:
            try:
                files[name] = volume_files(store, pod, volume)
            except ConfigError as error:
                raise MountError(f'MountVolume.SetUp failed for volume "{name}" : {error.message}') from error
    return Volumes(files, keys)


def _claim_key(store: Store, pod: Obj, source: Mapping[str, Any]) -> str:
    name = source.get("claimName") or ""
    claim = store.find("PersistentVolumeClaim", pod["metadata"]["namespace"], name)
    if claim is None:
        raise MountError(f'persistentvolumeclaim "{name}" not found')
    volume = (claim.get("spec") or {}).get("volumeName")
    if not volume:
        raise MountError(f"PVC {pod['metadata']['namespace']}/{name} is not bound")
    return f"pv/{volume}"


def volume_files(store: Store, pod: Obj, volume: Mapping[str, Any]) -> dict[str, str]:
    """Path -> text of a configMap, secret, downwardAPI or projected volume.  Raises ConfigError."""
    namespace = pod["metadata"]["namespace"]
    if "configMap" in volume:
        return _object_files(store, "ConfigMap", namespace, volume["configMap"] or {}, "name")
    if "secret" in volume:
        return _object_files(store, "Secret", namespace, volume["secret"] or {}, "secretName")
    if "downwardAPI" in volume:
        items = (volume["downwardAPI"] or {}).get("items") or ()
        return {
            item["path"]: field_value(pod, (item.get("fieldRef") or {}).get("fieldPath") or "")
            for item in items
        }
    if "projected" in volume:
        files: dict[str, str] = {}
        for source in (volume["projected"] or {}).get("sources") or ():
            if "configMap" in source:
                files.update(_object_files(store, "ConfigMap", namespace, source["configMap"], "name"))
            elif "secret" in source:
                files.update(_object_files(store, "Secret", namespace, source["secret"], "name"))
            elif "downwardAPI" in source:
                files.update(volume_files(store, pod, source))
            elif "serviceAccountToken" in source:
                files[source["serviceAccountToken"].get("path") or "token"] = "token"
        return files
    return {}


def _object_files(
    store: Store, kind: str, namespace: str, source: Mapping[str, Any], name_field: str
) -> dict[str, str]:
    name = source.get(name_field) or ""
    found = store.find(kind, namespace, name)
    if found is None:
        if source.get("optional"):
            return {}
        raise ConfigError(f'{kind.lower()} "{name}" not found')
    data = text_data(found)
    if not source.get("items"):
        return data
    files = {}
    for item in source["items"]:
        if item["key"] in data:
            files[item["path"]] = data[item["key"]]
        elif not source.get("optional"):
            raise ConfigError(f"references non-existent config key: {item['key']}")
    return files


def container_mounts(
    container: Mapping[str, Any], volumes: Volumes
) -> tuple[dict[str, str], list[list[str]]]:
    """The files that a container sees from objects, and `[mount path, volume key, sub path]` of the others."""
    files: dict[str, str] = {}
    writable: list[list[str]] = []
    for mount in container.get("volumeMounts") or ():
        name, at = mount.get("name"), str(mount.get("mountPath") or "").rstrip("/") or "/"
        sub = str(mount.get("subPath") or "").strip("/")
        if name in volumes.files:
            content = volumes.files[name]
            if sub:
                inside = {
                    at + key[len(sub) :]: text
                    for key, text in content.items()
                    if key == sub or key.startswith(f"{sub}/")
                }
            else:
                inside = {f"{at.rstrip('/')}/{key}": text for key, text in content.items()}
            files.update(inside)
        elif name in volumes.keys:
            writable.append([at, volumes.keys[name], f"/{sub}" if sub else ""])
    return files, writable
