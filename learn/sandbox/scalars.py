"""Plain YAML scalars read as Kubernetes reads them, which is not how PyYAML does.

Source: sigs.k8s.io/yaml, goyaml.v2/resolve.go (`resolve`) and the JSON conversion of yaml.go.
"""

import math
import re
from functools import lru_cache

Scalar = str | int | float | bool | None

_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
}
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", re.ASCII)
_INT = re.compile(
    r"(?P<sign>[-+]?)(?:0[xX](?P<hex>[0-9a-fA-F]+)|0[bB](?P<bin>[01]+)|0[oO]?(?P<oct>[0-7]+)|(?P<dec>0|[1-9][0-9]*))",
    re.ASCII,
)
_BASES = {"hex": 16, "bin": 2, "oct": 8, "dec": 10}
_NUMERIC_START = frozenset("0123456789+-.")
_MIN_INT64, _MAX_UINT64 = -(2**63), 2**64 - 1


@lru_cache(maxsize=4096)
def resolve_plain(text: str) -> Scalar:
    """The JSON value of an unquoted scalar. NaN and infinities are returned as such; JSON has none."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMERIC_START:
        return text
    return _resolve_number(text)


def _resolve_number(text: str) -> Scalar:
    plain = text if text[0] == "." else text.replace("_", "")
    match = _INT.fullmatch(plain)
    if match and match.lastgroup:
        digits = match[match.lastgroup]
        value = int(digits, _BASES[match.lastgroup]) if len(digits) < 400 else _MAX_UINT64 + 1
        value = -value if match["sign"] == "-" else value
        if _MIN_INT64 <= value <= _MAX_UINT64:
            return value
    if not _FLOAT.fullmatch(plain):
        return text
    return _json_number(float(plain))


def _json_number(value: float) -> int | float:
    """Go writes a whole float below 1e21 into JSON without a point, so it is read back as an integer."""
    return int(value) if value.is_integer() and abs(value) < 1e21 else value


def resolve_tagged(tag: str, text: str, *, quoted: bool) -> Scalar:
    """The value of a scalar under an explicit tag; tags that YAML does not define are ignored."""
    if tag == "tag:yaml.org,2002:str" or tag == "!" or (quoted and not tag.startswith("tag:yaml.org,2002:")):
        return text
    return resolve_plain(text)


def key_text(value: Scalar, text: str) -> str | None:
    """The JSON key of a mapping key, None where Kubernetes refuses it (null, NaN).

    `on: 1` becomes the key "true", as sigs.k8s.io/yaml does.
    """
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float() if math.isfinite(value):
            return text
    return None
