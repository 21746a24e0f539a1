"""What a command line comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from learn.kubectl.call import EditRequest, Printed


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A command line that waits: JSON data from which `resume` goes on, also in another process."""

    state: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        return dict(self.state)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What was printed (in order), the exit code, and the virtual time that passed.

    `pending` is set while the line still waits; `edit` when the learner is asked to edit a text; `clears` when
    the screen is to be cleared first.
    """

    printed: tuple[Printed, ...] = ()
    exit_code: int = 0
    elapsed_ms: int = 0
    pending: Pending | None = None
    edit: EditRequest | None = None
    clears: bool = False

    @property
    def stdout(self) -> str:
        return "".join(text for stream, text in self.printed if stream == "out")

    @property
    def stderr(self) -> str:
        return "".join(text for stream, text in self.printed if stream == "err")

    @property
    def output(self) -> str:
        """Both streams as a terminal shows them."""
        return "".join(text for _, text in self.printed)

    def followed_by(self, later: Result) -> Result:
        """This result and what came after it, as one."""
        return Result(
            printed=later.printed if later.clears else (*self.printed, *later.printed),
            exit_code=later.exit_code,
            elapsed_ms=self.elapsed_ms + later.elapsed_ms,
            pending=later.pending,
            edit=later.edit,
            clears=self.clears or later.clears,
        )
