"""Slips inside brackets, where YAML reads as JSON does: brackets left open, commas left out."""

from learn.sandbox.diagnostics import Diagnostic
from learn.sandbox.edits import insertion
from learn.sandbox.scene import Scene, diagnose

_CLOSING = {"[": "]", "{": "}"}


def brackets(scene: Scene) -> Diagnostic | None:
    opened = [bracket for bracket in _open_brackets(scene) if not _is_closed(scene, *bracket)]
    if "flow" in scene.context and opened:
        char, index, column = opened[-1]
        closing = _CLOSING[char]
        fix = insertion(index, len(scene.lines[index].split(" #")[0].rstrip()), closing)
        fixed = fix if scene.improves(fix) else None
        return diagnose(scene, "yaml-unclosed-bracket", index, column, fix=fixed, closing=closing)
    if scene.line < len(scene.lines) and scene.lines[scene.line][scene.column : scene.column + 1] in (
        "]",
        "}",
    ):
        char = scene.lines[scene.line][scene.column]
        return diagnose(scene, "yaml-stray-bracket", scene.line, scene.column, found=char)
    return None


def _is_closed(scene: Scene, opening: str, line: int, column: int) -> bool:
    """Whether the text after the bracket closes it."""
    depth = 0
    for index in range(line, len(scene.code)):
        for char in scene.code[index][column if index == line else 0 :]:
            depth += (char == opening) - (char == _CLOSING[opening])
            if depth == 0 and char == _CLOSING[opening]:
                return True
    return False


def _open_brackets(scene: Scene) -> list[tuple[str, int, int]]:
    """The brackets still open where the parser stopped, as (bracket, line, column)."""
    stack: list[tuple[str, int, int]] = []
    for index in range(scene.context_line, min(scene.line + 1, len(scene.lines))):
        end = scene.column if index == scene.line else len(scene.code[index])
        for column, char in enumerate(scene.code[index][:end]):
            if char in _CLOSING:
                stack.append((char, index, column))
            elif stack and char == _CLOSING[stack[-1][0]]:
                stack.pop()
    if not stack and scene.context_line < scene.line:
        return []
    return stack or _opened_above(scene)


def _opened_above(scene: Scene) -> list[tuple[str, int, int]]:
    """The last bracket before the complaint that its own line does not close."""
    for index in range(min(scene.line, len(scene.lines) - 1), -1, -1):
        line = scene.code[index]
        for char, closing in _CLOSING.items():
            if line.count(char) > line.count(closing):
                return [(char, index, line.rindex(char))]
    return []


def missing_comma(scene: Scene) -> Diagnostic | None:
    """Two values in brackets with nothing but space between them."""
    if "expected ',' or" not in scene.problem or scene.line >= len(scene.lines):
        return None
    lines = [*scene.lines[: scene.line], scene.lines[scene.line][: scene.column]]
    index = next((i for i in range(len(lines) - 1, -1, -1) if lines[i].strip()), None)
    if index is None:
        return None
    column = len(lines[index].rstrip())
    fix = insertion(index, column, ",")
    if not scene.improves(fix):
        return None
    return diagnose(scene, "yaml-missing-comma", index, column - 1, fix=fix)
