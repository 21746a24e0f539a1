"""The names of lanes, in a drawing of their own that can stay while time scrolls."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from learn.content.render.figure import FONT_SIZE, tag, text_width

WIDEST = 112.0
_LINE = 15.0
_PLACES = re.compile(r"(?<= )|(?<=の)|(?<=への)|(?=（)|(?=:\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneName:
    """A name around the height `middle`, with the numbers of its lane's scale at their heights."""

    text: str
    middle: float
    scale: tuple[tuple[float, str], ...] = ()


def names_svg(names: Iterable[LaneName], axis: tuple[float, str], height: float) -> str:
    """The column of names; `axis` is what stands beside the axis of time. The chart's description speaks for it."""
    written = [(name, name_lines(name.text)) for name in names]
    width = max(_width(name, lines) for name, lines in written) + 12
    texts = []
    for name, lines in written:
        first = name.middle + 5 - _LINE * (len(lines) - 1) / 2
        texts += [
            tag("text", line, class_="lane-name", x=0.0, y=first + _LINE * index)
            for index, line in enumerate(lines)
        ]
        texts += [
            tag("text", text, class_="axis-text", x=width - 8, y=y, text_anchor="end")
            for y, text in name.scale
        ]
    texts.append(tag("text", axis[1], class_="axis-text", x=0.0, y=axis[0]))
    return (
        f'<svg class="lane-names" aria-hidden="true" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
        f'height="{height:g}" font-size="{FONT_SIZE}" fill="currentColor">{"".join(texts)}</svg>'
    )


def name_lines(text: str) -> tuple[str, ...]:
    """A name in one line, or in the two most even ones if it is wide and can be broken."""
    places = [match.start() for match in _PLACES.finditer(text) if 0 < match.start() < len(text)]
    if text_width(text) <= WIDEST or not places:
        return (text,)
    place = min(places, key=lambda at: max(text_width(text[:at]), text_width(text[at:])))
    return text[:place].rstrip(), text[place:]


def _width(name: LaneName, lines: tuple[str, ...]) -> float:
    """The widest line, with room for the numbers of the scale."""
    scale = max((text_width(text) + 8 for _, text in name.scale), default=0.0)
    return max(map(text_width, lines)) + scale
