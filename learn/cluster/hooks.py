"""Container lifecycle hooks: what a postStart or preStop handler does, and the time that it takes from the end.

Upstream: pkg/kubelet/lifecycle/handlers.go, pkg/kubelet/kuberuntime/kuberuntime_container.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from learn.cluster import probes
from learn.cluster.objects import Obj

if TYPE_CHECKING:
    from learn.cluster.process import Running

ENDLESS_MS = 10**12
"""How long a handler takes that never comes back."""


SHORTEST_GRACE_MS = 2_000
"""What a container always has between SIGTERM and SIGKILL (minimumGracePeriodInSeconds)."""


class HookEnd(NamedTuple):
    """How a handler ends; `error` is what its container waits with when it has failed."""

    success: bool
    took_ms: int = 0
    error: str = ""


class Stop(NamedTuple):
    """When a container that is ended gets SIGTERM and SIGKILL, in milliseconds from the start of its end."""

    sigterm_ms: int
    sigkill_ms: int


def stop_times(grace_ms: int, hook_ms: int) -> Stop:
    """The preStop hook goes first and uses up the grace period, by whole seconds; two seconds are left in any case.

    Rules: killContainer, executePreStopHook.
    """
    sigterm = min(hook_ms, grace_ms)
    left = grace_ms - sigterm // 1000 * 1000
    return Stop(sigterm, sigterm + max(left, SHORTEST_GRACE_MS))


def run_hook(running: Running, spec: Obj, name: str) -> HookEnd | None:
    """Run the hook `postStart` or `preStop` of a container; None when it has none.

    A request has succeeded when anything answers, whatever its status.
    """
    hook = (spec.get("lifecycle") or {}).get(name) or {}
    if "sleep" in hook:
        return HookEnd(True, int((hook["sleep"] or {}).get("seconds") or 0) * 1000)
    target = probes.target(hook, spec)
    match target.handler:
        case "exec":
            done = running.exec(target.command)
            took = ENDLESS_MS if done.took_ms < 0 else done.took_ms
            words = " ".join(target.command)
            why = f"command '{words}' exited with {done.code}: {done.err}"
            text = f'Exec lifecycle hook ([{words}]) for Container "{spec["name"]}" in Pod "{_told(running)}" failed - error: {why}, message: "{done.out}{done.err}"'
            return HookEnd(done.code == 0, took, text)
        case "httpGet":
            reply = running.http_reply(target.port, target.path)
            if reply.kind == "hang":
                return HookEnd(True, ENDLESS_MS)
            address = f"{running.pod['status'].get('podIP', '')}:{target.port}"
            why = f'Get "http://{address}{target.path}": dial tcp {address}: connect: connection refused'
            text = f'HTTP lifecycle hook ({target.path}) for Container "{spec["name"]}" in Pod "{_told(running)}" failed - error: {why}'
            return HookEnd(reply.kind == "ok" and reply.status > 0, reply.latency_ms, text)
    return None


def _told(running: Running) -> str:
    """A Pod as the kubelet's messages name it (util/format Pod)."""
    meta = running.pod["metadata"]
    return f"{meta['name']}_{meta['namespace']}({meta['uid']})"
