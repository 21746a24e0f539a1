"""`kubectl set`: image, resources, env, selector, serviceaccount.

Source: staging/src/k8s.io/kubectl/pkg/cmd/set/.
"""

from __future__ import annotations

from learn.kubectl.call import Call, Command, State
from learn.kubectl.errors import CommandError
from learn.kubectl.verbs.settings import env, image, resources, selector


def _start(call: Call) -> State | None:
    if call.args:
        raise CommandError(
            f"error: unknown command \"{' '.join(call.args)}\"\nSee 'kubectl set -h' for help and examples"
        )
    call.print("サブコマンド（image、resources、env、selector、serviceaccount）を指定してください。")
    return None


COMMAND = Command(
    path="set",
    start=_start,
    summary="オブジェクトの決まったフィールドを変えます",
    children={
        "image": image.COMMAND,
        "resources": resources.COMMAND,
        "env": env.COMMAND,
        "selector": selector.SELECTOR_COMMAND,
        "serviceaccount": selector.ACCOUNT_COMMAND,
    },
)
