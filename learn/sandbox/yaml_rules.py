"""What the parser's complaint means in human words: one rule per slip, tried in order.

A rule that offers a fix first tries it: only a fix that gets the parser further is kept.
"""

import re
from collections.abc import Callable

from learn.sandbox.diagnostics import Diagnostic, Edit, Fix
from learn.sandbox.edits import apply_fix, insertion, line_replacement
from learn.sandbox.layout import best_layout
from learn.sandbox.scene import Scene, diagnose
from learn.sandbox.yaml_flow import brackets, missing_comma

_CLEAN = (0, 0)
_MARGIN_REACH = 3
_KEY = r"(?:[A-Za-z][A-Za-z0-9_./-]*)"
_MISSING_SPACE = re.compile(rf"^(\s*(?:- +)*{_KEY}):((?!//)[^\s:\0][^\s]*)\s*$")
_MISSING_SPACE_DASH = re.compile(rf"^(\s*(?:- +)*)-({_KEY}:?(?:\s.*)?)$")
_MISSING_COLON = re.compile(rf"^(\s*(?:- +)*)({_KEY})( +)(\S.*)$")
_OTHER_SEPARATOR = re.compile(rf"^(\s*(?:- +)*)({_KEY})(\s*[=;]\s*)(\S.*)$")
_TWO_COLONS = re.compile(rf"^(\s*(?:- +)*{_KEY}: +)([^\s\"'\[{{|>&*!].*?: .*?|[^\s\"'\[{{|>&*!].*:)\s*$")
_VALUE = re.compile(rf"^(\s*(?:- +)*(?:{_KEY}:)? +|\s*- +)(\S.*?)\s*$")
_ESCAPE = re.compile(r"\\(?![0abtnvfre \"/\\N_LPxuU\n\t])")


def _template(scene: Scene) -> Diagnostic | None:
    for index, line in enumerate(scene.lines):
        column = line.find("{{")
        if column >= 0 and "}}" in line:
            length = line.index("}}") + 2 - column
            return diagnose(scene, "yaml-template", index, column, length=length)
    return None


def _indented_separator(scene: Scene) -> Diagnostic | None:
    """A document mark that does not stand at the first column, as in a text pasted with a margin."""
    last = min(scene.line, len(scene.lines) - 1)
    for index in range(last, max(last - _MARGIN_REACH, -1), -1):
        match = re.fullmatch(r"( +)---\s*", scene.code[index])
        if match is None:
            continue
        margin = len(match[1])
        filled = [i for i, line in enumerate(scene.lines) if line.strip()]
        moved = filled if all(scene.lines[i].startswith(match[1]) for i in filled) else [index]
        fix = Fix(edits=tuple(_edit(i, 0, margin, "") for i in moved))
        fits = scene.judge(apply_fix(scene.text, fix))[0] == 0
        return diagnose(scene, "yaml-indented-separator", index, margin, fix=fix if fits else None, length=3)
    return None


def _comment_mark(scene: Scene) -> Diagnostic | None:
    """`//` before a remark, as in other languages."""
    marked = [i for i, line in enumerate(scene.code) if line.lstrip(" ").startswith("//")]
    if not marked:
        return None
    columns = [scene.lines[i].index("//") for i in marked]
    edits = (_edit(i, column, column + 2, "#") for i, column in zip(marked, columns, strict=True))
    fix = Fix(edits=tuple(edits))
    if not scene.improves(fix):
        return None
    return diagnose(scene, "yaml-comment-mark", marked[0], columns[0], fix=fix, length=2)


def _asterisk(scene: Scene) -> Diagnostic | None:
    if "alias" not in scene.context and "alias" not in scene.problem:
        return None
    name = scene.lines[scene.line][scene.column :].strip()
    if scene.problem == "found undefined alias":
        return diagnose(scene, "yaml-undefined-alias", scene.line, scene.column, name=name.lstrip("*"))
    return _with_quotes(scene, "yaml-asterisk", scene.line)


def _unclosed_quote(scene: Scene) -> Diagnostic | None:
    if "quoted scalar" not in scene.context:
        return None
    if scene.problem == "found unknown escape character":
        return _bad_escape(scene)
    index = scene.context_line
    line = scene.lines[index]
    quote = next((char for char in line[line.find(": ") + 1 :].strip() if char in "\"'"), '"')
    bare = line.split(" #")[0].rstrip()
    inside = insertion(index, len(bare.rstrip("]}")), quote)
    fits = scene.judge(apply_fix(scene.text, inside))[0] == 0
    fix = inside if fits else insertion(index, len(bare), quote)
    column = line.rfind(quote) if fits else line.find(quote)
    return diagnose(scene, "yaml-unclosed-quote", index, column, fix=fix, quote=quote)


def _bad_escape(scene: Scene) -> Diagnostic:
    line = scene.lines[scene.line]
    match = _ESCAPE.search(line)
    column = match.start() if match else scene.column
    fix = line_replacement(scene.line, line, _ESCAPE.sub(r"\\\\", line))
    return diagnose(
        scene, "yaml-bad-escape", scene.line, column, fix=fix, length=2, found=line[column : column + 2]
    )


def _stray_quote(scene: Scene) -> Diagnostic | None:
    """An odd number of quotes on a line near the complaint: one was left open, and a later one closed it."""
    if "expected" not in scene.problem and "not allowed" not in scene.problem:
        return None
    for index in scene.near():
        line = scene.lines[index]
        for quote in "\"'":
            match = re.search(rf":\s+{quote}[^{quote}]*$|-\s+{quote}[^{quote}]*$", line.split(" #")[0])
            if match:
                fix = insertion(index, len(line.rstrip()), quote)
                if scene.improves(fix):
                    column = line.index(quote, match.start())
                    return diagnose(scene, "yaml-unclosed-quote", index, column, fix=fix, quote=quote)
    return None


def _text_after_quote(scene: Scene) -> Diagnostic | None:
    if scene.line >= len(scene.lines):
        return None
    before = scene.lines[scene.line][: scene.column].rstrip()
    if before.endswith(('"', "'")) and before.count(before[-1]) % 2 == 0 and "expected" in scene.problem:
        return diagnose(scene, "yaml-text-after-quote", scene.line, scene.column)
    return None


def _reserved_start(scene: Scene) -> Diagnostic | None:
    if scene.problem != "found character that cannot start any token" or scene.line >= len(scene.lines):
        return None
    char = scene.lines[scene.line][scene.column : scene.column + 1]
    if char not in ("@", "`", "%"):
        return None
    return _with_quotes(scene, "yaml-reserved-char", scene.line, found=char)


def _with_quotes(scene: Scene, code: str, index: int, found: str = "") -> Diagnostic:
    """A finding whose fix puts the value of the line into double quotes."""
    line = scene.lines[index]
    match = _VALUE.match(line)
    fix, column, length = None, scene.column, 1
    if match:
        column, length = match.start(2), len(match[2].split(" #")[0].rstrip())
    if match and '"' not in match[2] and "\\" not in match[2]:
        value = match[2].split(" #")[0].rstrip()
        start = match.start(2)
        fix = Fix(edits=(_edit(index, start, start + len(value), f'"{value}"'),))
        fix = fix if scene.improves(fix) else None
    value_text = match[2] if match else line.strip()
    return diagnose(scene, code, index, column, fix=fix, length=length, value=value_text, found=found)


def _missing_space(scene: Scene) -> Diagnostic | None:
    for index in scene.near(8):
        match = _MISSING_SPACE.match(scene.lines[index])
        if match:
            fix = insertion(index, match.end(1) + 1, " ")
            if scene.improves(fix):
                return diagnose(
                    scene,
                    "yaml-missing-space",
                    index,
                    match.end(1),
                    fix=fix,
                    value=scene.lines[index].strip(),
                )
        match = _MISSING_SPACE_DASH.match(scene.lines[index])
        if match:
            column = match.end(1)
            for fix in (insertion(index, column + 1, " "), _spaced_item(scene, index, column)):
                if scene.improves(fix):
                    value = scene.lines[index].strip()
                    return diagnose(scene, "yaml-missing-space-dash", index, column, fix=fix, value=value)
    return None


def _spaced_item(scene: Scene, index: int, dash: int) -> Fix:
    """Put a space after the dash, and move the lines below that belong to its item along."""
    edits = [_edit(index, dash + 1, dash + 1, " ")]
    for line in range(index + 1, len(scene.lines)):
        text = scene.lines[line]
        if text.strip() and len(text) - len(text.lstrip(" ")) <= dash:
            break
        edits.append(_edit(line, 0, 0, " " if text.strip() else ""))
    return Fix(edits=tuple(edits))


def _missing_colon(scene: Scene) -> Diagnostic | None:
    if "could not find expected ':'" not in scene.problem and "not allowed" not in scene.problem:
        return None
    for index in scene.near():
        line = scene.lines[index]
        match = _OTHER_SEPARATOR.match(line) or _MISSING_COLON.match(line)
        if match and ": " not in line and not line.rstrip().endswith(":"):
            fix = Fix(edits=(_edit(index, match.end(2), match.end(3), ": "),))
            if scene.improves(fix):
                return diagnose(scene, "yaml-missing-colon", index, match.start(2), fix=fix, key=match[2])
        bare = re.fullmatch(rf"(\s*(?:- +)*)({_KEY})\s*", line)
        if bare:
            fix = insertion(index, bare.end(2), ":")
            if scene.judge(apply_fix(scene.text, fix)) == _CLEAN:
                return diagnose(scene, "yaml-missing-colon", index, bare.start(2), fix=fix, key=bare[2])
    return None


def _colon_in_value(scene: Scene) -> Diagnostic | None:
    if "mapping values are not allowed" not in scene.problem or scene.line >= len(scene.lines):
        return None
    line = scene.lines[scene.line]
    match = _TWO_COLONS.match(line.split(" #")[0])
    if not match or match.end(1) > scene.column:
        return None
    value = match[2]
    if match[1].strip(" -") == "image:" and len(value.split(": ")) <= 2:
        return _split_image(scene, match.start(2), value)
    text = f"'{value}'" if '"' in value and "'" not in value else '"' + value.replace('"', "'") + '"'
    fix = Fix(edits=(_edit(scene.line, match.start(2), match.end(2), text),))
    return diagnose(
        scene,
        "yaml-colon-in-value",
        scene.line,
        match.start(2),
        fix=fix if scene.improves(fix) else None,
        value=value,
    )


def _split_image(scene: Scene, column: int, value: str) -> Diagnostic:
    """`image: nginx: 1.27`: the tag belongs right behind the colon."""
    name, _, tag = value.partition(": ")
    fix = None
    if tag.strip():
        fix = Fix(edits=(_edit(scene.line, column, column + len(value), f"{name}:{tag.strip()}"),))
        fix = fix if scene.improves(fix) else None
    return diagnose(scene, "yaml-split-image", scene.line, column, fix=fix, length=len(value), value=value)


def _dash_in_value(scene: Scene) -> Diagnostic | None:
    if scene.problem != "block sequence entries are not allowed in this context" or scene.line >= len(
        scene.lines
    ):
        return None
    line = scene.lines[scene.line]
    key = line[: scene.column].rstrip()
    if not key.endswith(":"):
        return None
    indent = len(line) - len(line.lstrip(" "))
    following = scene.lines[scene.line + 1] if scene.line + 1 < len(scene.lines) else ""
    for depth in (len(following) - len(following.lstrip(" ")) - 2, indent + 2, indent):
        fix = Fix(edits=(_edit(scene.line, len(key), scene.column, "\n" + " " * max(depth, indent)),))
        if scene.judge(apply_fix(scene.text, fix)) == _CLEAN:
            return diagnose(scene, "yaml-dash-in-value", scene.line, scene.column, fix=fix)
    return diagnose(scene, "yaml-dash-in-value", scene.line, scene.column)


def _layout(scene: Scene) -> Diagnostic | None:
    """The line whose depth or missing dash, once mended, lets the text be read best."""
    chosen = best_layout(
        scene.text, scene.lines, scene.code, scene.line, scene.judge, (1, -(scene.line + 1)), enclosing=True
    )
    if chosen is None:
        return None
    candidate, score = chosen
    length = len(scene.lines[candidate.line].strip())
    return diagnose(
        scene, candidate.code, candidate.line, candidate.have, fix=candidate.fix if score[0] == 0 else None,
        length=length, have=str(candidate.have), want=str(candidate.want),
    )  # fmt: skip


def _block_scalar(scene: Scene) -> Diagnostic | None:
    if "block scalar" not in scene.context:
        return None
    if "tab character" in scene.problem:
        return _tab_in_block(scene)
    return diagnose(scene, "yaml-block-scalar", scene.context_line, 0)


def _tab_in_block(scene: Scene) -> Diagnostic:
    """A tab where the first line of a block scalar sets its depth."""
    line = scene.lines[scene.line]
    start = line.index("\t")
    end = len(line) - len(line[start:].lstrip("\t ")) if line.strip() else len(line)
    fix = Fix(edits=(_edit(scene.line, start, end, line[start:end].replace("\t", "  ")),))
    fix_or_none = fix if scene.improves(fix) else None
    return diagnose(scene, "yaml-block-tab", scene.line, start, fix=fix_or_none, length=end - start)


def _directive(scene: Scene) -> Diagnostic | None:
    if "directive" in scene.problem or "YAML document" in scene.problem or "%YAML" in scene.text[:200]:
        return diagnose(scene, "yaml-directive", scene.line, scene.column)
    return None


RULES: tuple[Callable[[Scene], Diagnostic | None], ...] = (
    _template,
    _comment_mark,
    _indented_separator,
    _asterisk,
    _missing_space,
    _unclosed_quote,
    _stray_quote,
    _reserved_start,
    _colon_in_value,
    _dash_in_value,
    brackets,
    missing_comma,
    _text_after_quote,
    _missing_colon,
    _block_scalar,
    _layout,
    _directive,
)


def _edit(line: int, start: int, end: int, text: str) -> Edit:
    return Edit(line=line + 1, column=start + 1, end_line=line + 1, end_column=end + 1, text=text)
