"""kubectl over the simulator: a command line, a cluster and a folder of files in; what the real client prints out.

>>> from learn.cluster.cluster import Cluster
>>> from learn.kubectl import run
>>> cluster, files = Cluster(seed=0), {}
>>> run("kubectl create deployment web --image=nginx:1.27", cluster, files).stdout
'deployment.apps/web created\\n'
>>> run("kubectl rollout status deployment/web", cluster, files).exit_code
0

A line that waits (`rollout status`, `get -w`, `sleep`) is driven to its end by `run`.  A web page uses `start`,
which gives what is printed at once and a `Pending`, and `resume`, which lets some virtual time pass.
"""

from __future__ import annotations

import shlex
from collections.abc import MutableMapping, Sequence
from typing import Any

from learn.cluster.cluster import Cluster
from learn.kubectl.files import Files
from learn.kubectl.result import Pending, Result
from learn.kubectl.shell.lines import interrupt, resume, start
from learn.kubectl.shell.terminal import Terminal

__all__ = ["Pending", "Result", "Terminal", "interrupt", "resume", "run", "start", "terminal"]

LONGEST_WAIT_MS = 3_600_000


def terminal(
    cluster: Cluster,
    files: MutableMapping[str, str] | None = None,
    memory: MutableMapping[str, Any] | None = None,
) -> Terminal:
    """A terminal over a cluster; `files` and `memory` are plain data that the caller keeps."""
    return Terminal(
        cluster=cluster,
        files=Files({} if files is None else files),
        memory={} if memory is None else memory,
    )


def run(
    command: str | Sequence[str],
    cluster: Cluster,
    files: MutableMapping[str, str] | None = None,
    memory: MutableMapping[str, Any] | None = None,
    *,
    max_wait_ms: int = LONGEST_WAIT_MS,
) -> Result:
    """Run a line of the shell, or an argv, to its end.

    What never ends by itself (`get -w`, `logs -f`) is left pending after `max_wait_ms` of virtual time.
    """
    line = command if isinstance(command, str) else shlex.join(command)
    there = terminal(cluster, files, memory)
    result = start(there, line)
    if result.pending is None:
        return result
    return result.followed_by(resume(there, result.pending, for_ms=max_wait_ms))
