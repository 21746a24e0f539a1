"""Structural schemas of VerticalPodAutoscaler (kubernetes/autoscaler) and of the resource metrics API."""

from collections.abc import Mapping

from learn.cluster.api.structural import (
    QUANTITY,
    TEXT,
    Raw,
    choice,
    keyed,
    listing,
    mapping,
    number,
    struct,
)

_AMOUNTS: Raw = mapping(QUANTITY)
_CONTAINER_POLICY: Raw = struct(
    {
        "containerName": TEXT,
        "mode": choice("Auto", "Off"),
        "minAllowed": _AMOUNTS,
        "maxAllowed": _AMOUNTS,
        "controlledResources": listing(TEXT),
        "controlledValues": choice("RequestsAndLimits", "RequestsOnly"),
    }
)
_RECOMMENDATION: Raw = struct(
    {
        "containerName": TEXT,
        "target": _AMOUNTS,
        "lowerBound": _AMOUNTS,
        "upperBound": _AMOUNTS,
        "uncappedTarget": _AMOUNTS,
    },
    required=("target",),
)
_EVICTION_REQUIREMENT: Raw = struct(
    {
        "resources": listing(TEXT),
        "changeRequirement": choice("TargetHigherThanRequests", "TargetLowerThanRequests"),
    },
    required=("changeRequirement", "resources"),
)
_CONDITION: Raw = struct(
    {"type": TEXT, "status": TEXT, "lastTransitionTime": TEXT, "reason": TEXT, "message": TEXT},
    required=("status", "type"),
)
_UPDATE_POLICY: Raw = struct(
    {
        "updateMode": choice("Off", "Initial", "Recreate", "InPlaceOrRecreate", "Auto"),
        "minReplicas": number(),
        "evictionRequirements": listing(_EVICTION_REQUIREMENT),
    }
)
_TARGET: Raw = struct(
    {"apiVersion": TEXT, "kind": TEXT, "name": TEXT},
    required=("kind", "name"),
    **{"x-kubernetes-map-type": "atomic"},
)
_AUTOSCALER: Raw = struct(
    {
        "spec": struct(
            {
                "targetRef": _TARGET,
                "updatePolicy": _UPDATE_POLICY,
                "resourcePolicy": struct({"containerPolicies": listing(_CONTAINER_POLICY)}),
                "recommenders": listing(struct({"name": TEXT}, required=("name",))),
            },
            required=("targetRef",),
        ),
        "status": struct(
            {
                "recommendation": struct({"containerRecommendations": listing(_RECOMMENDATION)}),
                "conditions": keyed(_CONDITION, "type"),
            }
        ),
    },
    required=("spec",),
)
VERTICAL_POD_AUTOSCALER: Mapping[tuple[str, str], Raw] = {
    ("autoscaling.k8s.io/v1", "VerticalPodAutoscaler"): _AUTOSCALER
}
_USAGE: Mapping[str, Raw] = {"timestamp": TEXT, "window": TEXT}
METRICS: Mapping[tuple[str, str], Raw] = {
    ("metrics.k8s.io/v1beta1", "NodeMetrics"): struct({**_USAGE, "usage": _AMOUNTS}),
    ("metrics.k8s.io/v1beta1", "PodMetrics"): struct(
        {**_USAGE, "containers": listing(struct({"name": TEXT, "usage": _AMOUNTS}))}
    ),
}
