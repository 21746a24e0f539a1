"""The probe worker and its times.  Rules: pkg/kubelet/prober/worker.go, pkg/probe/http."""

import pytest

from learn.cluster import probes
from learn.cluster.cluster import Cluster
from learn.cluster.probes import Result, Timing, Worker, next_tick, step, timing
from learn.cluster.scenario import run, scenario_from
from tests.cluster.factories import container, deployment, pod, probe

S, F = True, False


@pytest.mark.parametrize(
    ("kind", "thresholds", "outcomes", "results"),
    [
        # worker.go doProbe: a result stands only after as many equal outcomes in a row as its threshold.
        ("liveness", (1, 3), [F, F, F], "SSF"),
        ("liveness", (1, 3), [F, F, S, F, F, F], "SSSSSF"),
        ("liveness", (1, 1), [F], "F"),
        ("readiness", (1, 3), [S, F, F, S, F, F, F, S], "SSSSSSFS"),
        ("readiness", (3, 2), [S, S, F, S, S, S, F, F], "FFFFFSSF"),
        ("readiness", (2, 1), [S, F, S, S], "FFFS"),
        ("startup", (1, 2), [F, S], "US"),
        ("startup", (1, 2), [F, F], "UF"),
    ],
)
def test_results_follow_thresholds(kind, thresholds, outcomes, results):
    times = Timing(0, 10_000, 1_000, *thresholds)
    worker = Worker(probes.INITIAL[kind])
    seen = ""
    for outcome in outcomes:
        worker, _ = step(worker, times, success=outcome)
        seen += worker.result.name[0]
    assert seen == results


def test_changed_is_told_only_when_the_result_is_another():
    times = Timing(0, 10_000, 1_000, 1, 2)
    worker = Worker(Result.SUCCESS)
    changes = []
    for outcome in (S, F, F, F, S):
        worker, changed = step(worker, times, success=outcome)
        changes.append(changed)
    assert changes == [False, False, True, False, True]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, (0, 10_000, 1_000, 1, 3)),
        ({"initialDelaySeconds": 5, "periodSeconds": 2, "timeoutSeconds": 3, "successThreshold": 4, "failureThreshold": 6}, (5_000, 2_000, 3_000, 4, 6)),
        ({"periodSeconds": 0, "failureThreshold": 0}, (0, 10_000, 1_000, 1, 3)),
    ],
)  # fmt: skip
def test_timing_fields_and_defaults(fields, expected):
    assert timing(fields) == expected


@pytest.mark.parametrize(
    ("started", "ended", "due"),
    [
        (0, 0, 10_000),
        (0, 1_000, 10_000),
        (0, 10_000, 10_000),
        # time.Ticker keeps one tick that came while a probe ran, and loses the others.
        (0, 30_000, 30_000),
        (30_000, 30_000, 40_000),
        (12_000, 12_000, 20_000),
        (12_000, 25_000, 25_000),
    ],
)
def test_the_next_probe_waits_for_the_one_before(started, ended, due):
    assert next_tick(0, 10_000, started, ended) == due


@pytest.mark.parametrize(
    ("status", "success"), [(199, F), (200, S), (204, S), (301, S), (399, S), (400, F), (404, F), (500, F)]
)
def test_http_status_decides(status, success):
    outcome = probes.http_outcome(status)
    assert outcome.success is success
    assert outcome.text == ("" if success else f"HTTP probe failed with statuscode: {status}")


@pytest.mark.parametrize(
    ("port", "number"), [(8080, 8080), ("http", 8080), ("8081", 8081), ("nope", 0), (None, 0)]
)
def test_ports_are_found_by_name(port, number):
    assert probes.container_port(port, {"ports": [{"name": "http", "containerPort": 8080}]}) == number


def killed_at(liveness, *events, duration=200):
    scenario = scenario_from({"origin": "web", "duration": duration, "events": list(events)})
    return [
        kill["ms"] / 1000
        for kill in run(scenario, [deployment(replicas=1, livenessProbe=liveness)]).facts["kills"]
    ]


@pytest.mark.parametrize(
    ("fields", "fault_at", "kill_at"),
    [
        # d + n*p after the container's start; a hanging probe fails after its timeout.
        ({}, 60, 81),
        ({}, 60.001, 91),
        ({"periodSeconds": 5}, 60, 71),
        ({"periodSeconds": 3, "failureThreshold": 5}, 60, 73),
        ({"periodSeconds": 10, "failureThreshold": 2}, 60, 71),
        ({"initialDelaySeconds": 30}, 0, 51),
        ({"initialDelaySeconds": 90}, 60, 111),
        ({"periodSeconds": 5, "timeoutSeconds": 8, "failureThreshold": 2}, 60, 76),
    ],
)
def test_a_hang_is_noticed_in_time(fields, fault_at, kill_at):
    assert killed_at(probe(**fields), {"at": fault_at, "hang": "web"}) == [kill_at]


def test_failures_at_once_need_no_timeout():
    event = {"at": 60, "status": "web", "path": "/healthz", "code": 500}
    assert killed_at(probe(), event) == [80]


def test_a_short_hang_that_meets_too_few_probes_changes_nothing():
    event = {"at": 28, "every": 30, "until": 200, "hang": "web", "for": 4}
    assert killed_at(probe(periodSeconds=5), event) == []
    assert killed_at(probe(periodSeconds=10, failureThreshold=1), event)[0] == 31


def test_tcp_probes_do_not_see_a_hang():
    assert killed_at({"tcpSocket": {"port": 8080}}, {"at": 60, "hang": "web"}) == []


def test_a_wrong_port_kills_again_and_again_with_back_off():
    kills = killed_at(
        {"httpGet": {"path": "/healthz", "port": 80}, "periodSeconds": 5, "failureThreshold": 2}
    )
    # 5 s of probing, 1 s to start again, and waits of 0, 10, 20, 40 … seconds.
    assert kills[:5] == [5, 11, 27, 53, 99]


@pytest.mark.parametrize(
    ("protocol", "scheme", "text"),
    [
        ("https", "HTTPS", ""),
        ("http", "HTTPS", "http: server gave HTTP response to HTTPS client"),
        ("https", "HTTP", "HTTP probe failed with statuscode: 400"),
    ],
)
def test_the_scheme_of_a_probe_is_the_servers(protocol, scheme, text):
    image = {"listens": [{"port": 8443, "protocol": protocol}], "paths": {"/": {}}}
    readiness = {"httpGet": {"port": 8443, "scheme": scheme}}
    cluster = Cluster(images={"example.com/tls:1.0": image})
    cluster.create(pod(containers=[container(image="example.com/tls:1.0", readinessProbe=readiness)]))
    cluster.run_for(10_000)
    (first, *_) = cluster.trace.find("probe")
    assert text in first.data["text"]
    assert first.data["success"] is (text == "")


@pytest.mark.parametrize(
    ("kind", "thresholds", "outcomes", "results"),
    [
        # worker.go doProbe: the run begins anew with every other outcome; thresholds of 1 decide at once.
        ("liveness", (1, 1), [S, S], "SS"),
        ("liveness", (1, 2), [F, S, F, S, F, F], "SSSSSF"),
        ("liveness", (1, 5), [F, F, F, F, S, F, F, F, F, F], "SSSSSSSSSF"),
        ("readiness", (1, 1), [S, F, S, F], "SFSF"),
        ("readiness", (5, 1), [S, S, S, S, S], "FFFFS"),
        ("readiness", (2, 3), [S, S, F, F, S, F, F, F], "FSSSSSSF"),
        ("readiness", (2, 2), [F, F, S, F, S, S, F, S, F, F], "FFFFFSSSSF"),
        ("startup", (1, 30), [F] * 29 + [S], "U" * 29 + "S"),
        ("startup", (1, 3), [F, F, F], "UUF"),
        ("startup", (1, 1), [], ""),
    ],
)
def test_runs_of_outcomes_at_the_edges(kind, thresholds, outcomes, results):
    times = Timing(0, 10_000, 1_000, *thresholds)
    worker, seen = Worker(probes.INITIAL[kind]), ""
    for outcome in outcomes:
        worker, _ = step(worker, times, success=outcome)
        seen += worker.result.name[0]
    assert seen == results


@pytest.mark.parametrize(
    ("worker", "thresholds", "settled"),
    [
        # After this no success changes anything, so that no tick need be reckoned.
        (Worker(Result.SUCCESS, True, 1), (1, 3), True),
        (Worker(Result.SUCCESS, None, 0), (1, 3), False),
        (Worker(Result.SUCCESS, False, 1), (1, 3), False),
        (Worker(Result.FAILURE, True, 1), (2, 3), False),
        (Worker(Result.SUCCESS, True, 1), (2, 3), False),
        (Worker(Result.SUCCESS, True, 2), (2, 3), True),
        (Worker(Result.FAILURE, False, 9), (1, 3), False),
    ],
)
def test_when_a_worker_can_rest(worker, thresholds, settled):
    times = Timing(0, 10_000, 1_000, *thresholds)
    assert probes.is_settled(worker, times) is settled
    if settled:
        assert not step(worker, times, success=True).changed


@pytest.mark.parametrize(
    ("kind", "fields", "grace"),
    [
        # KEP-2238: the probe's own grace counts for its kill only, and not for readiness.
        ("liveness", {}, 30),
        ("liveness", {"terminationGracePeriodSeconds": 5}, 5),
        ("startup", {"terminationGracePeriodSeconds": 1}, 1),
        ("readiness", {"terminationGracePeriodSeconds": 5}, 30),
        ("liveness", {"terminationGracePeriodSeconds": None}, 30),
    ],
)
def test_the_grace_of_a_kill(kind, fields, grace):
    assert probes.grace_seconds(kind, fields, 30) == grace


@pytest.mark.parametrize(
    ("first", "period", "ms", "due"),
    [(1_000, 10_000, 0, 1_000), (1_000, 10_000, 1_000, 1_000), (1_000, 10_000, 1_001, 11_000), (0, 3_000, 9_000, 9_000), (0, 3_000, 9_001, 12_000)],
)  # fmt: skip
def test_ticks_stand_at_whole_periods(first, period, ms, due):
    assert probes.tick_at_or_after(first, period, ms) == due


def failing(**fields):
    """A probe at a port where nobody listens."""
    return {"httpGet": {"port": 81}, **fields}


@pytest.mark.parametrize(
    ("fields", "killed"),
    [
        # worker.go: no other probe before the startup probe's success; its kill comes at d + (F-1)*p.
        ({"startupProbe": failing(periodSeconds=2, failureThreshold=4)}, 6),
        ({"startupProbe": failing(periodSeconds=2, failureThreshold=4, initialDelaySeconds=5)}, 11),
        ({"startupProbe": probe(periodSeconds=2), "livenessProbe": failing(periodSeconds=2, failureThreshold=2)}, 2),
        ({"livenessProbe": failing(periodSeconds=2, failureThreshold=1)}, 0),
        ({"livenessProbe": failing(periodSeconds=2, failureThreshold=1, initialDelaySeconds=7)}, 7),
    ],
)  # fmt: skip
def test_startup_probes_hold_the_others_back(fields, killed):
    scenario = scenario_from({"origin": "web", "duration": 40})
    done = run(scenario, [deployment(replicas=1, **fields)])
    assert done.facts["kills"][0]["ms"] / 1000 == killed


@pytest.mark.parametrize(
    ("startup", "readiness", "first"),
    [
        # worker.go doProbe: the delay counts from the container's start, also after a startup probe.
        ({}, {"initialDelaySeconds": 20}, 23_000),
        ({"initialDelaySeconds": 20}, {"initialDelaySeconds": 5}, 23_000),
        ({"initialDelaySeconds": 20}, {"initialDelaySeconds": 30}, 33_000),
    ],
)
def test_the_first_probe_after_a_startup_probe(startup, readiness, first):
    cluster = Cluster()
    spec = container(startupProbe=probe(**startup), readinessProbe=probe(**readiness))
    cluster.apply(pod(containers=[spec]))
    cluster.run_until(60_000)
    made = [e.data["started_ms"] for e in cluster.trace.find("probe") if e.data["probe"] == "readiness"]
    assert made[0] == first


@pytest.mark.parametrize(
    ("policy", "restarts", "ending"),
    [("Always", 1, ", will be restarted"), ("OnFailure", 1, ", will be restarted"), ("Never", 0, "")],
)
def test_a_container_that_a_probe_ends_is_replaced_whatever_its_exit_code(policy, restarts, ending):
    """computePodActions decides when it kills: restart unless the policy is Never; this program ends with 0."""
    cluster = Cluster()
    spec = container(livenessProbe=probe(periodSeconds=1))
    cluster.apply(pod(containers=[spec], restartPolicy=policy))
    cluster.run_until(10_000)
    cluster.act("inject", fault="hang", target="web", **{"for": "5s"})
    cluster.run_until(40_000)
    status = cluster.get("Pod", "web")["status"]
    assert (status["containerStatuses"][0]["restartCount"], status["phase"]) == (
        restarts,
        "Running" if restarts else "Succeeded",
    )
    told = [e.data["message"] for e in cluster.trace.find("event") if e.data["reason"] == "Killing"]
    assert told == [f"Container app failed liveness probe{ending}"]
