"""Label selectors written as text: `app=web,tier in (a,b),!canary` (apimachinery's labels/selector.go)."""

from collections.abc import Iterable, Iterator, Sequence

from learn.cluster.api import names
from learn.cluster.api.fielderror import FieldError, Key, Path, invalid
from learn.cluster.api.labels import Operator, Requirement, Selector, whole_number

_BLANKS = " \t\r\n"
_SYMBOLS = "=!(),><"
_SYMBOL_WORDS = frozenset({")", ",", "!", "==", "=", ">", "<", "!=", "("})
_END = ""
_SINGLE_VALUE = {
    Operator.EQUALS: "exact-match compatibility requires one single value",
    Operator.DOUBLE_EQUALS: "exact-match compatibility requires one single value",
    Operator.NOT_EQUALS: "exact-match compatibility requires one single value",
    Operator.GREATER_THAN: "for 'Gt', 'Lt' operators, exactly one value is required",
    Operator.LESS_THAN: "for 'Gt', 'Lt' operators, exactly one value is required",
}
_BINARY = {
    "in": Operator.IN,
    "notin": Operator.NOT_IN,
    "=": Operator.EQUALS,
    "==": Operator.DOUBLE_EQUALS,
    "!=": Operator.NOT_EQUALS,
    ">": Operator.GREATER_THAN,
    "<": Operator.LESS_THAN,
}


class SelectorError(ValueError):
    """A selector that the server refuses, in its words."""


def parse_selector(text: str) -> Selector:
    """The requirements of a selector, sorted by key; empty text selects everything.

    Raises SelectorError.
    """
    return Selector(tuple(sorted(_Parser(text).requirements(), key=lambda found: found.key)))


def new_requirement(key: str, operator: Operator, values: Sequence[str], path: Path = ()) -> Requirement:
    """A requirement that obeys the rules of its operator (NewRequirement). Raises SelectorError."""
    errors = _key_errors(key, (*path, "key"))
    errors += _count_errors(operator, values, (*path, "values"))
    for index, value in enumerate(values):
        reasons = names.label_value(value)
        if reasons:
            errors.append(invalid((*path, "values", index, Key(key)), value, "; ".join(reasons)))
    if errors:
        raise SelectorError(_aggregate(errors))
    return Requirement(key, operator, tuple(values))


def _aggregate(errors: Sequence[FieldError]) -> str:
    texts = list(dict.fromkeys(error.text() for error in errors))
    return texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"


def _key_errors(key: str, path: Path) -> list[FieldError]:
    reasons = names.qualified_name(key)
    return [invalid(path, key, "; ".join(reasons))] if reasons else []


def _count_errors(operator: Operator, values: Sequence[str], path: Path) -> list[FieldError]:
    if operator in {Operator.IN, Operator.NOT_IN}:
        reason = "" if values else "for 'in', 'notin' operators, values set can't be empty"
    elif operator in {Operator.EXISTS, Operator.DOES_NOT_EXIST}:
        reason = "values set must be empty for exists and does not exist" if values else ""
    else:
        reason = "" if len(values) == 1 else _SINGLE_VALUE[operator]
    errors = [invalid(path, list(values), reason)] if reason else []
    if operator in {Operator.GREATER_THAN, Operator.LESS_THAN}:
        detail = "for 'Gt', 'Lt' operators, the value must be an integer"
        errors += [
            invalid((*path, index), value, detail)
            for index, value in enumerate(values)
            if whole_number(value) is None
        ]
    return errors


def _tokens(text: str) -> Iterator[tuple[str, bool]]:
    """Each token and whether it is a symbol; the end is an empty symbol, wherever a NUL stands."""
    position = 0
    text = text.partition("\0")[0]
    while position < len(text):
        start = position
        if text[position] in _BLANKS:
            position += 1
            continue
        if text[position] in _SYMBOLS:
            position += 2 if text[position : position + 2] in _SYMBOL_WORDS else 1
            yield text[start:position], True
            continue
        while position < len(text) and text[position] not in _BLANKS and text[position] not in _SYMBOLS:
            position += 1
        yield text[start:position], False
    yield _END, True


class _Parser:
    """Recursive descent over the tokens; `in` and `notin` are operators only where one is expected."""

    __slots__ = ("_position", "_tokens")

    def __init__(self, text: str) -> None:
        self._tokens = tuple(_tokens(text))
        self._position = 0

    def _peek(self) -> tuple[str, bool]:
        return self._tokens[min(self._position, len(self._tokens) - 1)]

    def _take(self) -> tuple[str, bool]:
        token = self._peek()
        self._position += 1
        return token

    def requirements(self) -> Iterator[Requirement]:
        word, symbol = self._peek()
        if symbol and word not in {_END, "!"}:
            raise SelectorError(f"found '{word}', expected: !, identifier, or 'end of string'")
        while word != _END:
            try:
                yield self._requirement()
            except SelectorError as error:
                raise SelectorError(f"unable to parse requirement: {error}") from None
            separator, is_symbol = self._take()
            if is_symbol and separator == _END:
                return
            if not is_symbol or separator != ",":
                raise SelectorError(f"found '{separator}', expected: ',' or 'end of string'")
            word, symbol = self._peek()
            if symbol and word != "!":
                raise SelectorError(f"found '{word}', expected: identifier after ','")

    def _requirement(self) -> Requirement:
        word, symbol = self._take()
        negated = symbol and word == "!"
        if negated:
            word, symbol = self._take()
        if symbol:
            raise SelectorError(f"found '{word}', expected: identifier")
        errors = _key_errors(word, ())
        if errors:
            raise SelectorError(_aggregate(errors))
        following, is_symbol = self._peek()
        if is_symbol and following in {_END, ","}:
            return new_requirement(word, Operator.DOES_NOT_EXIST if negated else Operator.EXISTS, ())
        if negated:
            return new_requirement(word, Operator.DOES_NOT_EXIST, ())
        operator = self._operator()
        values = self._set() if operator in {Operator.IN, Operator.NOT_IN} else {self._exact_value()}
        return new_requirement(word, operator, sorted(values))

    def _operator(self) -> Operator:
        word, _ = self._take()
        operator = _BINARY.get(word)
        if operator is None:
            raise SelectorError(f"found '{word}', expected: in, notin, =, ==, !=, gt, lt")
        return operator

    def _exact_value(self) -> str:
        word, symbol = self._peek()
        if symbol and word in {_END, ","}:
            return ""
        self._take()
        if symbol:
            raise SelectorError(f"found '{word}', expected: identifier")
        return word

    def _set(self) -> Iterable[str]:
        word, symbol = self._take()
        if not symbol or word != "(":
            raise SelectorError(f"found '{word}' expected: '('")
        word, symbol = self._peek()
        if symbol and word == ")":
            self._take()
            return {""}
        if symbol and word != ",":
            raise SelectorError(f"found '{word}', expected: ',', ')' or identifier")
        values = self._identifiers()
        closing, is_symbol = self._take()
        if not is_symbol or closing != ")":
            raise SelectorError(f"found '{word}', expected: ')'")
        return values

    def _identifiers(self) -> set[str]:
        """A list that may have empty places: `(,a)`, `(a,,b)` and `(a,)` hold the empty value too."""
        values: set[str] = set()
        while True:
            word, symbol = self._take()
            following, is_symbol = self._peek()
            if not symbol:
                values.add(word)
                if is_symbol and following == ")":
                    return values
                if not is_symbol or following != ",":
                    raise SelectorError(f"found '{following}', expected: ',' or ')'")
            elif word == ",":
                if not values or (is_symbol and following in {")", ","}):
                    values.add("")
                if is_symbol and following == ")":
                    return values
            else:
                raise SelectorError(f"found '{word}', expected: ',', or identifier")
