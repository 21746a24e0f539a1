"""Image references as the container runtimes read them (distribution/reference)."""

import re
from dataclasses import dataclass

_DOMAIN = r"(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[0-9a-fA-F:]+\])(?::[0-9]+)?"
_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_reference = re.compile(
    rf"(?P<name>(?:(?P<domain>{_DOMAIN})/)?(?P<path>{_PART}(?:/{_PART})*))"
    r"(?::(?P<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?"
    r"(?:@(?P<digest>[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?"
).fullmatch


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageReference:
    """A reference in full: `nginx` is repository `docker.io/library/nginx`, tag `latest`."""

    repository: str
    tag: str
    digest: str


def parse_image(text: str) -> ImageReference | None:
    """The reference that a text stands for, or None if it is none (upper case, stray colons)."""
    match = _reference(text) if len(text) <= 4096 else None
    if match is None:
        return None
    tag, digest = match["tag"] or "", match["digest"] or ""
    return ImageReference(
        repository=_full_name(match["name"]), tag=tag or ("" if digest else "latest"), digest=digest
    )


def image_tag(text: str) -> str:
    """The tag, `latest` when neither tag nor digest is written, empty for what is no reference."""
    reference = parse_image(text)
    return reference.tag if reference else ""


def _full_name(name: str) -> str:
    domain, slash, rest = name.partition("/")
    if not slash or not ("." in domain or ":" in domain or domain == "localhost" or domain.lower() != domain):
        domain, rest = "docker.io", name
    if domain in {"docker.io", "index.docker.io"} and "/" not in rest:
        rest = f"library/{rest}"
    return f"{'docker.io' if domain == 'index.docker.io' else domain}/{rest}"
