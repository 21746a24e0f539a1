"""Where a link in a lesson may lead: a closed set of schemes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """What lessons can link to, by id: URLs, names of terms, and titles of planned lessons."""

    lessons: Mapping[str, str]
    planned: Mapping[str, str]
    exercises: Mapping[str, str]
    terms: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unresolved:
    """A reference that leads nowhere; ``needle`` is the text to look for in the source."""

    needle: str
    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link's address; ``planned`` marks a lesson that does not exist yet."""

    url: str
    planned: bool = False
    term_id: str = ""


def resolve(href: str, targets: Targets) -> Link | Unresolved:
    """Turn what an author wrote as an address into a link, or say why it is none."""
    scheme, _, rest = href.partition(":")
    match scheme:
        case "https" if rest.startswith("//"):
            return Link(url=href)
        case "lesson" if rest in targets.lessons:
            return Link(url=targets.lessons[rest])
        case "lesson" if rest in targets.planned:
            return Link(url="", planned=True)
        case "exercise" if rest in targets.exercises:
            return Link(url=targets.exercises[rest])
        case "term" if rest in targets.terms:
            return Link(url=f"/glossary/{rest}/", term_id=rest)
    return Unresolved(needle=f"]({href}", code=_code(scheme), message=_advice(scheme, rest, href))


def _code(scheme: str) -> str:
    return "unknown-term" if scheme == "term" else "broken-link"


def _advice(scheme: str, rest: str, href: str) -> str:
    match scheme:
        case "lesson":
            return f"レッスン「{rest}」がありません。これから書くなら、course.yamlの「planned」に加えます。"
        case "exercise":
            return f"演習「{rest}」がありません。演習のフォルダー名を確かめてください。"
        case "term":
            return f"用語「{rest}」がありません。lessons/glossary/terms.yamlに加えてください。"
        case _:
            return f"リンク先「{href}」は使えません。lesson:、exercise:、term:、https://のどれかで書きます。"
