"""The glossary in the order of the kana, and what a term is mistaken for."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from learn.content.model import Catalog, Term

_ROWS = (
    ("ア", "アイウエオァィゥェォヴ"),
    ("カ", "カキクケコガギグゲゴ"),
    ("サ", "サシスセソザジズゼゾ"),
    ("タ", "タチツテトダヂヅデドッ"),
    ("ナ", "ナニヌネノ"),
    ("ハ", "ハヒフヘホバビブベボパピプペポ"),
    ("マ", "マミムメモ"),
    ("ヤ", "ヤユヨャュョ"),
    ("ラ", "ラリルレロ"),
    ("ワ", "ワヲン"),
)
_OTHER = "他"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The terms whose reading begins in one row of the kana."""

    name: str
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfusedWith:
    term: Term
    difference_html: str


def sections(terms: Sequence[Term]) -> tuple[Section, ...]:
    """Split terms, which come sorted by reading, into the rows of the kana that they begin with."""
    ordered = sorted(terms, key=lambda term: (_row_number(term), term.reading))
    return tuple(
        Section(name=_row_name(number), terms=tuple(group)) for number, group in groupby(ordered, _row_number)
    )


def confusions_of(catalog: Catalog, term: Term) -> tuple[ConfusedWith, ...]:
    return tuple(
        ConfusedWith(term=catalog.terms_by_id[each.term_id], difference_html=each.difference_html)
        for each in term.confused_with
    )


def _row_number(term: Term) -> int:
    first = term.reading[:1]
    return next((n for n, (_, kana) in enumerate(_ROWS) if first and first in kana), len(_ROWS))


def _row_name(number: int) -> str:
    return _ROWS[number][0] if number < len(_ROWS) else _OTHER
