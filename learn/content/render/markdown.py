"""Markdown to safe HTML: prose, and the one-line Markdown of YAML fields.

Raw HTML is shown as text, links lead to a closed set of schemes, and nothing
in the result needs an inline style. What leads nowhere is reported, not raised.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from xml.etree import ElementTree

import markdown
from markdown.extensions.sane_lists import SaneListExtension
from markdown.extensions.tables import TableExtension
from markdown.extensions.toc import slugify_unicode
from markdown.inlinepatterns import LINK_RE, InlineProcessor, LinkInlineProcessor
from markdown.treeprocessors import Treeprocessor

from learn.content.model import Heading
from learn.content.render.japanese import join_lines, one_line
from learn.content.render.links import Link, Targets, Unresolved, resolve

_TERM = r"\{\{\s*([a-z]+):([^}|\ue000]*)(?:[|\ue000]([^}]*))?\}\}"
_PIPE_IN_TERM = re.compile(r"(\{\{term:[^}|\n]*)\|([^}\n]*\}\})")
_PIPE = "\ue000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """HTML, its headings in order, and the references that lead nowhere."""

    html: str
    headings: tuple[Heading, ...]
    unresolved: tuple[Unresolved, ...]


class Renderer:
    """Renders the Markdown of one catalog. Not thread-safe."""

    def __init__(self, targets: Targets) -> None:
        self._notes = _Notes(targets)
        self._prose = _machine(self._notes, inline_only=False)
        self._inline = _machine(self._notes, inline_only=True)

    def start_page(self) -> None:
        """Forget the heading ids that are taken: the next prose belongs to another page."""
        self._notes.taken.clear()

    def prose(self, text: str) -> Rendered:
        """Paragraphs, lists, tables and headings of level 2 and 3."""
        return self._render(self._prose, join_lines(text.expandtabs(4)))

    def inline(self, text: str) -> Rendered:
        """Emphasis, code, links and terms within one line; without a paragraph around it."""
        rendered = self._render(self._inline, one_line(text))
        inner = rendered.html.removeprefix("<p>").removesuffix("</p>")
        return Rendered(html=inner, headings=(), unresolved=rendered.unresolved)

    def _render(self, machine: markdown.Markdown, text: str) -> Rendered:
        self._notes.unresolved.clear()
        self._notes.headings.clear()
        source = _PIPE_IN_TERM.sub(rf"\1{_PIPE}\2", text)
        result = machine.reset().convert(source).replace(_PIPE, "|")
        return Rendered(
            html=result, headings=tuple(self._notes.headings), unresolved=tuple(self._notes.unresolved)
        )


def plain_text(fragment: str) -> str:
    """The words of a piece of our own HTML."""
    return html.unescape(re.sub(r"<[^>]*>", "", fragment))


class _Notes:
    """What the processors of one machine learn during a conversion."""

    def __init__(self, targets: Targets) -> None:
        self.targets = targets
        self.unresolved: list[Unresolved] = []
        self.headings: list[Heading] = []
        self.taken: set[str] = set()


def _machine(notes: _Notes, *, inline_only: bool) -> markdown.Markdown:
    """A Python-Markdown that knows our closed vocabulary and nothing else."""
    extensions = [] if inline_only else [SaneListExtension(), TableExtension(use_align_attribute=True)]
    machine = markdown.Markdown(extensions=extensions, output_format="html", tab_length=2)
    machine.preprocessors.deregister("html_block")
    for name in ("setextheader", "reference", "code"):
        machine.parser.blockprocessors.deregister(name)
    if inline_only:
        for name in ("hashheader", "hr", "olist", "ulist", "quote", "indent"):
            machine.parser.blockprocessors.deregister(name)
    for name in (
        "reference", "image_link", "image_reference", "short_reference", "short_image_ref",
        "autolink", "automail", "html", "entity",
    ):  # fmt: skip
        machine.inlinePatterns.deregister(name)
    machine.inlinePatterns.register(_LinkProcessor(LINK_RE, machine, notes), "link", 160)
    machine.inlinePatterns.register(_TermProcessor(_TERM, machine, notes), "term", 165)
    machine.treeprocessors.register(_PageProcessor(machine, notes), "page", -10)
    return machine


class _LinkProcessor(LinkInlineProcessor):
    """``[text](scheme:id)``: a link, a planned lesson, or plain text when it leads nowhere."""

    def __init__(self, pattern: str, md: markdown.Markdown, notes: _Notes) -> None:
        super().__init__(pattern, md)
        self._notes = notes

    def handleMatch(self, m: re.Match[str], data: str):  # type: ignore[no-untyped-def,override]
        element, start, end = super().handleMatch(m, data)
        if not isinstance(element, ElementTree.Element):
            return element, start, end
        written = element.attrib.pop("href", "")
        element.attrib.pop("title", None)
        link = resolve(written, self._notes.targets)
        if isinstance(link, Unresolved):
            self._notes.unresolved.append(link)
            element.tag = "span"
        elif link.planned:
            _mark_planned(element)
        else:
            _lead_to(element, link)
        return element, start, end


def _lead_to(element: ElementTree.Element, link: Link) -> None:
    element.set("href", link.url)
    if link.term_id:
        element.set("class", "term")
        element.set("data-term", link.term_id)


def _mark_planned(element: ElementTree.Element) -> None:
    element.tag = "span"
    element.set("class", "planned")
    note = ElementTree.SubElement(element, "span", {"class": "planned-note"})
    note.text = "（準備中）"


class _TermProcessor(InlineProcessor):
    """``{{term:id}}`` and ``{{term:id|words}}``."""

    def __init__(self, pattern: str, md: markdown.Markdown, notes: _Notes) -> None:
        super().__init__(pattern, md)
        self._notes = notes

    def handleMatch(self, m: re.Match[str], data: str):  # type: ignore[no-untyped-def,override]
        kind, term_id, words = m.group(1), m.group(2).strip(), (m.group(3) or "").strip()
        name = self._notes.targets.terms.get(term_id)
        if kind != "term":
            self._note(m, "bad-block", f"「{{{{{kind}:…}}}}」は、本文の1行に単独で書きます。")
            return _text_element(m.group(0)), m.start(0), m.end(0)
        if name is None:
            advice = f"用語「{term_id}」がありません。lessons/glossary/terms.yamlに加えてください。"
            self._note(m, "unknown-term", advice)
            return _text_element(words or term_id), m.start(0), m.end(0)
        element = ElementTree.Element("a")
        _lead_to(element, Link(url=f"/glossary/{term_id}/", term_id=term_id))
        element.text = words or name
        return element, m.start(0), m.end(0)

    def _note(self, m: re.Match[str], code: str, message: str) -> None:
        needle = m.group(0).split(_PIPE)[0].rstrip("}")
        self._notes.unresolved.append(Unresolved(needle=needle, code=code, message=message))


def _text_element(text: str) -> ElementTree.Element:
    element = ElementTree.Element("span")
    element.text = markdown.util.AtomicString(text)
    return element


class _PageProcessor(Treeprocessor):
    """Heading ids, table wrappers and cell alignment, once the inline Markdown is done."""

    def __init__(self, md: markdown.Markdown, notes: _Notes) -> None:
        super().__init__(md)
        self._notes = notes

    def run(self, root: ElementTree.Element) -> None:
        for element in root.iter():
            if element.tag in ("h2", "h3"):
                self._name_heading(element)
            elif element.tag in ("td", "th") and "align" in element.attrib:
                element.set("data-align", element.attrib.pop("align"))
            if element.tag == "th" and not "".join(element.itertext()).strip():
                element.tag = "td"
        _wrap_tables(root)

    def _name_heading(self, element: ElementTree.Element) -> None:
        text = "".join(element.itertext())
        element.set("id", self._free_id(slugify_unicode(text, "-") or "section"))
        inner = self.md.serializer(element)
        inner = re.sub(r"^<h\d[^>]*>|</h\d>\s*$", "", inner)
        self._notes.headings.append(
            Heading(level=int(element.tag[1]), id=element.attrib["id"], html=inner, text=text)
        )

    def _free_id(self, slug: str) -> str:
        candidate, count = slug, 1
        while candidate in self._notes.taken:
            count += 1
            candidate = f"{slug}-{count}"
        self._notes.taken.add(candidate)
        return candidate


def _wrap_tables(parent: ElementTree.Element) -> None:
    for index, child in enumerate(parent):
        if child.tag == "table":
            attributes = {"class": "table-wrap", "tabindex": "0", "role": "group", "aria-label": "表"}
            wrap = ElementTree.Element("div", attributes)
            wrap.tail, child.tail = child.tail, None
            parent[index] = wrap
            wrap.append(child)
        else:
            _wrap_tables(child)
