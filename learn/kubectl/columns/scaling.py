"""
Autoscalers and disruption budgets in `kubectl get`.

Source: pkg/printers/internalversion/printers.go (printHorizontalPodAutoscaler, formatHPAMetrics);
additionalPrinterColumns of the VerticalPodAutoscaler's CRD.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from learn.kubectl.columns.model import NONE, Obj, age, columns, name_of, status_of

_SHOWN_METRICS = 2


@columns("NAME|REFERENCE|TARGETS|MINPODS|MAXPODS|REPLICAS|AGE")
def HORIZONTAL_POD_AUTOSCALER(obj: Obj, now_ms: int) -> list[str]:
    spec, status = obj["spec"], status_of(obj)
    target = spec["scaleTargetRef"]
    minimum = spec.get("minReplicas")
    return [
        name_of(obj),
        f"{target['kind']}/{target['name']}",
        hpa_targets(spec.get("metrics") or (), status.get("currentMetrics") or ()),
        "<unset>" if minimum is None else str(minimum),
        str(spec.get("maxReplicas", 0)),
        str(status.get("currentReplicas", 0)),
        age(obj, now_ms),
    ]


def hpa_targets(metrics: Sequence[Obj], current: Sequence[Obj]) -> str:
    """Return TARGETS: `cpu: 12%/50%`, at most two metrics and how many more."""
    shown = [
        _target(metric, current[index] if index < len(current) else {})
        for index, metric in enumerate(metrics)
    ]
    if not shown:
        return NONE
    text = ", ".join(shown[:_SHOWN_METRICS])
    return f"{text} + {len(shown) - _SHOWN_METRICS} more..." if len(shown) > _SHOWN_METRICS else text


def _target(metric: Obj, current: Obj) -> str:
    kind = metric["type"]
    key = kind[0].lower() + kind[1:]
    source, target = metric[key], metric[key]["target"]
    now: Mapping[str, Any] = (current.get(key) or {}).get("current") or {}
    match kind:
        case "Resource" | "ContainerResource":
            return f"{source['name']}: {_resource(target, now)}"
        case "Pods":
            return f"{now.get('averageValue') or '<unknown>'}/{target['averageValue']}"
        case _ if target.get("averageValue") is not None:
            return f"{now.get('averageValue') or '<unknown>'}/{target['averageValue']} (avg)"
        case _:
            return f"{now.get('value') or '<unknown>'}/{target.get('value')}"


def _resource(target: Obj, now: Mapping[str, Any]) -> str:
    if target.get("averageValue") is not None:
        return f"{now.get('averageValue') or '<unknown>'}/{target['averageValue']}"
    percent = now.get("averageUtilization")
    wanted = target.get("averageUtilization")
    return (
        f"{'<unknown>' if percent is None else f'{percent}%'}/{'<auto>' if wanted is None else f'{wanted}%'}"
    )


@columns("NAME|MODE|CPU|MEM|PROVIDED|AGE")
def VERTICAL_POD_AUTOSCALER(obj: Obj, now_ms: int) -> list[str]:
    status = status_of(obj)
    recommended: Sequence[Obj] = (status.get("recommendation") or {}).get("containerRecommendations") or ({},)
    target = recommended[0].get("target") or {}
    provided = next(
        (
            item["status"]
            for item in status.get("conditions") or ()
            if item["type"] == "RecommendationProvided"
        ),
        "",
    )
    return [
        name_of(obj),
        (obj["spec"].get("updatePolicy") or {}).get("updateMode", ""),
        target.get("cpu", ""),
        target.get("memory", ""),
        provided,
        age(obj, now_ms),
    ]


@columns("NAME|MIN AVAILABLE|MAX UNAVAILABLE|ALLOWED DISRUPTIONS|AGE")
def POD_DISRUPTION_BUDGET(obj: Obj, now_ms: int) -> list[str]:
    spec = obj["spec"]
    bounds = [
        str(spec[key]) if spec.get(key) is not None else "N/A" for key in ("minAvailable", "maxUnavailable")
    ]
    return [name_of(obj), *bounds, str(status_of(obj).get("disruptionsAllowed", 0)), age(obj, now_ms)]
