"""
Regular expressions of routes, read as RE2 reads them: in time linear in the text, without back references.

The type RegularExpression is implementation-specific (Gateway API, apis/v1/httproute_types.go); as with Envoy's
`safe_regex`, the pattern covers the whole value.
"""

from functools import cache, lru_cache

from cel_expr_python import cel

MAX_TEXT = 8_192
"""Longer values match nothing: proxies refuse such a request line or header."""


@cache
def _matches() -> cel.Expression:
    variables = {"text": cel.Type.STRING, "pattern": cel.Type.STRING}
    return cel.NewEnv(variables=variables).compile("text.matches(pattern)")


@lru_cache(maxsize=4_096)
def _found_in(pattern: str, text: str) -> bool | str:
    """Whether a pattern is found in a text, or what is wrong with the pattern."""
    try:
        (pattern + text).encode()
    except UnicodeEncodeError:
        return "not UTF-8"
    found = _matches().eval(data={"text": text, "pattern": pattern})
    if found.type() == cel.Type.BOOL:
        return bool(found.value())
    return str(found.value()).partition("invalid regular expression: ")[2] or str(found.value())


def fits(pattern: str, text: str) -> bool:
    """Tell whether a pattern covers a whole text; a pattern that RE2 refuses covers none."""
    if len(text) > MAX_TEXT or pattern_error(pattern):
        return False
    return _found_in(rf"\A(?:{pattern})\z", text) is True


def pattern_error(pattern: str) -> str:
    """Return RE2's own words on a pattern that it refuses, "" for a good one."""
    found = _found_in(pattern, "")
    return found if isinstance(found, str) else ""
