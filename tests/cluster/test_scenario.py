"""Scenario files: what they may say, what is refused, and the facts that come of them."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learn.cluster import apps, facts, scenario
from learn.cluster.facts import extremes, first_reached, steps
from learn.cluster.scenario import ScenarioError, run, scenario_from
from learn.cluster.traffic import requests_between
from tests.cluster.factories import container, deployment, pod, probe, service

DOCUMENT = (Path(__file__).parents[2] / "docs" / "scenarios.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"evnts": []}, "`evnts`という項目はありません"),
        ({"duration": "long"}, "duration: 秒数を書きます"),
        ({"duration": -1}, "duration: 0以上の秒数を書きます（いまは-1）"),
        ({"nodes": [{"cpus": 1}]}, "cpus"),
        ({"images": {"x": {"listen": [80]}}}, "x: listen: この名前の項目はありません"),
        ({"images": {"x": {"memory": "lots"}}}, "x: memory:"),
        ({"events": [{"at": 1}]}, "events[0]: 次のうち、ちょうど1つ"),
        ({"events": [{"at": 1, "hang": "a", "crash": "b"}]}, "events[0]: 次のうち、ちょうど1つ"),
        ({"events": ["hang"]}, "events[0]: 項目と値の組"),
        ({"events": [{"at": 0, "every": 0, "until": 9, "hang": "a"}]}, "events[0]: `every`は0より大きく"),
        ({"events": [{"scale": "web"}]}, "events[0]: scale: 'to'"),
        ({"seed": "x"}, "seed: 整数を書きます"),
        ({"nodes": 10**9}, "nodes: 0から5000台まで"),
        ({"version": "1.20"}, "1.20"),
        ({"start": "today"}, "today"),
        ({"questions": [{"a": "1"}]}, "questions: 名前と式の組"),
        ({"manifests": "web.yaml"}, "manifests: マニフェストのリスト"),
        ({"windows": {"w": [1]}}, "windows.w: 始まりと終わり"),
    ],
)
def test_an_author_is_told_what_is_wrong_and_where(data, words):
    with pytest.raises(ScenarioError) as error:
        scenario_from(data)
    assert words in str(error.value)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
FIELDS = st.sampled_from(sorted(scenario._SHAPES))
EVENTS = st.dictionaries(
    st.sampled_from(
        ["at", "every", "until", "for", "to", "with", "from", "count", "ramp", *scenario._EVENTS]
    ),
    ANYTHING,
    max_size=4,
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(FIELDS, ANYTHING | st.lists(EVENTS, max_size=2), max_size=4))
def test_any_data_is_read_or_explained(data):
    with suppress(ScenarioError):
        assert scenario_from(data).duration_ms >= 0


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (
            {"at": 60, "hang": "web", "for": 4},
            [(60_000, "inject", {"fault": "hang", "target": "web", "for_ms": 4_000})],
        ),
        (
            {"at": 28, "every": 30, "until": 89, "hang": "web"},
            [(t, "inject", {"fault": "hang", "target": "web"}) for t in (28_000, 58_000, 88_000)],
        ),
        (
            {"scale": "statefulset/db", "to": 3},
            [(0, "scale", {"kind": "StatefulSet", "name": "db", "replicas": 3})],
        ),
        ({"at": 1, "delete": "pod/x"}, [(1_000, "delete", {"kind": "Pod", "name": "x"})]),
        ({"delete": "web", "count": 2}, [(0, "deletePods", {"target": "web", "count": 2})]),
        (
            {"at": 5, "stop": "kube-scheduler", "for": 2},
            [
                (5_000, "stop", {"component": "kube-scheduler"}),
                (7_000, "resume", {"component": "kube-scheduler"}),
            ],
        ),
        (
            {"at": 1, "nodeDown": "n1", "for": 9},
            [(1_000, "nodeDown", {"node": "n1"}), (10_000, "nodeUp", {"node": "n1"})],
        ),
        ({"load": "web", "cpu": "1280m"}, [(0, "load", {"target": "web", "cpu": 1280})]),
        (
            {"load": "web", "rps": 0, "ramp": {"to": 20, "over": 2}},
            [(t * 1000, "load", {"target": "web", "rps": 10.0 * t}) for t in range(3)],
        ),
    ],
)
def test_events_become_steps(event, expected):
    assert list(scenario_from({"events": [event]}).steps) == expected


@pytest.mark.parametrize("name", sorted(scenario._EVENTS))
def test_every_event_is_documented(name):
    assert f"`{name}:" in DOCUMENT


@pytest.mark.parametrize("name", sorted(scenario._SHAPES))
def test_every_field_of_a_scenario_is_documented(name):
    assert f"| `{name}` |" in DOCUMENT or name == "windows"


@pytest.mark.parametrize(
    "name",
    sorted(
        {
            *apps._SECONDS,
            *apps._QUANTITIES,
            *apps._MILLIS,
            *apps._TEXTS,
            *apps._TUPLES,
            *apps._MAPS,
            *apps._PLAIN,
        }
    ),
)
def test_every_field_of_an_image_is_documented(name):
    assert f"`{name}`" in DOCUMENT


def play(*manifests, **data):
    return run(scenario_from(data), manifests)


def test_every_fact_is_documented():
    names = facts.facts(play(duration=1).cluster)
    assert [name for name in names if f"| `{name}` |" not in DOCUMENT] == []


def test_the_origin_is_the_first_start_of_the_target():
    done = play(
        deployment(replicas=1, livenessProbe=probe()),
        origin="web",
        duration=100,
        events=[{"at": 60, "hang": "web"}],
    )
    assert [each["ms"] for each in done.facts["restarts"]] == [81_000]
    assert done.cluster.now == 103_000


def test_what_is_refused_is_a_fact_and_the_scenario_goes_on():
    bad = deployment(replicas=-1)
    done = play(events=[{"at": 1, "deploy": bad}, {"at": 2, "deploy": deployment(replicas=1)}], duration=10)
    assert [(each["ms"], each["reason"], each["fields"]) for each in done.facts["refused"]] == [
        (1_000, "Invalid", ["spec.replicas"])
    ]
    assert done.facts["ready"]["web"] == [{"ms": 5_000, "count": 1}]


def test_a_refused_manifest_of_the_start_is_handed_back():
    done = play(deployment(replicas=-1), duration=1)
    assert [error.reason for error in done.refused] == ["Invalid"]


def test_requests_are_counted_by_window_and_pod():
    done = play(
        service(),
        deployment(replicas=2, readinessProbe=probe("/ready")),
        duration=40,
        events=[{"at": 10, "load": "web", "rps": 10}, {"at": 20, "hang": "web"}],
        windows={"well": [10, 20], "ill": [20, 30]},
    )
    well, ill = (done.facts["windows"][name]["requests"]["web"] for name in ("well", "ill"))
    assert (well["sent"], well["failed"], sum(well["byPod"].values())) == (100, 0, 100)
    assert (ill["sent"], ill["failed"]) == (100, 100)
    assert done.facts["requests"]["web"]["sent"] == 300


def test_single_requests_name_who_answered():
    done = play(
        service(),
        deployment(replicas=1),
        duration=10,
        events=[{"at": 1, "request": "http://web/"}, {"at": 6, "request": "http://web/"}],
    )
    requests = done.facts["requests"]["web"]
    assert (requests["sent"], requests["failed"], len(requests["byPod"])) == (2, 1, 1)


@pytest.mark.parametrize(
    ("rps_milli", "from_ms", "to_ms", "count"),
    [(1_000, 0, 1_000, 1), (1_000, 0, 1_001, 2), (1_000, 1, 1_000, 0), (10_000, 0, 60_000, 600), (300, 0, 10_000, 3), (0, 0, 9, 0)],
)  # fmt: skip
def test_requests_of_a_rate_fall_on_exact_instants(rps_milli, from_ms, to_ms, count):
    assert requests_between(rps_milli, 0, from_ms, to_ms) == count


def test_a_rate_is_the_same_however_it_is_cut():
    parts = sum(requests_between(7_300, 0, cut, cut + 137) for cut in range(0, 13_700, 137))
    assert parts == requests_between(7_300, 0, 0, 13_700)


def test_series_of_counts():
    series = steps([(5, 1), (1, 1), (5, 1), (9, -1)])
    assert series == [{"ms": 1, "count": 1}, {"ms": 5, "count": 3}, {"ms": 9, "count": 2}]
    assert first_reached(series) == [1, 5, 5]
    assert extremes(series, 2, 9) == {"min": 1, "max": 3}
    assert extremes(series, 9, 20) == {"min": 2, "max": 2}


def test_a_dependency_that_stops_fails_the_path_that_needs_it():
    images = {"example.com/api:1.0": {"listens": [8080], "paths": {"/health": {"needs": ["db"]}, "/": {}}}}
    liveness = {"httpGet": {"path": "/health", "port": 8080}}
    spec = container(image="example.com/api:1.0", livenessProbe=liveness)
    done = play(
        pod("api", containers=[spec]),
        images=images,
        origin="api",
        duration=200,
        events=[{"at": 100, "stop": "db", "for": 60}],
    )
    # Failures at 100, 110 and 120 s; the second round ends in a back-off of 10 s.
    assert [each["ms"] for each in done.facts["restarts"]] == [120_000, 141_000]
