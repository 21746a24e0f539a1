"""namespace, configmap, secret, serviceaccount, quota, priorityclass."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

from learn.cluster.objects import Obj
from learn.kubectl.call import Call
from learn.kubectl.errors import CommandError
from learn.kubectl.flags import Flag, Kind
from learn.kubectl.generators.common import (
    Generator,
    add_once,
    env_file_pairs,
    file_texts,
    literals,
    metadata,
    only_name,
)

_SOURCES = (
    Flag(name="from-literal", kind=Kind.STRING_ARRAY),
    Flag(name="from-file", kind=Kind.STRINGS),
    Flag(name="from-env-file", kind=Kind.STRINGS),
    Flag(name="append-hash", kind=Kind.BOOL),
)


def _namespace(call: Call) -> Obj:
    name = only_name(call, "namespace")
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": metadata(call, name, namespaced=False),
        "spec": {},
        "status": {},
    }


def _pairs(call: Call, owner: str) -> dict[str, str]:
    """Everything that the `--from-…` flags name."""
    if call.parsed.has("from-env-file") and (call.parsed.has("from-file") or call.parsed.has("from-literal")):
        raise CommandError("error: from-env-file cannot be combined with from-file or from-literal")
    data: dict[str, str] = {}
    for key, value in literals(call.parsed.texts("from-literal")):
        add_once(data, key, value, owner)
    for key, value in file_texts(call, call.parsed.texts("from-file")):
        add_once(data, key, value, owner)
    for key, value in env_file_pairs(call, call.parsed.texts("from-env-file")):
        add_once(data, key, value, owner)
    return data


def _config_map(call: Call) -> Obj:
    name = only_name(call, "configmap")
    data = _pairs(call, f'ConfigMap "{name}"')
    obj: Obj = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata(call, name)}
    return {**obj, "data": data} if data else obj


def _secret(call: Call, name: str, data: dict[str, str], kind: str) -> Obj:
    obj: Obj = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata(call, name)}
    if data:
        obj["data"] = {key: b64encode(value.encode()).decode() for key, value in data.items()}
    return {**obj, "type": kind} if kind else obj


def _generic(call: Call) -> Obj:
    name = only_name(call, "secret generic")
    return _secret(call, name, _pairs(call, f'Secret "{name}"'), call.parsed.text("type"))


def _tls(call: Call) -> Obj:
    name = only_name(call, "secret tls")
    texts = []
    for flag in ("cert", "key"):
        path = call.parsed.text(flag)
        if not path:
            raise CommandError("error: key and cert must be specified")
        text = call.files.read(path)
        if text is None:
            raise CommandError(f"error: Cannot read file {path}, open {path}: no such file or directory")
        texts.append(text)
    return _secret(call, name, {"tls.crt": texts[0], "tls.key": texts[1]}, "kubernetes.io/tls")


def _docker_registry(call: Call) -> Obj:
    name = only_name(call, "secret docker-registry")
    user, password = call.parsed.text("docker-username"), call.parsed.text("docker-password")
    server = call.parsed.text("docker-server", "https://index.docker.io/v1/")
    if call.parsed.has("from-file"):
        texts = dict(file_texts(call, call.parsed.texts("from-file")))
        return _secret(call, name, {".dockerconfigjson": next(iter(texts.values()))}, _DOCKER)
    if not (user and password and server):
        raise CommandError(
            "error: either --from-file or the combination of --docker-username, --docker-password and "
            "--docker-server is required"
        )
    entry: dict[str, Any] = {"username": user, "password": password}
    if call.parsed.text("docker-email"):
        entry["email"] = call.parsed.text("docker-email")
    entry["auth"] = b64encode(f"{user}:{password}".encode()).decode()
    text = json.dumps({"auths": {server: entry}}, separators=(",", ":"))
    return _secret(call, name, {".dockerconfigjson": text}, _DOCKER)


_DOCKER = "kubernetes.io/dockerconfigjson"


def _service_account(call: Call) -> Obj:
    name = only_name(call, "serviceaccount")
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata(call, name)}


def _quota(call: Call) -> Obj:
    name = only_name(call, "quota")
    spec: Obj = {}
    if call.parsed.text("hard"):
        hard = {}
        for part in call.parsed.text("hard").split(","):
            key, equals, value = part.partition("=")
            if not equals:
                raise CommandError(f"error: Invalid argument syntax {part}, expected <resource>=<value>")
            hard[key] = value
        spec["hard"] = hard
    if call.parsed.text("scopes"):
        spec["scopes"] = call.parsed.text("scopes").split(",")
    return {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": metadata(call, name),
        "spec": spec,
        "status": {},
    }


def _priority_class(call: Call) -> Obj:
    name = only_name(call, "priorityclass")
    obj: Obj = {
        "apiVersion": "scheduling.k8s.io/v1",
        "kind": "PriorityClass",
        "metadata": metadata(call, name, namespaced=False),
        "value": call.parsed.number("value", 0),
        "preemptionPolicy": call.parsed.text("preemption-policy") or "PreemptLowerPriority",
    }
    if call.parsed.text("description"):
        obj["description"] = call.parsed.text("description")
    return {**obj, "globalDefault": True} if call.parsed.is_on("global-default") else obj


GENERATORS = (
    Generator(name="namespace", aliases=("ns",), build=_namespace, summary="Namespaceを作ります"),
    Generator(
        name="configmap",
        aliases=("cm",),
        build=_config_map,
        wrapping="failed to create configmap",
        summary="ConfigMapを作ります",
        flags=_SOURCES,
    ),
    Generator(
        name="serviceaccount",
        aliases=("sa",),
        build=_service_account,
        wrapping="failed to create serviceaccount",
        summary="ServiceAccountを作ります",
    ),
    Generator(
        name="quota",
        aliases=("resourcequota",),
        build=_quota,
        wrapping="failed to create quota",
        summary="ResourceQuotaを作ります",
        flags=(Flag(name="hard"), Flag(name="scopes")),
    ),
    Generator(
        name="priorityclass",
        aliases=("pc",),
        build=_priority_class,
        wrapping="failed to create priorityclass",
        summary="PriorityClassを作ります",
        flags=(
            Flag(name="value", kind=Kind.INT, required=True),
            Flag(name="global-default", kind=Kind.BOOL),
            Flag(name="description"),
            Flag(name="preemption-policy"),
        ),
    ),
)
SECRETS = (
    Generator(
        name="generic",
        build=_generic,
        wrapping="failed to create secret",
        summary="値からSecretを作ります",
        flags=(*_SOURCES, Flag(name="type")),
    ),
    Generator(
        name="tls",
        build=_tls,
        wrapping="failed to create secret",
        summary="証明書と鍵からSecretを作ります",
        flags=(Flag(name="cert"), Flag(name="key")),
    ),
    Generator(
        name="docker-registry",
        build=_docker_registry,
        wrapping="failed to create secret",
        summary="レジストリーの認証情報からSecretを作ります",
        flags=(
            Flag(name="docker-username"),
            Flag(name="docker-password"),
            Flag(name="docker-server"),
            Flag(name="docker-email"),
            Flag(name="from-file", kind=Kind.STRINGS),
        ),
    ),
)
