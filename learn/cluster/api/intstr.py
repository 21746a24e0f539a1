"""Int-or-string values: a number, or a percentage of one (apimachinery's util/intstr)."""

import re
from typing import TypeAlias

IntOrString: TypeAlias = int | str

_percent = re.compile(r"([+-]?[0-9]+)%").fullmatch
_whole = re.compile(r"[+-]?[0-9]+").fullmatch


class IntOrStringError(ValueError):
    """The text is neither a number nor a percentage; the message is upstream's."""


def int_or_string(value: object) -> IntOrString | None:
    """The value if it is an int or a string, else None; `3.0` is 3 and a boolean is neither."""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def parse(text: str) -> IntOrString:
    """intstr.Parse: a number when the text reads as one in 32 bits, else the text."""
    if _whole(text) and -(2**31) <= int(text) < 2**31:
        return int(text)
    return text


def int_value(value: IntOrString) -> int:
    """IntValue: the number, or the text as one, or 0."""
    if isinstance(value, int):
        return value
    return int(value) if _whole(value) and len(value) < 20 else 0


def percent_of(value: IntOrString) -> int | None:
    """The percentage in a string such as `25%`, else None."""
    match = _percent(value) if isinstance(value, str) else None
    return int(match[1]) if match and len(match[1]) < 20 else None


def scaled(value: IntOrString, total: int, *, round_up: bool) -> int:
    """GetScaledValueFromIntOrPercent: the number, or its percentage of the total.

    Raises IntOrStringError for a string that is no percentage.
    """
    if isinstance(value, int):
        return value
    percent = percent_of(value)
    if percent is None:
        reason = (
            "invalid type: string is not a percentage"
            if not value.endswith("%")
            else f'invalid value "{value}": strconv.Atoi: parsing "{value[:-1]}": invalid syntax'
        )
        raise IntOrStringError(f"invalid value for IntOrString: {reason}")
    product = percent * total
    return -(-product // 100) if round_up else product // 100
