"""A quantity that jumps in time, drawn as steps inside a lane: never a curve, for nothing happens between."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from learn.content.render.figure import FONT_SIZE, number, tag, text_width

STEPS_HEIGHT = 78.0
_HEAD = 24.0
_FOOT = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shade:
    """A stretch of seconds during which something keeps the amount as it is."""

    start: Decimal
    end: Decimal
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """`values` are (seconds, amount): each amount holds from its instant to the next, the last one to `end`.

    An amount of None is a gap. `unit` follows every number; `limit` is a line to compare the amounts with,
    `limit_text` what it is called.
    """

    values: tuple[tuple[Decimal, int | None], ...]
    end: Decimal
    unit: str = ""
    limit: int | None = None
    limit_text: str = ""
    shades: tuple[Shade, ...] = ()

    @property
    def top(self) -> int:
        """The highest number of the scale, which begins at 0."""
        return max([amount for _, amount in self.values if amount is not None] + [self.limit or 0, 1])

    @property
    def stretches(self) -> Iterator[tuple[Decimal, Decimal, int]]:
        """From, to and the amount between."""
        for (start, amount), (end, _) in pairwise([*self.values, (self.end, None)]):
            if amount is not None and start < end:
                yield start, end, amount


def steps_svg(steps: Steps, top: float, scale: float) -> str:
    """The chart below the `top` edge of its lane, at `scale` pixels per second."""
    return (
        "".join(_shade_svg(shade, top, scale) for shade in steps.shades)
        + _limit_svg(steps, top, scale)
        + _line_svg(steps, top, scale)
        + _amounts_svg(steps, top, scale)
    )


def scale_texts(steps: Steps, top: float) -> Iterator[tuple[float, str]]:
    """The numbers of the scale with the heights at which they are written."""
    yield _height(steps, top, steps.top) + FONT_SIZE / 3, f"{steps.top}{steps.unit}"
    yield _height(steps, top, 0) + FONT_SIZE / 3, "0"


def _height(steps: Steps, top: float, amount: int) -> float:
    low, high = top + STEPS_HEIGHT - _FOOT, top + _HEAD
    return low - (low - high) * amount / steps.top


def _shade_svg(shade: Shade, top: float, scale: float) -> str:
    """The whole height of the chart, with what it is at its foot, where there is room."""
    x, width = float(shade.start) * scale, float(shade.end - shade.start) * scale
    foot = top + STEPS_HEIGHT - _FOOT
    box = tag(
        "rect", class_="steps-shade", x=x, y=top + _HEAD, width=width, height=STEPS_HEIGHT - _HEAD - _FOOT,
        fill="none", stroke="currentColor", stroke_dasharray="2 3",
    )  # fmt: skip
    if text_width(shade.text) + 8 > width:
        return box
    return box + tag(
        "text", shade.text, class_="lane-note", x=x + width / 2, y=foot - 5, text_anchor="middle"
    )


def _line_svg(steps: Steps, top: float, scale: float) -> str:
    """The line, and the area under it; a gap lifts the pen."""
    floor = _height(steps, top, 0)
    line = area = ""
    reached: Decimal | None = None
    for start, end, amount in steps.stretches:
        x1, x2 = number(float(start) * scale), number(float(end) * scale)
        y = number(_height(steps, top, amount))
        line += f"{'V' + y if reached == start else f'M{x1} {y}'}H{x2}"
        area += f"M{x1} {number(floor)}V{y}H{x2}V{number(floor)}z"
        reached = end
    return tag("path", class_="steps-area", d=area, stroke="none") + tag(
        "path", class_="steps-line", d=line, fill="none", stroke="currentColor", stroke_width="2"
    )


def _limit_svg(steps: Steps, top: float, scale: float) -> str:
    if steps.limit is None:
        return ""
    y, right = _height(steps, top, steps.limit), float(steps.end) * scale
    line = tag(
        "path", class_="steps-limit", d=f"M0 {number(y)}H{number(right)}", fill="none",
        stroke="currentColor", stroke_dasharray="6 4",
    )  # fmt: skip
    return line + tag("text", steps.limit_text, class_="lane-note", x=right, y=y - 5, text_anchor="end")


def _amounts_svg(steps: Steps, top: float, scale: float) -> str:
    """Each amount over the beginning of its step, where there is room for it."""
    texts = []
    free = 0.0
    limit_from = float(steps.end) * scale - text_width(steps.limit_text) if steps.limit_text else float("inf")
    for start, _, amount in steps.stretches:
        x, text = float(start) * scale + 3, f"{amount}{steps.unit}"
        end = x + text_width(text)
        if x >= free and end <= min(float(steps.end) * scale, limit_from):
            y = _height(steps, top, amount) - 5
            texts.append(tag("text", text, class_="lane-note", x=x, y=y))
            free = end + 4
    return "".join(texts)
