"""`manage.py simulate`: a scenario file in, answers out."""

import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

SCENARIO = """
origin: web
duration: 100
manifests: [web.yaml]
events: [{at: 60, hang: web}]
questions:
  restarted: facts.restarts.exists(r, r.ms <= 90000)
  count: size(facts.restarts)
  image: cluster.filter(o, o.kind == "Pod" && o.metadata.name == "web")[0].spec.containers[0].image
"""
POD = """
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: app
    image: example.com/web:1.0
    livenessProbe: {httpGet: {path: /healthz, port: 8080}}
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "scenario.yaml").write_text(SCENARIO, encoding="utf-8")
    (tmp_path / "web.yaml").write_text(POD, encoding="utf-8")
    return tmp_path


def test_answers_are_printed(folder, capsys):
    call_command("simulate", str(folder / "scenario.yaml"))
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == ["restarted: true", "count: 1", 'image: "example.com/web:1.0"']
    assert "再起動 web/app: 81秒（Completed、終了コード0）" in lines


def test_json_holds_answers_facts_and_a_summary(folder, capsys):
    call_command("simulate", str(folder / "scenario.yaml"), "--json")
    report = json.loads(capsys.readouterr().out)
    assert report["answers"]["count"] == 1
    assert report["facts"]["restarts"][0]["ms"] == 81_000
    assert report["end"] == {"ms": 103_000, "limit": "", "bound": 0}
    assert report["trace"]["changes"]["container-killing"] == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: [", "YAMLとして読めません"),
        ("- a", "項目を並べたYAML"),
        ("evnts: []", "`evnts`という項目はありません"),
        ('manifests: ["a: [\\n"]', "YAMLとして読めません"),
        ("questions: {a: nope}", "undeclared reference to 'nope'"),
        ("manifests: [nothere.yaml]", "読めません"),
    ],
)
def test_a_file_that_cannot_be_used_is_explained(tmp_path, text, words):
    path = tmp_path / "scenario.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CommandError, match=words) as error:
        call_command("simulate", str(path))
    assert error.value.returncode == 2
