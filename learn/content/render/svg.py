"""An author's SVG file inside a page: drawn elements only, no script, no style, nothing from elsewhere."""

from __future__ import annotations

from xml.etree import ElementTree

from learn.content.render.figure import Caption

_NAMESPACE = "http://www.w3.org/2000/svg"
_ELEMENT_NAMES = "svg g defs marker path rect circle ellipse line polyline polygon text tspan title desc"
_ATTRIBUTE_NAMES = (
    "id class x y x1 y1 x2 y2 cx cy r rx ry width height d points transform viewBox dx dy fill stroke "
    "stroke-width stroke-dasharray stroke-linecap stroke-linejoin fill-opacity stroke-opacity opacity "
    "font-size font-weight text-anchor dominant-baseline marker-start marker-mid marker-end "
    "markerWidth markerHeight refX refY orient markerUnits preserveAspectRatio"
)
_ELEMENTS = frozenset(_ELEMENT_NAMES.split())
_ATTRIBUTES = frozenset(_ATTRIBUTE_NAMES.split())


class UnsafeDrawing(ValueError):
    """An SVG file that a page cannot show; the message tells the author why, in Japanese."""


def drawing_html(text: str, caption: Caption) -> str:
    """The drawing with its title and description. Raises UnsafeDrawing."""
    root = _parse(text)
    for element in root.iter():
        _check(element)
    if "viewBox" not in root.attrib:
        raise UnsafeDrawing("svg要素に「viewBox」が要ります。")
    for parent in list(root.iter()):
        for child in [child for child in parent if child.tag in ("title", "desc")]:
            parent.remove(child)
    root.set("role", "img")
    root.set("class", "drawing")
    _describe(root, caption)
    return ElementTree.tostring(root, encoding="unicode", short_empty_elements=True)


def _parse(text: str) -> ElementTree.Element:
    if "<!" in text.replace("<!--", ""):
        raise UnsafeDrawing("DOCTYPEとCDATAは使えません。")
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise UnsafeDrawing(f"XMLとして読めません（{error}）。") from error
    for element in root.iter():
        element.tag = element.tag.removeprefix(f"{{{_NAMESPACE}}}")
    if root.tag != "svg":
        raise UnsafeDrawing("いちばん外側はsvg要素にします。")
    return root


def _check(element: ElementTree.Element) -> None:
    if element.tag not in _ELEMENTS:
        raise UnsafeDrawing(f"要素「{element.tag}」は使えません。")
    for name, value in element.attrib.items():
        if name not in _ATTRIBUTES:
            raise UnsafeDrawing(f"属性「{name}」は使えません。")
        if "url(" in value and not value.startswith("url(#"):
            raise UnsafeDrawing("外のファイルは参照できません。")


def _describe(root: ElementTree.Element, caption: Caption) -> None:
    for index, (name, text) in enumerate((("title", caption.title), ("desc", caption.summary))):
        described = ElementTree.Element(name, {"id": f"{caption.name}-{name}"})
        described.text = text
        root.insert(index, described)
    root.set("aria-labelledby", f"{caption.name}-title")
    root.set("aria-describedby", f"{caption.name}-desc")
