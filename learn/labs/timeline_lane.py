"""A lane of a timeline from instants of virtual time: marks, or steps; what lies outside the run is cut off."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from learn.cluster.scenario import Run
from learn.content.render.lanes import Bar, Lane, LaneState, Note, Point
from learn.content.render.steps import Shade, Steps
from learn.labs.moments import end_of, origin_of


class Stretch(NamedTuple):
    """Something that lasts, in ms of virtual time."""

    from_ms: int
    to_ms: int
    text: str
    state: LaneState


def seconds(ms: int) -> Decimal:
    return Decimal(ms) / 1000


def marks(
    run: Run,
    label: str,
    stretches: Iterable[Stretch] = (),
    points: Iterable[tuple[int, LaneState]] = (),
    notes: Iterable[tuple[int, str]] = (),
) -> Lane:
    """A lane of bars, points and notes."""
    origin, end = origin_of(run), end_of(run)
    bars = []
    for each in stretches:
        start, stop = max(0, each.from_ms - origin), min(end, each.to_ms - origin)
        if start < stop:
            bars.append(Bar(start=seconds(start), end=seconds(stop), text=each.text, state=each.state))
    return Lane(
        label=label,
        bars=tuple(bars),
        points=tuple(Point(at=seconds(ms - origin), state=s) for ms, s in points if 0 <= ms - origin <= end),
        notes=tuple(
            Note(at=seconds(ms - origin), text=text) for ms, text in notes if 0 <= ms - origin <= end
        ),
    )


def chart(
    run: Run,
    label: str,
    series: Sequence[tuple[int, int | None]],
    *,
    unit: str = "",
    limit: tuple[int, str] | None = None,
    held: Iterable[tuple[int, int, str]] = (),
) -> Lane:
    """A lane of steps; `series` are (ms from the run's origin, amount), `limit` a line and its name.

    `held` are stretches (ms from the origin, from and to) in which something keeps the amount, and what it is.
    """
    end = end_of(run)
    values: list[tuple[int, int | None]] = []
    for ms, amount in series:
        if ms >= end:
            break
        at = max(0, ms)
        if values and values[-1][0] == at:
            values.pop()
        if not values or values[-1][1] != amount:
            values.append((at, amount))
    return Lane(
        label=label,
        steps=Steps(
            values=tuple((seconds(ms), amount) for ms, amount in values),
            end=seconds(end),
            unit=unit,
            limit=limit[0] if limit else None,
            limit_text=limit[1] if limit else "",
            shades=tuple(
                Shade(start=seconds(max(0, from_ms)), end=seconds(min(end, to_ms)), text=text)
                for from_ms, to_ms, text in held
                if max(0, from_ms) < min(end, to_ms)
            ),
        ),
    )
