"""Cells of `kubectl get`: pkg/printers/internalversion/printers.go."""

import pytest

from learn.cluster.clock import parse_timestamp
from learn.kubectl.columns import columns_of
from learn.kubectl.columns.pods import summarize
from learn.kubectl.tables import render_table

NOW = parse_timestamp("2026-04-01T00:10:00Z")
CREATED = "2026-04-01T00:00:00Z"


def pod(statuses=(), *, phase="Running", init=(), conditions=("Ready",), spec=None, **status):
    return {
        "metadata": {"name": "web", "creationTimestamp": CREATED},
        "spec": {
            "containers": [{"name": f"c{index}"} for index in range(max(len(statuses), 1))],
            **(spec or {}),
        },
        "status": {
            "phase": phase,
            "conditions": [{"type": name, "status": "True"} for name in conditions],
            "containerStatuses": list(statuses),
            "initContainerStatuses": list(init),
            **status,
        },
    }


def container(state, *, ready=False, restarts=0, name="c0", finished=None, started=None):
    last = {"terminated": {"finishedAt": finished}} if finished else {}
    return {
        "name": name,
        "state": state,
        "ready": ready,
        "restartCount": restarts,
        "lastState": last,
        "started": started,
    }


RUNNING = {"running": {"startedAt": CREATED}}


def waiting(reason):
    return {"waiting": {"reason": reason}}


def terminated(code, reason=None, **more):
    return {"terminated": {"exitCode": code, **({"reason": reason} if reason else {}), **more}}


@pytest.mark.parametrize(
    ("found", "ready", "status", "restarts"),
    [
        (pod([container(RUNNING, ready=True)]), "1/1", "Running", "0"),
        (pod([container(RUNNING)]), "0/1", "Running", "0"),
        (pod([], phase="Pending"), "0/1", "Pending", "0"),
        (pod([container(waiting("ContainerCreating"))], phase="Pending"), "0/1", "ContainerCreating", "0"),
        (
            pod([container(waiting("CrashLoopBackOff"), restarts=3, finished="2026-04-01T00:09:50Z")]),
            "0/1",
            "CrashLoopBackOff",
            "3 (10s ago)",
        ),
        (pod([container(terminated(0, "Completed"))], phase="Succeeded"), "0/1", "Completed", "0"),
        (pod([container(terminated(137, "OOMKilled"))]), "0/1", "OOMKilled", "0"),
        (pod([container(terminated(1))]), "0/1", "ExitCode:1", "0"),
        (pod([container(terminated(0, signal=9))]), "0/1", "Signal:9", "0"),
        (
            pod([container(waiting("ErrImagePull")), container(terminated(1, "Error"), name="c1")]),
            "0/2",
            "ErrImagePull",
            "0",
        ),
        (
            pod([container(terminated(0, "Completed")), container(RUNNING, ready=True, name="c1")]),
            "1/2",
            "Running",
            "0",
        ),
        (
            pod(
                [container(terminated(0, "Completed")), container(RUNNING, ready=True, name="c1")],
                conditions=(),
            ),
            "1/2",
            "NotReady",
            "0",
        ),
        (pod([], phase="Failed", reason="Evicted"), "0/1", "Evicted", "0"),
    ],
)
def test_a_pod_is_summed_up_by_its_first_container_that_says_why(found, ready, status, restarts):
    assert summarize(found, NOW) == (ready, status, restarts)


INIT_SPEC = {"initContainers": [{"name": "i0"}, {"name": "i1"}]}


@pytest.mark.parametrize(
    ("init", "status", "restarts"),
    [
        ([container(RUNNING, name="i0"), container(waiting("PodInitializing"), name="i1")], "Init:0/2", "0"),
        ([container(terminated(0), name="i0"), container(RUNNING, name="i1")], "Init:1/2", "0"),
        ([container(waiting("CrashLoopBackOff"), name="i0", restarts=2)], "Init:CrashLoopBackOff", "2"),
        ([container(terminated(1, "Error"), name="i0")], "Init:Error", "0"),
        ([container(terminated(3), name="i0")], "Init:ExitCode:3", "0"),
    ],
)
def test_a_pod_that_initializes_shows_its_first_unfinished_init_container(init, status, restarts):
    found = pod(
        [container(waiting("PodInitializing"))], phase="Pending", init=init, conditions=(), spec=INIT_SPEC
    )
    assert summarize(found, NOW)[1:] == (status, restarts)


def test_a_started_sidecar_counts_among_the_ready_containers():
    spec = {"initContainers": [{"name": "log", "restartPolicy": "Always"}]}
    sidecar = container(RUNNING, name="log", ready=True, started=True)
    found = pod([container(RUNNING, ready=True)], init=[sidecar], spec=spec)
    assert summarize(found, NOW) == ("2/2", "Running", "0")


def test_a_deleted_pod_is_terminating_unless_it_is_finished():
    gone = pod([container(RUNNING, ready=True)])
    gone["metadata"]["deletionTimestamp"] = CREATED
    assert summarize(gone, NOW).status == "Terminating"


def printed(kind, *objects, wide=False):
    found = columns_of(kind, is_wide=wide)
    names = [*found.names, *(found.wide if wide else ())]
    rows = [list(found.cells(obj, NOW))[: len(names)] for obj in objects]
    return render_table([names, *rows])


def meta(name="web", **more):
    return {"name": name, "namespace": "default", "creationTimestamp": CREATED, **more}


def test_a_load_balancer_waits_for_its_address():
    service = {
        "metadata": meta("lb"),
        "spec": {
            "type": "LoadBalancer",
            "clusterIP": "10.96.9.9",
            "ports": [{"port": 80, "nodePort": 31234, "protocol": "TCP"}],
        },
    }
    assert printed("Service", service) == (
        "NAME   TYPE           CLUSTER-IP   EXTERNAL-IP   PORT(S)        AGE\n"
        "lb     LoadBalancer   10.96.9.9    <pending>     80:31234/TCP   10m\n"
    )


def test_an_autoscaler_shows_its_targets():
    hpa = {
        "metadata": meta(),
        "spec": {
            "scaleTargetRef": {"kind": "Deployment", "name": "web"},
            "minReplicas": 2,
            "maxReplicas": 10,
            "metrics": [
                {
                    "type": "Resource",
                    "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50}},
                }
            ],
        },
        "status": {
            "currentReplicas": 3,
            "currentMetrics": [
                {"type": "Resource", "resource": {"name": "cpu", "current": {"averageUtilization": 12}}}
            ],
        },
    }
    assert printed("HorizontalPodAutoscaler", hpa) == (
        "NAME   REFERENCE        TARGETS        MINPODS   MAXPODS   REPLICAS   AGE\n"
        "web    Deployment/web   cpu: 12%/50%   2         10        3          10m\n"
    )
    del hpa["status"]["currentMetrics"]
    assert "cpu: <unknown>/50%" in printed("HorizontalPodAutoscaler", hpa)


def test_a_cordoned_node_says_so():
    node = {
        "metadata": meta("node-2", creationTimestamp="2026-03-28T22:00:00Z"),
        "spec": {"unschedulable": True},
        "status": {
            "conditions": [{"type": "Ready", "status": "True"}],
            "nodeInfo": {"kubeletVersion": "v1.33.1"},
        },
    }
    assert printed("Node", node) == (
        "NAME     STATUS                     ROLES    AGE    VERSION\n"
        "node-2   Ready,SchedulingDisabled   <none>   3d2h   v1.33.1\n"
    )


def test_a_deployment_wide_shows_containers_images_and_selector():
    deployment = {
        "metadata": meta(),
        "spec": {
            "replicas": 3,
            "selector": {"matchLabels": {"app": "web"}},
            "template": {"spec": {"containers": [{"name": "nginx", "image": "nginx:1.27"}]}},
        },
        "status": {"readyReplicas": 2, "updatedReplicas": 3, "availableReplicas": 2},
    }
    assert printed("Deployment", deployment, wide=True) == (
        "NAME   READY   UP-TO-DATE   AVAILABLE   AGE   CONTAINERS   IMAGES       SELECTOR\n"
        "web    2/3     3            2           10m   nginx        nginx:1.27   app=web\n"
    )


@pytest.mark.parametrize(
    ("hosts", "shown"),
    [
        ([None], "*"),
        (["a.com", "b.com"], "a.com,b.com"),
        (["a.com", "b.com", "c.com", "d.com"], "a.com,b.com,c.com + 1 more..."),
    ],
)
def test_an_ingress_shows_up_to_three_hosts(hosts, shown):
    ingress = {"metadata": meta(), "spec": {"rules": [{"host": host} if host else {} for host in hosts]}}
    assert columns_of("Ingress").cells(ingress, NOW)[2] == shown


@pytest.mark.parametrize(
    ("status", "shown"),
    [
        ({"conditions": [{"type": "Complete", "status": "True"}], "succeeded": 1}, "Complete"),
        ({"conditions": [{"type": "Failed", "status": "True"}]}, "Failed"),
        ({"conditions": [{"type": "Suspended", "status": "True"}]}, "Suspended"),
        ({"active": 1}, "Running"),
    ],
)
def test_a_job_shows_how_it_ended(status, shown):
    job = {
        "metadata": meta(),
        "spec": {"completions": 1, "template": {"spec": {"containers": []}}},
        "status": status,
    }
    assert columns_of("Job").cells(job, NOW)[1] == shown


def test_endpoints_without_address_are_unset():
    slice_ = {"metadata": meta("web-x"), "addressType": "IPv4", "ports": [], "endpoints": []}
    assert columns_of("EndpointSlice").cells(slice_, NOW)[2:4] == ["<unset>", "<unset>"]
