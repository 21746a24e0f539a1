"""`kubectl port-forward` (staging/src/k8s.io/kubectl/pkg/cmd/portforward/portforward.go).

The forwarding lasts until it is ended with Ctrl-C; in this terminal it also ends by itself after a while.
"""

from __future__ import annotations

from learn.cluster.api.kinds import Kind
from learn.cluster.objects import Obj
from learn.kubectl.call import Call, Command, State
from learn.kubectl.containers import one_pod
from learn.kubectl.errors import CommandError
from learn.kubectl.flags import Flag
from learn.kubectl.flags import Kind as Takes
from learn.kubectl.resources import one_target


def start(call: Call) -> State | None:
    if len(call.args) < 2:
        raise CommandError(
            "error: TYPE/NAME and list of ports are required for port-forward\n"
            "See 'kubectl port-forward -h' for help and examples"
        )
    target = one_target(call.args)
    obj = call.find(target.kind, target.name)
    pod = one_pod(call, target.kind, obj)
    forwards = [_forward(text, target.kind, obj, pod) for text in call.args[1:]]
    phase = (pod.get("status") or {}).get("phase")
    if phase != "Running":
        raise CommandError(
            f"error: unable to forward port because pod is not running. Current status={phase}"
        )
    for local, remote in forwards:
        call.print(f"Forwarding from 127.0.0.1:{local} -> {remote}")
        call.print(f"Forwarding from [::1]:{local} -> {remote}")
    meta = pod["metadata"]
    return {
        "forwards": [[local, remote] for local, remote in forwards],
        "namespace": meta["namespace"],
        "pod": meta["name"],
    }


def step(call: Call, state: State) -> State | None:
    if call.cluster.store.find("Pod", state["namespace"], state["pod"]) is None:
        call.warn("error: lost connection to pod")
        call.exit_code = 1
        return None
    return state


def _forward(text: str, kind: Kind, obj: Obj, pod: Obj) -> tuple[int, int]:
    """Local and remote port of `8080:80`, `80`, `:80`, `8080:http`.  Raises CommandError."""
    local, colon, remote = text.partition(":")
    if not colon:
        remote = local
    if ":" in remote or not remote:
        raise CommandError(f"error: invalid port format '{text}'")
    number = _remote(remote, kind, obj, pod)
    if local and not local.isdecimal() and colon:
        raise CommandError(
            f"error: error parsing local port '{local}': strconv.ParseUint: parsing \"{local}\": invalid syntax"
        )
    return (int(local) if local.isdecimal() else 40000 + number % 20000, number)


def _remote(text: str, kind: Kind, obj: Obj, pod: Obj) -> int:
    if kind.kind == "Service":
        return _service_port(text, obj, pod)
    if text.isdecimal():
        return int(text)
    return _named(text, pod)


def _service_port(text: str, service: Obj, pod: Obj) -> int:
    for port in service["spec"].get("ports") or ():
        if str(port["port"]) == text or port.get("name") == text:
            goal = port.get("targetPort", port["port"])
            return goal if isinstance(goal, int) else _named(goal, pod)
    raise CommandError(f"error: Service {service['metadata']['name']} does not have a service port {text}")


def _named(name: str, pod: Obj) -> int:
    for container in pod["spec"].get("containers") or ():
        for port in container.get("ports") or ():
            if port.get("name") == name:
                return int(port["containerPort"])
    raise CommandError(f"error: Pod '{pod['metadata']['name']}' does not have a named port '{name}'")


COMMAND = Command(
    path="port-forward",
    start=start,
    step=step,
    summary="手元のポートをPodのポートにつなぎます",
    usage="port-forward 種類/名前 手元のポート:Podのポート",
    flags=(Flag(name="address", kind=Takes.STRINGS), Flag(name="pod-running-timeout", kind=Takes.DURATION)),
)
