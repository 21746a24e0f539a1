"""Thirty known ways to break a sound manifest, each with the line and the codes that should come first."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from learn.cluster.api.schema import schema_of
from learn.sandbox.document import Limits, Reader, compose
from learn.sandbox.objects import objects_of

_FIELD = re.compile(r"^(?P<indent> *)(?P<dash>(?:- )*)(?P<key>[A-Za-z]\w*):(?P<rest>.*)$")


@dataclass(frozen=True)
class Mutant:
    """A broken text; the first finding should stand on `line` (or one of `lines`) with one of `codes`."""

    way: str
    text: str
    lines: frozenset[int]
    codes: frozenset[str]


@dataclass(frozen=True)
class Line:
    """A line of a sound manifest that holds a field of the schema."""

    number: int
    indent: str
    dash: str
    key: str
    rest: str
    parent_type: str

    @property
    def value(self) -> str:
        return self.rest.strip()


def values_of(text: str) -> list[object] | None:
    try:
        nodes = list(compose(text, Limits()))
    except Exception:
        return None
    return [Reader(1, Limits(), text.split("\n")).read(node).value for node in nodes]


def field_lines(text: str) -> Iterator[Line]:
    """The lines whose key is a field that the schema knows, so that a typo there is an error."""
    known = _schema_lines(text)
    for number, line in enumerate(text.split("\n"), 1):
        match = _FIELD.match(line)
        if match and (number, match["key"]) in known:
            yield Line(
                number,
                match["indent"],
                match["dash"],
                match["key"],
                match["rest"],
                known[number, match["key"]],
            )


def _schema_lines(text: str) -> dict[tuple[int, str], str]:
    found: dict[tuple[int, str], str] = {}
    for index, node in enumerate(compose(text, Limits()), 1):
        document = Reader(index, Limits(), text.split("\n")).read(node)
        for obj in objects_of(document):
            schema = schema_of(obj.api_version, obj.kind)
            _collect(obj, obj.value, schema, (), found)
    return found


def _collect(obj, value, schema, path, found) -> None:
    if isinstance(value, dict):
        for key, item in value.items():
            child = schema.child(key) if schema else None
            if child is not None and schema.properties.get(key) is not None:
                found[obj.key_span((*path, key)).line, key] = str(child.type)
            _collect(obj, item, child, (*path, key), found)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _collect(obj, item, schema.items if schema else None, (*path, index), found)


def replace_line(text: str, number: int, new: str | None) -> str:
    lines = text.split("\n")
    lines[number - 1 : number] = [] if new is None else new.split("\n")
    return "\n".join(lines)


UNKNOWN = frozenset({"schema-unknown-field", "schema-undefined-field", "schema-misplaced-field"})
TYPES = frozenset(
    {"schema-wrong-type", "schema-unquoted-string", "schema-quoted-value", "schema-bool-word",
     "schema-scalar-not-list", "schema-missing-dash", "schema-extra-dash"}
)  # fmt: skip
INDENT = frozenset({"yaml-bad-indent", "yaml-missing-dash"}) | UNKNOWN | TYPES
MISSING = frozenset({"schema-missing-field", "schema-empty-field", "api-required"})

Way = Callable[[str, Line], Iterator[tuple[str, frozenset[int], frozenset[str]]]]
WAYS: dict[str, Way] = {}


def way(name: str) -> Callable[[Way], Way]:
    def register(function: Way) -> Way:
        WAYS[name] = function
        return function

    return register


def mutants_of(text: str) -> Iterator[Mutant]:
    """Every mutant of a text that no longer says the same."""
    original = values_of(text)
    for line in field_lines(text):
        for name, function in WAYS.items():
            for broken, lines, codes in function(text, line):
                if broken != text and values_of(broken) != original:
                    yield Mutant(name, broken, lines, codes)


def _at(line: Line) -> frozenset[int]:
    return frozenset({line.number})


def _head(line: Line) -> str:
    return line.indent + line.dash


@way("typo-drop-letter")
def _(text, line):
    if len(line.key) >= 5:
        middle = len(line.key) // 2
        key = line.key[:middle] + line.key[middle + 1 :]
        yield replace_line(text, line.number, f"{_head(line)}{key}:{line.rest}"), _at(line), UNKNOWN


@way("typo-swap-letters")
def _(text, line):
    if len(line.key) >= 5 and line.key[1] != line.key[2]:
        key = line.key[0] + line.key[2] + line.key[1] + line.key[3:]
        yield replace_line(text, line.number, f"{_head(line)}{key}:{line.rest}"), _at(line), UNKNOWN


@way("typo-double-letter")
def _(text, line):
    if len(line.key) >= 4:
        yield (
            replace_line(text, line.number, f"{_head(line)}{line.key}{line.key[-1]}:{line.rest}"),
            _at(line),
            UNKNOWN,
        )


@way("typo-case")
def _(text, line):
    if line.key.lower() != line.key:
        yield (
            replace_line(text, line.number, f"{_head(line)}{line.key.lower()}:{line.rest}"),
            _at(line),
            UNKNOWN,
        )


@way("typo-plural")
def _(text, line):
    if line.key in ("containers", "ports", "volumes", "rules", "labels", "replicas", "hosts", "paths"):
        yield replace_line(text, line.number, f"{_head(line)}{line.key[:-1]}:{line.rest}"), _at(line), UNKNOWN


@way("number-quoted")
def _(text, line):
    if line.parent_type == "integer":
        yield (
            replace_line(text, line.number, f'{_head(line)}{line.key}: "{line.value}"'),
            _at(line),
            frozenset({"schema-quoted-value"}),
        )


@way("string-unquoted-number")
def _(text, line):
    if (
        line.parent_type == "string"
        and line.value
        and line.key in ("name", "value", "image", "serviceName", "path")
    ):
        yield (
            replace_line(text, line.number, f"{_head(line)}{line.key}: 8080"),
            _at(line),
            frozenset({"schema-unquoted-string"}),
        )


@way("string-bool-word")
def _(text, line):
    if line.parent_type == "string" and line.key in ("name", "value", "serviceAccountName", "secretName"):
        yield (
            replace_line(text, line.number, f"{_head(line)}{line.key}: on"),
            _at(line),
            frozenset({"schema-bool-word"}),
        )


@way("integer-word")
def _(text, line):
    if line.parent_type == "integer":
        yield replace_line(text, line.number, f"{_head(line)}{line.key}: three"), _at(line), TYPES


@way("map-as-scalar")
def _(text, line):
    if (
        line.parent_type == "object"
        and line.value == ""
        and line.key in ("httpGet", "resources", "securityContext")
    ):
        block = _block(text, line)
        lines = text.split("\n")
        lines[line.number - 1 : line.number - 1 + len(block)] = [f"{_head(line)}{line.key}: yes"]
        yield "\n".join(lines), _at(line), TYPES


@way("list-as-scalar")
def _(text, line):
    if line.parent_type == "array" and line.value.startswith("["):
        yield replace_line(text, line.number, f"{_head(line)}{line.key}: single"), _at(line), TYPES


@way("missing-field")
def _(text, line):
    if (
        line.key in ("containerPort", "image", "mountPath", "maxReplicas", "pathType", "schedule", "number")
        and not line.dash
    ):
        yield (
            replace_line(text, line.number, None),
            frozenset(range(max(1, line.number - 12), line.number + 1)),
            MISSING | frozenset({"container-image-required", "ingress-backend-invalid"}),
        )


@way("empty-value")
def _(text, line):
    if line.key in ("containerPort", "mountPath", "maxReplicas", "schedule"):
        yield replace_line(text, line.number, f"{_head(line)}{line.key}:"), _at(line), MISSING


@way("fullwidth-colon")
def _(text, line):
    yield (
        replace_line(text, line.number, f"{_head(line)}{line.key}：{line.rest}"),
        _at(line),
        frozenset({"text-fullwidth-colon"}),
    )


@way("fullwidth-colon-no-space")
def _(text, line):
    if line.value:
        yield (
            replace_line(text, line.number, f"{_head(line)}{line.key}：{line.value}"),
            _at(line),
            frozenset({"text-fullwidth-colon"}),
        )


@way("fullwidth-indent")
def _(text, line):
    if len(line.indent) >= 2 and not line.dash:
        indent = "　" * (len(line.indent) // 2)
        yield (
            replace_line(text, line.number, f"{indent}{line.key}:{line.rest}"),
            _at(line),
            frozenset({"yaml-indent-char"}),
        )


@way("fullwidth-space-after-colon")
def _(text, line):
    if line.value:
        yield (
            replace_line(text, line.number, f"{_head(line)}{line.key}:　{line.value}"),
            _at(line),
            frozenset({"text-odd-space"}),
        )


@way("fullwidth-digits")
def _(text, line):
    if line.value.isdigit():
        wide = "".join(chr(ord(c) + 0xFEE0) for c in line.value)
        yield (
            replace_line(text, line.number, f"{_head(line)}{line.key}: {wide}"),
            _at(line),
            frozenset({"text-fullwidth-digit"}),
        )


@way("fullwidth-dash")
def _(text, line):
    if line.dash:
        yield (
            replace_line(text, line.number, f"{line.indent}－{line.dash[1:]}{line.key}:{line.rest}"),
            _at(line),
            frozenset({"text-fullwidth-dash"}),
        )


@way("long-vowel-dash")
def _(text, line):
    if line.dash:
        yield (
            replace_line(text, line.number, f"{line.indent}ー{line.dash[1:]}{line.key}:{line.rest}"),
            _at(line),
            frozenset({"text-fullwidth-dash"}),
        )


@way("smart-quotes")
def _(text, line):
    if line.value.startswith('"'):
        yield (
            replace_line(text, line.number, f"{_head(line)}{line.key}: “{line.value[1:-1]}”"),
            _at(line),
            frozenset({"text-fullwidth-quote"}),
        )


@way("zero-width")
def _(text, line):
    yield (
        replace_line(text, line.number, f"{_head(line)}{line.key}\u200b:{line.rest}"),
        _at(line),
        frozenset({"text-zero-width"}),
    )


@way("no-break-space")
def _(text, line):
    if line.value:
        yield (
            replace_line(text, line.number, f"{_head(line)}{line.key}:\u00a0{line.value}"),
            _at(line),
            frozenset({"text-odd-space"}),
        )


@way("tab-indent")
def _(text, line):
    if len(line.indent) >= 2 and not line.dash:
        tabs = "\t" * (len(line.indent) // 2)
        yield (
            replace_line(text, line.number, f"{tabs}{line.key}:{line.rest}"),
            _at(line),
            frozenset({"yaml-indent-tab"}),
        )


@way("one-space-too-many")
def _(text, line):
    if line.indent and not line.dash:
        yield replace_line(text, line.number, f" {line.indent}{line.key}:{line.rest}"), _at(line), INDENT


@way("one-space-too-few")
def _(text, line):
    if line.indent and not line.dash:
        yield replace_line(text, line.number, f"{line.indent[1:]}{line.key}:{line.rest}"), _at(line), INDENT


@way("two-spaces-too-many")
def _(text, line):
    if line.indent and not line.dash:
        yield replace_line(text, line.number, f"  {line.indent}{line.key}:{line.rest}"), _at(line), INDENT


@way("level-up")
def _(text, line):
    """A leaf moved one level out."""
    if len(line.indent) >= 4 and not line.dash and line.value:
        yield replace_line(text, line.number, f"{line.indent[2:]}{line.key}:{line.rest}"), _at(line), INDENT


@way("missing-space-after-colon")
def _(text, line):
    if line.value and line.value[0].isalnum():
        codes = frozenset({"yaml-missing-space"})
        yield replace_line(text, line.number, f"{_head(line)}{line.key}:{line.value}"), _at(line), codes


@way("missing-space-after-dash")
def _(text, line):
    if line.dash == "- ":
        codes = frozenset({"yaml-missing-space-dash"})
        yield replace_line(text, line.number, f"{line.indent}-{line.key}:{line.rest}"), _at(line), codes


@way("missing-colon")
def _(text, line):
    codes = frozenset({"yaml-missing-colon"})
    yield replace_line(text, line.number, f"{_head(line)}{line.key}{line.rest}"), _at(line), codes


@way("missing-dash")
def _(text, line):
    if line.dash == "- ":
        codes = frozenset({"yaml-missing-dash", "schema-missing-dash", "yaml-bad-indent"})
        number = line.number
        lines = frozenset({number, number - 1})
        yield replace_line(text, number, f"{line.indent}{line.key}:{line.rest}"), lines, codes


@way("unclosed-quote")
def _(text, line):
    if line.value.startswith('"') and line.value.endswith('"'):
        yield (
            replace_line(text, line.number, f"{_head(line)}{line.key}: {line.value[:-1]}"),
            _at(line),
            frozenset({"yaml-unclosed-quote"}),
        )


@way("unclosed-bracket")
def _(text, line):
    if line.value.startswith("["):
        yield (
            replace_line(text, line.number, f"{_head(line)}{line.key}: {line.value[:-1]}"),
            _at(line),
            frozenset({"yaml-unclosed-bracket"}),
        )


@way("duplicate-key")
def _(text, line):
    if line.value and not line.dash:
        doubled = f"{line.indent}{line.key}:{line.rest}"
        yield (
            replace_line(text, line.number, f"{doubled}\n{doubled}"),
            frozenset({line.number, line.number + 1}),
            frozenset({"yaml-duplicate-key"}),
        )


@way("enum-case")
def _(text, line):
    codes = frozenset(
        {"container-pull-policy-unknown", "restart-policy-unknown", "ingress-path-type-unknown", "job-restart-policy",
         "cronjob-concurrency-unknown", "toleration-effect", "strategy-type-unknown", "network-policy-types",
         "api-not-supported", "template-restart-policy"}
    )  # fmt: skip
    if line.key in ("imagePullPolicy", "restartPolicy", "pathType", "concurrencyPolicy", "effect"):
        yield (
            replace_line(text, line.number, f"{_head(line)}{line.key}: {line.value.lower()}"),
            _at(line),
            codes,
        )


@way("bad-quantity")
def _(text, line):
    if line.key in ("cpu", "memory", "storage", "sizeLimit"):
        yield (
            replace_line(text, line.number, f"{_head(line)}{line.key}: {line.value}B"),
            _at(line),
            frozenset({"schema-bad-quantity"}),
        )


@way("port-out-of-range")
def _(text, line):
    codes = frozenset(
        {
            "container-port-range",
            "service-port-range",
            "probe-port-range",
            "service-target-port-invalid",
            "ingress-backend-invalid",
            "network-policy-port",
        }
    )
    if line.key in ("containerPort", "port", "targetPort", "number") and line.value.isdigit():
        yield replace_line(text, line.number, f"{_head(line)}{line.key}: 99999"), _at(line), codes


@way("target-port-swapped")
def _(text, line):
    if line.key == "targetPort" and line.value.isdigit():
        yield (
            replace_line(text, line.number, f"{_head(line)}{line.key}: 3000"),
            _at(line),
            frozenset({"service-target-port-number"}),
        )


@way("upper-case-name")
def _(text, line):
    codes = frozenset({"name-not-subdomain", "name-not-label", "name-not-dns1035"})
    if (
        line.key == "name"
        and line.indent == "  "
        and not line.dash
        and "metadata:" in text.split("\n")[line.number - 2]
    ):
        yield (
            replace_line(text, line.number, f"{_head(line)}{line.key}: {line.value.capitalize()}_X"),
            _at(line),
            codes,
        )


@way("api-version-removed")
def _(text, line):
    if (
        line.key == "apiVersion"
        and not line.indent
        and line.value in ("apps/v1", "networking.k8s.io/v1", "batch/v1", "policy/v1")
    ):
        old = {
            "apps/v1": "apps/v1beta1",
            "networking.k8s.io/v1": "extensions/v1beta1",
            "batch/v1": "batch/v1beta1",
            "policy/v1": "policy/v1beta1",
        }[line.value]
        yield (
            replace_line(text, line.number, f"apiVersion: {old}"),
            _at(line),
            frozenset({"api-removed", "object-wrong-api-version"}),
        )


@way("api-version-wrong-group")
def _(text, line):
    if line.key == "apiVersion" and not line.indent and "/" in line.value:
        yield (
            replace_line(text, line.number, "apiVersion: v1"),
            _at(line),
            frozenset({"object-wrong-api-version"}),
        )


@way("kind-typo")
def _(text, line):
    if line.key == "kind" and not line.indent and not line.dash:
        yield (
            replace_line(text, line.number, f"kind: {line.value[:-1]}"),
            _at(line),
            frozenset({"object-kind-typo", "object-wrong-api-version"}),
        )


def _block(text: str, line: Line) -> list[str]:
    lines = text.split("\n")
    block = [lines[line.number - 1]]
    for following in lines[line.number :]:
        if following.strip() and len(following) - len(following.lstrip()) <= len(line.indent):
            break
        block.append(following)
    return block
