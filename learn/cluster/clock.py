"""Virtual milliseconds and the timestamps that API objects carry."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache

DEFAULT_START = "2026-04-01T00:00:00Z"


@lru_cache(maxsize=8192)
def _format(epoch_seconds: int) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=epoch_seconds)).strftime(
        "%Y-%m-%dT%H:%M:%SZ"
    )


@lru_cache(maxsize=8192)
def parse_timestamp(text: str) -> int:
    """Milliseconds since 1970 of an RFC 3339 timestamp, fractions included.

    Raises ValueError when `text` is not one.
    """
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    if moment.tzinfo is None:
        raise ValueError(f"timestamp without a zone: {text!r}")
    return round(moment.timestamp() * 1000)


class Clock:
    """Translates virtual time to timestamps: virtual 0 is `start`.

    `metav1.Time` has whole seconds (the fraction is cut off, as its JSON form does), `metav1.MicroTime`
    six digits.
    """

    def __init__(self, start: str = DEFAULT_START) -> None:
        self.start = start
        self.start_ms = parse_timestamp(start)

    def timestamp(self, ms: int) -> str:
        return _format((self.start_ms + ms) // 1000)

    def micro_timestamp(self, ms: int) -> str:
        total = self.start_ms + ms
        return f"{_format(total // 1000)[:-1]}.{total % 1000:03d}000Z"

    def ms(self, timestamp: str) -> int:
        """The virtual instant of a timestamp; negative when it lies before the start."""
        return parse_timestamp(timestamp) - self.start_ms
