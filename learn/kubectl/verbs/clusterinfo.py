"""`kubectl cluster-info` and `version` (staging/src/k8s.io/kubectl/pkg/cmd/clusterinfo/, version/)."""

from __future__ import annotations

from learn.kubectl.call import Call, Command, State
from learn.kubectl.errors import CommandError
from learn.kubectl.flags import Flag
from learn.kubectl.flags import Kind as Takes
from learn.kubectl.raw import version_info
from learn.kubectl.yamltext import to_json, to_yaml

_KUSTOMIZE = {32: "v5.5.0", 33: "v5.6.0", 34: "v5.7.1"}
_NEWEST_KUSTOMIZE = "v5.8.0"
_SERVICES = ("kubernetes.io/cluster-service", "true")


def _cluster_info(call: Call) -> State | None:
    if call.args == ("dump",):
        raise CommandError(
            "error: cluster-info dumpは、このターミナルでは使えません。kubectl get all -A -o yamlを使ってください。"
        )
    server = call.config.server
    call.print(f"Kubernetes control plane is running at {server}")
    for service in call.cluster.store.objects("Service", "kube-system"):
        labels = service["metadata"].get("labels") or {}
        if labels.get(_SERVICES[0]) != _SERVICES[1]:
            continue
        name = labels.get("kubernetes.io/name") or service["metadata"]["name"]
        ports = service["spec"].get("ports") or ()
        port = f":{ports[0]['name']}" if ports and ports[0].get("name") else ""
        path = f"/api/v1/namespaces/kube-system/services/{service['metadata']['name']}{port}/proxy"
        call.print(f"{name} is running at {server}{path}")
    call.print()
    call.print("To further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.")
    return None


def _version(call: Call) -> State | None:
    if call.args:
        raise CommandError(f"error: extra arguments: [{' '.join(call.args)}]")
    minor = int(call.version.partition(".")[2])
    kustomize = _KUSTOMIZE.get(minor, _NEWEST_KUSTOMIZE)
    output = call.parsed.text("output")
    only_client = call.parsed.is_on("client")
    if output in ("json", "yaml"):
        info: dict[str, object] = {"clientVersion": version_info(call.version), "kustomizeVersion": kustomize}
        if not only_client:
            info["serverVersion"] = version_info(call.version)
        call.write(to_yaml(info) if output == "yaml" else to_json(info, indent=2) + "\n")
        return None
    if output:
        raise CommandError("error: --output must be 'yaml' or 'json'")
    call.print(f"Client Version: v{call.version}.0")
    call.print(f"Kustomize Version: {kustomize}")
    if not only_client:
        call.print(f"Server Version: v{call.version}.0")
    return None


CLUSTER_INFO = Command(path="cluster-info", start=_cluster_info, summary="クラスターの入口を表示します")
VERSION = Command(
    path="version",
    start=_version,
    summary="クライアントとサーバーのバージョンを表示します",
    flags=(Flag(name="client", kind=Takes.BOOL), Flag(name="output", short="o")),
)
