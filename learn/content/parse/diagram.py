"""``diagram`` blocks: YAML to a figure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial

from learn.content.parse.blocks import Fence
from learn.content.parse.fields import Fields, compose_fields
from learn.content.parse.problems import Problems
from learn.content.render.figure import Caption, Table, figure_html
from learn.content.render.flow import Edge, EdgeStyle, Flow, Node, NodeStyle, flow_html
from learn.content.render.lanes import Bar, Lane, Lanes, LaneState, Note, Point, lanes_html
from learn.content.render.svg import UnsafeDrawing, drawing_html

_MAX_TICKS = 60


def parse_diagram(raw: Fence, name: str, drawings: Mapping[str, str], problems: Problems) -> str:
    """HTML of a diagram; ``drawings`` are the SVG files beside the lesson, by name."""
    fields = compose_fields(raw.text, path=raw.source.path, first_line=raw.text_line, problems=problems)
    if fields is None:
        return ""
    earlier = len(problems)
    kind = fields.one_of("kind", ("svg", "flow", "lanes"))
    caption = Caption(name=name, title=fields.text("title"), summary=fields.text("summary"))
    table = _table(fields, required=kind == "svg")
    draw: Callable[[], str] = str
    match kind:
        case "flow":
            draw = partial(flow_html, _flow(fields), caption, table)
        case "lanes":
            draw = partial(lanes_html, _lanes(fields), caption, table)
        case "svg":
            draw = partial(
                _svg_html, fields, fields.text("file"), drawings, caption, table or Table(head=(), rows=())
            )
    fields.close()
    return draw() if len(problems) == earlier else ""


def _table(fields: Fields, *, required: bool) -> Table | None:
    if "table" not in fields and not required:
        return None
    table = fields.mapping("table")
    if table is None:
        return None
    head, rows = table.texts("head", required=True), table.text_rows("rows")
    if any(len(row) != len(head) for row in rows):
        message = f"表の行は、見出しと同じ{len(head)}列にします。"
        fields.problems.add(table.source_of("rows"), "table-shape", message)
    table.close()
    return Table(head=head, rows=rows)


def _svg_html(fields: Fields, file: str, drawings: Mapping[str, str], caption: Caption, table: Table) -> str:
    if file not in drawings:
        message = f"「{file}」が、レッスンと同じフォルダーにありません。"
        fields.problems.add(fields.source_of("file"), "missing-file", message)
        return ""
    try:
        drawing = drawing_html(drawings[file], caption)
    except UnsafeDrawing as error:
        fields.problems.add(fields.source_of("file"), "unsafe-svg", f"「{file}」は使えません。{error}")
        return ""
    return figure_html("svg", caption, drawing, table)


def _flow(fields: Fields) -> Flow:
    nodes = tuple(_node(node) for node in fields.mappings("nodes", required=True))
    ids = [node.id for node in nodes]
    if len(set(ids)) < len(ids):
        fields.problems.add(fields.source_of("nodes"), "duplicate-id", "同じ「id」の箱が2つあります。")
    edges = tuple(_edge(edge, ids) for edge in fields.mappings("edges", required=True))
    return Flow(nodes=nodes, edges=edges)


def _node(fields: Fields) -> Node:
    style = fields.one_of("style", list(NodeStyle)) if "style" in fields else ""
    node = Node(
        id=fields.text("id"),
        label=fields.text("label"),
        detail=fields.optional_text("detail"),
        style=NodeStyle(style or "box"),
    )
    fields.close()
    return node


def _edge(fields: Fields, ids: list[str]) -> Edge:
    style = fields.one_of("style", list(EdgeStyle)) if "style" in fields else ""
    edge = Edge(
        start=fields.text("from"),
        end=fields.text("to"),
        label=fields.optional_text("label"),
        style=EdgeStyle(style or "solid"),
    )
    for key, node_id in (("from", edge.start), ("to", edge.end)):
        if node_id not in ids:
            fields.problems.add(fields.source_of(key), "unknown-node", f"箱「{node_id}」がありません。")
    if edge.start == edge.end:
        fields.problems.add(fields.source, "unknown-node", "矢印は、別の箱へ引きます。")
    fields.close()
    return edge


def _lanes(fields: Fields) -> Lanes:
    end, step = fields.number("end"), fields.number("step")
    if not (end > 0 and step > 0 and end / max(step, Decimal("0.001")) <= _MAX_TICKS):
        message = f"「end」と「step」は正の数で、目盛りが{_MAX_TICKS}個までになるように書きます。"
        fields.problems.add(fields.source_of("step"), "bad-field", message)
    lanes = tuple(_lane(lane, end) for lane in fields.mappings("lanes", required=True))
    cuts = fields.numbers("cuts")
    _check_times(fields, "cuts", cuts, end)
    return Lanes(end=end, step=step, lanes=lanes, cuts=cuts)


def _lane(fields: Fields, end: Decimal) -> Lane:
    lane = Lane(
        label=fields.text("label"),
        bars=tuple(_bar(bar, end) for bar in fields.mappings("bars")),
        points=tuple(_point(point, end) for point in fields.mappings("points")),
        notes=tuple(_note(note, end) for note in fields.mappings("notes")),
    )
    fields.close()
    return lane


def _bar(fields: Fields, end: Decimal) -> Bar:
    start, until = fields.number("from"), fields.number("to")
    _check_times(fields, "to", (start, until), end)
    if until <= start:
        fields.problems.add(fields.source_of("to"), "bad-time", "「to」は「from」より後にします。")
    bar = Bar(start=start, end=until, text=fields.text("text"), state=_state(fields))
    fields.close()
    return bar


def _point(fields: Fields, end: Decimal) -> Point:
    point = Point(at=fields.number("at"), state=_state(fields))
    _check_times(fields, "at", (point.at,), end)
    fields.close()
    return point


def _note(fields: Fields, end: Decimal) -> Note:
    note = Note(at=fields.number("at"), text=fields.text("text"))
    _check_times(fields, "at", (note.at,), end)
    fields.close()
    return note


def _state(fields: Fields) -> LaneState:
    return LaneState(fields.one_of("state", list(LaneState)) or "wait")


def _check_times(fields: Fields, key: str, times: tuple[Decimal, ...], end: Decimal) -> None:
    if any(not 0 <= time <= end for time in times):
        fields.problems.add(fields.source_of(key), "bad-time", f"時刻は0から{end}までで書きます。")
