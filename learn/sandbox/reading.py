"""From text to documents: the keyboard's slips, then YAML, each document on its own."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import yaml

from learn.sandbox.diagnostics import Diagnostic, Fix, Span
from learn.sandbox.document import Document, Limits, Reader, TooDeep, compose
from learn.sandbox.edits import apply_fix, insertion
from learn.sandbox.layout import Judge
from learn.sandbox.lexical import find_control_char, lines_of, scan
from learn.sandbox.scalars import resolve_plain
from learn.sandbox.yaml_errors import diagnose_yaml_error

_DOCUMENT_START = re.compile(r"^---(?=[ \t\n]|$)", re.MULTILINE)
_START = Span(line=1, column=1)
_MOST_UNREADABLE = 20
_WIDTHS_TRIED = 16_000
"""Characters up to which several widths for a wide space are tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What could be read. `complete` is False when a part of the text could not.

    On `moved` lines a slip was mended before reading, so that places there differ from the text's own.
    """

    documents: tuple[Document, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    complete: bool = False
    moved: frozenset[int] = frozenset()


def read(source: str | bytes, limits: Limits, judge: Judge) -> Reading:
    """The documents of a text and everything that stands in the way of reading it.

    Where the keyboard slipped, the slips are reported and the text is read as if they were mended,
    so that nothing else stays hidden behind them.
    """
    refusal = _refuse(source, limits)
    if refusal:
        return Reading(diagnostics=(refusal,))
    text = source.decode() if isinstance(source, bytes) else source
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    marks = [Diagnostic(code="text-bom", span=_START)] if text.startswith("\ufeff") else []
    text = text.removeprefix("\ufeff")
    slips = scan(text)
    if slips and all(slip.code == "yaml-indent-tab" for slip in slips) and judge(text)[0] == 0:
        slips = []
    if not slips:
        reading = _compose_all(text, limits, judge)
        return replace(reading, diagnostics=(*marks, *reading.diagnostics))
    slips = _best_slips(text, slips, judge)
    reading = _compose_all(apply_fix(text, all_edits(slips)), limits, judge)
    return _behind(reading, [*marks, *slips])


def _refuse(source: str | bytes, limits: Limits) -> Diagnostic | None:
    """Why the text cannot be read at all: its size, its encoding, or a character that no YAML may hold."""
    size = len(source) if isinstance(source, bytes) else len(source.encode(errors="replace"))
    if size > limits.bytes:
        return Diagnostic(
            code="text-too-long",
            span=_START,
            params={"limit": str(limits.bytes // 1024), "size": str(-(-size // 1024))},
        )
    if isinstance(source, str):
        return find_control_char(source)
    try:
        return find_control_char(source.decode())
    except UnicodeDecodeError as error:
        before = source[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode(errors="replace")) + 1
        return Diagnostic(
            code="text-encoding", span=Span(line=line, column=column), params={"line": str(line)}
        )


def _best_slips(text: str, slips: list[Diagnostic], judge: Judge) -> list[Diagnostic]:
    """The slips with the width for a wide space or tab that lets the mended text be read best."""
    if len(text) > _WIDTHS_TRIED or not any(slip.code.startswith("yaml-indent") for slip in slips):
        return slips
    candidates = [slips, *(scan(text, indent_width=width) for width in (1, 4, 8))]
    return min(candidates, key=lambda candidate: judge(apply_fix(text, all_edits(candidate))))


def all_edits(slips: Iterable[Diagnostic]) -> Fix:
    """All edits of the slips; of two that overlap, the first."""
    edits = sorted(
        (edit for slip in slips if slip.fix for edit in slip.fix.edits),
        key=lambda edit: (edit.line, edit.column),
    )
    chosen = edits[:1]
    for edit in edits[1:]:
        last = chosen[-1]
        if (edit.line, edit.column) >= (last.end_line, last.end_column):
            chosen.append(edit)
    return Fix(edits=tuple(chosen))


def _behind(reading: Reading, slips: list[Diagnostic]) -> Reading:
    """The slips, and what is left to say besides: nothing on their own lines, where places have moved."""
    moved = lines_of(slips)
    if not reading.complete:
        return Reading(diagnostics=tuple(slips), moved=moved)
    rest = tuple(d for d in reading.diagnostics if d.span.line not in moved)
    return Reading(documents=reading.documents, diagnostics=(*slips, *rest), moved=moved)


def _compose_all(text: str, limits: Limits, judge: Judge) -> Reading:
    try:
        nodes = list(compose(text, limits))
    except (yaml.YAMLError, TooDeep):
        return _compose_parts(text, limits, judge)
    return _read_nodes(nodes, limits, text)


def _compose_parts(text: str, limits: Limits, judge: Judge) -> Reading:
    """Each part between document marks on its own, so that one bad document does not hide the others."""
    nodes: list[yaml.Node] = []
    found: list[Diagnostic] = []
    for part in _parts(text):
        if len(found) >= _MOST_UNREADABLE:
            break
        try:
            nodes.extend(compose(part, limits))
        except TooDeep as error:
            span = Span(line=error.line + 1, column=error.column + 1)
            found.append(
                Diagnostic(code="yaml-nested-too-deep", span=span, params={"limit": str(limits.depth)})
            )
        except yaml.YAMLError as error:
            found.append(diagnose_yaml_error(error, part, judge))
    rest = _read_nodes(nodes, limits, text) if nodes else Reading()
    return Reading(documents=rest.documents, diagnostics=(*found, *rest.diagnostics))


def _parts(text: str) -> Iterator[str]:
    """The text between document marks, each part behind as many empty lines as come before it."""
    starts = [0, *(match.start() for match in _DOCUMENT_START.finditer(text) if match.start() > 0)]
    line = 0
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        part = text[start:end]
        if part.strip():
            yield "\n" * line + part
        line += part.count("\n")


def _read_nodes(nodes: list[yaml.Node], limits: Limits, text: str) -> Reading:
    filled = [node for node in nodes if not _is_empty(node)]
    if not filled:
        return Reading(diagnostics=(Diagnostic(code="text-empty", span=_START),), complete=True)
    if len(filled) > limits.documents:
        params = {"limit": str(limits.documents)}
        return Reading(diagnostics=(Diagnostic(code="text-too-many-documents", span=_START, params=params),))
    lines = text.split("\n")
    documents: list[Document] = []
    found: list[Diagnostic] = []
    for index, node in enumerate(filled, 1):
        reader = Reader(index, limits, lines)
        documents.append(reader.read(node))
        found.extend(_separated(reader.problems))
    return Reading(documents=tuple(documents), diagnostics=tuple(found), complete=True)


def _separated(problems: list[Diagnostic]) -> list[Diagnostic]:
    """The problems, but for repeated keys of the root that come of a missing `---`: these are one."""
    again = [each for each in problems if each.code == "yaml-duplicate-key" and len(each.path) == 1]
    starts = [each for each in again if each.path[0] in ("apiVersion", "kind")]
    if len({each.path for each in starts}) < 2:
        return problems
    first = min(starts, key=lambda each: each.span)
    fix = insertion(first.span.line - 1, 0, "---\n") if first.span.column == 1 else None
    told = replace(first, code="yaml-missing-separator", fix=fix)
    return [told, *(each for each in problems if each not in again)]


def _is_empty(node: yaml.Node) -> bool:
    """A document of comments only, or one that says null."""
    return isinstance(node, yaml.ScalarNode) and not node.style and resolve_plain(node.value) is None
