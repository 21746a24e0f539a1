"""What must hold whatever happens in a cluster that has something of everything."""

import json
import os
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from learn.cluster.cluster import Cluster
from learn.cluster.engine import Limits
from learn.cluster.errors import ApiError
from tests.cluster.factories import service
from tests.cluster.worlds import DURATION_S, EVERYTHING, IMAGES, RARER, config, happenings, play, web

END_MS = DURATION_S * 1000
some = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
instants = st.integers(0, END_MS)


def told(cluster):
    return json.dumps(cluster.trace.entries, default=list)


@some
@given(happenings)
def test_the_same_happenings_give_the_same_trace(events):
    assert play(events).trace.digest() == play(events).trace.digest()


@some
@given(happenings, instants)
def test_a_state_put_away_and_taken_up_again_has_the_same_future(events, instant):
    straight, first = play(events), play(events, until_ms=instant)
    state = json.loads(json.dumps(first.snapshot()))
    resumed = Cluster.restore(state)
    assert json.loads(json.dumps(resumed.snapshot())) == state
    resumed.run_until(END_MS)
    assert resumed.snapshot() == straight.snapshot()
    assert told(resumed) == json.dumps(straight.trace.entries[first.trace.last_id :], default=list)


@some
@given(happenings, instants)
def test_a_fork_and_a_rewound_run_arrive_where_the_straight_one_does(events, instant):
    straight = play(events)
    fork = play(events, until_ms=instant).fork()
    fork.run_until(END_MS)
    again = straight.rewound(instant)
    again.run_until(END_MS)
    assert fork.trace.digest() == straight.trace.digest() == again.trace.digest()


@some
@given(happenings, st.lists(instants, max_size=4))
def test_it_does_not_matter_in_how_many_steps_time_passes(events, instants):
    stepwise = play(events, until_ms=0)
    for instant in sorted(instants):
        stepwise.run_until(instant)
    stepwise.run_until(END_MS)
    assert stepwise.trace.digest() == play(events).trace.digest()


PROGRAM = """
from tests.cluster.worlds import play
print(play([
    {"at": 10, "load": "web", "rps": 600, "for": 60}, {"at": 20, "hang": "web", "count": 1},
    {"at": 30, "nodeDown": "node-1", "for": 45}, {"at": 40, "scale": "statefulset/db", "to": 4},
    {"at": 50, "stop": "kube-controller-manager", "for": 20}, {"at": 60, "delete": "deployment/web"},
    {"at": 70, "drain": "node-2"}, {"at": 80, "request": "http://db/"}, {"at": 90, "crash": "trio/proxy"},
]).trace.digest())
"""


def test_the_trace_of_a_full_cluster_does_not_depend_on_the_hash_seed_of_the_process():
    digests = set()
    for hash_seed in ("0", "7", "99999"):
        env = {**os.environ, "PYTHONHASHSEED": hash_seed}
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM], env=env, capture_output=True, text=True, check=True
        )
        digests.add(done.stdout)
    assert len(digests) == 1


@some
@given(happenings)
def test_what_is_promised_holds_at_the_end(events):
    """No Pod on two nodes' addresses, no endpoint without its Pod, no more Pods than a node has room for."""
    cluster = play(events)
    pods = {p["metadata"]["name"]: p for p in cluster.objects("Pod")}
    running = [p for p in pods.values() if p["status"].get("phase") == "Running"]
    addresses = [
        p["status"]["podIP"]
        for p in running
        if p["status"].get("podIP") and "deletionTimestamp" not in p["metadata"]
    ]
    assert len(addresses) == len(set(addresses))
    if not any("stop" in event for event in events):
        listed = [
            endpoint["targetRef"]["name"]
            for each in cluster.objects("EndpointSlice")
            for endpoint in each.get("endpoints") or ()
            if "targetRef" in endpoint and endpoint["conditions"]["ready"]
        ]
        assert set(listed) <= set(pods)
    for node in cluster.objects("Node"):
        name = node["metadata"]["name"]
        here = [p for p in pods.values() if p["spec"].get("nodeName") == name]
        assert len(here) <= int(node["status"]["allocatable"]["pods"])


# -- odd manifests -----------------------------------------------------------------------------------

odd_leaves = st.one_of(
    st.sampled_from(
        [
            None, True, False, 0, -1, 1, 2**31, 2**63, -(2**63), 10**30, 0.5, 1e300, float("inf"), float("nan"), "", "0",
            "-1", "1", "25%", "101%", "100m", "-5Gi", "1e9", "99999999999Ei", "*", "a" * 300, "a\x00b", "波止場", "١٢", "Always",
            "None", "web", "80", "http", "default", "2026-04-01T00:00:00Z", "@every 1s", "10.0.0.0/8", "kube-system",
            "../..", "$(HOME)", "{}", "- a",
        ]
    ),
    st.text(max_size=6),
)  # fmt: skip
odd_values = st.recursive(
    odd_leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.one_of(st.text(max_size=4), st.sampled_from(["name", "matchLabels", "port", "app"])),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=8,
)


def places(value, path=()):
    """Every place in a manifest that something else can be put into."""
    found = [path] if path else []
    if isinstance(value, dict):
        for key, item in value.items():
            found += places(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            found += places(item, (*path, index))
    return found


MANIFESTS = EVERYTHING | RARER
PLACES = [(kind, path) for kind, manifest in MANIFESTS.items() for path in places(manifest)]
FREE_FIELDS = [
    ("Deployment", ("spec", "strategy", "rollingUpdate", "maxSurge")),
    ("Deployment", ("spec", "template", "spec", "topologySpreadConstraints")),
    ("Deployment", ("spec", "template", "spec", "affinity", "podAntiAffinity")),
    ("Deployment", ("spec", "template", "spec", "containers", 0, "lifecycle")),
    ("Deployment", ("spec", "template", "spec", "containers", 0, "resizePolicy")),
    ("Deployment", ("spec", "template", "spec", "volumes")),
    ("Deployment", ("metadata", "annotations")),
    ("StatefulSet", ("spec", "updateStrategy", "rollingUpdate", "partition")),
    ("StatefulSet", ("spec", "persistentVolumeClaimRetentionPolicy")),
    ("StatefulSet", ("spec", "ordinals")),
    ("Job", ("spec", "completionMode")),
    ("Job", ("spec", "podFailurePolicy")),
    ("Job", ("spec", "ttlSecondsAfterFinished")),
    ("Job", ("spec", "activeDeadlineSeconds")),
    ("CronJob", ("spec", "timeZone")),
    ("CronJob", ("spec", "startingDeadlineSeconds")),
    ("CronJob", ("spec", "concurrencyPolicy")),
    ("HorizontalPodAutoscaler", ("spec", "behavior", "scaleUp")),
    ("HorizontalPodAutoscaler", ("spec", "behavior", "scaleDown", "tolerance")),
    ("HorizontalPodAutoscaler", ("spec", "metrics", 0, "external")),
    ("Service", ("spec", "type")),
    ("Service", ("spec", "sessionAffinityConfig")),
    ("Service", ("spec", "externalTrafficPolicy")),
    ("Service", ("spec", "trafficDistribution")),
    ("Service", ("spec", "loadBalancerSourceRanges")),
    ("Ingress", ("spec", "tls")),
    ("Ingress", ("spec", "defaultBackend")),
    ("Ingress", ("metadata", "annotations")),
    ("NetworkPolicy", ("spec", "egress")),
    ("NetworkPolicy", ("spec", "policyTypes")),
    ("PodDisruptionBudget", ("spec", "maxUnavailable")),
    ("PodDisruptionBudget", ("spec", "unhealthyPodEvictionPolicy")),
    ("DaemonSet", ("spec", "updateStrategy", "rollingUpdate")),
    ("ConfigMap", ("binaryData",)),
]


def put(manifest, path, value):
    """A copy with `value` at `path`; what is missing on the way is made."""
    if not path:
        return value
    head, *rest = path
    if isinstance(head, int):
        return [
            put(item, rest, value) if index == head else item for index, item in enumerate(manifest or [{}])
        ]
    manifest = manifest if isinstance(manifest, dict) else {}
    return {**manifest, head: put(manifest.get(head, {}), rest, value)}


def survives(manifest):
    """The API server refuses it, or it does no harm and ends within the limits."""
    cluster = Cluster(limits=Limits(pods=60, timers=30_000), images=IMAGES)
    for each in (config(), service(), web()):
        cluster.apply(each)
    cluster.run_until(6_000)
    try:
        cluster.apply(manifest)
    except ApiError:
        return
    cluster.act("load", target="web", rps=30)
    end = cluster.run_until(70_000)
    assert end.is_complete or end.limit in ("pods", "timers", "objects")
    state = json.loads(json.dumps(cluster.snapshot()))
    assert json.loads(json.dumps(Cluster.restore(state).snapshot())) == state


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(PLACES), odd_values)
def test_no_odd_value_in_any_kind_crashes_the_cluster(place, value):
    kind, path = place
    survives(put(MANIFESTS[kind], path, value))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(FREE_FIELDS), odd_values)
def test_no_odd_value_in_a_field_more_crashes_the_cluster(place, value):
    kind, path = place
    survives(put(MANIFESTS[kind], path, value))


@pytest.mark.parametrize("kind", MANIFESTS)
def test_every_manifest_of_the_world_is_accepted_as_it_stands(kind):
    cluster = Cluster(images=IMAGES)
    assert [each["kind"] for each in cluster.apply(MANIFESTS[kind])] == [kind]
