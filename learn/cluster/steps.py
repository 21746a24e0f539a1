"""Things that a scenario lets happen at given times, kept as data inside the cluster.

A step counts from the moment it was scheduled, or from the first start of a container of some target: then
nothing of the scenario's clock runs until that container has started.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from learn.cluster.controllers.base import Controller
from learn.cluster.engine import Priority
from learn.cluster.errors import ApiError
from learn.cluster.faults import START_FAULTS, matches
from learn.cluster.objects import Obj, Ref

if TYPE_CHECKING:
    from learn.cluster.kubelet import Record

AS_ONE = Ref("Scenario", "", "scenario")


class Steps(Controller):
    """State: `steps` as `[at_ms, verb, arguments]`, `origin` (ms, None while it is awaited) and `awaits` (a target)."""

    name = "steps"
    component = "steps"
    priority: ClassVar[int] = Priority.ACTION
    timers = ("step",)

    def start(self) -> None:
        self.state.update(steps=[], origin=0, awaits="")

    def schedule(self, steps: Sequence[Sequence[Any]], *, started: str = "") -> None:
        """Take over the steps of a scenario; with `started`, times count from that target's first container start."""
        first = len(self.state["steps"])
        self.state["steps"] += [list(step) for step in steps]
        if not started:
            self.state["origin"] = self.engine.now
            self._set_timers(first)
            return
        self.state["awaits"] = started
        self.state["origin"] = None
        for at_ms, verb, arguments in steps:
            # How processes start must be known before the first one does.
            if verb == "inject" and at_ms == 0 and arguments.get("fault") in START_FAULTS:
                self.perform(verb, arguments)

    def _set_timers(self, first: int) -> None:
        for index, (at_ms, _, _) in enumerate(self.state["steps"][first:], first):
            self.engine.at(self.state["origin"] + at_ms, Priority.ACTION, "steps.step", index)

    def container_started(self, record: Record, pod: Obj, name: str) -> None:
        """A container has started: perhaps the one that the scenario's clock waits for."""
        target = self.state["awaits"]
        if not target or not matches(target, pod, self.cluster.faults.owners(pod), name):
            return
        self.state["awaits"] = ""
        self.state["origin"] = self.engine.now
        done = [
            [at_ms, verb, arguments]
            for at_ms, verb, arguments in self.state["steps"]
            if not (verb == "inject" and at_ms == 0 and arguments.get("fault") in START_FAULTS)
        ]
        self.state["steps"] = done
        self._set_timers(0)

    def step(self, index: int) -> None:
        """One step happens; what the API server refuses is noted and the scenario goes on."""
        _, verb, arguments = self.state["steps"][index]
        self.perform(verb, arguments)

    def perform(self, verb: str, arguments: Mapping[str, Any]) -> None:
        try:
            self.cluster.perform(verb, arguments)
        except ApiError as error:
            fields = [cause.field for cause in error.causes]
            self.trace.record(
                AS_ONE, "action-refused",
                data={"verb": verb, "code": error.code, "reason": error.reason, "message": error.message, "fields": fields},
            )  # fmt: skip
