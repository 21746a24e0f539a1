"""What must hold for every run: same inputs, same trace; state is data; nothing odd crashes it."""

import json
import os
import subprocess
import sys

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from learn.cluster.cluster import Cluster
from learn.cluster.engine import Limits
from learn.cluster.errors import ApiError
from learn.cluster.scenario import begin, scenario_from
from tests.cluster.factories import container, deployment, probe, service

few = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])

faults = st.sampled_from(["hang", "deadlock", "unready", "crash"]).map(lambda name: {name: "web"})
lasting = st.fixed_dictionaries({}, optional={"for": st.integers(1, 40), "count": st.integers(1, 3)})
events = st.one_of(
    st.tuples(faults, lasting).map(lambda pair: {**pair[0], **({} if "crash" in pair[0] and "for" in pair[1] else pair[1])}),
    st.integers(0, 6).map(lambda n: {"scale": "web", "to": n}),
    st.integers(0, 300).map(lambda rps: {"load": "web", "rps": rps}),
    st.sampled_from(["1.1", "9.9"]).map(lambda v: {"deploy": app(image=f"example.com/web:{v}")}),
    st.sampled_from([{"drain": "node-1"}, {"uncordon": "node-1"}, {"nodeDown": "node-2", "for": 60}]),
    st.sampled_from([{"stop": "kube-scheduler", "for": 20}, {"stop": "kube-controller-manager", "for": 20}, {"request": "http://web/"}]),
)  # fmt: skip
timed = st.lists(
    st.tuples(st.integers(0, 90), events).map(lambda pair: {"at": pair[0], **pair[1]}), max_size=5
)


def app(**fields):
    return deployment(readinessProbe=probe("/ready"), livenessProbe=probe(periodSeconds=5), **fields)


def play(happenings, *, until=None):
    scenario = scenario_from(
        {"seed": 3, "duration": 120, "events": happenings, "manifests": [service(), app()]}
    )
    cluster, _ = begin(scenario)
    cluster.run_until(120_000 if until is None else until)
    return cluster


@few
@given(timed)
def test_same_inputs_give_the_same_trace(happenings):
    assert play(happenings).trace.digest() == play(happenings).trace.digest()


@few
@given(timed, st.integers(0, 120_000))
def test_a_snapshot_at_any_instant_changes_nothing(happenings, instant):
    straight = play(happenings)
    first = play(happenings, until=instant)
    state = json.loads(json.dumps(first.snapshot()))
    resumed = Cluster.restore(state)
    assert json.loads(json.dumps(resumed.snapshot())) == state
    resumed.run_until(120_000)
    assert resumed.snapshot() == straight.snapshot()
    rest = straight.trace.entries[first.trace.last_id :]
    assert json.dumps(resumed.trace.entries, default=list) == json.dumps(rest, default=list)


@few
@given(timed, st.integers(0, 120_000))
def test_a_fork_and_a_replay_equal_the_straight_run(happenings, instant):
    straight = play(happenings)
    fork = play(happenings, until=instant).fork()
    fork.run_until(120_000)
    again = straight.rewound(instant)
    again.run_until(120_000)
    assert fork.trace.digest() == straight.trace.digest() == again.trace.digest()


PROGRAM = """
from tests.cluster.test_properties import play
print(play([{"at": 20, "hang": "web"}, {"at": 30, "load": "web", "rps": 50}, {"at": 40, "drain": "node-1"}]).trace.digest())
"""


def test_the_trace_does_not_depend_on_the_hash_seed_of_the_process():
    digests = set()
    for hash_seed in ("0", "1", "4242"):
        env = {**os.environ, "PYTHONHASHSEED": hash_seed}
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM], env=env, capture_output=True, text=True, check=True
        )
        digests.add(done.stdout)
    assert len(digests) == 1


values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-5, 70_000),
        st.text(max_size=8),
        st.just("25%"),
        st.just("100m"),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2), st.dictionaries(st.text(max_size=6), inner, max_size=2)
    ),
    max_leaves=6,
)
PATHS = [
    ("spec",), ("spec", "replicas"), ("spec", "selector"), ("spec", "strategy"), ("spec", "minReadySeconds"),
    ("spec", "template"), ("spec", "template", "metadata"), ("spec", "template", "spec"),
    ("spec", "template", "spec", "containers"), ("spec", "template", "spec", "volumes"),
    ("spec", "template", "spec", "restartPolicy"), ("spec", "template", "spec", "nodeSelector"),
    ("spec", "template", "spec", "affinity"), ("spec", "template", "spec", "tolerations"),
    ("spec", "template", "spec", "initContainers"), ("spec", "template", "spec", "securityContext"),
    ("spec", "template", "spec", "terminationGracePeriodSeconds"), ("metadata",), ("metadata", "name"),
    ("metadata", "labels"), ("metadata", "finalizers"), ("metadata", "ownerReferences"), ("kind",), ("apiVersion",),
]  # fmt: skip
CONTAINER_FIELDS = [
    "name", "image", "command", "args", "env", "envFrom", "ports", "resources", "livenessProbe", "readinessProbe",
    "startupProbe", "lifecycle", "volumeMounts", "imagePullPolicy", "securityContext",
]  # fmt: skip


def with_value(manifest, path, value):
    copy = json.loads(json.dumps(manifest))
    holder = copy
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    return copy


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(PATHS), values)
def test_no_odd_manifest_crashes_the_cluster(path, value):
    survives(with_value(app(), path, value))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(CONTAINER_FIELDS), values)
def test_no_odd_container_crashes_the_cluster(field, value):
    survives(
        deployment(**{field: value})
        if field != "name"
        else with_value(
            app(),
            (
                "spec",
                "template",
                "spec",
                "containers",
            ),
            [container(name=value)],
        )
    )


def survives(manifest):
    cluster = Cluster(limits=Limits(pods=50, timers=20_000))
    cluster.apply(service())
    try:
        cluster.apply(manifest)
    except ApiError:
        return
    end = cluster.run_until(60_000)
    assert end.is_complete or end.limit in ("pods", "timers")
    json.dumps(cluster.snapshot())


def test_reaching_a_limit_is_an_explained_end():
    cluster = Cluster(limits=Limits(pods=5))
    cluster.apply(deployment(replicas=50))
    end = cluster.run_until(60_000)
    assert (end.is_complete, end.limit, end.bound, end.now_ms) == (False, "pods", 5, 0)
    assert cluster.run_for(1_000) == end
