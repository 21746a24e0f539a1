"""Quantities: exact decimal numbers with a suffix, as `cpu: 250m` and `memory: 1.5Gi`.

Follows apimachinery's api/resource (quantity.go, suffix.go, amount.go): parsing, the canonical
form, rounding up (away from zero) to nano units, and the cap of binary quantities at 2**63-1.
"""

import re
from enum import StrEnum
from functools import lru_cache, total_ordering

_SPLIT = "^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$"
FORMAT_MESSAGE = f"quantities must match the regular expression '{_SPLIT}'"
NUMERIC_MESSAGE = "unable to parse numeric part of quantity"
SUFFIX_MESSAGE = "unable to parse quantity's suffix"

_scan = re.compile(
    r"(?P<sign>[+-]?)(?P<zeros>0*)(?P<whole>[0-9]*)(?:\.(?P<fraction>[0-9]*))?(?P<suffix>[eEinumkKMGTP]*[-+]?[0-9]*)"
).fullmatch

_DECIMAL_SUFFIXES = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY_SUFFIXES = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_DECIMAL_NAMES = {exponent: suffix for suffix, exponent in _DECIMAL_SUFFIXES.items()}
_BINARY_NAMES = {exponent: suffix for suffix, exponent in _BINARY_SUFFIXES.items()}
_NANO = -9
_INT64_MAX = 2**63 - 1
_INT64_MIN = -(2**63)
_INT64_DIGITS = 18
_ALIGN_LIMIT = 5_000
"""Scales further apart than this (only exponents written on purpose) are not written out in digits."""


class QuantityError(ValueError):
    """The text is not a quantity; the message is the server's."""


class Format(StrEnum):
    DECIMAL_SI = "DecimalSI"
    BINARY_SI = "BinarySI"
    DECIMAL_EXPONENT = "DecimalExponent"


@total_ordering
class Quantity:
    """An immutable exact number `mantissa × 10**scale` with the family of its suffix."""

    __slots__ = ("_text", "format", "mantissa", "scale")

    def __init__(
        self, mantissa: int, scale: int = 0, format: Format = Format.DECIMAL_SI, *, text: str = ""
    ) -> None:
        self.mantissa = mantissa
        self.scale = scale
        self.format = format
        self._text = text

    @staticmethod
    def parse(text: str) -> "Quantity":
        """Raises QuantityError with the server's message."""
        return _parse(text)

    def __str__(self) -> str:
        """The canonical form; a text that is canonical as the server sees it is kept as written."""
        if not self._text:
            self._text = self._canonical()
        return self._text

    def __repr__(self) -> str:
        return f"Quantity({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return _compare(self, other) == 0 if isinstance(other, Quantity) else NotImplemented

    def __lt__(self, other: "Quantity") -> bool:
        return _compare(self, other) < 0

    def __hash__(self) -> int:
        mantissa, zeros = _without_factors(self.mantissa, 10)
        return hash((mantissa, self.scale + zeros if mantissa else 0))

    def __bool__(self) -> bool:
        return self.mantissa != 0

    def __neg__(self) -> "Quantity":
        return Quantity(-self.mantissa, self.scale, self.format)

    def __add__(self, other: "Quantity") -> "Quantity":
        """The sum, in the format of the left side unless that is zero, as Quantity.Add does."""
        format = self.format if self.mantissa else other.format
        if not self.mantissa or not other.mantissa:
            kept = self if self.mantissa else other
            return Quantity(kept.mantissa, kept.scale, format)
        if abs(self.scale - other.scale) > _ALIGN_LIMIT:
            kept = self if self.scale > other.scale else other
            return Quantity(kept.mantissa, kept.scale, format)
        scale = min(self.scale, other.scale)
        return Quantity(_at_scale(self, scale) + _at_scale(other, scale), scale, format)

    def __sub__(self, other: "Quantity") -> "Quantity":
        return self + -other

    def __mul__(self, factor: int) -> "Quantity":
        return Quantity(self.mantissa * factor, self.scale, self.format)

    @property
    def sign(self) -> int:
        return (self.mantissa > 0) - (self.mantissa < 0)

    def scaled_value(self, scale: int) -> int:
        """The value in units of 10**scale, rounded away from zero, held within 64 bits."""
        if self.scale - scale > _ALIGN_LIMIT and self.mantissa:
            return _INT64_MAX if self.mantissa > 0 else _INT64_MIN
        return max(_INT64_MIN, min(_INT64_MAX, _at_scale(self, scale)))

    def value(self) -> int:
        """Whole units, rounded away from zero (Quantity.Value)."""
        return self.scaled_value(0)

    def milli_value(self) -> int:
        return self.scaled_value(-3)

    def is_integer(self) -> bool:
        """Whether no fraction of a unit is left (MilliValue % 1000 is 0 in the server's checks)."""
        return self.scale >= 0 or self.mantissa % 10**-self.scale == 0

    def rounded_up(self, scale: int) -> "Quantity":
        """At least the given scale: RoundUp(-3) turns 0.5m into 1m."""
        if self.scale >= scale:
            return self
        return Quantity(_at_scale(self, scale), scale, self.format)

    def as_float(self) -> float:
        if not self.mantissa:
            return 0.0
        try:
            return self.mantissa * 10.0**self.scale if self.scale >= 0 else self.mantissa / 10**-self.scale
        except OverflowError:
            return float("inf") if self.mantissa > 0 else float("-inf")

    def _canonical(self) -> str:
        if not self.mantissa:
            return "0"
        if self.format is Format.BINARY_SI and self.scale <= _ALIGN_LIMIT and self.is_integer():
            whole = _at_scale(self, 0)
            if abs(whole) >= 1024:
                mantissa, power = _without_factors(whole, 1024)
                if suffix := "" if power == 0 else _BINARY_NAMES.get(power * 10):
                    return f"{mantissa}{suffix}"
                if power == 0:
                    return str(mantissa)
        return self._decimal()

    def _decimal(self) -> str:
        mantissa, zeros = _without_factors(self.mantissa, 10)
        exponent = self.scale + zeros
        shift = exponent % 3
        mantissa *= 10**shift
        exponent -= shift
        suffix = None if self.format is Format.DECIMAL_EXPONENT else _DECIMAL_NAMES.get(exponent)
        if suffix is None:
            suffix = f"e{exponent}" if exponent else ""
        return f"{mantissa}{suffix}"


ZERO = Quantity(0)


def parse_json(value: object) -> Quantity:
    """A quantity as it stands in an object: a string (outer blanks are dropped) or a number.

    Raises QuantityError. null reads as zero, as UnmarshalJSON does.
    """
    if value is None:
        return ZERO
    if isinstance(value, str):
        return _parse(value.strip())
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _parse(str(value))
    raise QuantityError(FORMAT_MESSAGE)


def try_parse(value: object) -> Quantity | None:
    """A quantity, or None for what is not one."""
    try:
        return parse_json(value)
    except QuantityError:
        return None


@lru_cache(maxsize=8192)
def _parse(text: str) -> Quantity:
    if not text:
        raise QuantityError(FORMAT_MESSAGE)
    match = _scan(text) if text.isascii() and len(text) <= 1000 else None
    if match is None:
        raise QuantityError(FORMAT_MESSAGE)
    sign, _, whole, fraction, suffix = match.groups(default="")
    format, base, exponent = _suffix(suffix)
    mantissa = int(whole + fraction or "0")
    scale = -len(fraction)
    if base == 2:
        mantissa <<= exponent
    else:
        scale += exponent
    return _held(
        -mantissa if sign == "-" else mantissa,
        scale,
        format,
        _kept_text(text, whole, fraction, scale, format, exponent),
    )


def _suffix(suffix: str) -> tuple[Format, int, int]:
    if suffix in _DECIMAL_SUFFIXES:
        return Format.DECIMAL_SI, 10, _DECIMAL_SUFFIXES[suffix]
    if suffix in _BINARY_SUFFIXES:
        return Format.BINARY_SI, 2, _BINARY_SUFFIXES[suffix]
    if suffix[0] in "eE":
        try:
            exponent = int(suffix[1:])
        except ValueError:
            raise QuantityError(SUFFIX_MESSAGE) from None
        if -(2**31) <= exponent < 2**31:
            return Format.DECIMAL_EXPONENT, 10, exponent
    raise QuantityError(SUFFIX_MESSAGE)


def _held(mantissa: int, scale: int, format: Format, text: str) -> Quantity:
    """Round finer than nano up, cap a binary quantity, and drop the binary family below one."""
    if scale < _NANO and mantissa:
        mantissa, scale = _rounded(mantissa, _NANO - scale), _NANO
    if format is Format.BINARY_SI:
        size = abs(mantissa)
        if size > _INT64_MAX * 10**-scale:
            mantissa, scale = (_INT64_MAX if mantissa > 0 else -_INT64_MAX), 0
        elif 0 < size < 10**-scale:
            format = Format.DECIMAL_SI
    return Quantity(mantissa, scale, format, text=text)


def _kept_text(text: str, whole: str, fraction: str, scale: int, format: Format, exponent: int) -> str:
    """The text itself where ParseQuantity's fast path takes it for canonical and remembers it."""
    if text == "0":
        return text
    digits = (whole or "0") + fraction
    if format is Format.BINARY_SI:
        room = 15 - len(whole or "0") - exponent * 3 // 10 - 1
        return text if not fraction and room >= 0 and int(digits) & 7 else ""
    if len(digits) > _INT64_DIGITS or scale < _NANO or scale % 3:
        return ""
    return "" if digits.endswith("000") or digits.startswith("0") else text


def _compare(left: Quantity, right: Quantity) -> int:
    if left.sign != right.sign or not left.mantissa:
        return left.sign - right.sign
    if abs(left.scale - right.scale) > _ALIGN_LIMIT:
        return left.sign if left.scale > right.scale else -left.sign
    scale = min(left.scale, right.scale)
    difference = _at_scale(left, scale) - _at_scale(right, scale)
    return (difference > 0) - (difference < 0)


def _at_scale(quantity: Quantity, scale: int) -> int:
    shift = quantity.scale - scale
    if shift < 0:
        return _rounded(quantity.mantissa, -shift)
    return int(quantity.mantissa * 10**shift)


def _rounded(mantissa: int, digits: int) -> int:
    """Division by 10**digits, rounded away from zero."""
    if digits > _ALIGN_LIMIT:
        return (mantissa > 0) - (mantissa < 0)
    size: int = -(-abs(mantissa) // 10**digits)
    return size if mantissa >= 0 else -size


def _without_factors(value: int, base: int) -> tuple[int, int]:
    """The value with every factor of base taken out, and how many there were."""
    times = 0
    while value and value % base == 0:
        value //= base
        times += 1
    return value, times
