"""`-o`: the formats in which objects are printed.

Source: staging/src/k8s.io/cli-runtime/pkg/genericclioptions/print_flags.go, pkg/printers; kubectl's
pkg/cmd/get/customcolumn.go.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from learn.cluster.api.kinds import kind_of, split_api_version
from learn.cluster.objects import Obj
from learn.kubectl import gotemplate, jsonpath
from learn.kubectl.call import Call
from learn.kubectl.errors import CommandError
from learn.kubectl.flags import Flag, Kind
from learn.kubectl.gotext import go_syntax, go_text
from learn.kubectl.resources import shown_kind
from learn.kubectl.tables import render_table
from learn.kubectl.yamltext import to_json, to_yaml

Printer: TypeAlias = Callable[[Obj], str]
"""What is printed of one object or of a list."""

OUTPUT = Flag(name="output", short="o")
OUTPUT_FLAGS = (
    OUTPUT,
    Flag(name="template"),
    Flag(name="allow-missing-template-keys", kind=Kind.BOOL),
    Flag(name="show-managed-fields", kind=Kind.BOOL),
)

_OBJECT_FORMATS = (
    "go-template",
    "go-template-file",
    "json",
    "jsonpath",
    "jsonpath-as-json",
    "jsonpath-file",
    "name",
    "template",
    "templatefile",
    "yaml",
)
_TABLE_FORMATS = ("custom-columns", "custom-columns-file", *_OBJECT_FORMATS, "wide")
_ARGUMENT = re.compile(
    r"(custom-columns(?:-file)?|go-template(?:-file)?|template(?:file)?|jsonpath(?:-as-json|-file)?)=(.*)",
    re.S,
)


def format_of(call: Call, *, tables: bool = False) -> tuple[str, str]:
    """The format and its argument.  Raises CommandError for a format that there is not."""
    text = call.parsed.text("output")
    match = _ARGUMENT.fullmatch(text)
    if match:
        name, argument = match[1], match[2]
    else:
        name, argument = text, call.parsed.text("template")
        if not text and argument:
            name = "go-template"
    allowed = _TABLE_FORMATS if tables else _OBJECT_FORMATS
    if name and name.lower() not in allowed:
        raise CommandError(
            f'error: unable to match a printer suitable for the output format "{text}", allowed formats are: '
            + ",".join(sorted(allowed))
        )
    return name.lower(), argument


def printer_for(call: Call, name: str, argument: str) -> Printer:
    """The printer of a format other than the tables."""
    match name:
        case "yaml":
            return lambda obj: to_yaml(_owned_or_not(call, obj))
        case "json":
            return lambda obj: to_json(_owned_or_not(call, obj)) + "\n"
        case "name":
            return _names
        case "jsonpath":
            return _jsonpath(_given(argument))
        case "jsonpath-as-json":
            return _jsonpath_as_json(_given(argument))
        case "jsonpath-file":
            return _jsonpath(_file(call, argument))
        case "go-template" | "template":
            return _go_template(call, _given(argument))
        case "go-template-file" | "templatefile":
            return _go_template(call, _file(call, argument))
        case "custom-columns":
            return custom_columns(argument, headers=not call.parsed.is_on("no-headers"))
        case "custom-columns-file":
            return _columns_file(_file(call, argument), headers=not call.parsed.is_on("no-headers"))
    raise CommandError(f'error: unable to match a printer suitable for the output format "{name}"')


def _given(argument: str) -> str:
    if not argument:
        raise CommandError("error: template format specified but no template given")
    return argument


def _file(call: Call, path: str) -> str:
    text = call.files.read(path) if path else None
    if text is None:
        raise CommandError(f"error: error reading template {path}, open {path}: no such file or directory")
    return text


def _owned_or_not(call: Call, obj: Obj) -> Obj:
    return obj if call.parsed.is_on("show-managed-fields") else without_managed_fields(obj)


def without_managed_fields(obj: Obj) -> Obj:
    """An object or list as YAML and JSON show it unless asked otherwise (OmitManagedFieldsPrinter)."""
    if obj.get("kind") == "List" and isinstance(obj.get("items"), list):
        return {**obj, "items": [without_managed_fields(each) for each in obj["items"]]}
    meta = obj.get("metadata")
    if not isinstance(meta, dict) or "managedFields" not in meta:
        return obj
    return {**obj, "metadata": {key: value for key, value in meta.items() if key != "managedFields"}}


def items_of(obj: Obj) -> list[Obj]:
    """The items of a list, or the object itself."""
    if obj.get("kind") == "List" and isinstance(obj.get("items"), list):
        return list(obj["items"])
    return [obj]


def list_of(objects: Sequence[Obj]) -> Obj:
    return {"apiVersion": "v1", "items": list(objects), "kind": "List", "metadata": {"resourceVersion": ""}}


def object_name(obj: Obj) -> str:
    """`pod/x`, `deployment.apps/x`."""
    kind = kind_of(split_api_version(obj.get("apiVersion", ""))[0], obj["kind"])
    return f"{shown_kind(kind) if kind else obj['kind'].lower()}/{obj['metadata']['name']}"


def _names(obj: Obj) -> str:
    return "".join(f"{object_name(each)}\n" for each in items_of(obj))


def _jsonpath(text: str) -> Printer:
    try:
        template = jsonpath.parse_template(text)
    except jsonpath.JSONPathError as error:
        raise CommandError(f"error: {error}") from None

    def render(obj: Obj) -> str:
        try:
            return template.render(obj)
        except jsonpath.JSONPathError as error:
            raise CommandError(
                f"error: error executing jsonpath {json.dumps(text, ensure_ascii=False)}: Error executing template: {error}. "
                "Printing more information for debugging the template:\n"
                f"\ttemplate was:\n\t\t{text}\n\tobject given to jsonpath engine was:\n\t\t{go_syntax(obj)}\n\n"
            ) from None

    return render


def _jsonpath_as_json(text: str) -> Printer:
    def render(obj: Obj) -> str:
        try:
            found = jsonpath.find(text, obj)
        except jsonpath.JSONPathError as error:
            raise CommandError(f"error: {error}") from None
        return json.dumps(found, indent=4, sort_keys=True, ensure_ascii=False) + "\n"

    return render


def _go_template(call: Call, text: str) -> Printer:
    try:
        template = gotemplate.parse_template(text)
    except gotemplate.TemplateError as error:
        raise CommandError(f"error: error parsing template {text}, template: output:1: {error}") from None

    def render(obj: Obj) -> str:
        try:
            return template.render(obj)
        except gotemplate.TemplateError as error:
            problem = f"template: output:{error}"
            call.write(
                f"{error.rendered}Error executing template: {problem}. Printing more information for debugging the template:\n"
                f"\ttemplate was:\n\t\t{text}\n\traw data was:\n\t\t{to_json(obj, indent=None)}\n"
                f"\tobject given to template engine was:\n\t\t{go_text(obj)}\n\n"
            )
            quoted = json.dumps(text, ensure_ascii=False)
            raise CommandError(f"error: error executing template {quoted}: {problem}") from None

    return render


def custom_columns(spec: str, *, headers: bool) -> Printer:
    """The table of `HEADER:path,…`.  Raises CommandError for a specification that cannot be read."""
    if not spec:
        raise CommandError("error: custom-columns format specified but no custom columns given")
    names, paths = [], []
    for part in spec.split(","):
        name, colon, path = part.partition(":")
        if not colon:
            raise CommandError(
                f"error: unexpected custom-columns spec: {part}, expected <header>:<json-path-expr>"
            )
        names.append(name)
        paths.append(relaxed_path(path) if path else "")
    return _columns(names, paths, headers=headers)


def _columns_file(text: str, *, headers: bool) -> Printer:
    lines = text.splitlines()
    names = lines[0].split() if lines else []
    paths = lines[1].split() if len(lines) > 1 else []
    if len(names) != len(paths):
        raise CommandError(
            f"error: number of headers ({len(names)}) and field specifications ({len(paths)}) don't match"
        )
    return _columns(names, [relaxed_path(path) for path in paths], headers=headers)


def _columns(names: list[str], paths: list[str], *, headers: bool) -> Printer:
    for path in filter(None, paths):
        _found(path, {})

    def render(obj: Obj) -> str:
        rows: list[list[str]] = [names] if headers else []
        for each in items_of(obj):
            rows.append([_cell(path, each) for path in paths])
        return render_table(rows)

    return render


def relaxed_path(path: str) -> str:
    """A path in braces.  Raises CommandError for what is none."""
    try:
        return jsonpath.relaxed(path)
    except jsonpath.JSONPathError as error:
        raise CommandError(f"error: {error}") from None


def _found(path: str, obj: Any) -> list[Any]:
    try:
        return jsonpath.find(path, obj)
    except jsonpath.JSONPathError as error:
        raise CommandError(f"error: {error}") from None


def _cell(path: str, obj: Obj) -> str:
    found = _found(path, obj) if path else []
    return ",".join(go_text(value) for value in found) if found else "<none>"
