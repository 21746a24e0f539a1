"""`kubectl rollout`: status, history, undo, restart, pause, resume.

Source: staging/src/k8s.io/kubectl/pkg/cmd/rollout/.
"""

from __future__ import annotations

from learn.kubectl.groups import group
from learn.kubectl.verbs.rollout import history, pause, restart, status, undo

COMMAND = group(
    "rollout",
    "ロールアウトを見る、戻す、止める、やり直す",
    {
        "history": history.COMMAND,
        "pause": pause.PAUSE,
        "restart": restart.COMMAND,
        "resume": pause.RESUME,
        "status": status.COMMAND,
        "undo": undo.COMMAND,
    },
)
