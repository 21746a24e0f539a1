"""What a cluster is usually installed with, as the objects that a real installation has."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from learn.cluster.metrics import API_SERVICE, IMAGE, LABELS, NAMESPACE, SERVICE
from learn.cluster.objects import Obj


def metrics_server() -> Iterable[Obj]:
    """metrics-server as its `components.yaml` installs it, with defaults filled in.

    It asks for no resources and has no probes, so that it takes no room from an exercise's Pods and is there
    from the first seconds on.
    """
    meta: Obj = {"name": SERVICE, "namespace": NAMESPACE, "labels": dict(LABELS)}
    yield {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta}
    yield {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": meta,
        "spec": {
            "clusterIP": "10.96.0.11",
            "clusterIPs": ["10.96.0.11"],
            "internalTrafficPolicy": "Cluster",
            "ipFamilies": ["IPv4"],
            "ipFamilyPolicy": "SingleStack",
            "ports": [
                {
                    "appProtocol": "https",
                    "name": "https",
                    "port": 443,
                    "protocol": "TCP",
                    "targetPort": "https",
                }
            ],
            "selector": dict(LABELS),
            "sessionAffinity": "None",
            "type": "ClusterIP",
        },
    }
    yield {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": meta,
        "spec": {
            "replicas": 1,
            "revisionHistoryLimit": 10,
            "progressDeadlineSeconds": 600,
            "selector": {"matchLabels": dict(LABELS)},
            "strategy": {
                "type": "RollingUpdate",
                "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": 0},
            },
            "template": {"metadata": {"labels": dict(LABELS)}, "spec": _pod_spec()},
        },
    }
    yield {
        "apiVersion": "apiregistration.k8s.io/v1",
        "kind": "APIService",
        "metadata": {"name": API_SERVICE, "labels": dict(LABELS)},
        "spec": {
            "group": "metrics.k8s.io",
            "groupPriorityMinimum": 100,
            "insecureSkipTLSVerify": True,
            "service": {"name": SERVICE, "namespace": NAMESPACE, "port": 443},
            "version": "v1beta1",
            "versionPriority": 100,
        },
    }


def _pod_spec() -> dict[str, Any]:
    container = {
        "name": "metrics-server",
        "image": IMAGE,
        "imagePullPolicy": "IfNotPresent",
        "args": [
            "--cert-dir=/tmp",
            "--secure-port=10250",
            "--kubelet-preferred-address-types=InternalIP,ExternalIP,Hostname",
            "--kubelet-use-node-status-port",
            "--metric-resolution=15s",
        ],
        "ports": [{"containerPort": 10250, "name": "https", "protocol": "TCP"}],
        "resources": {"requests": {"cpu": "0", "memory": "0"}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
            "runAsNonRoot": True,
            "runAsUser": 1000,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "terminationMessagePath": "/dev/termination-log",
        "terminationMessagePolicy": "File",
    }
    return {
        "containers": [container],
        "dnsPolicy": "ClusterFirst",
        "nodeSelector": {"kubernetes.io/os": "linux"},
        "priorityClassName": "system-cluster-critical",
        "priority": 2_000_000_000,
        "preemptionPolicy": "PreemptLowerPriority",
        "restartPolicy": "Always",
        "schedulerName": "default-scheduler",
        "securityContext": {},
        "serviceAccountName": "metrics-server",
        "serviceAccount": "metrics-server",
        "terminationGracePeriodSeconds": 30,
    }
