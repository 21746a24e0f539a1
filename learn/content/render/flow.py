"""Flow: boxes and the arrows between them, drawn once for wide and once for narrow pages."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import hypot

from learn.content.render.figure import LINE_HEIGHT, Caption, Table, figure_html, svg_html, tag, text_width

_PADDING = 14.0
_BOX_MIN_WIDTH = 76.0
_BOX_HEIGHT = 42.0
_SIDE_GAP = 18.0
_RANK_GAP = 60.0
_ARC = 34.0
_MARGIN = 8.0


class NodeStyle(StrEnum):
    BOX = "box"
    POD = "pod"
    POD_UNREADY = "pod-unready"


class EdgeStyle(StrEnum):
    SOLID = "solid"
    DASHED = "dashed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    id: str
    label: str
    detail: str
    style: NodeStyle


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    start: str
    end: str
    label: str
    style: EdgeStyle


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Every edge names two nodes; an edge back to an earlier node is drawn as an arc."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


@dataclass(frozen=True, slots=True)
class _Box:
    """Where a node is drawn: its middle, and half its width and height, in px."""

    x: float
    y: float
    half_width: float
    half_height: float
    rank: int


def flow_html(flow: Flow, caption: Caption, table: Table | None = None) -> str:
    drawings = "".join(
        _drawing(flow, caption, across=across)
        for across in (True, False)
        if across or len(_columns(flow)) > 1
    )
    return figure_html("flow", caption, drawings, table or _table(flow))


def _drawing(flow: Flow, caption: Caption, *, across: bool) -> str:
    boxes, width, height = _layout(flow, across=across)
    nodes = {node.id: node for node in flow.nodes}
    body = "".join(_edge_svg(edge, boxes[edge.start], boxes[edge.end], across=across) for edge in flow.edges)
    body += "".join(_node_svg(nodes[node_id], box) for node_id, box in boxes.items())
    css_class, suffix = ("flow-wide", "") if across else ("flow-narrow", "-narrow")
    return svg_html(caption, width, height, body, css_class=css_class, suffix=suffix)


def _columns(flow: Flow) -> list[list[Node]]:
    """Nodes by their distance from where the flow starts, each column in the author's order."""
    ranks = _ranks(flow)
    columns: list[list[Node]] = [[] for _ in range(max(ranks.values()) + 1)]
    for node in flow.nodes:
        columns[ranks[node.id]].append(node)
    return [column for column in columns if column]


def _ranks(flow: Flow) -> dict[str, int]:
    """The longest way to each node, along edges that lead to a node written later."""
    position = {node.id: index for index, node in enumerate(flow.nodes)}
    ranks = dict.fromkeys(position, 0)
    for node in flow.nodes:
        for edge in flow.edges:
            if edge.start == node.id and position[edge.end] > position[node.id]:
                ranks[edge.end] = max(ranks[edge.end], ranks[node.id] + 1)
    return ranks


def _size(node: Node) -> tuple[float, float]:
    width = max(_BOX_MIN_WIDTH, text_width(node.label), text_width(node.detail)) + 2 * _PADDING
    return width, _BOX_HEIGHT + (LINE_HEIGHT if node.detail else 0)


def _layout(flow: Flow, *, across: bool) -> tuple[dict[str, _Box], float, float]:
    """Boxes by node, and the drawing's width and height.

    ``across`` puts one rank beside the other; otherwise one rank stands below the other.
    """
    columns = _columns(flow)
    along, side = (0, 1) if across else (1, 0)
    lengths = [max(_size(node)[along] for node in column) for column in columns]
    breadths = [
        sum(_size(node)[side] for node in column) + _SIDE_GAP * (len(column) - 1) for column in columns
    ]
    arc = _arc_room(flow, across=across)
    gap = _rank_gap(flow, across=across)
    boxes: dict[str, _Box] = {}
    offset = _MARGIN
    for rank, column in enumerate(columns):
        cursor = _MARGIN + (max(breadths) - breadths[rank]) / 2
        for node in column:
            size = _size(node)
            middle = (offset + lengths[rank] / 2, cursor + size[side] / 2)
            x, y = middle if across else (middle[1], middle[0])
            boxes[node.id] = _Box(x, y, size[0] / 2, size[1] / 2, rank)
            cursor += size[side] + _SIDE_GAP
        offset += lengths[rank] + gap
    total = offset - gap + _MARGIN
    breadth = max(breadths) + 2 * _MARGIN + arc
    return boxes, *((total, breadth) if across else (max(breadth, _labels_end(flow, boxes)), total))


def _labels_end(flow: Flow, boxes: dict[str, _Box]) -> float:
    """How far to the right the labels beside falling lines reach."""
    lines = ((boxes[edge.start], boxes[edge.end], edge.label) for edge in flow.edges if edge.label)
    ends = ((a.x + b.x) / 2 + 8 + text_width(label) for a, b, label in lines if b.rank - a.rank == 1)
    return max(ends, default=0.0) + _MARGIN


def _rank_gap(flow: Flow, *, across: bool) -> float:
    if not across:
        return _RANK_GAP
    return max([_RANK_GAP, *(text_width(edge.label) + 34 for edge in flow.edges if edge.label)])


def _arc_room(flow: Flow, *, across: bool) -> float:
    """How far the arcs and their labels reach beyond the boxes."""
    ranks = _ranks(flow)
    spans = {edge: ranks[edge.end] - ranks[edge.start] for edge in flow.edges}
    arcs = {edge: _reach(span) for edge, span in spans.items() if span not in (0, 1)}
    labels = [LINE_HEIGHT if across else text_width(edge.label) for edge in arcs if edge.label]
    return max(arcs.values(), default=0.0) + max(labels, default=0.0)


def _reach(span: int) -> float:
    """How far an arc over some ranks swings out; longer arcs pass outside shorter ones."""
    return _ARC + 14.0 * abs(span)


def _node_svg(node: Node, box: _Box) -> str:
    look = {"stroke_dasharray": "5 4"} if node.style is NodeStyle.POD_UNREADY else {}
    rect = tag(
        "rect", x=box.x - box.half_width, y=box.y - box.half_height,
        width=2 * box.half_width, height=2 * box.half_height, rx=3.0,
        fill="none", stroke="currentColor", stroke_width="1.5", **look,
    )  # fmt: skip
    rise = LINE_HEIGHT / 2 if node.detail else 0
    label = tag("text", node.label, class_="node-label", x=box.x, y=box.y + 5 - rise, text_anchor="middle")
    detail = (
        tag("text", node.detail, class_="node-detail", x=box.x, y=box.y + 5 + rise, text_anchor="middle")
        if node.detail
        else ""
    )
    return f'<g class="node" data-style="{node.style}">{rect}{label}{detail}</g>'


def _edge_svg(edge: Edge, start: _Box, end: _Box, *, across: bool) -> str:
    match end.rank - start.rank:
        case 0:
            line = _beside(start, end, across=across)
        case 1:
            line = _ahead(start, end, across=across)
        case _:
            return _arc_svg(edge, start, end, across=across)
    (x1, y1), (x2, y2) = line
    path = _path(f"M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}", edge)
    label = _line_label(edge, line, across=across)
    return f'<g class="edge" data-style="{edge.style}">{path}{_arrowhead(x1, y1, x2, y2)}{label}</g>'


_Line = tuple[tuple[float, float], tuple[float, float]]


def _line_label(edge: Edge, line: _Line, *, across: bool) -> str:
    """The label beside its line: below one that falls, above any other, as far off as the line is steep."""
    (x1, y1), (x2, y2) = line
    x, y = (x1 + x2) / 2, (y1 + y2) / 2
    if not across or x1 == x2:
        return _edge_label(edge, x + 8, y + 4, "start")
    clearance = min(abs((y2 - y1) / (x2 - x1)) * text_width(edge.label) / 2, LINE_HEIGHT)
    return _edge_label(edge, x, y + 16 + clearance if y2 > y1 else y - 7 - clearance, "middle")


def _ahead(start: _Box, end: _Box, *, across: bool) -> _Line:
    """From the far side of one box to the near side of a box of the next rank."""
    if across:
        return (start.x + start.half_width, start.y), (end.x - end.half_width - 2, end.y)
    return (start.x, start.y + start.half_height), (end.x, end.y - end.half_height - 2)


def _beside(start: _Box, end: _Box, *, across: bool) -> _Line:
    """Between two boxes of the same rank."""
    if across:
        sign = 1 if end.y > start.y else -1
        return (start.x, start.y + sign * start.half_height), (end.x, end.y - sign * (end.half_height + 2))
    sign = 1 if end.x > start.x else -1
    return (start.x + sign * start.half_width, start.y), (end.x - sign * (end.half_width + 2), end.y)


def _arc_svg(edge: Edge, start: _Box, end: _Box, *, across: bool) -> str:
    """An arrow around the boxes between: below them, or to their right when ranks go down."""
    reach = _reach(end.rank - start.rank)
    if across:
        depth = max(start.y + start.half_height, end.y + end.half_height) + reach
        x1, y1, x2, y2 = start.x, start.y + start.half_height, end.x, end.y + end.half_height + 2
        path = f"M{x1:.1f} {y1:.1f}C{x1:.1f} {depth:.1f} {x2:.1f} {depth:.1f} {x2:.1f} {y2:.1f}"
        head = _arrowhead(x2, depth, x2, y2)
        label = _edge_label(edge, (x1 + x2) / 2, depth - reach / 4 + 16, "middle")
    else:
        depth = max(start.x + start.half_width, end.x + end.half_width) + reach
        x1, y1, x2, y2 = start.x + start.half_width, start.y, end.x + end.half_width + 2, end.y
        path = f"M{x1:.1f} {y1:.1f}C{depth:.1f} {y1:.1f} {depth:.1f} {y2:.1f} {x2:.1f} {y2:.1f}"
        head = _arrowhead(depth, y2, x2, y2)
        label = _edge_label(edge, depth - reach / 4 + 6, (y1 + y2) / 2, "start")
    return f'<g class="edge" data-style="{edge.style}">{_path(path, edge)}{head}{label}</g>'


def _path(path: str, edge: Edge) -> str:
    look = {"stroke_dasharray": "5 4"} if edge.style is EdgeStyle.DASHED else {}
    return tag("path", d=path, fill="none", stroke="currentColor", stroke_width="1.5", **look)


def _arrowhead(x1: float, y1: float, x2: float, y2: float) -> str:
    """A triangle at the second point of a line, pointing along it."""
    length = hypot(x2 - x1, y2 - y1) or 1.0
    dx, dy = (x2 - x1) / length, (y2 - y1) / length
    back_x, back_y = x2 - 9 * dx, y2 - 9 * dy
    points = [(x2, y2), (back_x - 4 * dy, back_y + 4 * dx), (back_x + 4 * dy, back_y - 4 * dx)]
    return tag("polygon", class_="arrowhead", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in points))


def _edge_label(edge: Edge, x: float, y: float, anchor: str) -> str:
    return tag("text", edge.label, class_="edge-label", x=x, y=y, text_anchor=anchor) if edge.label else ""


def _table(flow: Flow) -> Table:
    names = {node.id: f"{node.label}（{node.detail}）" if node.detail else node.label for node in flow.nodes}
    rows = tuple((names[edge.start], edge.label or "→", names[edge.end]) for edge in flow.edges)
    return Table(head=("から", "矢印", "へ"), rows=rows)
