"""The colours in tokens.css keep the contrast that reading them needs, by day and by night."""

import re
from pathlib import Path

import pytest
from django.conf import settings

CSS = Path(settings.BASE_DIR) / "static/css"
TOKENS = dict(
    re.findall(r"--([\w-]+): light-dark\((#[0-9A-F]{6}, #[0-9A-F]{6})\);", (CSS / "tokens.css").read_text())
)
NIGHT = dict(re.findall(r"--(night[\w-]*): (#[0-9A-F]{6});", (CSS / "tokens.css").read_text()))
THEMES = ("light", "dark")

TEXT_ON_PAPER = ("ink", "ink-2", "ink-3", "ai", "ai-strong", "ready", "wait", "warn", "fail", "end")
GRAPHICS_ON_PAPER = ("quay", "edge", "bengara", "kon", "matsuba", "namari", "murasaki")
PAIRS = (
    *((text, ground) for text in ("ink", "ink-2", "ink-3", "ai", "ready", "end", "warn") for ground in ("surface", "well")),
    *((state, f"{state}-tint") for state in ("ai", "ready", "wait", "warn", "fail", "end")),
    *(("ink", f"{state}-tint") for state in ("ai", "ready", "wait", "warn", "fail", "end")),
    ("on-ai", "ai"),
    ("on-ai", "ai-strong"),
    ("paper", "ink"),
    *(("on-paint", paint) for paint in ("bengara", "kon", "matsuba", "namari", "murasaki")),
)  # fmt: skip


def _colour(token: str, theme: str) -> str:
    return TOKENS[token].split(", ")[THEMES.index(theme)]


def _luminance(colour: str) -> float:
    channels = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    brighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("token", TEXT_ON_PAPER)
def test_text_is_readable_on_paper(token: str, theme: str) -> None:
    assert _contrast(_colour(token, theme), _colour("paper", theme)) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("token", GRAPHICS_ON_PAPER)
def test_graphics_stand_out_on_paper(token: str, theme: str) -> None:
    assert _contrast(_colour(token, theme), _colour("paper", theme)) >= 3


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_is_readable_on_its_other_grounds(text: str, ground: str, theme: str) -> None:
    assert _contrast(_colour(text, theme), _colour(ground, theme)) >= 4.5


@pytest.mark.parametrize("token", [name for name in NIGHT if name not in ("night", "night-edge")])
def test_the_terminal_is_readable(token: str) -> None:
    assert _contrast(NIGHT[token], NIGHT["night"]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_the_focus_line_stands_out_against_its_halo(theme: str) -> None:
    halo = _contrast(_colour("ink", theme), _colour("lamp", theme))
    assert halo >= 3 or _contrast(_colour("ink", theme), _colour("paper", theme)) >= 3


@pytest.mark.parametrize("path", sorted(CSS.rglob("*.css")), ids=lambda path: path.name)
def test_colours_are_written_in_the_tokens_alone(path: Path) -> None:
    if path.name in ("tokens.css", "print.css"):
        assert TOKENS
        return
    assert re.findall(r"#[0-9A-Fa-f]{3,8}\b(?=[;\s,)])", path.read_text()) == []


def test_every_variable_in_use_is_defined() -> None:
    sheets = {path: path.read_text() for path in CSS.rglob("*.css")}
    defined = {name for text in sheets.values() for name in re.findall(r"--([\w-]+):", text)}
    used = {name for text in sheets.values() for name in re.findall(r"var\(--([\w-]+)\)", text)}
    assert used - defined == set()


def test_every_stylesheet_is_part_of_the_bundle() -> None:
    imported = set(re.findall(r'@import "\./([^"]+)"', (CSS / "hatoba.css").read_text()))
    written = {str(path.relative_to(CSS)) for path in CSS.rglob("*.css")} - {"hatoba.css"}
    assert imported == written
