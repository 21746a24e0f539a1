"""A row of the benchmark: what was measured, and the goal it is held to."""

import operator
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

_COMPARE = {"<=": operator.le, ">=": operator.ge}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`goal` reads like "<= 5" or ">= 0.5"; an empty one only informs."""

    name: str
    value: float
    unit: str
    goal: str = ""

    @property
    def is_met(self) -> bool:
        if not self.goal:
            return True
        sign, _, bound = self.goal.partition(" ")
        return bool(_COMPARE[sign](self.value, float(bound)))

    def as_json(self) -> dict[str, Any]:
        return {"name": self.name, "value": self.value, "unit": self.unit, "goal": self.goal}


def print_table(rows: Iterable[Row]) -> None:
    for row in rows:
        state = "" if not row.goal else "ok" if row.is_met else "MISSED"
        print(f"{row.name:44} {row.value:>12.3f} {row.unit:8} {row.goal:>10}  {state}")
