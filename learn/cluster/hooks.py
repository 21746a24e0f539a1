"""Container lifecycle hooks: what a postStart or preStop handler does (pkg/kubelet/lifecycle/handlers.go)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from learn.cluster import probes
from learn.cluster.objects import Obj

if TYPE_CHECKING:
    from learn.cluster.process import Running

ENDLESS_MS = 10**12
"""How long a handler takes that never comes back."""


class HookEnd(NamedTuple):
    success: bool
    took_ms: int = 0


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
            return HookEnd(done.code == 0, ENDLESS_MS if done.took_ms < 0 else done.took_ms)
        case "httpGet":
            reply = running.http_reply(target.port, target.path)
            if reply.kind == "hang":
                return HookEnd(True, ENDLESS_MS)
            return HookEnd(reply.kind == "ok" and reply.status > 0, reply.latency_ms)
    return None
