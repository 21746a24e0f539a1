"""A run forked: the numbers of a manifest, both futures side by side, the value taken in."""

import json
import re

import pytest

from learn.cluster.api.defaults import apply_defaults
from learn.labs.fork import knobs_of, turned
from learn.labs.fork_difference import UNCHANGED, difference
from learn.library import get_catalog
from learn.progress.actions import digest
from learn.progress.models import ExerciseCheck, ExerciseDraft
from learn.sandbox.pipeline import check
from tests.web.pages import HTMX, part_of, text_of

LAB = "/labs/liveness-timing-1/"
KEY = "Deployment//web/spec.template.spec.containers[0].livenessProbe.failureThreshold"

MIXED = """\
apiVersion: apps/v1  # 最初の行
kind: Deployment
metadata: {name: web}
spec:
  replicas: 0x10
  strategy: {rollingUpdate: {maxSurge: "25%", maxUnavailable: 1}}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: app
        image: example.com/web:1.0
        env: [{name: periodSeconds, value: "5"}]
        readinessProbe: &probe {tcpSocket: {port: 80},   periodSeconds: 5}
        livenessProbe: *probe
---
apiVersion: v1
kind: ConfigMap
metadata: {name: notes}
data: {replicas: "3", spec: "replicas: 3"}
"""


BARE = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: app
        image: example.com/web:1.0
        livenessProbe:
          httpGet: {path: /healthz, port: 8080}  # 生存
        startupProbe: {tcpSocket: {port: 8080}, failureThreshold: 30}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  maxReplicas: 5
"""


def knobs(text):
    return {knob.field: knob for knob in knobs_of(check(text).objects)}


def test_the_numbers_are_those_that_stand_in_the_text_each_once():
    found = [(k.field, k.text, k.line, k.where) for k in knobs_of(check(MIXED).objects) if k.is_written]
    assert found == [
        ("rollingUpdate.maxSurge", "25%", 6, "Deployment/web"),
        ("rollingUpdate.maxUnavailable", "1", 6, "Deployment/web"),
        ("readinessProbe.periodSeconds", "5", 15, "Deployment/web app"),
    ]


@pytest.mark.parametrize(
    ("field", "value", "line"),
    [
        ("rollingUpdate.maxSurge", 100, '  strategy: {rollingUpdate: {maxSurge: "100%", maxUnavailable: 1}}'),
        ("rollingUpdate.maxUnavailable", 0, '  strategy: {rollingUpdate: {maxSurge: "25%", maxUnavailable: 0}}'),
        ("readinessProbe.periodSeconds", 12, "        readinessProbe: &probe {tcpSocket: {port: 80},   periodSeconds: 12}"),
    ],
)  # fmt: skip
def test_turning_a_number_leaves_everything_else_as_it_was(field, value, line):
    knob = knobs(MIXED)[field]
    before, after = MIXED.split("\n"), turned(MIXED, knob, value).split("\n")
    assert [row for row in after if row not in before] == [line]
    assert [row for index, row in enumerate(before) if index != knob.line - 1] == [
        row for index, row in enumerate(after) if index != knob.line - 1
    ]


def test_the_defaults_of_probes_rollouts_and_autoscaling_are_numbers_too():
    found = [(knob.field, knob.text) for knob in knobs_of(check(BARE).objects) if not knob.is_written]
    probe = [
        ("failureThreshold", "3"),
        ("periodSeconds", "10"),
        ("timeoutSeconds", "1"),
        ("initialDelaySeconds", "0"),
    ]
    assert found == [
        *((f"livenessProbe.{field}", value) for field, value in probe),
        *((f"startupProbe.{field}", value) for field, value in probe[1:]),
        ("terminationGracePeriodSeconds", "30"),
        ("replicas", "1"),
        ("rollingUpdate.maxSurge", "25%"),
        ("rollingUpdate.maxUnavailable", "25%"),
        ("minReplicas", "1"),
        ("scaleDown.stabilizationWindowSeconds", "300"),
    ]  # fmt: skip


def test_they_are_what_the_api_fills_in():
    deployment, autoscaler = (apply_defaults(obj.value)["spec"] for obj in check(BARE).objects)
    pod = deployment["template"]["spec"]
    probe = pod["containers"][0]["livenessProbe"]
    filled = {
        **{
            f"livenessProbe.{name}": probe[name]
            for name in ("failureThreshold", "periodSeconds", "timeoutSeconds")
        },
        **{f"rollingUpdate.{name}": value for name, value in deployment["strategy"]["rollingUpdate"].items()},
        "terminationGracePeriodSeconds": pod["terminationGracePeriodSeconds"],
        "replicas": deployment["replicas"],
        "minReplicas": autoscaler["minReplicas"],
    }
    offered = knobs(BARE)
    assert {field: offered[field].text for field in filled} == {k: str(v) for k, v in filled.items()}


@pytest.mark.parametrize(
    ("field", "value", "added"),
    [
        ("livenessProbe.failureThreshold", 6, ["          failureThreshold: 6"]),
        ("startupProbe.periodSeconds", 5, ["        startupProbe: {tcpSocket: {port: 8080}, failureThreshold: 30, periodSeconds: 5}"]),
        ("terminationGracePeriodSeconds", 5, ["      terminationGracePeriodSeconds: 5"]),
        ("rollingUpdate.maxSurge", 50, ["  strategy:", "    rollingUpdate: {maxSurge: 50%}"]),
        ("scaleDown.stabilizationWindowSeconds", 0, ["  behavior:", "    scaleDown: {stabilizationWindowSeconds: 0}"]),
    ],
)  # fmt: skip
def test_turning_a_default_writes_the_field_and_leaves_the_rest(field, value, added):
    knob = knobs(BARE)[field]
    text = turned(BARE, knob, value)
    assert [row for row in text.split("\n") if row not in BARE.split("\n")] == added
    assert not check(text).errors
    now = knobs(text)[field]
    assert (now.value, now.unit, now.key, now.is_written) == (value, knob.unit, knob.key, True)


@pytest.mark.parametrize(
    ("before", "after", "field"),
    [
        ("  template:\n", "  strategy: {type: Recreate}\n  template:\n", "rollingUpdate.maxSurge"),
        ("  maxReplicas: 5", "  maxReplicas: 5\n  behavior:", "scaleDown.stabilizationWindowSeconds"),
        ("livenessProbe:", "readinessProbe:", "livenessProbe.failureThreshold"),
    ],
)
def test_a_default_that_does_not_count_or_has_no_place_is_not_offered(before, after, field):
    assert field not in knobs(BARE.replace(before, after))


def facts(*, restarts=(), kills=(), ready=(), replicas=(), failed=0):
    of_app = {"pod": "web-1", "container": "app"}
    return {
        "restarts": [{"ms": ms, **of_app} for ms in restarts],
        "kills": [{"ms": ms, **of_app} for ms in kills],
        "readyAt": {"web": list(ready)},
        "replicas": {"web": [{"ms": 0, "count": count} for count in replicas]},
        "requests": {"web": {"sent": 100, "failed": failed}},
    }


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({}, {}, UNCHANGED),
        (
            {"restarts": [72_000], "kills": [71_000]},
            {"restarts": [101_500], "kills": [100_500]},
            "最初の再起動が71秒から101秒へ遅くなります",
        ),
        (
            {"restarts": [72_000, 90_000], "kills": [71_000, 89_000]},
            {"restarts": [62_000], "kills": [61_000]},
            "最初の再起動が71秒から61秒へ早くなります。再起動は2回から1回になります",
        ),
        ({}, {"restarts": [5_000]}, "再起動が起きるようになります。最初は5秒で、全部で1回です"),
        ({"restarts": [5_000]}, {}, "再起動が起きなくなります。いまの値では、5秒に始まります"),
        ({"ready": [3_000]}, {"ready": [1_000]}, "`web`の準備完了が3秒から1秒へ早くなります"),
        ({"ready": [3_000, 4_000]}, {"ready": [3_000, 9_000]}, "`web`のPod2個の準備完了が4秒から9秒へ遅くなります"),
        ({"ready": [3_000]}, {}, "`web`が一度も準備完了になりません。いまの値では、3秒になります"),
        ({}, {"ready": [3_000]}, "`web`が3秒に準備完了になります"),
        ({"ready": [1]}, {"ready": [1, 1]}, "同時に準備完了になる`web`のPodは、最大1個から2個になります"),
        ({"replicas": [1, 4]}, {"replicas": [1, 6]}, "`web`のレプリカ数は、最大4から6になります"),
        ({"failed": 3}, {"failed": 12}, "失敗したリクエストは、3件から12件に増えます"),
        ({"failed": 3}, {}, "失敗したリクエストは、3件から0件に減ります"),
    ],
)  # fmt: skip
def test_the_difference_is_one_sentence(before, after, told):
    assert difference(facts(**before), facts(**after)) == told


# -- the page ------------------------------------------------------------------------------------


@pytest.fixture
def text(real_lessons):
    exercise = get_catalog().exercises["liveness-timing-1"]
    return next(each.text for each in exercise.solutions if "period-5" in each.file)


@pytest.fixture
def checked(learner, text):
    learner.post(f"{LAB}check/", {"text": text})
    return learner


def fork(client, text, value="6", field=KEY, run="hang", **headers):
    fields = {"field": field, "value": value, "run": run, "of": digest(text)}
    return client.post(f"{LAB}fork/", fields, headers=headers or None)


def sentence_of(html):
    return re.sub(r"<[^>]+>", "", re.search(r'<p class="fork-sentence">(.*?)</p>', html)[1])


@pytest.mark.django_db
def test_both_futures_stand_one_above_the_other_with_their_goals(checked, text):
    html = text_of(fork(checked, text, **HTMX))
    assert "<html" not in html and "<textarea" not in html
    assert (
        sentence_of(html)
        == "livenessProbe.failureThresholdを3から6にすると、最初の再起動が71秒から86秒へ遅くなります。"
    )
    part = part_of(html, "fork")
    assert part.index("いまの値 3</h4>") < part.index("変えた値 6</h4>")
    assert len(re.findall(r'<svg class="lane-chart"', part)) == 2
    assert len(set(re.findall(r'<svg class="lane-chart"[^>]* width="([\d.]+)"', part))) == 1
    assert part.count("達成</td>") == 10
    ids = re.findall(r'\bid="([^"]+)"', part)
    assert len(ids) == len(set(ids))
    assert f"{sentence_of(html)}</div>" in html


@pytest.mark.django_db
def test_a_difference_in_another_run_is_told_too(checked, text):
    part = part_of(text_of(fork(checked, text, run="blips", **HTMX)), "fork")
    assert "失敗したリクエストのどれも変わりません。" in part
    assert "「固まった日」では、最初の再起動が71秒から86秒へ遅くなります。" in part


@pytest.mark.django_db
def test_goals_that_the_value_breaks_are_told(checked, text):
    part = part_of(text_of(fork(checked, text, "9", **HTMX)), "fork")
    assert part.count("未達成") == 1
    assert "いま終了処理が始まるのは101秒です。" in part


@pytest.mark.django_db
def test_without_htmx_the_page_holds_the_comparison_and_the_draft(checked, text):
    checked.post(f"{LAB}draft/", {"text": "kind: Pod\n"})
    answer = fork(checked, text)
    html = text_of(answer)
    assert answer.status_code == 200
    assert "kind: Pod\n</textarea>" in html
    assert "71秒から86秒へ遅くなります" in sentence_of(html)
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids))


@pytest.mark.django_db
def test_comparing_keeps_nothing(checked, text):
    fork(checked, text)
    assert [check.text for check in ExerciseCheck.objects.all()] == [text]
    assert ExerciseDraft.objects.get().text == text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("value", "field", "told"),
    [
        ("3", KEY, "いまの値と同じです。"),
        ("", KEY, "0から99999までの整数を入れてください。"),
        ("-1", KEY, "0から99999までの整数を入れてください。"),
        ("1.5", KEY, "0から99999までの整数を入れてください。"),
        ("9" * 400, KEY, "0から99999までの整数を入れてください。"),
        ("<b>", KEY, "0から99999までの整数を入れてください。"),
        ("5", "Deployment//web/spec.nothing", "項目を選び直してください。"),
        ("5", "", "項目を選び直してください。"),
    ],
)
def test_what_cannot_be_compared_is_explained(checked, text, value, field, told):
    answer = fork(checked, text, value, field, **HTMX)
    assert answer.status_code == 200
    html = text_of(answer)
    assert told in part_of(html, "fork") and told in html.rpartition("</section>")[2]
    assert "data-fork" not in html and "<b>" not in html


@pytest.mark.django_db
def test_a_value_that_the_api_refuses_is_explained_as_by_a_check(checked, text):
    text = text.replace(
        "spec:\n", "spec:\n  strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 1}}\n", 1
    )
    checked.post(f"{LAB}check/", {"text": text})
    html = text_of(
        fork(checked, text, "0", "Deployment//web/spec.strategy.rollingUpdate.maxUnavailable", **HTMX)
    )
    assert "直すところができるため、動かせません。" in sentence_of(html)
    assert "どう直すか" in html and '<svg class="lane-chart"' not in html


@pytest.mark.django_db
def test_a_fork_that_reaches_a_limit_is_explained(checked, text):
    html = text_of(fork(checked, text, "5000", "Deployment//web/spec.replicas", **HTMX))
    assert "実行を止めました。Podが100個を超えました。" in part_of(html, "fork")
    assert sentence_of(html) == "replicasを1から5000にすると、実行が途中で止まります。"


@pytest.mark.django_db
def test_a_fault_of_ours_says_so(checked, text, monkeypatch):
    monkeypatch.setattr("learn.labs.fork_comparison.difference", None)
    html = text_of(fork(checked, text, **HTMX))
    assert "比べられませんでした。こちらの不具合です。" in part_of(html, "fork")


@pytest.mark.django_db
def test_a_stranger_forks_nothing(checked, other_learner, text):
    html = text_of(fork(other_learner, text, **HTMX))
    assert "この実行は残っていません。" in html
    assert "data-fork" not in html


@pytest.mark.django_db
def test_the_value_comes_into_the_text_as_it_is_now(checked, text):
    written = f"# 今日の分\n{text}"
    answer = checked.post(
        f"{LAB}adopt/", {"text": written, "adopt": f"{KEY}=6"}, headers={"Accept": "application/json"}
    )
    assert json.loads(text_of(answer)) == {
        "text": written.replace("failureThreshold: 3", "failureThreshold: 6"),
        "error": "",
    }
    assert ExerciseDraft.objects.get().text == text


@pytest.mark.django_db
def test_a_default_is_compared_and_taken_in_too(checked, text):
    key = KEY.replace("failureThreshold", "initialDelaySeconds")
    html = text_of(fork(checked, text, "4", key, **HTMX))
    assert sentence_of(html).startswith("livenessProbe.initialDelaySecondsを既定値の0から4にすると、")
    assert "既定値 0</h4>" in html and '<optgroup label="書いていない項目（既定値）">' in html
    answer = checked.post(f"{LAB}adopt/", {"text": text, "adopt": f"{key}=4"})
    kept = ExerciseDraft.objects.get().text
    line = next(n for n, row in enumerate(kept.split("\n"), 1) if "initialDelaySeconds: 4" in row)
    assert f"{line}行目に取り込みました。" in text_of(answer)


@pytest.mark.django_db
def test_without_javascript_it_becomes_the_draft(checked, text):
    answer = checked.post(f"{LAB}adopt/", {"text": text, "adopt": f"{KEY}=6"})
    assert "22行目に取り込みました。" in text_of(answer)
    assert ExerciseDraft.objects.get().text == text.replace("failureThreshold: 3", "failureThreshold: 6")


@pytest.mark.django_db
@pytest.mark.parametrize("asked", ["", "x", f"{KEY}=x", f"{KEY}=-1", "Deployment//other/spec.replicas=3"])
def test_what_cannot_be_taken_in_leaves_the_text(checked, text, asked):
    html = text_of(checked.post(f"{LAB}adopt/", {"text": text, "adopt": asked}))
    assert "いまのマニフェストに、この項目は見つかりません。" in html
    assert ExerciseDraft.objects.get().text == text


@pytest.mark.django_db
def test_there_is_no_form_before_a_run_nor_for_a_text_without_numbers(learner, real_lessons):
    assert 'id="fork"' not in text_of(learner.get(LAB))
    exercise = get_catalog().exercises["pod-ports-1"]
    html = text_of(learner.post("/labs/pod-ports-1/check/", {"text": exercise.start}, headers=HTMX))
    assert "timeline-sentence" in html and 'id="fork"' not in html
