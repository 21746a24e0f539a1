"""A manifest of the sandbox in the simulator: what the page shows of its run. Nothing is kept: the address holds it all."""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from learn.cluster.api.versions import NEWEST, SUPPORTED
from learn.labs.outcome import code_html
from learn.labs.playback import Playback, explained_parts, steps_of
from learn.labs.sandbox_report import report_of
from learn.labs.sandbox_sharing import packed
from learn.labs.snapshot import snapshot
from learn.labs.timeline import drawing_of, timeline
from learn.sandbox.pipeline import Report
from learn.sandbox.rehearsal import Rehearsal, rehearse
from learn.sandbox.runs import Played

logger = logging.getLogger(__name__)

DURATIONS = {60: "1分", 300: "5分", 1800: "30分", 3600: "1時間"}
"""Virtual seconds that a run may last."""
DEFAULT_SECONDS = 300
_BROKEN = "動かせませんでした。こちらの不具合です。マニフェストは残っています。"
_NOTHING = "動かすオブジェクトがありません。ほかのツールの設定ファイルは、クラスターでは動きません。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """How long to run, and on which Kubernetes: `300-1.37` in the address."""

    seconds: int = DEFAULT_SECONDS
    version: str = NEWEST

    def __str__(self) -> str:
        return f"{self.seconds}-{self.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DurationLink:
    """A duration to choose."""

    label: str
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPage:
    """Everything the page prints; `why_not` says why there is no run."""

    text: str
    conditions: Conditions
    durations: tuple[DurationLink, ...]
    manifest_url: str
    notes: tuple[SafeString, ...] = ()
    playback: Playback | None = None
    why_not: str = ""

    @property
    def lines(self) -> list[str]:
        return self.text.rstrip("\n").split("\n")


def conditions_of(word: str) -> Conditions:
    """The conditions that the address names; nonsense counts as the usual ones."""
    match = re.fullmatch(r"([0-9]{1,6})-([0-9.]{1,8})", word)
    if not match or int(match[1]) not in DURATIONS or match[2] not in SUPPORTED:
        return Conditions()
    return Conditions(seconds=int(match[1]), version=match[2])


def address(shared: str, conditions: Conditions, second: int | None = None) -> str:
    """The page of the run of a packed text, at a second."""
    query = {"run": str(conditions), "of": shared} | ({} if second is None else {"t": str(second)})
    return f"{reverse('labs:sandbox-run')}?{urlencode(query)}"


def run_page(text: str, conditions: Conditions, second: int | None) -> RunPage:
    """The run of a text at a second; without one, at its most telling instant."""
    shared = packed(text)
    report = report_of(text, conditions.version)
    page = RunPage(
        text=text,
        conditions=conditions,
        durations=tuple(_durations(shared, conditions)),
        manifest_url=_manifest_url(shared, conditions.version),
    )
    if report.errors:
        return replace(page, why_not=f"直すところが{len(report.errors)}件あるため、動かしていません。")
    try:
        rehearsal = rehearse(report.objects, seconds=conditions.seconds, version=conditions.version)
        if rehearsal.played is None:
            return replace(page, why_not=_NOTHING)
        shown = _playback(rehearsal.played, report, shared, conditions, second)
    except Exception:
        logger.exception("the run of a manifest of the sandbox broke")
        return replace(page, why_not=_BROKEN)
    return replace(page, notes=tuple(_notes(rehearsal)), playback=shown)


def _playback(
    played: Played, report: Report, shared: str, conditions: Conditions, second: int | None
) -> Playback:
    url = reverse("labs:sandbox-run")
    if played.run is None:
        return Playback(exercise_url=url, digest=shared, run_id=str(conditions), stopped=played.stopped)

    def address_of(at: int) -> str:
        return address(shared, conditions, at)

    drawn = timeline(played.run, second)
    return Playback(
        exercise_url=url,
        digest=shared,
        run_id=str(conditions),
        stopped=played.stopped,
        timeline=drawn,
        drawing=mark_safe(drawing_of(drawn)),
        steps=steps_of(drawn, address_of),
        shown=snapshot(played.run, drawn.at),
        explained=tuple(explained_parts(played.run, drawn, report.objects, address_of)),
    )


def _durations(shared: str, conditions: Conditions) -> Iterator[DurationLink]:
    for seconds, label in DURATIONS.items():
        other = Conditions(seconds=seconds, version=conditions.version)
        yield DurationLink(label=label, url=address(shared, other), is_current=seconds == conditions.seconds)


def _manifest_url(shared: str, version: str) -> str:
    query = {"t": shared} | ({} if version == NEWEST else {"version": version})
    return f"{reverse('labs:sandbox')}?{urlencode(query)}"


def _notes(rehearsal: Rehearsal) -> Iterator[SafeString]:
    """What was filled in so that the manifest could run at all."""
    if rehearsal.namespaces:
        yield code_html(f"名前空間{_listed(rehearsal.namespaces)}は、先に作っておきました。")
    if rehearsal.stand_ins:
        yield code_html(
            f"イメージ{_listed(rehearsal.stand_ins)}の中身は、シミュレーターにはありません。"
            "すぐに起動し、書かれたポートで待ち受け、どのパスにも200を返すアプリで代わりに動かしました。"
        )
    for name, meant in rehearsal.misspelt:
        yield code_html(f"イメージ`{name}`は取得できません。近い名前に`{meant}`があります。")


def _listed(names: tuple[str, ...]) -> str:
    return "、".join(f"`{name}`" for name in names)
