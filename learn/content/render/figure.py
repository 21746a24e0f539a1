"""What every diagram has: a title, a sentence, the drawing, and the same data as a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from learn.content.render.japanese import is_wide

FONT_SIZE = 13
LINE_HEIGHT = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caption:
    """``name`` is unique in its page and names the drawing's title and description."""

    name: str
    title: str
    summary: str


def figure_html(kind: str, caption: Caption, drawing: str, table: Table) -> str:
    """The whole figure; ``drawing`` is SVG without an inline style."""
    return (
        f'<figure class="diagram" data-kind="{kind}"><figcaption>'
        f'<span class="diagram-title">{escape(caption.title)}</span>'
        f'<span class="diagram-summary">{escape(caption.summary)}</span></figcaption>'
        f'<div class="diagram-drawing" tabindex="0" role="group" aria-label="{escape(caption.title)}">'
        f"{drawing}</div>"
        f'<details class="diagram-table"><summary>表で見る</summary>{table_html(table)}</details></figure>'
    )


def table_html(table: Table) -> str:
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in table.head)
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in table.rows
    )
    return (
        '<div class="table-wrap" tabindex="0" role="group" aria-label="表"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def svg_html(
    caption: Caption, width: float, height: float, body: str, *, css_class: str, suffix: str = ""
) -> str:
    """A drawing that tells its title and its sentence to a screen reader."""
    title_id, desc_id = f"{caption.name}-title{suffix}", f"{caption.name}-desc{suffix}"
    return (
        f'<svg class="{css_class}" role="img" aria-labelledby="{title_id}" aria-describedby="{desc_id}" '
        f'viewBox="0 0 {number(width)} {number(height)}" width="{number(width)}" height="{number(height)}" '
        f'font-size="{FONT_SIZE}" fill="currentColor">'
        f'<title id="{title_id}">{escape(caption.title)}</title>'
        f'<desc id="{desc_id}">{escape(caption.summary)}</desc>{body}</svg>'
    )


def tag(name: str, text: str | None = None, **attributes: str | float) -> str:
    """An SVG element; ``_`` in an attribute's name stands for ``-``, ``class_`` for class."""
    return element(
        name, {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()}, text
    )


def element(name: str, attributes: Mapping[str, str | float], text: str | None = None) -> str:
    written = "".join(
        f' {key}="{escape(value) if isinstance(value, str) else number(value)}"'
        for key, value in attributes.items()
    )
    return f"<{name}{written}/>" if text is None else f"<{name}{written}>{escape(text)}</{name}>"


def number(value: float) -> str:
    """A coordinate, as short as it can be written."""
    return f"{value:.1f}".removesuffix(".0")


def text_width(text: str) -> float:
    """About how wide a text is drawn, in px."""
    return sum(FONT_SIZE if is_wide(char) else FONT_SIZE * 0.6 for char in text)
