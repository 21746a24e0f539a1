"""Words and facts: the notation of the lessons, and statements about Kubernetes that are no longer true."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from learn.content.lint.passages import Passage
from learn.content.model import Finding

MAX_SENTENCE_CHARS = 100
MAX_CODE_LINES = 15
_MEASURED_LANGUAGES = ("yaml", "json", "bash", "dockerfile")
_JAPANESE = r"ぁ-ゖァ-ヺ一-鿿々〆、。「」"
_HAS_JAPANESE = re.compile(rf"[{_JAPANESE}]")
_SPACE = re.compile(rf"[{_JAPANESE}] +[A-Za-z0-9`*]|[A-Za-z0-9`] +[{_JAPANESE}]")
_NARROW_PARENTHESIS = re.compile(rf"[{_JAPANESE}]\(|\)[{_JAPANESE}]")
_HISTORY = re.compile(r"昔|かつて|以前|旧|古い|削除|廃止|非推奨|誤り|使わない|使えない|使いません|使えません")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Words to avoid, and what to write. A rule about old facts lets sentences about the past pass."""

    code: str
    pattern: re.Pattern[str]
    advice: str
    in_code: bool = False
    in_history: bool = True


def _spelling(wrong: str, right: str) -> Rule:
    return Rule(
        code="spelling", pattern=re.compile(wrong), advice=f"「{right}」と書きます。", in_history=False
    )


def _stale(pattern: str, advice: str) -> Rule:
    return Rule(code="stale-fact", pattern=re.compile(pattern), advice=advice, in_code=True)


RULES = (
    _stale(r"マスター・?ノード|制御プレーン", "「コントロールプレーン」または「コントロールプレーンのノード」です。"),
    _stale(r"PodSecurityPolicy", "PodSecurityPolicyはv1.25で削除されました。Pod Security Admissionを使います。"),
    _stale(r"autoscaling/v2beta[12]", "autoscaling/v2beta2はv1.26で削除されました。autoscaling/v2を使います。"),
    _stale(r"(?:extensions/v1beta1|apps/v1beta[12])", "このAPIはv1.16で削除されました。apps/v1などを使います。"),
    _stale(r"(?:policy|batch)/v1beta1\b", "このAPIはv1.25で削除されました。v1を使います。"),
    _stale(r"networking\.k8s\.io/v1beta1", "networking.k8s.io/v1beta1のIngressは、v1.22で削除されました。"),
    _stale(r"k8s\.gcr\.io", "k8s.gcr.ioは更新が止まっています。registry.k8s.ioを使います。"),
    _stale(
        r"DESIRED +CURRENT +UP-TO-DATE +AVAILABLE +AGE",
        "Deploymentの列は、NAME、READY、UP-TO-DATE、AVAILABLE、AGEです。",
    ),
    _stale(r"kubectl run .*--(?:replicas|generator)", "kubectl runが作るのは、1つのPodだけです。"),
    _spelling(r"ロードバランサ(?!ー)", "ロードバランサー"),
    _spelling(r"クラスタ(?!ー|リング)", "クラスター"),
    _spelling(r"コントローラ(?!ー)", "コントローラー"),
    _spelling(r"スケジューラ(?!ー)", "スケジューラー"),
    _spelling(r"サーバ(?!ー|ント)", "サーバー"),
    _spelling(r"ユーザ(?!ー|ビリティ)", "ユーザー"),
    _spelling(r"コンテナー", "コンテナ"),
    _spelling(r"(?<![ァ-ヺー])デプロイメント", "Deployment"),
    _spelling(r"ポッド", "Pod"),
    _spelling(r"立ち退き", "退避"),
)  # fmt: skip
_LATEST_IMAGE = re.compile(r"\bimage:\s*[\"']?[^\s\"']+:latest\b")
_BAD_EXAMPLE = "誤りの例"


def wording_findings(passage: Passage) -> Iterator[Finding]:
    """What a passage says in words or facts that the lessons avoid."""
    if passage.language:
        yield from _code_findings(passage)
    else:
        yield from _word_findings(passage)
    for rule in RULES:
        if passage.language and not rule.in_code:
            continue
        for match in rule.pattern.finditer(passage.text):
            if not (rule.in_history and _HISTORY.search(passage.text + passage.before)):
                yield _finding(passage, match.start(), rule.code, f"「{match[0].strip()}」：{rule.advice}")


def _code_findings(passage: Passage) -> Iterator[Finding]:
    is_lesson = passage.path.endswith(".md")
    lines = passage.text.rstrip("\n").count("\n") + 1
    if is_lesson and passage.language in _MEASURED_LANGUAGES and lines > MAX_CODE_LINES:
        message = f"コードが{lines}行あります。要る項目だけを残して、{MAX_CODE_LINES}行までにします。"
        yield _finding(passage, 0, "long-code", message)
    tab = re.search(r"^ *\t", passage.text, re.MULTILINE)
    if tab and passage.language == "yaml" and (is_lesson or "/solutions/" in passage.path):
        yield _finding(passage, tab.start(), "tab", "字下げにタブは使えません。空白2つにします。")
    excused = _BAD_EXAMPLE in passage.before + passage.text or "/mistakes/" in passage.path
    for match in _LATEST_IMAGE.finditer(passage.text):
        if not excused:
            message = (
                f"「{match[0]}」：latestを使わず、版を書きます。悪い例なら「{_BAD_EXAMPLE}」と書き添えます。"
            )
            yield _finding(passage, match.start(), "latest-image", message)


def _word_findings(passage: Passage) -> Iterator[Finding]:
    text = _without_markup(passage.text)
    if not _HAS_JAPANESE.search(text):
        return
    if match := re.search(r"[！？!?]", text):
        yield _finding(passage, match.start(), "exclamation", "感嘆符と疑問符は使わず、句点で終えます。")
    if match := _SPACE.search(text):
        message = f"「{match[0]}」：日本語と英数字の間に、空白を入れません。"
        yield _finding(passage, match.start(), "space", message)
    if match := _NARROW_PARENTHESIS.search(text):
        yield _finding(passage, match.start(), "parenthesis", "和文の括弧は、全角の（）で書きます。")
    for sentence in re.finditer(r"[^。]+", text):
        length = len(re.sub(r"\s", "", sentence[0]))
        if length > MAX_SENTENCE_CHARS:
            message = f"1文が{length}字あります。{MAX_SENTENCE_CHARS}字までに分けてください。"
            yield _finding(passage, sentence.start(), "long-sentence", message)


def _without_markup(text: str) -> str:
    """The words with links, terms and emphasis taken off, and code masked; line breaks stay."""
    text = re.sub(r"`[^`]*`", lambda match: "`" + "x" * (len(match[0]) - 2) + "`", text)
    text = re.sub(r"\{\{term:[^}|]*\|([^}]*)\}\}", r"\1", text)
    text = re.sub(r"\{\{term:([^}]*)\}\}", r"\1", text)
    text = re.sub(r"\]\([^)]*\)", "", text).replace("[", "")
    text = re.sub(r"\*\*", "", text)
    return re.sub(r"(?m)^\s*(?:[-*+]|\d+\.|#+|>)\s+|^\s*\|", "", text)


def _finding(passage: Passage, offset: int, code: str, message: str) -> Finding:
    line = passage.line + passage.text[:offset].count("\n")
    return Finding(path=passage.path, line=line, code=code, message=message)
