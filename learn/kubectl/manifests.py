"""`-f`: the objects in files, folders and standard input, refused in the client's words.

Source: staging/src/k8s.io/cli-runtime/pkg/resource/visitor.go, builder.go (FilenameParam);
staging/src/k8s.io/kubectl/pkg/validation/schema.go.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from learn.cluster.api.access import map_at, text_at
from learn.cluster.api.kinds import Kind, is_served, kind_of, split_api_version
from learn.cluster.objects import Obj
from learn.kubectl.call import Call
from learn.kubectl.errors import CommandError
from learn.kubectl.resources import Target
from learn.sandbox.document import Document, Limits, Reader, TooDeep, compose
from learn.sandbox.objects import objects_of

_SUFFIXES = (".yaml", ".yml", ".json")
NO_KUSTOMIZE = (
    "error: -k（kustomize）は、このターミナルでは使えません。\n"
    "オーバーレイを重ねた結果のマニフェストを、-fで渡してください。"
)
NO_URL = "error: このターミナルは外部のURLを読みません。内容をファイルに貼り付けて、-fで渡してください。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One object of a manifest and where it came from; `duplicates` are the paths of keys that stand twice."""

    obj: Obj
    kind: Kind
    path: str
    document: Document
    duplicates: tuple[tuple[str | int, ...], ...] = ()

    @property
    def name(self) -> str:
        return text_at(map_at(self.obj, "metadata"), "name")


def read_sources(call: Call, *, validates: bool = False) -> list[Source]:
    """Every object of `-f`.  Raises CommandError for the first thing that cannot be read."""
    if call.parsed.has("kustomize"):
        raise CommandError(NO_KUSTOMIZE)
    found: list[Source] = []
    for path in call.parsed.texts("filename"):
        for name, text in _texts(call, path):
            found += _sources(call, name, text, validates=validates)
    return found


def _texts(call: Call, path: str) -> Iterator[tuple[str, str]]:
    if path == "-":
        yield "STDIN", call.stdin
        return
    if path.startswith(("http://", "https://")):
        raise CommandError(NO_URL)
    text = call.files.read(path)
    if text is not None:
        yield path, text
        return
    if not call.files.is_folder(path):
        raise CommandError(f'error: the path "{path}" does not exist')
    recursive = call.parsed.is_on("recursive")
    inside = [each for each in call.files.under(path, recursive=recursive) if each.endswith(_SUFFIXES)]
    if not inside:
        raise CommandError(
            f"error: error reading [{path}]: recognized file extensions are [.json .yaml .yml]"
        )
    for each in inside:
        yield each, call.files.read(each) or ""


def _sources(call: Call, path: str, text: str, *, validates: bool) -> Iterator[Source]:
    for document, duplicates in _documents(path, text):
        for found in objects_of(document):
            yield _checked(call, path, found.value, document, duplicates, validates=validates)
        if document.value is not None and not isinstance(document.value, dict):
            raise CommandError(
                f'error: error validating "{path}": error validating data: invalid object to validate; '
                "if you choose to ignore these errors, turn validation off with --validate=false"
                if validates
                else f'error: unable to decode "{path}": json: cannot unmarshal {_json_kind(document.value)} into Go value of type '
                "unstructured.detector"
            )


def _json_kind(value: Any) -> str:
    if isinstance(value, list):
        return "array"
    return "bool" if isinstance(value, bool) else "number" if isinstance(value, (int, float)) else "string"


def _documents(path: str, text: str) -> Iterator[tuple[Document, tuple[tuple[str | int, ...], ...]]]:
    """Each document of a text, those that are empty left out."""
    limits = Limits(bytes=256 * 1024)
    if len(text.encode(errors="replace")) > limits.bytes:
        raise CommandError(f"error: error parsing {path}: マニフェストは{limits.bytes // 1024}KiBまでです")
    text = text.replace("\r\n", "\n").removeprefix("\ufeff")
    lines = text.split("\n")
    try:
        for index, root in enumerate(compose(text, limits), 1):
            reader = Reader(index, limits, lines)
            document = reader.read(root)
            twice = tuple(p.path for p in reader.problems if p.code == "yaml-duplicate-key")
            if document.value is not None:
                yield document, twice
    except TooDeep as error:
        raise CommandError(
            f"error: error parsing {path}: line {error.line + 1}: exceeded max depth"
        ) from None
    except yaml.YAMLError as error:
        raise CommandError(
            f"error: error parsing {path}: error converting YAML to JSON: {yaml_words(error, lines)}"
        ) from None


def yaml_words(error: Exception, lines: Sequence[str] = ()) -> str:
    """go-yaml's form: `yaml: line N: problem`.

    It counts lines within the document, those of the parser from 0 and those of the scanner from 1, and leaves out
    a first line (gopkg.in/yaml.v2, decode.go, `fail`). With `lines`, those of the whole text.
    """
    mark = getattr(error, "problem_mark", None)
    line = mark.line if mark is not None else 0
    line -= next((i + 1 for i in reversed(range(min(line, len(lines)))) if lines[i].startswith("---")), 0)
    if line and isinstance(error, yaml.scanner.ScannerError):
        line += 1
    where = f"line {line}: " if line > 0 else ""
    return f"yaml: {where}{getattr(error, 'problem', None) or error}"


def _checked(
    call: Call,
    path: str,
    value: dict[str, Any],
    document: Document,
    duplicates: tuple[tuple[str | int, ...], ...],
    *,
    validates: bool,
) -> Source:
    missing = [f"{name} not set" for name in ("apiVersion", "kind") if not text_at(value, name)]
    if missing and validates:
        what = missing[0] if len(missing) == 1 else f"[{', '.join(missing)}]"
        raise CommandError(
            f'error: error validating "{path}": error validating data: {what}; if you choose to ignore these errors, '
            "turn validation off with --validate=false"
        )
    if "kind not set" in missing:
        raise CommandError(
            f"error: unable to decode \"{path}\": Object 'Kind' is missing in '{_compact(value)}'"
        )
    api_version, kind = text_at(value, "apiVersion"), text_at(value, "kind")
    group, _ = split_api_version(api_version)
    found = kind_of(group, kind)
    if found is None or not is_served(api_version, kind, call.version):
        name, namespace = (text_at(map_at(value, "metadata"), key) for key in ("name", "namespace"))
        raise CommandError(
            f'error: resource mapping not found for name: "{name}" namespace: "{namespace}" from "{path}": '
            f'no matches for kind "{kind}" in version "{api_version}"\nensure CRDs are installed first'
        )
    return Source(
        obj=_placed(call, value, found), kind=found, path=path, document=document, duplicates=duplicates
    )


def _compact(value: Any) -> str:
    from learn.kubectl.yamltext import to_json

    return to_json(value, indent=None)


def _placed(call: Call, value: dict[str, Any], kind: Kind) -> Obj:
    """The object in its namespace.  Raises CommandError when it contradicts `-n`."""
    meta = dict(map_at(value, "metadata"))
    if not kind.namespaced:
        return {**value, "metadata": meta}
    own = text_at(meta, "namespace")
    if own and call.is_namespace_named and own != call.namespace:
        raise CommandError(
            f'error: the namespace from the provided object "{own}" does not match the namespace "{call.namespace}". '
            f"You must pass '--namespace={own}' to perform this operation."
        )
    meta["namespace"] = own or call.namespace
    return {**value, "metadata": meta}


def namespace_of(source: Source) -> str:
    return text_at(map_at(source.obj, "metadata"), "namespace")


def named_in_files(call: Call) -> list[Target]:
    """The kinds and names in `-f`, for commands that only look objects up."""
    return [Target(source.kind, source.name) for source in read_sources(call)]
