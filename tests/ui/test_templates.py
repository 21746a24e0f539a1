"""What the content security policy forbids never gets into a template."""

import re
from pathlib import Path

import pytest
from django.conf import settings

TEMPLATES = sorted((Path(settings.BASE_DIR) / "templates").rglob("*.html"))
FORBIDDEN = {
    "style attribute": r"<[^>]*\sstyle\s*=",
    "style element": r"<style\b",
    "inline script": r"<script(?![^>]*\ssrc=)[^>]*>",
    "event attribute": r"<[^>]*\son[a-z]+\s*=",
    "javascript link": r"javascript:",
    "foreign host": r"<(?:script|link|img|iframe|source)\b[^>]*(?:src|href)=[\"']?(?:https?:)?//",
    "disabled while busy": r"hx-disabled-elt",
}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
@pytest.mark.parametrize("rule", FORBIDDEN)
def test_template_keeps_the_policy(path: Path, rule: str) -> None:
    assert re.findall(FORBIDDEN[rule], path.read_text()) == []


def test_favicon_and_mark_are_there() -> None:
    images = Path(settings.BASE_DIR) / "static/img"
    assert {"favicon.svg", "mark.svg"} <= {path.name for path in images.iterdir()}
