"""What a learner types, folded so that width, case and stray spaces do not matter."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

MAX_ANSWER_CHARS = 200

_NUMBER = re.compile(r"[+-]?(\d{1,18}(\.\d{0,9})?|\.\d{1,9})")
_MINUS_SIGNS = str.maketrans("\u2212\u2010\u2013\u30fc", "----")


def fold(text: str) -> str:
    """NFKC, case folded, spaces at the ends gone and runs of spaces made one."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def read_number(text: str, unit: str) -> Decimal | None:
    """A number as a learner writes it: full-width digits, commas and a trailing unit are fine."""
    folded = fold(text).removesuffix(fold(unit)).strip() if unit else fold(text)
    candidate = folded.replace(",", "").translate(_MINUS_SIGNS)
    return Decimal(candidate) if _NUMBER.fullmatch(candidate) else None


def number_text(value: Decimal) -> str:
    """A number without needless zeros: 30, 0.5."""
    return f"{value.normalize():f}" if value else "0"
