"""The components of the product as template tags; every one is shown on /styleguide/ in all its states."""

from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import Any, Literal

from django import template
from django.template.context import RequestContext
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from learn.ui.theme import THEMES, theme_of

register = template.Library()

State = Literal["ready", "unready", "wait", "warn", "fail", "end"]

STATE_WORDS: dict[str, str] = {
    "ready": "準備完了",
    "unready": "未準備",
    "wait": "待機中",
    "warn": "注意",
    "fail": "失敗",
    "end": "終了処理中",
}
CALLOUT_TITLES: dict[str, str] = {
    "note": "補足",
    "pitfall": "落とし穴",
    "deepdive": "詳しく",
    "summary": "まとめ",
}
NOTICE_STATES: dict[str, str] = {"info": "", "done": "ready", "warn": "warn", "fail": "fail"}
SEVERITIES: dict[str, tuple[str, str]] = {
    "error": ("fail", "直すところ"),
    "warning": ("warn", "確かめるところ"),
    "info": ("unready", "参考"),
}
GOAL_STATES: dict[str, tuple[str, str]] = {
    "met": ("ready", "達成"),
    "unmet": ("fail", "未達成"),
    "open": ("unready", "未確認"),
    "planned": ("wait", "準備中"),
}


@register.inclusion_tag("ui/plate.html")
def plate(code: str, minutes: int | None = None) -> dict[str, Any]:
    """A code such as `HTB 03-03`, like a container number; with `minutes`, how long the lesson takes."""
    return {"code": code, "minutes": minutes}


@register.inclusion_tag("ui/glyph.html")
def glyph(state: State) -> dict[str, Any]:
    """The shape of a state alone, hidden from readers: a word must stand beside it."""
    return {"state": state}


@register.inclusion_tag("ui/state.html")
def state(state: State, word: str = "") -> dict[str, Any]:
    """A state as shape, word and colour. Without `word`, the state's own."""
    return {"state": state, "word": word or STATE_WORDS[state]}


@register.inclusion_tag("ui/boxes.html")
def boxes(steps: Sequence[Any], word: str = "") -> dict[str, Any]:
    """Container boxes, one per step. A step has `kind` (reading, quiz, exercise) and `done`."""
    return {"steps": steps, "done": sum(1 for step in steps if step.done), "total": len(steps), "word": word}


@register.inclusion_tag("ui/breadcrumb.html")
def breadcrumb(*trail: str) -> dict[str, Any]:
    """`label, url, label, url, …, label`: the last label is the page itself."""
    return {"trail": list(zip_longest(trail[::2], trail[1::2], fillvalue=""))}


@register.inclusion_tag("ui/button.html")
def button(
    label: str,
    href: str = "",
    kind: Literal["primary", "outline", "text"] = "outline",
    name: str = "",
    value: str = "",
    id: str = "",
    keys: str = "",
    small: bool = False,
) -> dict[str, Any]:
    """A link that looks like a button if `href` is given, else a submit button. One primary per view."""
    return locals().copy()


@register.simple_block_tag(takes_context=False)
def callout(content: SafeString, kind: str = "note", title: str = "") -> SafeString:
    """補足, 落とし穴, まとめ as an aside; 詳しく (`deepdive`) as a fold. The same HTML as in lessons."""
    context = {"content": content, "kind": kind, "title": title or CALLOUT_TITLES[kind]}
    return render_to_string("ui/callout.html", context)


@register.simple_block_tag(takes_context=False)
def notice(content: SafeString, kind: str = "info", id: str = "") -> SafeString:
    """A bar beside what it speaks about: info, done, warn or fail. It stays until it is no longer true."""
    context = {"content": content, "kind": kind, "id": id, "state": NOTICE_STATES[kind]}
    return render_to_string("ui/notice.html", context)


@register.inclusion_tag("ui/empty.html")
def empty(text: str, label: str, href: str) -> dict[str, Any]:
    """What a page says when it has nothing yet, with exactly one action."""
    return {"text": text, "label": label, "href": href}


@register.inclusion_tag("ui/diagnostic.html")
def diagnostic(problem: Any) -> dict[str, Any]:
    """
    One problem of a manifest. It has `severity` (error, warning, info), `what`, `line` (or None), `path`,
    `why`, `fix`, and may have `original` (kubectl's words), `lesson_url` and `lesson_title`.
    """
    state, word = SEVERITIES[str(problem.severity)]
    return {"problem": problem, "state": state, "word": word}


@register.inclusion_tag("ui/goals.html")
def goals(goals: Iterable[Any]) -> dict[str, Any]:
    """
    Goals with their state (met, unmet, open, planned), `statement_html` and, when unmet, `message`:
    the observed value. Only the first unmet goal shows its message at once; the others fold it.
    """
    rows = []
    expanded = False
    for goal in goals:
        state, word = GOAL_STATES[str(goal.state)]
        is_first_unmet = state == "fail" and not expanded
        expanded = expanded or is_first_unmet
        rows.append({"goal": goal, "state": state, "word": word, "expanded": is_first_unmet})
    return {"rows": rows}


@register.inclusion_tag("ui/hints.html")
def hints(shown_html: Sequence[str], total: int, action: str = "") -> dict[str, Any]:
    """The hints opened so far; a button inside the form around it opens the next, posting to `action`."""
    return {"shown_html": shown_html, "total": total, "left": total - len(shown_html), "action": action}


@register.inclusion_tag("ui/editor.html", takes_context=True)
def editor(
    context: RequestContext,
    key: str,
    text: str,
    start: str,
    file: str = "manifest.yaml",
    draft_url: str = "",
    saved_at: int = 0,
    diagnostics_id: str = "diagnostics",
    invalid: object = False,
    share: bool = False,
) -> dict[str, Any]:
    """
    The manifest's text, named `text` in the form around it; a button of that form with `data-act="revert"`
    brings `start` back. `saved_at` is when the server kept it, in ms
    since the epoch (0: never). Problems are read from `{{ problems|json_script:"diagnostics" }}` anywhere on
    the page: a list of `{line, severity, message}`. In a form with a CSRF token the text is checked while it
    is written. `share` lets links hold the text. The page adds `bundle/editor.js` in its scripts block.
    """
    return {
        "key": key,
        "text": text,
        "start": start,
        "start_id": f"{key}-start",
        "file": file,
        "draft_url": draft_url,
        "saved_at": saved_at,
        "diagnostics_id": diagnostics_id,
        "invalid": bool(invalid),
        "share": share,
        "nonce": context.get("CSP_NONCE", ""),
    }


@register.inclusion_tag("ui/stepbar.html")
def stepbar(current: int, total: int) -> dict[str, Any]:
    """全5ステップ中2: where one is in a known number of steps; `current` counts from 1."""
    return {"current": current, "total": total, "numbers": range(1, total + 1)}


@register.inclusion_tag("ui/field.html")
def field(bound: Any) -> dict[str, Any]:
    """A form field with its label, help and error."""
    return {"field": bound}


@register.inclusion_tag("ui/mark.html")
def mark() -> dict[str, Any]:
    """Three boxes on a quay over one wave."""
    return {}


@register.inclusion_tag("ui/theme_switch.html", takes_context=True)
def theme_switch(context: RequestContext) -> dict[str, Any]:
    """昼・夜・自動; works without JavaScript."""
    request = context.get("request")
    return {
        "themes": THEMES,
        "current": theme_of(request),
        "next": request.get_full_path() if request else "/",
        "csrf_token": context.get("csrf_token"),
    }


@register.simple_tag(takes_context=True)
def theme(context: RequestContext) -> str:
    """The theme to write into `<html data-theme>`: light, dark or auto."""
    return theme_of(context.get("request"))
