"""Pods from start to end.  Rules: pkg/kubelet (kubelet_pods.go, kuberuntime, status/generate.go)."""

import pytest

from learn.cluster.cluster import Cluster
from learn.cluster.hooks import stop_times
from learn.cluster.objects import Ref
from learn.cluster.podstatus import phase
from learn.cluster.podsync import may_stop, new_containers, to_start
from tests.cluster.factories import container, deployment, pod, probe, service, shell_pod


def run(manifest, ms, **settings):
    cluster = Cluster(**settings)
    cluster.apply(manifest)
    cluster.run_until(ms)
    return cluster


def states(cluster, name="web"):
    """`container: state` as kubectl shows it: the reason of waiting or terminated, or running."""
    status = cluster.get("Pod", name)["status"]
    found = {}
    for each in [*status.get("initContainerStatuses", []), *status.get("containerStatuses", [])]:
        ((kind, state),) = each["state"].items()
        found[each["name"]] = state.get("reason", kind)
    return found


def conditions(cluster, name="web"):
    return {c["type"]: c["status"] for c in cluster.get("Pod", name)["status"]["conditions"]}


def reasons(cluster, name="web"):
    return [e.data["reason"] for e in cluster.trace.of(Ref("Pod", "default", name), "event")]


def test_a_pod_is_pulled_for_two_seconds_and_started_in_one():
    cluster = run(pod(), 2_999)
    assert (states(cluster), conditions(cluster)["Ready"]) == ({"app": "ContainerCreating"}, "False")
    cluster.run_until(3_000)
    assert (states(cluster), conditions(cluster)["Ready"]) == ({"app": "running"}, "True")
    assert reasons(cluster) == ["Scheduled", "Pulling", "Pulled", "Created", "Started"]


def test_an_image_that_is_there_is_not_pulled_again():
    cluster = run(pod("a"), 10_000, nodes=1)
    cluster.apply(pod("b"))
    cluster.run_until(11_000)
    assert states(cluster, "b") == {"app": "running"}


def test_an_unknown_image_fails_to_pull_and_is_tried_again():
    cluster = run(pod(containers=[container(image="example.com/web:9.9")]), 2_500)
    assert states(cluster) == {"app": "ErrImagePull"}
    cluster.run_until(5_000)
    assert states(cluster) == {"app": "ImagePullBackOff"}
    cluster.run_until(600_000)
    pulls = [e.time_ms // 1000 for e in cluster.trace.find("event") if e.data["reason"] == "Pulling"]
    assert pulls[:6] == [0, 12, 34, 76, 158, 320]
    assert cluster.get("Pod", "web")["status"]["phase"] == "Pending"


@pytest.mark.parametrize(
    ("image", "policy", "reason"),
    [
        ("UPPER", None, "InvalidImageName"),
        ("example.com/web:1.0", "Never", "ErrImageNeverPull"),
        ("nosuchimage", None, "ImagePullBackOff"),
    ],
)
def test_images_that_cannot_be_had(image, policy, reason):
    spec = container(image=image, **({"imagePullPolicy": policy} if policy else {}))
    assert states(run(pod(containers=[spec]), 5_000)) == {"app": reason}


def c(kind, state, exit=None, last=None, ok=True):
    return {
        "kind": kind,
        "state": state,
        "exit": exit,
        "last": None if last is None else {"exit": last},
        "ok": ok,
    }


@pytest.mark.parametrize(
    ("policy", "containers", "initialized", "expected"),
    [
        # getPhase, row by row
        ("Always", [c("app", "waiting")], True, "Pending"),
        ("Always", [c("app", "running"), c("app", "waiting")], True, "Pending"),
        ("Always", [c("app", "running"), c("app", "waiting", last=1)], True, "Running"),
        ("Always", [c("app", "running")], True, "Running"),
        ("Always", [c("app", "terminated", 0)], True, "Running"),
        ("Always", [c("app", "waiting", last=1)], True, "Running"),
        ("OnFailure", [c("app", "terminated", 0)], True, "Succeeded"),
        ("Never", [c("app", "terminated", 0), c("app", "terminated", 0)], True, "Succeeded"),
        ("Never", [c("app", "terminated", 0), c("app", "terminated", 1)], True, "Failed"),
        ("OnFailure", [c("app", "terminated", 1)], True, "Running"),
        # A sidecar that runs, or waits for its first start, counts as an app container; a stopped one does not.
        ("Never", [c("sidecar", "running"), c("app", "terminated", 0)], True, "Running"),
        ("Never", [c("sidecar", "terminated", 1), c("app", "terminated", 0)], True, "Succeeded"),
        ("OnFailure", [c("sidecar", "waiting", last=1), c("app", "terminated", 0)], True, "Succeeded"),
        ("Always", [c("sidecar", "waiting", last=1), c("app", "running")], True, "Running"),
        ("Always", [c("sidecar", "waiting"), c("app", "running")], True, "Pending"),
        ("Always", [c("init", "running"), c("app", "waiting")], False, "Pending"),
        ("Always", [c("init", "waiting", last=1), c("app", "waiting")], False, "Pending"),
        ("Never", [c("init", "terminated", 1), c("app", "waiting")], False, "Failed"),
    ],
)
def test_phase(policy, containers, initialized, expected):
    assert phase(policy, containers, is_initialized=initialized) == expected


def test_init_containers_run_one_after_the_other_then_the_rest():
    spec = {
        "restartPolicy": "Always",
        "initContainers": [{"name": "i1"}, {"name": "side", "restartPolicy": "Always"}, {"name": "i2"}],
        "containers": [{"name": "a"}, {"name": "b"}],
    }
    containers = new_containers(spec)
    order = []
    for name, change in (
        ("i1", {"state": "terminated", "exit": 0}),
        ("side", {"state": "running", "ok": True}),
        ("i2", {"state": "terminated", "exit": 0}),
    ):
        order.append(to_start(spec, containers, is_initialized=False))
        containers[name].update(change)
    order.append(to_start(spec, containers, is_initialized=True))
    assert order == [("i1",), ("side",), ("i2",), ("a", "b")]


def test_a_failing_init_container_is_retried_with_back_off_or_ends_the_pod():
    init = [{"name": "init", "image": "busybox:1.37", "command": ["false"]}]
    cluster = run(pod(initContainers=init), 60_000)
    assert states(cluster)["init"] == "CrashLoopBackOff"
    assert cluster.get("Pod", "web")["status"]["phase"] == "Pending"
    cluster = run(pod(initContainers=init, restartPolicy="Never"), 60_000)
    assert cluster.get("Pod", "web")["status"]["phase"] == "Failed"


def test_a_sidecar_starts_before_and_ends_after_the_main_container():
    sidecar = {"name": "log-shipper", "image": "example.com/shipper:1.0", "restartPolicy": "Always"}
    main = [{"name": "main", "image": "example.com/report:1.0"}]
    cluster = run(pod(containers=main, initContainers=[sidecar], restartPolicy="Never"), 60_000)
    assert cluster.get("Pod", "web")["status"]["phase"] == "Succeeded"
    moments = [
        (e.data["container"], e.change.removeprefix("container-"))
        for e in cluster.trace.of(Ref("Pod", "default", "web"), "container-started", "container-exited")
    ]
    assert moments == [
        ("log-shipper", "started"),
        ("main", "started"),
        ("main", "exited"),
        ("log-shipper", "exited"),
    ]


def stopping(*, hook=0, main="sleep 3600", grace=30):
    """When the containers of a Pod with two sidecars were told to end and did, in seconds after its deletion."""
    sidecars = [
        {"name": name, "image": "example.com/shipper:1.0", "restartPolicy": "Always"}
        for name in ("one", "two")
    ]
    if hook:
        sidecars[1]["lifecycle"] = {"preStop": {"sleep": {"seconds": hook}}}
    app = {"name": "main", "image": "busybox:1.37", "command": ["sh", "-c", main]}
    if not main:
        app = {"name": "main", "image": "example.com/web:1.0"}
    cluster = run(pod(containers=[app], initContainers=sidecars, terminationGracePeriodSeconds=grace), 20_000)
    cluster.delete("Pod", "web")
    cluster.run_until(200_000)
    ref = Ref("Pod", "default", "web")
    killing = {
        e.data["container"]: (e.time_ms - 20_000) / 1000 for e in cluster.trace.of(ref, "container-killing")
    }
    exits = {
        e.data["container"]: (e.time_ms - 20_000) / 1000 for e in cluster.trace.of(ref, "container-exited")
    }
    return killing, exits


@pytest.mark.parametrize(
    ("setting", "exits"),
    [
        # killContainer with a termination order: all are told at once, sidecars wait for those after them.
        ({"main": ""}, {"main": 0, "two": 0, "one": 0}),
        ({"main": "", "hook": 7}, {"main": 0, "two": 7, "one": 7}),
        # A main container that does not heed SIGTERM uses up the grace period; the sidecars go with it.
        ({}, {"main": 30, "two": 30, "one": 30}),
        ({"hook": 7}, {"main": 30, "two": 30, "one": 30}),
    ],
)
def test_sidecars_end_in_turn(setting, exits):
    killing, ended = stopping(**setting)
    assert set(killing.values()) == {0}
    assert ended == exits


def test_whose_turn_it_is_to_stop():
    """kuberuntime_termination_order.go: sidecars in the reverse of their order, after all the others."""
    spec = {
        "initContainers": [
            {"name": "a", "restartPolicy": "Always"},
            {"name": "b", "restartPolicy": "Always"},
        ],
        "containers": [{"name": "c"}, {"name": "d"}],
    }
    containers = new_containers(spec)
    for each in containers.values():
        each["state"] = "running"
    order = []
    while running := [name for name, c in containers.items() if c["state"] == "running"]:
        now = [name for name in running if may_stop(containers, name)]
        order.append(now)
        for name in now:
            containers[name]["state"] = "terminated"
    assert order == [["c", "d"], ["b"], ["a"]]


def test_a_crashing_container_waits_longer_and_longer():
    cluster = run(shell_pod("exit 1"), 200_000)
    starts = [e.time_ms // 1000 for e in cluster.trace.of(Ref("Pod", "default", "sh"), "container-started")]
    assert starts[:6] == [3, 4, 15, 36, 77, 158]
    status = cluster.get("Pod", "sh")["status"]["containerStatuses"][0]
    assert status["state"]["waiting"]["reason"] == "CrashLoopBackOff"
    assert status["state"]["waiting"]["message"].startswith(
        "back-off 2m40s restarting failed container=app pod=sh_default("
    )
    assert status["lastState"]["terminated"]["exitCode"] == 1


@pytest.mark.parametrize(("policy", "script", "expected"), [("Never", "exit 0", "Succeeded"), ("Never", "exit 2", "Failed"), ("OnFailure", "exit 0", "Succeeded")])  # fmt: skip
def test_pods_that_end(policy, script, expected):
    assert (
        run(shell_pod(script, restartPolicy=policy), 20_000).get("Pod", "sh")["status"]["phase"] == expected
    )


def endpoints_ready(cluster, service="web"):
    slices = [
        s
        for s in cluster.objects("EndpointSlice")
        if s["metadata"]["labels"].get("kubernetes.io/service-name") == service
    ]
    return [e["conditions"]["ready"] for s in slices for e in s["endpoints"]]


def test_readiness_failure_removes_the_endpoint_and_does_not_restart():
    cluster = Cluster()
    cluster.apply(deployment(replicas=1, readinessProbe=probe("/ready")))
    cluster.apply(service())
    cluster.run_until(20_000)
    cluster.act("inject", fault="unready", target="web", for_ms=60_000)
    cluster.run_until(60_000)
    assert endpoints_ready(cluster) == [False]
    assert cluster.trace.find("container-exited") == ()
    cluster.run_until(100_000)
    assert endpoints_ready(cluster) == [True]


def test_startup_probe_holds_the_others_back():
    spec = container(
        image="example.com/slow:1.0",
        startupProbe=probe(periodSeconds=5, failureThreshold=30),
        livenessProbe=probe(periodSeconds=1, failureThreshold=1),
        readinessProbe=probe("/ready"),
    )
    cluster = run(pod(containers=[spec]), 60_000)
    kinds = [e.data["probe"] for e in cluster.trace.find("probe")]
    assert kinds == ["startup"] * 5 + ["liveness", "readiness"]
    assert (states(cluster), conditions(cluster)["Ready"]) == ({"app": "running"}, "True")


def test_a_startup_probe_that_never_succeeds_kills_in_time():
    spec = container(image="example.com/slow:1.0", startupProbe=probe(periodSeconds=10, failureThreshold=2))
    cluster = run(pod(containers=[spec]), 14_000)
    kills = [(e.time_ms, e.field) for e in cluster.trace.find("container-killing")]
    assert kills == [(13_000, "spec.containers[0].startupProbe.failureThreshold")]


@pytest.mark.parametrize(
    ("fault", "fields", "gone_at"),
    [
        (None, {}, 10_000),
        ("hang", {}, 10_000),
        ("deadlock", {}, 40_000),
        ("deadlock", {"terminationGracePeriodSeconds": 5}, 15_000),
        (None, {"terminationGracePeriodSeconds": 0}, 10_000),
    ],
)
def test_a_deleted_pod_goes_at_once_or_when_its_grace_is_over(fault, fields, gone_at):
    cluster = run(pod(**fields), 10_000)
    if fault:
        cluster.act("inject", fault=fault, target="web")
    cluster.delete("Pod", "web")
    cluster.run_until(gone_at - 1)
    if gone_at > 10_000:
        assert "deletionTimestamp" in cluster.get("Pod", "web")["metadata"]
    cluster.run_until(gone_at)
    assert cluster.objects("Pod") == []


@pytest.mark.parametrize(
    ("grace", "hook", "expected"),
    [
        # kuberuntime_container.go killContainer: preStop first, SIGKILL when the rest is over, never under 2 s.
        (30_000, 0, (0, 30_000)),
        (30_000, 10_000, (10_000, 30_000)),
        (30_000, 10_900, (10_900, 30_900)),
        (30_000, 29_000, (29_000, 31_000)),
        (30_000, 30_000, (30_000, 32_000)),
        (30_000, 10**12, (30_000, 32_000)),
        (1_000, 0, (0, 2_000)),
        (0, 0, (0, 2_000)),
    ],
)
def test_when_a_container_is_told_and_made_to_stop(grace, hook, expected):
    assert stop_times(grace, hook) == expected


@pytest.mark.parametrize(("sleep", "grace", "gone_after"), [(5, 30, 5), (40, 30, 30)])
def test_prestop_uses_up_the_grace_period(sleep, grace, gone_after):
    spec = container(lifecycle={"preStop": {"exec": {"command": ["sleep", str(sleep)]}}})
    cluster = run(pod(containers=[spec], terminationGracePeriodSeconds=grace), 10_000)
    cluster.delete("Pod", "web")
    cluster.run_until(100_000)
    deleted = cluster.trace.of(Ref("Pod", "default", "web"), "deleted")
    assert [e.time_ms for e in deleted] == [10_000 + gone_after * 1000]


def test_a_shell_as_process_one_does_not_heed_sigterm():
    cluster = run(shell_pod("sleep 3600"), 10_000)
    cluster.delete("Pod", "sh")
    cluster.run_until(100_000)
    exited = cluster.trace.find("container-exited")[0]
    assert (exited.time_ms, exited.data["exit_code"]) == (40_000, 137)


def test_a_forced_delete_removes_the_object_at_once():
    cluster = run(pod(), 10_000)
    cluster.act("inject", fault="deadlock", target="web")
    cluster.delete("Pod", "web", grace_seconds=0)
    assert cluster.objects("Pod") == []


def test_memory_above_the_limit_is_killed_and_cpu_above_it_is_not():
    spec = container(resources={"limits": {"memory": "64Mi", "cpu": "100m"}})
    cluster = run(pod(containers=[spec]), 10_000)
    cluster.act("inject", fault="leak", target="web", perSecond="1Mi")
    cluster.act("load", target="web", cpu=5_000)
    cluster.run_until(120_000)
    exits = [
        (e.time_ms, e.data["reason"], e.data["exit_code"]) for e in cluster.trace.find("container-exited")
    ]
    # 32 MiB at the start, one more each second: the 33rd is over the limit.
    assert exits[0] == (42_001, "OOMKilled", 137)
    assert cluster.get("Pod", "web")["status"]["containerStatuses"][0]["restartCount"] >= 1


def test_missing_config_keeps_a_container_waiting_until_it_is_there():
    spec = container(env=[{"name": "COLOR", "valueFrom": {"configMapKeyRef": {"name": "c", "key": "color"}}}])
    cluster = run(pod(containers=[spec]), 10_000)
    status = cluster.get("Pod", "web")["status"]["containerStatuses"][0]["state"]["waiting"]
    assert status == {"reason": "CreateContainerConfigError", "message": 'configmap "c" not found'}
    cluster.apply(
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"color": "red"}}
    )
    cluster.run_until(30_000)
    assert states(cluster) == {"app": "running"}


def test_a_missing_volume_source_is_told_as_failed_mount():
    spec = container(volumeMounts=[{"name": "v", "mountPath": "/etc/v"}])
    cluster = run(pod(containers=[spec], volumes=[{"name": "v", "secret": {"secretName": "s"}}]), 5_000)
    assert (states(cluster), reasons(cluster)[1]) == ({"app": "ContainerCreating"}, "FailedMount")


def test_two_containers_on_one_port_the_second_crashes():
    spec = [
        container(name="a", image="example.com/echo:1.0"),
        container(name="b", image="example.com/echo:1.0"),
    ]
    spec[1].pop("ports")
    cluster = run(pod(containers=spec), 30_000)
    assert states(cluster) == {"a": "running", "b": "CrashLoopBackOff"}


def test_run_as_non_root_against_an_image_that_is_root():
    spec = {"containers": [{"name": "app", "image": "nginx:1.27"}], "securityContext": {"runAsNonRoot": True}}
    cluster = run(pod(**spec), 5_000)
    waiting = cluster.get("Pod", "web")["status"]["containerStatuses"][0]["state"]["waiting"]
    assert waiting["reason"] == "CreateContainerConfigError"
    assert waiting["message"].startswith("container has runAsNonRoot and image will run as root (pod: ")


def test_the_exec_example_of_the_kubernetes_documentation():
    script = "touch /tmp/healthy; sleep 30; rm -f /tmp/healthy; sleep 600"
    liveness = {"exec": {"command": ["cat", "/tmp/healthy"]}, "initialDelaySeconds": 5, "periodSeconds": 5}
    spec = {
        "name": "app",
        "image": "busybox:1.37",
        "args": ["/bin/sh", "-c", script],
        "livenessProbe": liveness,
    }
    cluster = run(pod(containers=[spec]), 120_000)
    killing = cluster.trace.find("container-killing")[0]
    # Started at 3 s, healthy for 30: the probes at 33, 38 and 43 fail.
    assert killing.time_ms == 43_000
    assert (
        "cat: can't open '/tmp/healthy': No such file or directory"
        in [e.data["message"] for e in cluster.trace.find("event") if e.data["reason"] == "Unhealthy"][0]
    )


def test_a_silent_node_is_noticed_tainted_and_its_pods_are_evicted():
    cluster = Cluster(nodes=2)
    cluster.apply(deployment(replicas=2))
    cluster.run_until(20_000)
    node = cluster.objects("Pod")[0]["spec"]["nodeName"]
    cluster.act("nodeDown", node=node)
    cluster.run_until(500_000)
    told = {
        e.data["reason"]: e.time_ms
        for e in cluster.trace.find("event")
        if e.data["reason"] in ("NodeNotReady", "TaintManagerEviction")
    }
    # The last heartbeat at 20 s, 50 s of patience, a look every 5 s; then 300 s of toleration.
    assert told == {"NodeNotReady": 75_000, "TaintManagerEviction": 375_000}
    running = [
        p["spec"]["nodeName"] for p in cluster.objects("Pod") if "deletionTimestamp" not in p["metadata"]
    ]
    assert (
        running
        == [n["metadata"]["name"] for n in cluster.objects("Node") if n["metadata"]["name"] != node] * 2
    )


def test_another_image_restarts_the_container_in_place():
    cluster = run(pod(), 10_000)
    cluster.patch("Pod", "web", {"spec": {"containers": [{"name": "app", "image": "example.com/web:1.1"}]}})
    cluster.run_until(20_000)
    status = cluster.get("Pod", "web")["status"]["containerStatuses"][0]
    assert (status["image"], status["restartCount"]) == ("example.com/web:1.1", 1)
    killing = cluster.trace.find("container-killing")[0]
    assert killing.data["text"] == "Container app definition changed, will be restarted"


def test_mounted_configuration_follows_within_a_minute_and_variables_never():
    color = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"color": "red"}}
    spec = container(
        env=[{"name": "COLOR", "valueFrom": {"configMapKeyRef": {"name": "c", "key": "color"}}}],
        volumeMounts=[
            {"name": "v", "mountPath": "/etc/c"},
            {"name": "v", "mountPath": "/etc/fixed", "subPath": "color"},
        ],
    )
    cluster = Cluster()
    cluster.apply(color)
    cluster.apply(pod(containers=[spec], volumes=[{"name": "v", "configMap": {"name": "c"}}]))
    cluster.run_until(70_000)
    cluster.apply({**color, "data": {"color": "blue"}})

    def seen():
        object_ = cluster.get("Pod", "web")
        running = cluster.kubelet.running(cluster.kubelet.record(object_["metadata"]["uid"]), object_, "app")
        return running.read("/etc/c/color"), running.read("/etc/fixed"), running.env["COLOR"]

    cluster.run_until(119_999)
    assert seen() == ("red", "red", "red")
    cluster.run_until(120_000)
    assert seen() == ("blue", "red", "red")


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ({"nodeName": "node-1"}, None),
        ({"nodeName": "node-1", "nodeSelector": {"disk": "ssd"}}, "NodeAffinity"),
        ({"nodeName": "node-1", "containers": [container(resources={"requests": {"cpu": "5"}})]}, "OutOfcpu"),
    ],
)
def test_a_kubelet_refuses_what_does_not_fit_its_node(spec, reason):
    containers = spec.pop("containers", None)
    status = run(pod(containers=containers, **spec), 10_000).get("Pod", "web")["status"]
    assert (status["phase"], status.get("reason")) == (("Failed", reason) if reason else ("Running", None))


def test_addresses_are_given_out_in_turn_and_again_only_when_free():
    cluster = run(deployment(replicas=2), 10_000, nodes=1)
    first = {p["status"]["podIP"] for p in cluster.objects("Pod")}
    cluster.kubelet.state["nodes"]["node-1"]["ip"] = 253
    cluster.scale("Deployment", "web", 4)
    cluster.run_until(20_000)
    addresses = [p["status"]["podIP"] for p in cluster.objects("Pod")]
    assert len(set(addresses)) == 4
    assert first < set(addresses)


def hooks(**lifecycle):
    cluster = run(pod(containers=[container(lifecycle=lifecycle)]), 10_000)
    cluster.delete("Pod", "web")
    cluster.run_until(100_000)
    warned = {e["reason"] for e in cluster.objects("Event") if e["type"] == "Warning"}
    (gone,) = cluster.trace.of(Ref("Pod", "default", "web"), "deleted")
    return warned, gone.time_ms // 1000


@pytest.mark.parametrize(
    ("first", "second", "ready"),
    [
        ("http", "udp", [True, True]),
        ("tcp", "http", [True, False]),
        ("udp", "udp", [True, False]),
    ],
)
def test_two_containers_share_a_port_number_only_over_tcp_and_udp(first, second, ready):
    """bind(2) within one network namespace: a port belongs to a transport."""
    images = {
        f"example.com/{name}:1": {"listens": [{"port": 53, "protocol": protocol}]}
        for name, protocol in (("one", first), ("two", second))
    }
    cluster = Cluster(images=images)
    spec = [{"name": name, "image": f"example.com/{name}:1"} for name in ("one", "two")]
    cluster.apply(pod(containers=spec))
    cluster.run_until(30_000)
    assert [each["ready"] for each in cluster.get("Pod", "web")["status"]["containerStatuses"]] == ready


@pytest.mark.parametrize(
    ("lifecycle", "warned", "gone_at"),
    [
        ({"preStop": {"httpGet": {"path": "/bye", "port": 8080}}}, set(), 10),
        ({"preStop": {"httpGet": {"path": "/bye", "port": "http"}}}, set(), 10),
        ({"preStop": {"httpGet": {"path": "/bye", "port": 9}}}, {"FailedPreStopHook"}, 10),
        ({"preStop": {"sleep": {"seconds": 7}}}, set(), 17),
        ({"postStart": {"httpGet": {"port": 8080}}}, set(), 10),
        ({"postStart": {"httpGet": {"port": 9}}}, {"FailedPostStartHook", "BackOff"}, 10),
        ({"postStart": {"exec": {"command": ["false"]}}}, {"FailedPostStartHook", "BackOff"}, 10),
    ],
)
def test_a_hook_has_worked_when_anything_answers(lifecycle, warned, gone_at):
    """pkg/kubelet/lifecycle/handlers.go: the status of the answer does not count."""
    assert hooks(**lifecycle) == (warned, gone_at)


SLOW_HOOK = {"postStart": {"sleep": {"seconds": 20}}}


def test_a_pod_is_reported_as_starting_while_its_hook_runs():
    """startContainer runs postStart before the kubelet looks at the Pod again: one container after the other."""
    listed = [
        container(lifecycle=SLOW_HOOK),
        container(name="side", image="busybox:1.37", command=["sleep", "3600"]),
    ]
    cluster = run(pod(containers=listed), 22_999)
    assert states(cluster) == {"app": "ContainerCreating", "side": "ContainerCreating"}
    assert (conditions(cluster)["Ready"], cluster.get("Pod", "web")["status"]["phase"]) == (
        "False",
        "Pending",
    )
    assert reasons(cluster)[-1] == "Started"
    cluster.run_until(23_000)
    assert states(cluster) == {"app": "running", "side": "ContainerCreating"}
    first = cluster.get("Pod", "web")["status"]["containerStatuses"][0]
    assert first["state"]["running"]["startedAt"] == "2026-04-01T00:00:03Z"
    cluster.run_until(30_000)
    assert states(cluster) == {"app": "running", "side": "running"}


@pytest.mark.parametrize(("delay", "ready_at"), [(0, 23), (10, 23), (30, 33)])
def test_probes_wait_for_the_hook_and_for_their_delay_since_the_start(delay, ready_at):
    """prober/worker.go: initialDelaySeconds counts from startedAt, but a container that is not running is not probed."""
    spec = container(lifecycle=SLOW_HOOK, readinessProbe=probe(initialDelaySeconds=delay))
    cluster = run(pod(containers=[spec]), 60_000)
    probed = [e.data["started_ms"] for e in cluster.trace.find("probe")]
    assert probed[0] == ready_at * 1000


@pytest.mark.parametrize(("policy", "state"), [("Always", "PostStartHookError"), ("Never", "Completed")])
def test_a_container_whose_hook_fails_is_killed(policy, state):
    lifecycle = {"postStart": {"exec": {"command": ["sh", "-c", "sleep 5; exit 1"]}}}
    cluster = run(pod(containers=[container(lifecycle=lifecycle)], restartPolicy=policy), 7_999)
    assert states(cluster) == {"app": "ContainerCreating"}
    cluster.run_until(8_000)
    assert states(cluster) == {"app": state}
    assert [r for r in reasons(cluster) if r in ("FailedPostStartHook", "Killing")] == [
        "FailedPostStartHook",
        "Killing",
    ]


def test_a_pod_that_is_deleted_does_not_wait_for_its_hook():
    cluster = run(
        pod(containers=[container(lifecycle={"postStart": {"exec": {"command": ["sleep", "600"]}}})]), 10_000
    )
    cluster.delete("Pod", "web")
    cluster.run_until(10_000)
    assert cluster.objects("Pod") == []


def test_a_snapshot_while_a_hook_runs():
    cluster = run(pod(containers=[container(lifecycle=SLOW_HOOK)]), 10_000)
    other = Cluster.restore(cluster.snapshot())
    for each in (cluster, other):
        each.run_until(60_000)
    assert states(other) == {"app": "running"}
    assert other.objects("Pod") == cluster.objects("Pod")
