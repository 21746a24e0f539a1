"""The lanes of a run: what is drawn for a rollout, for autoscaling, for load, answers and their times."""

import json
import re
from decimal import Decimal
from functools import cache
from types import SimpleNamespace

import pytest

from learn.content.render.figure import Caption
from learn.content.render.lane_names import name_lines
from learn.content.render.lanes import Lane, Lanes, lanes_svg
from learn.content.render.steps import Steps
from learn.labs.timeline import drawing_of, timeline
from learn.sandbox.runs import try_out

WEB = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  strategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: app
        image: example.com/web:1.0
        resources: {requests: {cpu: 200m}, limits: {cpu: 250m}}
        ports: [{name: http, containerPort: 8080}]
        readinessProbe: {httpGet: {path: /ready, port: http}, periodSeconds: 5}
"""
SERVICE = """\
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
"""
HPA = """\
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  minReplicas: 2
  maxReplicas: 6
  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}]
"""
PATHS = {"/": {"body": "x"}, "/ready": {"readiness": True}}
IMAGE = {"listens": [8080], "startSeconds": 3, "cpuMs": 10, "latencyMs": 20, "paths": PATHS}
NEW_IMAGE = {
    "spec": {"template": {"spec": {"containers": [{"name": "app", "image": "example.com/web:2.0"}]}}}
}
TEXTS = {
    "steady": WEB + SERVICE,
    "rollout": WEB + SERVICE,
    "recreate": WEB.replace("rollingUpdate: {maxSurge: 1, maxUnavailable: 0}", "type: Recreate") + SERVICE,
    "scaled": WEB.replace("  replicas: 3\n", "") + SERVICE + HPA,
}
UPDATE = {"at": 40, "patch": "deployment/web", "with": NEW_IMAGE, "patch_type": "strategic"}
EVENTS = {
    "steady": [{"at": 10, "load": "web", "rps": 20}],
    "rollout": [{"at": 10, "load": "web", "rps": 20}, UPDATE],
    "recreate": [UPDATE],
    "scaled": [{"at": at, "load": "web", "rps": rps} for at, rps in ((0, 10), (90, 30), (300, 10))],
}


@cache
def run_of(name):
    images = {f"example.com/web:{version}.0": IMAGE for version in (1, 2)}
    scenario = {"duration": 700 if name == "scaled" else 120, "images": images, "events": EVENTS[name]}
    runs = [SimpleNamespace(id="day", scenario=json.dumps(scenario))]
    trial = try_out(TEXTS[name], goals=[], runs=runs)
    assert trial.report.errors == ()
    return trial.of("day").run


def lanes(name):
    return {lane.label: lane for lane in timeline(run_of(name)).lanes.lanes}


def steps(name, label):
    return [(int(start), amount) for start, _, amount in lanes(name)[label].steps.stretches]


CASES = [
    ("rollout", "webのReplicaSet（改訂1）", [(0, 3), (48, 2), (56, 1), (64, 0)], None),
    ("rollout", "webのReplicaSet（改訂2）", [(0, 0), (40, 1), (48, 2), (56, 3)], None),
    ("rollout", "webのPodの数", [(0, 3), (40, 4), (64, 3)], (4, "maxSurgeによる上限4")),
    ("rollout", "webの準備完了", [(0, 0), (8, 3)], (3, "maxUnavailableによる下限3")),
    ("recreate", "webの準備完了", [(0, 0), (8, 3), (40, 0), (48, 3)], (0, "maxUnavailableによる下限0")),
    ("scaled", "webへの負荷", [(0, 10), (90, 30), (300, 10)], None),
]


@pytest.mark.parametrize(("name", "label", "values", "limit"), CASES, ids=[f"{c[0]} {c[1]}" for c in CASES])
def test_a_number_that_changes_is_drawn_as_steps(name, label, values, limit):
    chart = lanes(name)[label].steps
    assert steps(name, label) == values
    assert (chart.limit, chart.limit_text) == (limit or (None, ""))


def test_autoscaling_shows_load_measure_and_replicas_on_one_axis():
    found = lanes("scaled")
    charts = [label for label, lane in found.items() if lane.steps]
    assert charts[:4] == ["webへの負荷", "webのCPU使用率", "webのレプリカ数", "webの準備完了"]
    assert (found["webのCPU使用率"].steps.limit_text, found["webのCPU使用率"].steps.unit) == ("目標50%", "%")
    replicas = [count for _, count in steps("scaled", "webのレプリカ数")]
    assert max(replicas) == 3 and replicas[-1] == 2
    assert {lane.steps.end for lane in found.values() if lane.steps} == {Decimal(700)}


def test_the_window_that_holds_the_replicas_is_shaded_until_they_may_go_down():
    chart = lanes("scaled")["webのレプリカ数"].steps
    assert [(int(each.start), int(each.end), each.text) for each in chart.shades] == [
        (330, 615, "安定化の期間（300秒）")
    ]
    assert ("330秒", "webのレプリカ数", "安定化の期間（300秒）が始まりました") in timeline(
        run_of("scaled")
    ).rows
    drawing = drawing_of(timeline(run_of("scaled")))
    assert drawing.count('class="steps-shade"') == 1 and "安定化の期間（300秒）</text>" in drawing


def test_answers_and_how_long_they_take_have_a_lane_each():
    found = lanes("rollout")
    bars = found["webへのリクエスト"].bars
    assert [bar.state for bar in bars] == ["ready", "warn", "ready", "warn", "ready", "warn", "ready"]
    assert all(re.fullmatch(r"20件中\d+件失敗", bar.text) for bar in bars if bar.state == "warn")
    assert "webの応答時間" in lanes("scaled")


def test_what_never_changes_has_no_chart():
    assert [label for label, lane in lanes("steady").items() if lane.steps] == []
    assert [bar.text for bar in lanes("steady")["webの準備完了"].bars] == ["0 / 3", "3 / 3"]


def test_pods_come_in_the_order_in_which_they_were_made():
    created = run_of("rollout").facts["pods"]
    names = [label for label in lanes("rollout") if label.endswith(" app")]
    made = [
        next(each["created"] for pod, each in created.items() if pod.endswith(label[-9:-4]))
        for label in names
    ]
    assert made == sorted(made) and len(made) == 6


def test_the_table_tells_every_number_and_every_change():
    rows = timeline(run_of("scaled")).rows
    assert ("90秒", "webへの負荷", "30件/秒") in rows
    assert ("90秒", "web", "負荷が毎秒30件になりました") in rows
    assert any(what == "レプリカ数が1から2になりました" for _, where, what in rows if where == "web")
    assert [Decimal(when.removesuffix("秒")) for when, _, _ in rows] == sorted(
        Decimal(when.removesuffix("秒")) for when, _, _ in rows
    )


def test_charts_have_a_scale_beside_their_name():
    drawing = drawing_of(timeline(run_of("rollout")))
    names = drawing[: drawing.index("lane-chart")]
    assert re.findall(r'text-anchor="end"[^>]*>([^<]+)<', names) == ["3", "0", "3", "0", "4", "0", "3", "0"]


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("コンテナ", ("コンテナ",)),
        ("webのReplicaSet（改訂2）", ("webのReplicaSet", "（改訂2）")),
        ("web-…-5jmfw app", ("web-…-5jmfw", "app")),
        ("192.168.1.10:30080へのリクエスト", ("192.168.1.10", ":30080へのリクエスト")),
        ("averyverylongnamewithoutaplace", ("averyverylongnamewithoutaplace",)),
    ],
)
def test_a_wide_name_takes_two_lines(name, lines):
    assert name_lines(name) == lines


# -- the drawing ---------------------------------------------------------------------------------


def drawn(**options):
    chart = Steps(end=Decimal(100), **options)
    diagram = Lanes(end=Decimal(100), step=Decimal(50), lanes=(Lane(label="数", steps=chart),), cuts=())
    return lanes_svg(diagram, Caption(name="d", title="t", summary="s"))


def line_of(svg):
    return re.search(r'class="steps-line" d="([^"]*)"', svg)[1]


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ([(0, 0), (50, 2)], "M0 70H240V24H480"),
        ([(0, 1), (25, None), (50, 1)], "M0 24H120M240 24H480"),
        ([(10, 4), (10, 4)], "M48 24H480"),
        ([], ""),
    ],
)
def test_steps_go_level_and_upright_only(values, line):
    svg = drawn(values=tuple((Decimal(at), amount) for at, amount in values))
    assert line_of(svg) == line


def test_amounts_are_written_where_there_is_room():
    values = tuple((Decimal(at), at) for at in range(100))
    texts = re.findall(r'class="lane-note"[^>]*>(\d+)件<', drawn(values=values, unit="件"))
    assert 5 <= len(texts) < 20 and texts[0] == "0"


def test_a_limit_is_a_line_with_its_name():
    svg = drawn(values=((Decimal(0), 30),), unit="%", limit=50, limit_text="目標50%")
    assert 'class="steps-limit" d="M0 24H480"' in svg and "目標50%</text>" in svg
    assert line_of(svg) == "M0 42.4H480"
