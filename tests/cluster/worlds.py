"""A cluster with something of everything, and happenings that meet all of it: what the properties are tried on."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from learn.cluster.cluster import Cluster
from learn.cluster.scenario import begin, scenario_from
from tests.cluster.factories import Obj, container, deployment, pod, probe, service, template

DURATION_S = 150

IMAGES: dict[str, Any] = {
    "example.com/task:1.0": {"runSeconds": 7},
    "example.com/broken:1.0": {"runSeconds": 2, "exitCode": 3},
}


def named(kind: str, name: str, api_version: str = "v1", **body: Any) -> Obj:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name}, **body}


def task(image: str, policy: str = "Never") -> Obj:
    return {
        "metadata": {},
        "spec": {"restartPolicy": policy, "containers": [{"name": "task", "image": image}]},
    }


def stateful(name: str = "db") -> Obj:
    claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    return named(
        "StatefulSet", name, "apps/v1",
        spec={
            "serviceName": name, "replicas": 2, "selector": {"matchLabels": {"app": name}}, "template": template(name),
            "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": claim}],
        },
    )  # fmt: skip


def job(name: str = "task", image: str = "example.com/task:1.0", **spec: Any) -> Obj:
    return named("Job", name, "batch/v1", spec={"template": task(image), **spec})


def cron(name: str = "tick") -> Obj:
    inner = {"spec": {"template": task("example.com/task:1.0", "OnFailure")}}
    return named("CronJob", name, "batch/v1", spec={"schedule": "* * * * *", "jobTemplate": inner})


def autoscaler(name: str = "web") -> Obj:
    target = {"type": "Utilization", "averageUtilization": 50}
    return named(
        "HorizontalPodAutoscaler", name, "autoscaling/v2",
        spec={
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
            "minReplicas": 1, "maxReplicas": 6,
            "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": target}}],
            "behavior": {"scaleDown": {"stabilizationWindowSeconds": 15}},
        },
    )  # fmt: skip


def ingress(name: str = "web") -> Obj:
    backend = {"service": {"name": "web", "port": {"number": 80}}}
    path = {"path": "/", "pathType": "Prefix", "backend": backend}
    rule = {"host": "shop.example.com", "http": {"paths": [path]}}
    return named("Ingress", name, "networking.k8s.io/v1", spec={"ingressClassName": "nginx", "rules": [rule]})


def policy(name: str = "only-web") -> Obj:
    peers = [{"podSelector": {"matchLabels": {"app": "web"}}}]
    return named(
        "NetworkPolicy", name, "networking.k8s.io/v1",
        spec={"podSelector": {"matchLabels": {"app": "db"}}, "ingress": [{"from": peers, "ports": [{"port": 8080}]}]},
    )  # fmt: skip


def budget(name: str = "web") -> Obj:
    selector = {"matchLabels": {"app": name}}
    return named("PodDisruptionBudget", name, "policy/v1", spec={"minAvailable": 1, "selector": selector})


def daemon(name: str = "agent") -> Obj:
    return named(
        "DaemonSet", name, "apps/v1",
        spec={"selector": {"matchLabels": {"app": name}}, "template": template(name)},
    )  # fmt: skip


def config(name: str = "settings") -> Obj:
    return named("ConfigMap", name, data={"mode": "fast"})


def web(**fields: Any) -> Obj:
    return deployment(
        replicas=2,
        readinessProbe=probe("/ready", periodSeconds=4),
        livenessProbe=probe(periodSeconds=5),
        startupProbe=probe(periodSeconds=2, failureThreshold=20),
        resources={"requests": {"cpu": "100m", "memory": "64Mi"}, "limits": {"cpu": "500m"}},
        envFrom=[{"configMapRef": {"name": "settings"}}],
        **fields,
    )


def many_containers(name: str = "trio") -> Obj:
    init = [
        {"name": "setup", "image": "example.com/task:1.0"},
        container(name="proxy", restartPolicy="Always", ports=[]),
    ]
    return pod(name, initContainers=init)


EVERYTHING = {
    each["kind"]: each
    for each in (
        config(), web(), service(), stateful(), job(), cron(), autoscaler(), ingress(), policy(), budget(), daemon(),
        many_containers(),
    )
}  # fmt: skip

RARER = {
    each["kind"]: each
    for each in (
        named("Namespace", "team"),
        named("Secret", "token", type="Opaque", stringData={"key": "value"}),
        named(
            "PersistentVolumeClaim", "data",
            spec={"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
        ),
        named("PriorityClass", "high", "scheduling.k8s.io/v1", value=1000),
        named("ResourceQuota", "few", spec={"hard": {"pods": "9", "requests.cpu": "2"}}),
        named("LimitRange", "small", spec={"limits": [{"type": "Container", "default": {"cpu": "200m"}}]}),
        named("ReplicaSet", "rs", "apps/v1", spec={"replicas": 1, "selector": {"matchLabels": {"app": "rs"}}, "template": template("rs")}),
        named("Gateway", "edge", "gateway.networking.k8s.io/v1", spec={"gatewayClassName": "nginx", "listeners": [{"name": "http", "port": 80, "protocol": "HTTP"}]}),
        named("HTTPRoute", "shop", "gateway.networking.k8s.io/v1", spec={
            "parentRefs": [{"name": "edge"}], "hostnames": ["shop.example.com"],
            "rules": [{"matches": [{"path": {"type": "PathPrefix", "value": "/"}}], "backendRefs": [{"name": "web", "port": 80}]}],
        }),
        named("Role", "reader", "rbac.authorization.k8s.io/v1", rules=[{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]),
        named("EndpointSlice", "outside", "discovery.k8s.io/v1", addressType="IPv4", endpoints=[{"addresses": ["192.0.2.7"]}], ports=[{"name": "", "port": 80}]),
        named("StorageClass", "fast", "storage.k8s.io/v1", provisioner="example.com/disk"),
        named("IngressClass", "own", "networking.k8s.io/v1", spec={"controller": "k8s.io/ingress-nginx"}),
    )
}  # fmt: skip
"""Kinds that the happenings do not need, for odd values."""

targets = st.sampled_from(["web", "db", "trio/proxy", "deployment/web", "pod/db-0", "agent", "nobody"])
lasting = st.fixed_dictionaries(
    {}, optional={"for": st.integers(1, 60), "count": st.integers(0, 3), "persist": st.booleans()}
)
faults = st.tuples(st.sampled_from(["hang", "deadlock", "unready", "unhealthy"]), targets, lasting).map(
    lambda drawn: {drawn[0]: drawn[1], **drawn[2]}
)
workloads = st.one_of(
    st.tuples(st.sampled_from(["web", "statefulset/db"]), st.integers(0, 7)).map(
        lambda drawn: {"scale": drawn[0], "to": drawn[1]}
    ),
    st.sampled_from(["1.1", "9.9"]).map(lambda version: {"deploy": web(image=f"example.com/web:{version}")}),
    st.sampled_from(
        [job("broken", "example.com/broken:1.0", backoffLimit=2), job("wide", completions=4, parallelism=2)]
    ).map(lambda manifest: {"deploy": manifest}),
    st.sampled_from(["pod/db-0", "deployment/web", "job/task", "service/web", "cronjob/tick"]).map(
        lambda target: {"delete": target}
    ),
    st.sampled_from(["web", "db"]).map(lambda target: {"delete": target, "count": 1}),
)
nodes = st.sampled_from(["node-1", "node-2", "node-3"])
infrastructure = st.one_of(
    st.tuples(st.sampled_from(["drain", "cordon", "uncordon"]), nodes).map(
        lambda drawn: {drawn[0]: drawn[1]}
    ),
    st.tuples(nodes, st.integers(1, 90)).map(lambda drawn: {"nodeDown": drawn[0], "for": drawn[1]}),
    st.tuples(nodes, nodes, st.integers(1, 40)).map(
        lambda drawn: {"cut": [f"node/{drawn[0]}", f"node/{drawn[1]}"], "for": drawn[2]}
    ),
    nodes.map(lambda node: {"flushRules": node}),
    st.tuples(
        st.sampled_from(["kube-scheduler", "kube-controller-manager", "kubelet/node-1", "kube-proxy/node-2"]),
        st.integers(1, 60),
    ).map(lambda drawn: {"stop": drawn[0], "for": drawn[1]}),
)
traffic = st.one_of(
    st.tuples(st.sampled_from(["web", "db"]), st.integers(0, 900), st.integers(1, 90)).map(
        lambda drawn: {"load": drawn[0], "rps": drawn[1], "for": drawn[2]}
    ),
    st.just({"load": "web", "cpu": "700m"}),
    st.sampled_from(["http://web/", "http://db:80/", "http://nowhere/"]).map(lambda url: {"request": url}),
    st.tuples(targets, st.integers(0, 137)).map(lambda drawn: {"crash": drawn[0], "code": drawn[1]}),
    st.tuples(targets, st.integers(1, 40)).map(lambda drawn: {"slowStart": drawn[0], "seconds": drawn[1]}),
    targets.map(lambda target: {"leak": target, "perSecond": "4Mi"}),
)
happenings = st.lists(
    st.tuples(
        st.integers(0, DURATION_S - 20), st.one_of(faults, workloads, infrastructure, traffic)
    ).map(lambda drawn: {"at": drawn[0], **drawn[1]}),
    max_size=6,
)  # fmt: skip


def opening(events: list[Obj]) -> Cluster:
    """The cluster of this scenario at its first instant, its inputs given."""
    scenario = scenario_from(
        {
            "seed": 7, "duration": DURATION_S, "images": IMAGES, "manifests": list(EVERYTHING.values()),
            "events": events,
        }
    )  # fmt: skip
    cluster, _ = begin(scenario)
    return cluster


def play(events: list[Obj], *, until_ms: int = DURATION_S * 1000) -> Cluster:
    cluster = opening(events)
    cluster.run_until(until_ms)
    return cluster
