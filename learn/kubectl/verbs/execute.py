"""`kubectl exec` (staging/src/k8s.io/kubectl/pkg/cmd/exec/exec.go): a few commands, by the image's description."""

from __future__ import annotations

from learn.cluster.commands import FOREVER, Done
from learn.cluster.errors import ApiError
from learn.cluster.objects import Obj
from learn.cluster.pods import is_terminal
from learn.kubectl.call import Call, Command, State
from learn.kubectl.containers import container_names, default_container, init_names, one_pod
from learn.kubectl.errors import CommandError
from learn.kubectl.flags import Flag
from learn.kubectl.flags import Kind as Takes
from learn.kubectl.lookup import FILE_FLAGS
from learn.kubectl.manifests import named_in_files
from learn.kubectl.resources import Target, one_target

_SHELLS = frozenset({"sh", "bash", "/bin/sh", "/bin/bash", "ash", "/bin/ash"})


def start(call: Call) -> State | None:
    command, target = _read(call)
    pod = one_pod(call, target.kind, call.find(target.kind, target.name))
    container = _container(call, pod)
    if is_terminal(pod):
        raise CommandError(
            "error: cannot exec into a container in a completed pod; current phase is "
            + pod["status"]["phase"]
        )
    tty, stdin = call.parsed.is_on("tty"), call.parsed.is_on("stdin")
    if tty and not stdin:
        call.warn("Unable to use a TTY - input is not a terminal or the right kind of file")
    if stdin and call.stdin and command[0] in _SHELLS and len(command) == 1:
        command = [command[0], "-c", call.stdin.rstrip("\n").replace("\n", "; ")]
    if command[0] in _SHELLS and len(command) == 1:
        call.warn(
            "コンテナの中での対話は、このターミナルではできません。kubectl exec Pod名 -- コマンド、のように1つずつ実行してください。"
        )
        call.exit_code = 1
        return None
    done = _run(call, pod, container, command)
    if done.took_ms == FOREVER:
        return _told(call, done.out, done.err, 0, None)
    return _told(call, done.out, done.err, done.code, call.cluster.now + done.took_ms)


def _told(call: Call, out: str, err: str, code: int, deadline: int | None) -> State | None:
    """What the command prints, at its end (None: it never ends by itself)."""
    if deadline is not None and deadline <= call.cluster.now:
        call.write(out)
        _fail(call, err, code)
        return None
    state: State = {"out": out, "err": err, "code": code}
    return {**state, "deadline": deadline} if deadline is not None else state


def step(call: Call, state: State) -> State | None:
    if "deadline" not in state or call.cluster.now < state["deadline"]:
        return state
    return _told(call, state["out"], state["err"], state["code"], state["deadline"])


def _fail(call: Call, err: str, code: int) -> None:
    for line in err.splitlines():
        call.warn(f"error: Internal error occurred: {line}" if line.startswith("OCI runtime") else line)
    if code:
        call.warn(f"command terminated with exit code {code}")
        call.exit_code = code


def _read(call: Call) -> tuple[list[str], Target]:
    has_files = call.parsed.has("filename")
    after = call.parsed.after_dashes
    if not call.args and not has_files:
        raise CommandError("error: pod, type/name or --filename must be specified")
    if after is None and len(call.args) > 1:
        raise CommandError(
            "error: exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead\n"
            "See 'kubectl exec -h' for help and examples"
        )
    if len(call.args) > 1:
        raise CommandError(
            "error: expected 'exec (POD | TYPE/NAME) [-c CONTAINER] [flags] -- COMMAND [args...]'.\n"
            "See 'kubectl exec -h' for help and examples"
        )
    if not after:
        raise CommandError("error: you must specify at least one command for the container")
    return list(after), named_in_files(call)[0] if has_files else one_target(call.args)


def _container(call: Call, pod: Obj) -> str:
    name = call.parsed.text("container")
    if not name:
        return default_container(call, pod)
    if name not in (*container_names(pod), *init_names(pod)):
        raise CommandError(
            f"Error from server (BadRequest): container {name} is not valid for pod {pod['metadata']['name']}"
        )
    return name


def _run(call: Call, pod: Obj, container: str, command: list[str]) -> Done:
    meta = pod["metadata"]
    try:
        done: Done = call.cluster.act(
            "exec", pod=meta["name"], namespace=meta["namespace"], container=container, argv=command
        )
    except ApiError as error:
        raise CommandError(f"error: {error.message}") from None
    return done


COMMAND = Command(
    path="exec",
    start=start,
    step=step,
    summary="コンテナの中でコマンドを実行します",
    usage="exec Pod名 [-c コンテナ] -- コマンド",
    flags=(
        *FILE_FLAGS[:1],
        Flag(name="container", short="c"),
        Flag(name="stdin", short="i", kind=Takes.BOOL),
        Flag(name="tty", short="t", kind=Takes.BOOL),
        Flag(name="quiet", short="q", kind=Takes.BOOL),
        Flag(name="pod-running-timeout", kind=Takes.DURATION),
    ),
)
