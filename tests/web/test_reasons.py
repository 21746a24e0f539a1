"""Every reason that a chain names is real: take the cause away, run again, and the effect is gone."""

import json
from types import SimpleNamespace

import pytest

from learn.labs.moments import moments_of
from learn.labs.reasons import explain
from learn.sandbox.runs import try_out

WEB = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 1
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - name: app
        image: example.com/web:1.0
        ports: [{name: http, containerPort: 8080}]
        livenessProbe:
          httpGet: {path: /healthz, port: http}
          failureThreshold: 2
        readinessProbe:
          httpGet: {path: /ready, port: http}
          periodSeconds: 5
"""
SERVICE = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "web"},
    "spec": {
        "clusterIP": "10.96.0.80",
        "selector": {"app": "web"},
        "ports": [{"port": 80, "targetPort": 8080}],
    },
}
HANG = {"at": 60, "hang": "web"}
UNREADY = {"at": 60, "unready": "web", "for": 30}
LOAD = {"at": 0, "load": "web", "rps": 1}
HUGE = WEB.replace(
    "image: example.com/web:1.0", "image: example.com/web:1.0\n        resources: {requests: {cpu: '64'}}"
)


def played(text, *events, origin="web"):
    scenario = {"origin": origin, "duration": 150, "manifests": [SERVICE], "events": list(events)}
    trial = try_out(text, goals=[], runs=[SimpleNamespace(id="day", scenario=json.dumps(scenario))])
    return trial.of("day").run, trial.report.objects


def effect_of(run, effect):
    return next((each for each in moments_of(run) if effect in each.text), None)


def chain(text, effect, *events, origin="web"):
    """The sentences of the chain behind an effect, the effect first; None where it does not happen."""
    run, objects = played(text, *events, origin=origin)
    moment = effect_of(run, effect)
    return None if moment is None else [each.text for each in explain(run, moment, objects).reasons]


FAILED = "`app`のLiveness Probeが失敗しました"
HUNG = "`app`が固まり、応答しなくなりました（この演習の条件です）"
CASES = {
    "restart": (WEB, "が再起動しました", [HANG], "web", HUNG, WEB, []),
    "killing": (WEB, "の終了処理が始まりました", [HANG], "web", HUNG, WEB, []),
    "probe failure": (WEB, "Liveness Probeが失敗しました", [HANG], "web", HUNG, WEB, []),
    "kill by a wrong port": (
        WEB.replace("path: /healthz, port: http", "path: /healthz, port: 80"), "の終了処理が始まりました", [], "web",
        f"{FAILED}。接続を断られました。そのポートでは待ち受けていません", WEB, [],
    ),
    "kill by a wrong path": (
        WEB.replace("path: /healthz", "path: /nope"), "の終了処理が始まりました",
        [{"at": 0, "status": "web", "path": "/nope", "code": 404, "persist": True}], "web",
        f"{FAILED}。HTTP 404が返りました", WEB, [{"at": 0, "status": "web", "path": "/nope", "code": 404, "persist": True}],
    ),
    "not ready": (
        WEB, "Podが準備完了ではなくなりました", [UNREADY], "web",
        "`app`の準備確認用のパスが503を返すようになりました（この演習の条件です）", WEB, [],
    ),
    "endpoint gone": (
        WEB, "Serviceの宛先が0個になりました", [UNREADY], "web",
        "`app`のReadiness Probeが失敗しました（続けて3回目）。HTTP 503が返りました", WEB, [],
    ),
    "requests lost": (WEB, "リクエストが失敗し始めました", [{**LOAD, "at": 30}, HANG], "web", HUNG, WEB, [{**LOAD, "at": 30}]),
    "Pending": (
        HUGE, "置けるノードがありません", [], "",
        "ノード`node-1`、`node-2`、`node-3`は、空きが足りません（Insufficient cpu）", WEB, [],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_the_cause_is_named_and_without_it_the_effect_is_gone(name):
    text, effect, events, origin, cause, mended, without = CASES[name]
    found = chain(text, effect, *events, origin=origin)
    assert cause in found
    assert chain(mended, effect, *without, origin=origin) is None


def test_each_link_has_its_instant_and_the_line_that_decided():
    run, objects = played(WEB, HANG)
    killing, *probes, fault = explain(run, effect_of(run, "の終了処理が始まりました"), objects).reasons
    lines = WEB.split("\n")
    assert (killing.second, killing.field, killing.is_written) == (71, "livenessProbe.failureThreshold", True)
    assert "failureThreshold: 2" in lines[killing.line - 1]
    assert [(each.second, lines[each.line - 1].strip()) for each in probes] == [
        (71, "livenessProbe:"),
        (61, "livenessProbe:"),
    ]
    assert (fault.second, fault.line) == (60, 0)
    assert killing.rule.url.startswith("https://kubernetes.io/docs/")


def test_a_default_that_decided_is_called_one():
    run, objects = played(WEB.replace("          failureThreshold: 2\n", ""), HANG)
    killing = explain(run, effect_of(run, "の終了処理が始まりました"), objects).reasons[0]
    assert (killing.is_written, killing.field) == (False, "livenessProbe.failureThreshold")
    assert "livenessProbe" in WEB.split("\n")[killing.line - 1]


def test_every_moment_of_a_run_can_be_asked():
    run, objects = played(WEB, LOAD, HANG, UNREADY)
    chains = [explain(run, moment, objects) for moment in moments_of(run)]
    assert all(len(each.reasons) <= 9 for each in chains)
    assert all("{" not in reason.text for each in chains for reason in each.reasons)
