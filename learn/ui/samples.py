"""Made-up values that let the style guide show every component in every state."""

from types import SimpleNamespace
from typing import Any

from django import forms

TOKENS = [
    "paper",
    "surface",
    "well",
    "ink",
    "ink-2",
    "ink-3",
    "quay",
    "edge",
    "line",
    "ai",
    "ai-strong",
    "ready",
    "ready-tint",
    "wait",
    "wait-tint",
    "warn",
    "warn-tint",
    "fail",
    "fail-tint",
    "end",
    "end-tint",
    "lamp",
    "bengara",
    "kon",
    "matsuba",
    "namari",
    "murasaki",
]


class SampleForm(forms.Form):
    name = forms.CharField(
        label="ファイル名", help_text="英小文字、数字、ハイフンを使えます。", required=False
    )
    count = forms.IntegerField(label="レプリカ数", error_messages={"invalid": "整数を入力してください。"})


def samples() -> dict[str, Any]:
    return {
        "tokens": TOKENS,
        "states": ["ready", "unready", "wait", "warn", "fail", "end"],
        "loads": [
            ([_step("reading", 1), _step("quiz", 1), _step("exercise", 1)], "完了"),
            ([_step("reading", 1), _step("quiz", 0), _step("quiz", 0), _step("exercise", 0)], "学習中"),
            ([_step("reading", 0), _step("quiz", 0), _step("exercise", 0)], "これから"),
        ],
        "problems": _problems(),
        "goals": _goals(),
        "hints": [
            "<p><code>readinessProbe</code>のどの項目が、調べる先を決めるかを見てください。</p>",
            "<p><code>port</code>の値を囲む引用符に注目してください。</p>",
        ],
        "form": SampleForm(data={"name": "web.yaml", "count": "みっつ"}, auto_id="sample_%s"),
        "yaml": SAMPLE_YAML,
        "diagnostics": [
            {"line": 12, "severity": "error", "message": "ポート番号を名前として読み取りました"},
            {"line": 13, "severity": "warning", "message": "1秒は短すぎることがあります"},
        ],
    }


SAMPLE_YAML = """\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web # 配信
      image: hatoba/web:1.4
      readinessProbe:
        httpGet:
          path: /ready
          port: "8080"
        periodSeconds: 1
"""


def _step(kind: str, done: int) -> SimpleNamespace:
    return SimpleNamespace(kind=kind, done=bool(done))


def _goals() -> list[SimpleNamespace]:
    def goal(state: str, statement_html: str, message: str = "") -> SimpleNamespace:
        return SimpleNamespace(state=state, statement_html=statement_html, message=message)

    return [
        goal("met", "Deployment <code>web</code>のPodが3つ動いている"),
        goal("unmet", "<code>/ready</code>を確かめている", "いまのパスは/healthzです。"),
        goal("unmet", "5秒ごとに確かめている", "いまは1秒ごとです。"),
        goal("open", "起動から10秒間、Serviceが未準備のPodへ通信を流さない"),
        goal("planned", "落ちたPodが30秒以内に置き換わる"),
    ]


def _problems() -> list[SimpleNamespace]:
    return [
        SimpleNamespace(
            severity="error",
            what="ポート番号を名前として読み取りました",
            line=12,
            path="spec.containers[0].readinessProbe.httpGet.port",
            why="引用符で囲むとポートの名前とみなされます。名前には英字が必要です。",
            fix="引用符を外してport: 8080と書きます。",
            original='Invalid value: "8080": must contain at least one letter (a-z)',
            fix_key="probe-port-name:12:17",
            mark="ポート番号を名前として読み取りました",
            lesson_url="",
            lesson_title="",
        ),
        SimpleNamespace(
            severity="warning",
            what="このServiceには宛先がありません",
            line=7,
            path="spec.selector",
            why="app: apiのラベルを持つPodが1つもないため、通信はどこにも届きません。",
            fix="selectorをapp: webにするか、Podのラベルを直します。",
            original="",
            lesson_url="",
            lesson_title="",
        ),
        SimpleNamespace(
            severity="info",
            what="既定値と同じ値です",
            line=None,
            path="",
            why="periodSecondsの既定値は10秒です。",
            fix="書いたままでも、消しても動きは同じです。",
            original="",
            lesson_url="",
            lesson_title="",
        ),
    ]
