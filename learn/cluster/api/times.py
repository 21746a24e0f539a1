"""Times and durations as the API writes them: RFC 3339 and Go's time.Duration."""

import re
from datetime import UTC, datetime

NANOSECOND = 1
MICROSECOND = 1000
MILLISECOND = 1_000_000
SECOND = 1_000_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
_UNITS = {
    "ns": NANOSECOND,
    "us": MICROSECOND,
    "µs": MICROSECOND,
    "μs": MICROSECOND,
    "ms": MILLISECOND,
    "s": SECOND,
    "m": MINUTE,
    "h": HOUR,
}
_PART = re.compile(r"([0-9]*)(?:\.([0-9]*))?([^0-9.]*)")
_RFC3339 = re.compile(r"(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(?:[.,](\d+))?(Z|[+-]\d{2}:\d{2})", re.ASCII)
_MAX = 2**63


class DurationError(ValueError):
    """A duration that Go's time.ParseDuration refuses, in its words."""


def time_text(seconds: float) -> str:
    """metav1.Time: whole seconds of UTC, `2026-03-01T09:30:00Z`."""
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def micro_time_text(seconds: float) -> str:
    """metav1.MicroTime: six digits, `2026-03-01T09:30:00.000000Z`."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse_time(text: str) -> float | None:
    """Seconds since the epoch of an RFC 3339 time; None if it is not one."""
    match = _RFC3339.fullmatch(text)
    if match is None:
        return None
    date, clock, fraction, zone = match.groups()
    try:
        moment = datetime.fromisoformat(f"{date}T{clock}{'+00:00' if zone == 'Z' else zone}")
    except ValueError:
        return None
    return moment.timestamp() + (float(f"0.{fraction}") if fraction else 0.0)


def duration_text(nanoseconds: int) -> str:
    """time.Duration's text: `1h2m3s`, `1m20s`, `5m0s`, `1.5s`, `250ms`, `0s`."""
    if not nanoseconds:
        return "0s"
    sign, size = ("-", -nanoseconds) if nanoseconds < 0 else ("", nanoseconds)
    if size < SECOND:
        unit, name = next(
            (u, n)
            for u, n in ((NANOSECOND, "ns"), (MICROSECOND, "µs"), (MILLISECOND, "ms"))
            if size < u * 1000
        )
        return f"{sign}{_decimal(size, unit)}{name}"
    hours, rest = divmod(size, HOUR)
    minutes, rest = divmod(rest, MINUTE)
    head = f"{hours}h{minutes}m" if hours else f"{minutes}m" if minutes else ""
    return f"{sign}{head}{_decimal(rest, SECOND)}s"


def _decimal(value: int, unit: int) -> str:
    whole, rest = divmod(value, unit)
    digits = f"{rest:0{len(str(unit)) - 1}d}".rstrip("0") if rest else ""
    return f"{whole}.{digits}" if digits else str(whole)


def parse_duration(text: str) -> int:
    """Nanoseconds of `1h15m30.5s`, `300ms`, `-1.5h`, `0`. Raises DurationError."""
    body = text[1:] if text[:1] in {"-", "+"} else text
    if body == "0":
        return 0
    if not body:
        raise DurationError(f'time: invalid duration "{text}"')
    total, position = 0, 0
    while position < len(body):
        match = _PART.match(body, position)
        whole, fraction, unit = match.groups() if match else ("", "", "")
        if not whole and not fraction:
            raise DurationError(f'time: invalid duration "{text}"')
        total += _part(text, whole, fraction or "", unit)
        position = match.end() if match else len(body)
    if total >= _MAX + (text[0] == "-"):
        raise DurationError(f'time: invalid duration "{text}"')
    return -total if text[0] == "-" else total


def _part(text: str, whole: str, fraction: str, unit: str) -> int:
    if not unit:
        raise DurationError(f'time: missing unit in duration "{text}"')
    if unit not in _UNITS:
        raise DurationError(f'time: unknown unit "{unit}" in duration "{text}"')
    size = _UNITS[unit]
    return int(whole or "0") * size + (int(fraction) * size // 10 ** len(fraction) if fraction else 0)
