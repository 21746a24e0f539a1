"""Images that cannot be pulled by their name, or whose content can change under it."""

import re
from collections.abc import Iterator

from learn.cluster.api.access import text_at
from learn.cluster.api.images import parse_image
from learn.sandbox.checks.registry import Finding, container_check
from learn.sandbox.checks.world import Container

_PLACEHOLDER = re.compile(r"\{\{.*?\}\}|\$\{[^}]*\}|\$\([^)]*\)|<[^>]*>|\$[A-Za-z_]\w*")


def _tag(image: str) -> str | None:
    """The tag of an image reference, "" for none; None where a digest pins it."""
    if "@" in image:
        return None
    last = image.rpartition("/")[2]
    return last.partition(":")[2]


@container_check("container-image-placeholder")
def placeholder(container: Container) -> Iterator[Finding]:
    """What a template, a shell or a reader was to fill in: `{{ .Values.tag }}`, `${TAG}`, `<tag>`."""
    image = text_at(container.value, "image")
    if match := _PLACEHOLDER.search(image):
        params = {"image": image[:80], "found": match[0][:40]}
        yield Finding(obj=container.obj, path=(*container.path, "image"), params=params)


@container_check("container-image-malformed")
def malformed(container: Container) -> Iterator[Finding]:
    """A reference that no container runtime can read; the API server takes it (InvalidImageName)."""
    image = text_at(container.value, "image")
    readable = parse_image(image) is not None or _PLACEHOLDER.search(image)
    if image and image == image.strip() and not readable:
        yield Finding(obj=container.obj, path=(*container.path, "image"), params={"image": image[:80]})


@container_check("image-latest")
def latest(container: Container) -> Iterator[Finding]:
    """The tag latest, which moves."""
    image = text_at(container.value, "image")
    if parse_image(image) and _tag(image) == "latest":
        yield Finding(obj=container.obj, path=(*container.path, "image"), params={"image": image[:80]})


@container_check("image-no-tag")
def no_tag(container: Container) -> Iterator[Finding]:
    """No tag at all, which means latest."""
    image = text_at(container.value, "image")
    if parse_image(image) and _tag(image) == "":
        yield Finding(obj=container.obj, path=(*container.path, "image"), params={"image": image[:80]})


@container_check("image-not-pulled")
def not_pulled(container: Container) -> Iterator[Finding]:
    """imagePullPolicy Never works only where the image is on every node already."""
    if text_at(container.value, "imagePullPolicy") == "Never":
        yield Finding(obj=container.obj, path=(*container.path, "imagePullPolicy"))
