"""`kubectl rollout`: status, history, undo, restart, pause, resume.

Source: staging/src/k8s.io/kubectl/pkg/cmd/rollout/.
"""

from __future__ import annotations

from learn.kubectl.call import Call, Command, State
from learn.kubectl.errors import CommandError
from learn.kubectl.verbs.rollout import history, pause, restart, status, undo


def _start(call: Call) -> State | None:
    if call.args:
        raise CommandError(
            f"error: unknown command \"{' '.join(call.args)}\"\nSee 'kubectl rollout -h' for help and examples"
        )
    call.print("サブコマンド（status、history、undo、restart、pause、resume）を指定してください。")
    return None


COMMAND = Command(
    path="rollout",
    start=_start,
    summary="ロールアウトを見る、戻す、止める、やり直す",
    children={
        "history": history.COMMAND,
        "pause": pause.PAUSE,
        "restart": restart.COMMAND,
        "resume": pause.RESUME,
        "status": status.COMMAND,
        "undo": undo.COMMAND,
    },
)
