"""Whether and when a container is started again, as pure functions.

Upstream: pkg/kubelet/container/helpers.go (ShouldContainerBeRestarted), kuberuntime_manager.go (doBackOff),
client-go util/flowcontrol/backoff.go.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

FIRST_DELAY_MS = 10_000
LONGEST_DELAY_MS = 300_000
RESET_AFTER_MS = 600_000


def should_restart(
    *,
    policy: str,
    exit_code: int | None,
    is_pod_deleting: bool = False,
    container_policy: str = "",
    rules: Sequence[Mapping[str, Any]] = (),
) -> bool:
    """Whether a container that is not running is (re)started; the first rule that applies decides.

    `exit_code` is None for a container that never ran; `rules` are `restartPolicyRules` of the container.
    """
    if is_pod_deleting:
        return False
    if exit_code is None:
        return True
    for rule in rules:
        codes = rule.get("exitCodes") or {}
        values = codes.get("values") or ()
        matches = (exit_code in values) if codes.get("operator") == "In" else (exit_code not in values)
        if matches:
            return rule.get("action") == "Restart"
    wanted = container_policy or policy
    return wanted == "Always" or (wanted == "OnFailure" and exit_code != 0)


class Backoff(NamedTuple):
    """The back-off of one container: the present delay, and when the last restart was decided."""

    delay_ms: int = 0
    decided_ms: int = 0


def is_expired(backoff: Backoff, finished_ms: int) -> bool:
    """The container ran for more than ten minutes since its last restart: it starts afresh."""
    return finished_ms - backoff.decided_ms > RESET_AFTER_MS


def may_restart_at(backoff: Backoff | None, finished_ms: int) -> int:
    """The instant from which a container that ended at `finished_ms` may start again."""
    if backoff is None or is_expired(backoff, finished_ms):
        return finished_ms
    return finished_ms + backoff.delay_ms


def after_restart(
    backoff: Backoff | None, finished_ms: int, now: int, *, longest_ms: int = LONGEST_DELAY_MS
) -> Backoff:
    """The back-off after a restart decided now: 10 s at first, then doubled up to five minutes."""
    if backoff is None or is_expired(backoff, finished_ms):
        return Backoff(min(FIRST_DELAY_MS, longest_ms), now)
    return Backoff(min(backoff.delay_ms * 2, longest_ms), now)


def go_duration(ms: int) -> str:
    """A duration as Go prints it: 10s, 1m20s, 5m0s, 1h0m0s, 1.5s."""
    seconds, rest = divmod(ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    fraction = f".{rest:03d}".rstrip("0") if rest else ""
    if hours:
        return f"{hours}h{minutes}m{seconds}{fraction}s"
    if minutes:
        return f"{minutes}m{seconds}{fraction}s"
    if seconds or not rest:
        return f"{seconds}{fraction}s"
    return f"{rest}ms"
