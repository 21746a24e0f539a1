"""`kubectl autoscale` (staging/src/k8s.io/kubectl/pkg/cmd/autoscale/autoscale.go)."""

from __future__ import annotations

from typing import Any

from learn.cluster.api.kinds import Kind
from learn.cluster.objects import Obj
from learn.kubectl.call import Call, Command, State
from learn.kubectl.errors import CommandError
from learn.kubectl.flags import Flag
from learn.kubectl.flags import Kind as Takes
from learn.kubectl.lookup import FILE_FLAGS
from learn.kubectl.targets import write_targets
from learn.kubectl.verbs.scale import SCALABLE
from learn.kubectl.writes import WRITE_FLAGS, DryRun, act, as_generated, dry_run_of, print_done


def start(call: Call) -> State | None:
    least, most = call.parsed.number("min", -1), call.parsed.number("max", -1)
    if most < 1:
        raise CommandError(f"error: --max=MAXPODS is required and must be at least 1, max: {most}")
    if least > most:
        raise CommandError(
            f"error: --max=MAXPODS must be larger or equal to --min=MINPODS, max: {most}, min: {least}"
        )
    dry_run = dry_run_of(call)
    for kind, obj in write_targets(call, "autoscale"):
        made = _autoscaler(call, kind, obj, least, most)
        if dry_run is not DryRun.CLIENT:
            sent = {key: value for key, value in made.items() if key != "status"}
            made = act(call, dry_run, "create", manifest=sent, namespace=call.namespace)
        print_done(
            call, as_generated(call, made) if dry_run is DryRun.CLIENT else made, "autoscaled", dry_run
        )
    return None


def _autoscaler(call: Call, kind: Kind, obj: Obj, least: int, most: int) -> Obj:
    if kind.kind not in SCALABLE:
        group = f"{kind.group}/{kind.version}" if kind.group else f"/{kind.version}"
        raise CommandError(
            f"error: cannot autoscale a {kind.kind}: could not find scale subresource for {group}, "
            f"Resource={kind.plural} in discovery information"
        )
    name = call.parsed.text("name") or obj["metadata"]["name"]
    target = {"apiVersion": kind.api_version, "kind": kind.kind, "name": obj["metadata"]["name"]}
    spec: Obj = {"maxReplicas": most, "scaleTargetRef": target}
    if least > 0:
        spec["minReplicas"] = least
    minor = int(call.version.partition(".")[2])
    meta: Obj = {"name": name}
    if minor <= 32:
        percent = call.parsed.number("cpu-percent", -1)
        if percent >= 0:
            spec["targetCPUUtilizationPercentage"] = percent
        status: Obj = {"currentReplicas": 0, "desiredReplicas": 0}
        return {
            "apiVersion": "autoscaling/v1",
            "kind": "HorizontalPodAutoscaler",
            "metadata": meta,
            "spec": spec,
            "status": status,
        }
    metrics = _metrics(call)
    if metrics:
        spec["metrics"] = metrics
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": meta,
        "spec": spec,
        "status": {"currentMetrics": None, "desiredReplicas": 0},
    }


def _metrics(call: Call) -> list[Obj]:
    found = []
    percent = call.parsed.number("cpu-percent", -1)
    if percent >= 0:
        if int(call.version.partition(".")[2]) >= 34:
            call.warn(
                "Flag --cpu-percent has been deprecated, Use --cpu with percentage or resource quantity format (e.g., '70%' for utilization or '500m' for milliCPU)."
            )
        found.append(_metric("cpu", f"{percent}%"))
    for name in ("cpu", "memory"):
        if call.parsed.text(name):
            found.append(_metric(name, call.parsed.text(name)))
    return found


def _metric(name: str, text: str) -> Obj:
    target: dict[str, Any]
    if text.endswith("%"):
        if not text[:-1].isdecimal():
            raise CommandError(f"error: invalid {name} utilization target: {text}")
        target = {"averageUtilization": int(text[:-1]), "type": "Utilization"}
    else:
        target = {"averageValue": text, "type": "AverageValue"}
    return {"resource": {"name": name, "target": target}, "type": "Resource"}


COMMAND = Command(
    path="autoscale",
    start=start,
    summary="HorizontalPodAutoscalerを作ります",
    usage="autoscale 種類/名前 --min=数 --max=数 --cpu=割合",
    flags=(
        *FILE_FLAGS,
        *WRITE_FLAGS,
        Flag(name="min", kind=Takes.INT),
        Flag(name="max", kind=Takes.INT, required=True),
        Flag(name="cpu-percent", kind=Takes.INT),
        Flag(name="cpu"),
        Flag(name="memory"),
        Flag(name="name"),
        Flag(name="save-config", kind=Takes.BOOL),
    ),
)
