"""What the generators share: the name, labels, Pod templates, files and literals."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from learn.cluster.api.names import config_key
from learn.cluster.objects import Obj
from learn.kubectl.call import Call
from learn.kubectl.errors import CommandError
from learn.kubectl.flags import Flag


@dataclass(frozen=True, slots=True, kw_only=True)
class Generator:
    """`create KIND`: its flags, and the object that it makes.

    `wrapping` is what stands before a refusal (`failed to create deployment`); "" where the client leaves it bare.
    """

    name: str
    build: Callable[[Call], Obj]
    flags: Sequence[Flag] = ()
    wrapping: str = ""
    summary: str = ""
    aliases: tuple[str, ...] = ()


def only_name(call: Call, command: str) -> str:
    """The one NAME.  Raises CommandError for none or several."""
    if len(call.args) != 1:
        raise CommandError(
            f"error: exactly one NAME is required, got {len(call.args)}\n"
            f"See 'kubectl create {command} -h' for help and examples"
        )
    return call.args[0]


def metadata(call: Call, name: str, *, labels: dict[str, str] | None = None, namespaced: bool = True) -> Obj:
    """The namespace stands there only when the command line names it."""
    meta: Obj = {"name": name}
    if namespaced and call.is_namespace_named:
        meta["namespace"] = call.namespace
    if labels:
        meta["labels"] = labels
    return meta


def container_name(image: str) -> str:
    """The last part of an image's path, without tag and digest."""
    name = image.rpartition("/")[2].partition(":")[0].partition("@")[0]
    return name.replace("_", "-").replace(".", "-")


def literals(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """`key=value` pairs.  Raises CommandError."""
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or not key:
            raise CommandError(f"error: invalid literal source {word}, expected key=value")
        if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
            value = value[1:-1]
        yield key, value


def file_texts(call: Call, words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Keys and texts of `--from-file`: a file, `key=file`, or the files of a folder.  Raises CommandError."""
    for word in words:
        key, equals, path = word.partition("=")
        if not equals:
            key, path = "", word
        text = call.files.read(path)
        if text is not None:
            yield key or path.rstrip("/").rpartition("/")[2], text
        elif call.files.is_folder(path) and path.strip("/"):
            if key:
                raise CommandError("error: cannot give a key name for a directory path")
            for each in call.files.under(path):
                yield each.rpartition("/")[2], call.files.read(each) or ""
        else:
            raise CommandError(f"error: error reading {path}: no such file or directory")


def env_file_pairs(call: Call, paths: Sequence[str]) -> Iterator[tuple[str, str]]:
    """`NAME=value` lines of `--from-env-file`; comments and empty lines are skipped."""
    for path in paths:
        text = call.files.read(path)
        if text is None:
            raise CommandError(f"error: error reading {path}: no such file or directory")
        for line in text.splitlines():
            line = line.lstrip()
            if line and not line.startswith("#"):
                key, _, value = line.partition("=")
                yield key, value


def add_once(data: dict[str, Any], key: str, value: Any, owner: str, field: str = "Data") -> None:
    """Raises CommandError for a key that stands twice, and for one that no ConfigMap or Secret may have."""
    for reason in config_key(key):
        raise CommandError(
            f'error: "{key}" is not a valid key name for a {owner.partition(" ")[0]}: {reason}'
        )
    if key in data:
        raise CommandError(
            f'error: cannot add key "{key}", another key by that name already exists in {field} for {owner}'
        )
    data[key] = value
