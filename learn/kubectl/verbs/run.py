"""`kubectl run` (staging/src/k8s.io/kubectl/pkg/cmd/run/run.go)."""

from __future__ import annotations

import re

from learn.cluster.api.images import parse_image
from learn.cluster.objects import Obj
from learn.cluster.pods import is_ready, is_terminal
from learn.kubectl.call import Call, Command, State
from learn.kubectl.containers import log_lines
from learn.kubectl.errors import CommandError
from learn.kubectl.flags import Flag, Kind
from learn.kubectl.labelspecs import labels_of_text
from learn.kubectl.overrides import OVERRIDES, overridden
from learn.kubectl.writes import WRITE_FLAGS, DryRun, act, as_generated, dry_run_of, print_done

_SEE = "\nSee 'kubectl run -h' for help and examples"
_ENV_NAME = re.compile(r"[-._a-zA-Z][-._a-zA-Z0-9]*")
_RESTARTS = ("Always", "OnFailure", "Never")


def start(call: Call) -> State | None:
    if not call.args:
        raise CommandError(f"error: NAME is required for run{_SEE}")
    dry_run = dry_run_of(call)
    image = call.parsed.text("image")
    if not image:
        raise CommandError('error: required flag(s) "image" not set')
    if parse_image(image) is None:
        raise CommandError(f'error: Invalid image name "{image}": invalid reference format')
    attached = call.parsed.is_on("attach") or call.parsed.is_on("stdin") or call.parsed.is_on("tty")
    if call.parsed.is_on("rm") and not attached:
        raise CommandError(f"error: --rm should only be used for attached containers{_SEE}")
    if attached and dry_run is not DryRun.NONE:
        raise CommandError(
            "error: --dry-run=[server|client] can't be used with attached containers options "
            f"(--attach, --stdin, or --tty){_SEE}"
        )
    pod = overridden(call, _pod(call))
    if call.parsed.is_on("expose"):
        _expose(call, dry_run)
    if dry_run is DryRun.CLIENT:
        print_done(call, as_generated(call, pod), "created", dry_run)
        return None
    sent = {key: value for key, value in pod.items() if key != "status"}
    created = act(call, dry_run, "create", manifest=sent, namespace=call.namespace)
    if not attached:
        print_done(call, created, "created", dry_run)
        return None
    return step(
        call, {"ref": [call.namespace, call.args[0]], "lines": 0, "deadline": call.cluster.now + 60_000}
    )


def step(call: Call, state: State) -> State | None:
    """Attached: print what the container says until it ends; a shell without input ends at once."""
    namespace, name = state["ref"]
    pod = call.cluster.store.find("Pod", namespace, name)
    if pod is None:
        return None
    lines = log_lines(call.cluster, pod, pod["spec"]["containers"][0]["name"])
    for line in lines[state["lines"] :]:
        call.print(line[1])
    over = is_terminal(pod)
    if not over and is_ready(pod) and not _runs_command(pod):
        call.warn("If you don't see a command prompt, try pressing enter.")
        call.warn(
            "このターミナルでは、コンテナの中の対話はできません。kubectl exec Pod名 -- コマンド、を使ってください。"
        )
        over = True
    if not over and call.cluster.now < state["deadline"]:
        return {**state, "lines": len(lines)}
    if not over:
        raise CommandError("error: timed out waiting for the condition")
    if call.parsed.is_on("rm"):
        call.cluster.act("delete", kind="Pod", name=name, namespace=namespace)
        call.print(
            f'pod "{name}" deleted' + (f" from {namespace} namespace" if _names_namespace(call) else "")
        )
    call.exit_code = _exit_code(pod)
    return None


def _names_namespace(call: Call) -> bool:
    return int(call.version.partition(".")[2]) >= 34


def _runs_command(pod: Obj) -> bool:
    container = pod["spec"]["containers"][0]
    words = [*(container.get("command") or ()), *(container.get("args") or ())]
    return bool(words) and words not in (["sh"], ["bash"], ["/bin/sh"], ["/bin/bash"])


def _exit_code(pod: Obj) -> int:
    for status in (pod.get("status") or {}).get("containerStatuses") or ():
        ended = (status.get("state") or {}).get("terminated")
        if ended:
            return int(ended.get("exitCode", 0))
    return 0


def _pod(call: Call) -> Obj:
    name = call.args[0]
    restart = call.parsed.text("restart") or "Always"
    if restart not in _RESTARTS:
        raise CommandError(f"error: invalid restart policy: {restart}{_SEE}")
    container: Obj = {"image": call.parsed.text("image"), "name": name, "resources": {}}
    words = [*call.args[1:], *(call.parsed.after_dashes or ())]
    if words:
        container["command" if call.parsed.is_on("command") else "args"] = words
    if call.parsed.texts("env"):
        container["env"] = [_variable(text) for text in call.parsed.texts("env")]
    if call.parsed.text("port"):
        container["ports"] = [{"containerPort": _number(call.parsed.text("port"))}]
    if call.parsed.is_on("stdin"):
        container |= {"stdin": True, "stdinOnce": True}
    if call.parsed.is_on("tty"):
        container["tty"] = True
    if call.parsed.is_on("privileged"):
        container["securityContext"] = {"privileged": True}
    if call.parsed.text("image-pull-policy"):
        container["imagePullPolicy"] = call.parsed.text("image-pull-policy")
    meta: Obj = {"labels": labels_of_text(call.parsed.text("labels")) or {"run": name}, "name": name}
    if call.is_namespace_named:
        meta["namespace"] = call.namespace
    if call.parsed.texts("annotations"):
        meta["annotations"] = dict(text.partition("=")[::2] for text in call.parsed.texts("annotations"))
    spec: Obj = {"containers": [container], "dnsPolicy": "ClusterFirst", "restartPolicy": restart}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": spec, "status": {}}


def _variable(text: str) -> Obj:
    name, equals, value = text.partition("=")
    if not equals or _ENV_NAME.fullmatch(name) is None:
        raise CommandError(f"error: invalid env: {text}")
    return {"name": name, "value": value}


def _number(text: str) -> int:
    if not text.isdecimal():
        raise CommandError(f'error: strconv.Atoi: parsing "{text}": invalid syntax')
    return int(text)


def _expose(call: Call, dry_run: DryRun) -> None:
    port = call.parsed.text("port")
    if not port:
        raise CommandError(f"error: --port must be set when exposing a service{_SEE}")
    name = call.args[0]
    number = _number(port)
    service: Obj = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {
            "ports": [{"port": number, "protocol": "TCP", "targetPort": number}],
            "selector": labels_of_text(call.parsed.text("labels")) or {"run": name},
        },
    }
    if dry_run is not DryRun.CLIENT:
        service = act(call, dry_run, "create", manifest=service, namespace=call.namespace)
    else:
        service = as_generated(call, {**service, "status": {"loadBalancer": {}}})
    print_done(call, service, "created", dry_run)
    if call.parsed.text("output") == "yaml":
        call.print("---")


COMMAND = Command(
    path="run",
    start=start,
    step=step,
    summary="イメージを1つのPodとして動かします",
    usage="run 名前 --image=イメージ [-- コマンド]",
    flags=(
        *WRITE_FLAGS,
        Flag(name="image"),
        Flag(name="port"),
        Flag(name="labels", short="l"),
        Flag(name="env", kind=Kind.STRING_ARRAY),
        Flag(name="annotations", kind=Kind.STRING_ARRAY),
        Flag(name="expose", kind=Kind.BOOL),
        Flag(name="command", kind=Kind.BOOL),
        Flag(name="restart"),
        Flag(name="rm", kind=Kind.BOOL),
        Flag(name="stdin", short="i", kind=Kind.BOOL),
        Flag(name="tty", short="t", kind=Kind.BOOL),
        Flag(name="attach", kind=Kind.BOOL),
        Flag(name="quiet", short="q", kind=Kind.BOOL),
        Flag(name="image-pull-policy"),
        *OVERRIDES,
        Flag(name="leave-stdin-open", kind=Kind.BOOL),
        Flag(name="pod-running-timeout", kind=Kind.DURATION),
        Flag(name="privileged", kind=Kind.BOOL),
        Flag(name="save-config", kind=Kind.BOOL),
    ),
)
