"""
Command-line flags as kubectl's parser reads them.

Source: github.com/spf13/pflag (flag.go): flags anywhere, `--flag=value` or `--flag value`, combined short
flags, NoOptDefVal, `--` ends them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from learn.kubectl.errors import MissingFlags, UsageError


class Kind(Enum):
    """How a flag takes its value."""

    BOOL = auto()
    STRING = auto()
    STRINGS = auto()  # may be repeated; each value may hold several, separated by commas
    STRING_ARRAY = auto()  # may be repeated; commas are part of the value
    INT = auto()
    DURATION = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """
    One flag. `bare` is its value when it is given without one (pflag's NoOptDefVal); a flag with `bare`
    never takes the next word.  `help` is its sentence in `--help`.
    """

    name: str
    short: str = ""
    kind: Kind = Kind.STRING
    bare: str | None = None
    required: bool = False
    help: str = ""


Value = str | int | bool | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Parsed:
    """Positional arguments, those after `--`, and the flags that were given."""

    args: tuple[str, ...]
    after_dashes: tuple[str, ...] | None
    flags: Mapping[str, Value]

    def text(self, name: str, default: str = "") -> str:
        value = self.flags.get(name, default)
        return str(value)

    def has(self, name: str) -> bool:
        return name in self.flags

    def is_on(self, name: str, *, default: bool = False) -> bool:
        return bool(self.flags.get(name, default))

    def number(self, name: str, default: int) -> int:
        value = self.flags.get(name, default)
        return value if isinstance(value, int) else default

    def texts(self, name: str) -> tuple[str, ...]:
        value = self.flags.get(name, ())
        return value if isinstance(value, tuple) else (str(value),)


def parse(words: Sequence[str], flags: Iterable[Flag]) -> Parsed:
    """
    Sort words into arguments and flags.

    Raises UsageError with pflag's own text, MissingFlags when a required flag is not given.
    """
    parser = _Parser(words, flags)
    parsed = parser.parse()
    if not parsed.is_on("help"):
        parser.check_required()
    return parsed


class _Parser:
    def __init__(self, words: Sequence[str], flags: Iterable[Flag]) -> None:
        self._words = list(words)
        known = list(flags)
        self._long = {flag.name: flag for flag in known}
        self._short = {flag.short: flag for flag in known if flag.short}
        self._values: dict[str, Value] = {}

    def parse(self) -> Parsed:
        args: list[str] = []
        after: tuple[str, ...] | None = None
        while self._words:
            word = self._words.pop(0)
            if word == "--":
                after = tuple(self._words)
                break
            if word.startswith("--"):
                self._take_long(word)
            elif word.startswith("-") and word != "-":
                self._take_short(word)
            else:
                args.append(word)
        return Parsed(tuple(args), after, self._values)

    def check_required(self) -> None:
        missing = sorted(
            flag.name for flag in self._long.values() if flag.required and flag.name not in self._values
        )
        if missing:
            quoted = ", ".join(f'"{name}"' for name in missing)
            raise MissingFlags(f"required flag(s) {quoted} not set")

    def _take_long(self, word: str) -> None:
        name, equals, value = word[2:].partition("=")
        if not name or name.startswith("-"):
            raise UsageError(f"bad flag syntax: {word}")
        flag = self._long.get(name)
        if flag is None:
            raise UsageError(f"unknown flag: --{name}")
        if not equals:
            value = self._bare_or_next(flag, f"--{name}")
        self._store(flag, value, f"--{name}")

    def _take_short(self, word: str) -> None:
        letters = word[1:]
        while letters:
            letter, letters = letters[0], letters[1:]
            flag = self._short.get(letter)
            if flag is None:
                raise UsageError(f"unknown shorthand flag: '{letter}' in -{word[1:]}")
            if letters.startswith("="):
                self._store(flag, letters[1:], f"-{letter}, --{flag.name}")
                return
            if flag.kind is Kind.BOOL or flag.bare is not None:
                self._store(flag, flag.bare or "true", f"-{letter}, --{flag.name}")
                continue
            if letters:
                self._store(flag, letters, f"-{letter}, --{flag.name}")
                return
            if not self._words:
                raise UsageError(f"flag needs an argument: '{letter}' in -{word[1:]}")
            self._store(flag, self._words.pop(0), f"-{letter}, --{flag.name}")

    def _bare_or_next(self, flag: Flag, shown: str) -> str:
        if flag.bare is not None:
            return flag.bare
        if flag.kind is Kind.BOOL:
            return "true"
        if not self._words:
            raise UsageError(f"flag needs an argument: {shown}")
        return self._words.pop(0)

    def _store(self, flag: Flag, text: str, shown: str) -> None:
        self._values[flag.name] = self._value(flag, text, shown)

    def _value(self, flag: Flag, text: str, shown: str) -> Value:
        match flag.kind:
            case Kind.BOOL:
                return _bool(text, shown)
            case Kind.INT:
                return _int(text, shown)
            case Kind.STRINGS:
                return (*self._so_far(flag), *text.split(","))
            case Kind.STRING_ARRAY:
                return (*self._so_far(flag), text)
            case Kind.DURATION:
                return _duration_ms(text, shown)
            case _:
                return text

    def _so_far(self, flag: Flag) -> tuple[str, ...]:
        value = self._values.get(flag.name, ())
        return value if isinstance(value, tuple) else ()


_TRUE = {"1", "t", "T", "true", "TRUE", "True"}
_FALSE = {"0", "f", "F", "false", "FALSE", "False"}


def _invalid(text: str, shown: str, why: str) -> UsageError:
    return UsageError(f'invalid argument "{text}" for "{shown}" flag: {why}')


def _bool(text: str, shown: str) -> bool:
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise _invalid(text, shown, f'strconv.ParseBool: parsing "{text}": invalid syntax')


def _int(text: str, shown: str) -> int:
    try:
        return int(text, 0) if text.isascii() else int("")
    except ValueError:
        raise _invalid(text, shown, f'strconv.ParseInt: parsing "{text}": invalid syntax') from None


_UNITS_MS = {"ns": 1e-6, "us": 1e-3, "µs": 1e-3, "ms": 1.0, "s": 1000.0, "m": 60_000.0, "h": 3_600_000.0}


def parse_duration_ms(text: str) -> int:
    """
    Read Go's `1h2m3.5s` as milliseconds.

    Raises ValueError with time.ParseDuration's text.
    """
    rest, sign = text, 1
    if rest[:1] in {"+", "-"}:
        rest, sign = rest[1:], -1 if rest[0] == "-" else 1
    if rest == "0":
        return 0
    total = 0.0
    if not rest:
        raise ValueError(f'time: invalid duration "{text}"')
    while rest:
        digits = rest[: len(rest) - len(rest.lstrip("0123456789."))]
        unit_text = rest[len(digits) :]
        unit = unit_text[: len(unit_text) - len(unit_text.lstrip("nuµmsh"))]
        unit = next(
            (known for known in ("ns", "us", "µs", "ms", "h", "m", "s") if unit.startswith(known)), ""
        )
        if not digits or digits.count(".") > 1 or digits == ".":
            raise ValueError(f'time: invalid duration "{text}"')
        if not unit:
            kind = "missing unit" if not unit_text else f'unknown unit "{unit_text}"'
            raise ValueError(f'time: {kind} in duration "{text}"')
        total += float(digits) * _UNITS_MS[unit]
        rest = rest[len(digits) + len(unit) :]
    return sign * int(total)


def _duration_ms(text: str, shown: str) -> int:
    try:
        return parse_duration_ms(text)
    except ValueError as error:
        raise _invalid(text, shown, str(error)) from None
