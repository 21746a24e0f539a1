"""Cron schedules as CronJobs read them (robfig/cron v3, ParseStandard and SpecSchedule.Next).

Five fields, or a descriptor such as `@hourly`; Sunday is 0 and not 7.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_DESCRIPTORS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_YEARS_AHEAD = 5


class CronError(ValueError):
    """The text is not a schedule; the message is the parser's."""


@dataclass(frozen=True, slots=True)
class _Bounds:
    low: int
    high: int
    names: dict[str, int]


_FIELDS = (
    _Bounds(0, 59, {}),
    _Bounds(0, 23, {}),
    _Bounds(1, 31, {}),
    _Bounds(1, 12, {name: number for number, name in enumerate(_MONTHS, 1)}),
    _Bounds(0, 6, {name: number for number, name in enumerate(_DAYS)}),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When something runs, to the minute; `every` is set for `@every` schedules only."""

    minutes: frozenset[int] = frozenset()
    hours: frozenset[int] = frozenset()
    days: frozenset[int] = frozenset()
    months: frozenset[int] = frozenset()
    weekdays: frozenset[int] = frozenset()
    any_day: bool = False
    any_weekday: bool = False
    every: timedelta | None = None

    def next(self, after: datetime) -> datetime | None:
        """The first time after the given one, in the same time zone; None if there is none in five years.

        Hours that daylight saving skips do not happen, those that it repeats happen twice.
        """
        if self.every is not None:
            return _plus(after.replace(microsecond=0), self.every)
        moment = _plus(after.replace(second=0, microsecond=0), timedelta(minutes=1))
        last = moment.year + _YEARS_AHEAD
        while moment.year <= last:
            if moment.month not in self.months:
                month = moment.month % 12 + 1
                year = moment.year + (moment.month == 12)
                moment = _real(moment.replace(year=year, month=month, day=1, hour=0, minute=0, fold=0))
            elif not self._runs_on(moment):
                midnight = moment.replace(hour=0, minute=0, fold=0) + timedelta(days=1)
                moment = _real(midnight)
            elif moment.hour not in self.hours:
                moment = _plus(moment.replace(minute=0), timedelta(hours=1))
            elif moment.minute not in self.minutes:
                moment = _plus(moment, timedelta(minutes=1))
            else:
                return moment
        return None

    def _runs_on(self, moment: datetime) -> bool:
        """Day of month and day of week: either is enough when both are restricted."""
        by_day = moment.day in self.days
        by_weekday = moment.isoweekday() % 7 in self.weekdays
        return by_day and by_weekday if self.any_day or self.any_weekday else by_day or by_weekday


def _plus(moment: datetime, delta: timedelta) -> datetime:
    """Later by so much time that passes, whatever the clocks do in between."""
    if moment.tzinfo in (None, UTC):
        return moment + delta
    return (moment.astimezone(UTC) + delta).astimezone(moment.tzinfo)


def _real(moment: datetime) -> datetime:
    """The same reading of the clock, or where it jumps to when it never shows that."""
    return _plus(moment, timedelta())


def parse_schedule(text: str) -> Schedule:
    """Raises CronError with the parser's message."""
    if not text:
        raise CronError("empty spec string")
    if text.startswith(("TZ=", "CRON_TZ=")):
        zone, _, text = text.partition(" ")
        text = text.strip()
    if text.startswith("@"):
        return _descriptor(text)
    fields = text.split()
    if len(fields) != 5:
        raise CronError(f"expected exactly 5 fields, found {len(fields)}: [{' '.join(fields)}]")
    parsed = [_field(field, bounds) for field, bounds in zip(fields, _FIELDS, strict=True)]
    (minutes, _), (hours, _), (days, any_day), (months, _), (weekdays, any_weekday) = parsed
    return Schedule(
        minutes=minutes,
        hours=hours,
        days=days,
        months=months,
        weekdays=weekdays,
        any_day=any_day,
        any_weekday=any_weekday,
    )


def _descriptor(text: str) -> Schedule:
    if text in _DESCRIPTORS:
        return parse_schedule(_DESCRIPTORS[text])
    if text.startswith("@every "):
        return Schedule(every=max(timedelta(seconds=1), _duration(text)))
    raise CronError(f"unrecognized descriptor: {text}")


_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
_duration_parts = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(h|ms|us|µs|ns|m|s)")


def _duration(text: str) -> timedelta:
    value = text.removeprefix("@every ")
    if value and not _duration_parts.sub("", value) and len(value) < 40:
        seconds = sum(float(number) * _UNITS[unit] for number, unit in _duration_parts.findall(value))
        if seconds < 10**9:
            return timedelta(seconds=int(seconds))
    raise CronError(f'failed to parse duration {text}: time: invalid duration "{value}"')


def _field(text: str, bounds: _Bounds) -> tuple[frozenset[int], bool]:
    """The values a field allows, and whether it is unrestricted (`*`, `?`)."""
    values: set[int] = set()
    star = False
    for part in filter(None, text.split(",")):
        chosen, is_star = _range(part, bounds)
        values |= chosen
        star = star or is_star
    return frozenset(values), star


def _range(text: str, bounds: _Bounds) -> tuple[set[int], bool]:
    reach, *steps = text.split("/")
    ends = reach.split("-")
    star = ends[0] in ("*", "?")
    if star:
        start, end = bounds.low, bounds.high
    else:
        start = end = _number(ends[0], bounds.names)
        if len(ends) == 2:
            end = _number(ends[1], bounds.names)
        elif len(ends) > 2:
            raise CronError(f"too many hyphens: {text}")
    step = 1
    if len(steps) > 1:
        raise CronError(f"too many slashes: {text}")
    if steps:
        step = _number(steps[0], {})
        if len(ends) == 1:
            end = bounds.high
        star = star and step <= 1
    if start < bounds.low:
        raise CronError(f"beginning of range ({start}) below minimum ({bounds.low}): {text}")
    if end > bounds.high:
        raise CronError(f"end of range ({end}) above maximum ({bounds.high}): {text}")
    if start > end:
        raise CronError(f"beginning of range ({start}) beyond end of range ({end}): {text}")
    if step == 0:
        raise CronError(f"step of range should be a positive number: {text}")
    return set(range(start, end + 1, step)), star


def _number(text: str, names: dict[str, int]) -> int:
    if text.lower() in names:
        return names[text.lower()]
    if not re.fullmatch(r"[+-]?[0-9]{1,18}", text):
        raise CronError(f'failed to parse int from {text}: strconv.Atoi: parsing "{text}": invalid syntax')
    number = int(text)
    if number < 0:
        raise CronError(f"negative number ({number}) not allowed: {text}")
    return number
