"""Lanes: what happens in several places along one axis of time, drawn as SVG."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from learn.content.answers import number_text
from learn.content.render.figure import (
    LINE_HEIGHT,
    Caption,
    Table,
    element,
    figure_html,
    svg_html,
    tag,
    text_width,
)
from learn.content.render.lane_names import LaneName, names_svg
from learn.content.render.steps import STEPS_HEIGHT, Steps, scale_texts, steps_svg

_CHART_WIDTH = 480.0
_CHART_MAX = 1600.0
_WIDE = 1000.0
_POINT_GAP = 14.0
_MARK_ROW = 30.0
_LANE_PADDING = 6.0
_AXIS = 28.0
_MARGIN = 14.0
_CURSOR_HEAD = 14.0


class LaneState(StrEnum):
    READY = "ready"
    WAIT = "wait"
    WARN = "warn"
    FAIL = "fail"
    END = "end"
    AI = "ai"


POINT_WORDS = {
    LaneState.READY: "成功",
    LaneState.WAIT: "まだ動かない",
    LaneState.WARN: "注意",
    LaneState.FAIL: "失敗",
    LaneState.END: "終了",
    LaneState.AI: "実行",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    start: Decimal
    end: Decimal
    text: str
    state: LaneState


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    at: Decimal
    state: LaneState


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    at: Decimal
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """Marks in a row; or, with ``steps``, a chart instead of them."""

    label: str
    bars: tuple[Bar, ...] = ()
    points: tuple[Point, ...] = ()
    notes: tuple[Note, ...] = ()
    steps: Steps | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lanes:
    """
    Times are seconds from the left edge; ``cuts`` are lines through every lane, ``cursor`` marks the instant
    that is looked at, ``width`` is the least width of the chart in pixels.
    """

    end: Decimal
    step: Decimal
    lanes: tuple[Lane, ...]
    cuts: tuple[Decimal, ...]
    cursor: Decimal | None = None
    width: float = _CHART_WIDTH


@dataclass(frozen=True, slots=True)
class _Label:
    x: float
    row: int
    text: str


def lanes_html(diagram: Lanes, caption: Caption, table: Table | None = None) -> str:
    """The figure with its table."""
    return figure_html("lanes", caption, lanes_svg(diagram, caption), table or _table(diagram))


def lanes_svg(diagram: Lanes, caption: Caption) -> str:
    """The drawing; the lanes' names are one of their own so that they can stay while time scrolls."""
    scale = scale_of(diagram)
    width = float(diagram.end) * scale
    placed = [_place(_captions(lane, scale), width) for lane in diagram.lanes]
    heights = [
        STEPS_HEIGHT if lane.steps else _lane_height(labels)
        for lane, labels in zip(diagram.lanes, placed, strict=True)
    ]
    head = 0.0 if diagram.cursor is None else _CURSOR_HEAD
    tops = [head + sum(heights[:index]) for index in range(len(heights))]
    bottom = head + sum(heights)
    body = "" if diagram.cursor is None else _cursor_svg(float(diagram.cursor) * scale, bottom)
    body += _cuts_svg(diagram, bottom, scale) + "".join(
        _lane_svg(lane, labels, top, height, scale)
        for lane, labels, top, height in zip(diagram.lanes, placed, tops, heights, strict=True)
    )
    body += _axis_svg(diagram, bottom, scale)
    chart = svg_html(
        caption,
        width + 2 * _MARGIN,
        bottom + _AXIS,
        f'<g transform="translate({_MARGIN:g} 0)">{body}</g>',
        css_class="lane-chart" if width <= _WIDE else "lane-chart wide",
    )
    names = _names(diagram, tops, heights)
    return names_svg(names, (bottom + 20, "秒"), bottom + _AXIS) + chart


def scale_of(diagram: Lanes) -> float:
    """Pixels per second of the drawing: wide enough that but few neighbouring points touch."""
    end = float(diagram.end)
    times = [sorted({point.at for point in lane.points}) for lane in diagram.lanes]
    gaps = sorted(float(after - before) for each in times for before, after in pairwise(each))
    wanted = max(diagram.width / end, _POINT_GAP / gaps[len(gaps) // 10] if gaps else 0.0)
    return min(wanted, _CHART_MAX / end)


def _captions(lane: Lane, scale: float) -> Iterator[tuple[float, str]]:
    """Middle and text of what is written above a lane's marks."""
    for bar in lane.bars:
        if not _fits(bar, scale):
            yield float(bar.start + bar.end) / 2 * scale, bar.text
    for note in lane.notes:
        yield float(note.at) * scale, note.text


def _fits(bar: Bar, scale: float) -> bool:
    return text_width(bar.text) + 8 <= float(bar.end - bar.start) * scale


def _place(captions: Iterable[tuple[float, str]], width: float) -> tuple[_Label, ...]:
    """Give each text a left edge inside the chart and the lowest row where it covers no other."""
    ends: list[float] = []
    labels = []
    for middle, text in sorted(captions):
        length = text_width(text)
        x = max(0.0, min(middle - length / 2, width - length))
        row = next((index for index, end in enumerate(ends) if end <= x), len(ends))
        if row == len(ends):
            ends.append(0.0)
        ends[row] = x + length + 8
        labels.append(_Label(x, row, text))
    return tuple(labels)


def _lane_height(labels: tuple[_Label, ...]) -> float:
    rows = max((label.row + 1 for label in labels), default=0)
    return rows * LINE_HEIGHT + _MARK_ROW + _LANE_PADDING


def _lane_svg(lane: Lane, labels: tuple[_Label, ...], top: float, height: float, scale: float) -> str:
    if lane.steps:
        return f'<g class="lane">{steps_svg(lane.steps, top, scale)}</g>'
    middle = top + height - (_MARK_ROW + _LANE_PADDING) / 2
    lowest = middle - _MARK_ROW / 2 - 3
    parts = [_bar_svg(bar, middle, scale) for bar in lane.bars]
    parts += [_point_svg(point, float(point.at) * scale, middle) for point in lane.points]
    parts += [
        tag("text", label.text, class_="lane-note", x=label.x, y=lowest - label.row * LINE_HEIGHT)
        for label in labels
    ]
    return f'<g class="lane">{"".join(parts)}</g>'


def _bar_svg(bar: Bar, middle: float, scale: float) -> str:
    x, width = float(bar.start) * scale, float(bar.end - bar.start) * scale
    box = tag(
        "rect", class_="bar", data_state=bar.state.value, x=x, y=middle - 12, width=width, height=24.0,
        fill="none", stroke="currentColor",
    )  # fmt: skip
    if not _fits(bar, scale):
        return box
    return box + tag("text", bar.text, class_="bar-text", x=x + width / 2, y=middle + 5, text_anchor="middle")


def _point_svg(point: Point, x: float, y: float) -> str:
    """A mark whose shape alone tells its state."""
    look = {
        "class": "point", "data-state": point.state.value,
        "fill": "none", "stroke": "currentColor", "stroke-width": "2",
    }  # fmt: skip
    match point.state:
        case LaneState.READY:
            return element("circle", look | {"cx": x, "cy": y, "r": 5.0, "fill": "currentColor"})
        case LaneState.WAIT:
            return element("circle", look | {"cx": x, "cy": y, "r": 5.0})
        case LaneState.FAIL:
            path = f"M{x - 5:.1f} {y - 5:.1f}l10 10m0 -10l-10 10"
        case LaneState.WARN:
            path = f"M{x:.1f} {y - 6:.1f}l6 11h-12z"
        case LaneState.END:
            path = f"M{x - 5:.1f} {y - 5:.1f}h10v10h-10z"
        case LaneState.AI:
            path = f"M{x:.1f} {y - 6:.1f}l6 6l-6 6l-6 -6z"
    return element("path", look | {"d": path})


def _cuts_svg(diagram: Lanes, bottom: float, scale: float) -> str:
    return "".join(
        tag(
            "path", class_="cut", d=f"M{float(cut) * scale:.1f} 0V{bottom:g}",
            stroke="currentColor", stroke_dasharray="4 3",
        )
        for cut in diagram.cuts
    )  # fmt: skip


def _axis_svg(diagram: Lanes, bottom: float, scale: float) -> str:
    parts = [
        tag("path", class_="axis", d=f"M0 {bottom:g}H{float(diagram.end) * scale:.1f}", stroke="currentColor")
    ]
    for tick in _ticks(diagram):
        x = float(tick) * scale
        parts.append(tag("path", class_="axis", d=f"M{x:.1f} {bottom:g}v5", stroke="currentColor"))
        parts.append(
            tag("text", number_text(tick), class_="axis-text", x=x, y=bottom + 20, text_anchor="middle")
        )
    return "".join(parts)


def _cursor_svg(x: float, bottom: float) -> str:
    line = tag("path", class_="cursor-line", d=f"M{x:.1f} 8V{bottom:g}", stroke="currentColor")
    lamp = tag("path", class_="cursor-lamp", d=f"M{x - 8:.1f} 1h16l-8 11z", stroke="currentColor")
    return f'<g class="cursor">{line}{lamp}</g>'


def _ticks(diagram: Lanes) -> list[Decimal]:
    return [diagram.step * count for count in range(int(diagram.end / diagram.step) + 1)]


def _names(diagram: Lanes, tops: list[float], heights: list[float]) -> Iterator[LaneName]:
    for lane, top, height in zip(diagram.lanes, tops, heights, strict=True):
        if lane.steps:
            scale = tuple(scale_texts(lane.steps, top))
            yield LaneName(text=lane.label, middle=top + height / 2, scale=scale)
        else:
            yield LaneName(text=lane.label, middle=top + height - (_MARK_ROW + _LANE_PADDING) / 2)


def _table(diagram: Lanes) -> Table:
    rows = [row for lane in diagram.lanes for row in sorted(_lane_rows(lane), key=lambda row: row[0])]
    rows += [(cut, "すべて", f"{number_text(cut)}秒", "区切り") for cut in diagram.cuts]
    return Table(head=("場所", "時刻", "出来事"), rows=tuple(row[1:] for row in rows))


def _lane_rows(lane: Lane) -> Iterator[tuple[Decimal, str, str, str]]:
    for bar in lane.bars:
        yield bar.start, lane.label, f"{number_text(bar.start)}〜{number_text(bar.end)}秒", bar.text
    for point in lane.points:
        yield point.at, lane.label, f"{number_text(point.at)}秒", POINT_WORDS[point.state]
    for note in lane.notes:
        yield note.at, lane.label, f"{number_text(note.at)}秒", note.text
    if lane.steps:
        for start, _, amount in lane.steps.stretches:
            yield start, lane.label, f"{number_text(start)}秒", f"{amount}{lane.steps.unit}"
