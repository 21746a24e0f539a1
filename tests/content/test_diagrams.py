"""Diagrams: drawings without style, their shapes, and the same data as a table."""

import re
from xml.etree import ElementTree

import pytest

from learn.content.model import Source
from learn.content.parse.blocks import Fence
from learn.content.parse.diagram import parse_diagram
from learn.content.parse.problems import Problems
from learn.content.render.figure import text_width

HEAD = "title: 題\nsummary: 要約です。\n"
FLOW = (
    f"kind: flow\n{HEAD}"
    """nodes:
  - {id: client, label: クライアント}
  - {id: svc, label: Service, detail: "port: 80"}
  - {id: pod-a, label: Pod A, style: pod}
  - {id: pod-b, label: Pod B, style: pod-unready}
edges:
  - {from: client, to: svc, label: HTTP}
  - {from: svc, to: pod-a}
  - {from: svc, to: pod-b, style: dashed, label: 流れない}
"""
)
LANES = (
    f"kind: lanes\n{HEAD}"
    """end: 60
step: 10
lanes:
  - label: コンテナ
    bars:
      - {from: 0, to: 40, text: Running, state: ready}
      - {from: 40, to: 42.5, text: 再起動, state: fail}
  - label: livenessProbe
    points:
      - {at: 10, state: ready}
      - {at: 20, state: fail}
      - {at: 30, state: wait}
    notes:
      - {at: 40, text: 3回連続}
cuts: [40]
"""
)
SVG = f"""kind: svg
file: ports.svg
{HEAD}table:
  head: [場所, 番号]
  rows:
    - [web, "8080"]
"""
DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><rect width="5" height="5" fill="none"/></svg>'


def diagram(text, drawings=None):
    problems = Problems()
    fence = Fence(info="diagram", options="", text=text, source=Source(path="lesson.md", line=10))
    return parse_diagram(fence, "first-diagram-1", drawings or {}, problems), problems.in_order()


def figure(text, drawings=None):
    html, findings = diagram(text, drawings)
    assert findings == ()
    return ElementTree.fromstring(html)


def cells(root):
    return [[cell.text for cell in row] for row in root.find(".//table").iter("tr")]


@pytest.mark.parametrize("text", [FLOW, LANES, SVG])
def test_every_diagram_says_what_it_shows(text):
    root = figure(text, {"ports.svg": DRAWING})
    assert root.attrib["class"] == "diagram"
    assert [span.text for span in root.find("figcaption")] == ["題", "要約です。"]
    drawings = [each for each in root.iter() if each.tag.endswith("svg") and each.get("role") == "img"]
    ids = [each.get("id") for each in root.iter() if each.get("id")]
    for each in drawings:
        assert {each.get("aria-labelledby"), each.get("aria-describedby")} <= set(ids)
    assert len(ids) == len(set(ids)) == 2 * len(drawings) > 0
    assert root.find("details/summary").text == "表で見る"


@pytest.mark.parametrize("text", [FLOW, LANES, SVG])
def test_no_diagram_needs_an_inline_style(text):
    html, _ = diagram(text, {"ports.svg": DRAWING})
    assert not re.search(r"style=(?!\"(solid|dashed))|<style", html.replace("data-style=", "x="))


def test_flow_is_drawn_for_wide_and_for_narrow_pages():
    root = figure(FLOW)
    wide, narrow = root.iter("svg")
    assert (wide.get("class"), narrow.get("class")) == ("flow-wide", "flow-narrow")
    assert float(wide.get("width")) > float(wide.get("height"))
    assert float(narrow.get("width")) < float(wide.get("width"))


def test_flow_draws_an_unready_pod_and_a_dead_way_dashed():
    root = figure(FLOW)
    nodes = {node.find("text").text: node for node in root.iter("g") if node.get("class") == "node"}
    assert nodes["Pod B"].find("rect").get("stroke-dasharray")
    assert not nodes["Pod A"].find("rect").get("stroke-dasharray")
    edges = [edge for edge in root.iter("g") if edge.get("class") == "edge"]
    assert [bool(edge.find("path").get("stroke-dasharray")) for edge in edges[:3]] == [False, False, True]


def test_flow_table_lists_the_arrows():
    assert cells(figure(FLOW)) == [
        ["から", "矢印", "へ"],
        ["クライアント", "HTTP", "Service（port: 80）"],
        ["Service（port: 80）", "→", "Pod A"],
        ["Service（port: 80）", "流れない", "Pod B"],
    ]


def test_long_label_beside_a_falling_arrow_stays_in_the_drawing():
    text = """kind: flow
title: 長い名前の矢印
summary: 矢印の名前は、箱より広いことがあります。
nodes: [{id: a, label: A}, {id: b, label: B}]
edges: [{from: a, to: b, label: "名前で読み替える targetPort: http"}]
"""
    _, narrow = figure(text).iter("svg")
    [label] = (each for each in narrow.iter("text") if each.get("class") == "edge-label")
    room = float(narrow.get("width")) - float(label.get("x"))
    assert room > text_width(label.text)


def test_boxes_of_a_flow_do_not_overlap():
    for svg in figure(FLOW).iter("svg"):
        boxes = [
            tuple(float(rect.get(name)) for name in ("x", "y", "width", "height"))
            for rect in svg.iter("rect")
        ]
        for index, (x, y, width, height) in enumerate(boxes):
            assert x >= 0 and x + width <= float(svg.get("width"))
            assert y >= 0 and y + height <= float(svg.get("height"))
            for x2, y2, width2, height2 in boxes[index + 1 :]:
                assert x + width <= x2 or x2 + width2 <= x or y + height <= y2 or y2 + height2 <= y


def test_flow_with_a_way_back_and_neighbours_is_drawn():
    text = FLOW + "  - {from: pod-a, to: pod-b, label: 隣}\n  - {from: pod-b, to: client, label: 応答}\n"
    root = figure(text)
    labels = [each.text for each in root.iter("text") if each.get("class") == "edge-label"]
    assert labels.count("応答") == labels.count("隣") == 2


def test_lanes_draw_each_state_in_its_own_shape():
    root = figure(LANES)
    marks = {each.get("data-state"): each for each in root.iter() if each.get("class") == "point"}
    assert marks["ready"].tag == marks["wait"].tag == "circle"
    assert (marks["ready"].get("fill"), marks["wait"].get("fill")) == ("currentColor", "none")
    assert marks["fail"].tag == "path"


def test_lanes_place_time_to_scale():
    root = figure(LANES)
    xs = [float(each.get("cx")) for each in root.iter("circle")]
    assert xs == [80.0, 240.0]
    (cut,) = [each for each in root.iter("path") if each.get("class") == "cut"]
    assert cut.get("d").startswith("M320.0 0V")


def test_text_that_does_not_fit_its_bar_stands_above_it():
    root = figure(LANES)
    inside = [each.text for each in root.iter("text") if each.get("class") == "bar-text"]
    above = [each.text for each in root.iter("text") if each.get("class") == "lane-note"]
    assert (inside, above) == (["Running"], ["再起動", "3回連続"])


def test_lanes_table_tells_the_same_in_order():
    assert cells(figure(LANES)) == [
        ["場所", "時刻", "出来事"],
        ["コンテナ", "0〜40秒", "Running"],
        ["コンテナ", "40〜42.5秒", "再起動"],
        ["livenessProbe", "10秒", "成功"],
        ["livenessProbe", "20秒", "失敗"],
        ["livenessProbe", "30秒", "まだ動かない"],
        ["livenessProbe", "40秒", "3回連続"],
        ["すべて", "40秒", "区切り"],
    ]


def test_given_table_replaces_the_derived_one():
    assert cells(figure(FLOW + "table:\n  head: [a]\n  rows: [[b]]\n")) == [["a"], ["b"]]


BROKEN = [
    (LANES.replace("to: 40,", "to: 70,"), {}, "bad-time", 19),
    (LANES.replace("from: 40, to: 42.5", "from: 42.5, to: 40"), {}, "bad-time", 20),
    (LANES.replace("step: 10", "step: 0"), {}, "bad-field", 15),
    (LANES.replace("state: wait", "state: maybe"), {}, "bad-field", 25),
    (LANES.replace("cuts: [40]", "cuts: [99]"), {}, "bad-time", 28),
    (FLOW.replace("id: pod-b", "id: pod-a"), {}, "duplicate-id", 14),
    (FLOW.replace("from: client, to: svc", "from: svc, to: svc"), {}, "unknown-node", 20),
    (SVG, {}, "missing-file", 12),
    (SVG.replace('[web, "8080"]', "[web]"), {"ports.svg": DRAWING}, "table-shape", 17),
    (SVG.partition("table:")[0], {"ports.svg": DRAWING}, "missing-field", 11),
    (SVG, {"ports.svg": "<svg"}, "unsafe-svg", 12),
    (SVG, {"ports.svg": DRAWING.replace("<rect", "<script/><rect")}, "unsafe-svg", 12),
    (SVG, {"ports.svg": DRAWING.replace("fill=", "onclick=")}, "unsafe-svg", 12),
    (SVG, {"ports.svg": DRAWING.replace("fill=", "style=")}, "unsafe-svg", 12),
    (SVG, {"ports.svg": DRAWING.replace('"none"', '"url(https://x)"')}, "unsafe-svg", 12),
    (SVG, {"ports.svg": "<!DOCTYPE svg>" + DRAWING}, "unsafe-svg", 12),
    (SVG, {"ports.svg": DRAWING.replace('viewBox="0 0 10 10"', "")}, "unsafe-svg", 12),
]


@pytest.mark.parametrize(("text", "drawings", "code", "line"), BROKEN)
def test_broken_diagram_is_found_at_its_line(text, drawings, code, line):
    html, findings = diagram(text, drawings)
    assert html == ""
    assert (code, line) in {(finding.code, finding.line) for finding in findings}
