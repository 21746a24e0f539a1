"""`kubectl set`: image, resources, env, selector, serviceaccount, subject.

Source: staging/src/k8s.io/kubectl/pkg/cmd/set/.
"""

from __future__ import annotations

from learn.kubectl.groups import group
from learn.kubectl.verbs.settings import env, image, resources, selector, subject

COMMAND = group(
    "set",
    "オブジェクトの決まったフィールドを変えます",
    {
        "image": image.COMMAND,
        "resources": resources.COMMAND,
        "env": env.COMMAND,
        "selector": selector.SELECTOR_COMMAND,
        "serviceaccount": selector.ACCOUNT_COMMAND,
        "subject": subject.COMMAND,
    },
)
