"""The kubeconfig: contexts, clusters and users, kept as a file in the learner's folder once it was changed."""

from __future__ import annotations

from typing import Any

import yaml

from learn.kubectl.errors import CommandError
from learn.kubectl.files import Files
from learn.kubectl.yamltext import to_yaml

PATH = ".kube/config"
SERVER = "https://127.0.0.1:6443"
NAME = "hatoba"


def _default() -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "clusters": [
            {"cluster": {"certificate-authority-data": "DATA", "server": SERVER}, "name": NAME},
        ],
        "contexts": [{"context": {"cluster": NAME, "user": f"{NAME}-admin"}, "name": NAME}],
        "current-context": NAME,
        "kind": "Config",
        "preferences": {},
        "users": [
            {
                "name": f"{NAME}-admin",
                "user": {"client-certificate-data": "DATA", "client-key-data": "DATA"},
            }
        ],
    }


class KubeConfig:
    """`data` is the file's content; `context` the chosen context's name ("" for none)."""

    def __init__(self, files: Files, context: str = "") -> None:
        self._files = files
        text = files.read(PATH)
        loaded = _loaded(text) if text is not None else _default()
        self.data = {**_default(), **loaded} if loaded.get("kind") != "Config" else loaded
        self.context = context or str(self.data.get("current-context") or "")

    def save(self) -> None:
        self._files.write(PATH, to_yaml(self.data))

    def entries(self, section: str) -> list[dict[str, Any]]:
        found = self.data.get(section)
        return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []

    def entry(self, section: str, name: str) -> dict[str, Any] | None:
        return next((each for each in self.entries(section) if each.get("name") == name), None)

    @property
    def current(self) -> dict[str, Any]:
        """The body of the chosen context: cluster, user, namespace."""
        entry = self.entry("contexts", self.context)
        body = entry.get("context") if entry else None
        return body if isinstance(body, dict) else {}

    @property
    def namespace(self) -> str:
        return str(self.current.get("namespace") or "")

    @property
    def server(self) -> str:
        entry = self.entry("clusters", str(self.current.get("cluster")))
        return str(((entry or {}).get("cluster") or {}).get("server") or SERVER)

    def require_context(self) -> None:
        """Raises CommandError when the chosen context does not exist."""
        if self.context and self.entry("contexts", self.context) is None:
            raise CommandError(
                f"Error in configuration: context was not found for specified context: {self.context}"
            )


def _loaded(text: str) -> dict[str, Any]:
    try:
        found = yaml.load(text, yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise CommandError(f'error: error loading config file "/home/learner/{PATH}": {error}') from None
    return found if isinstance(found, dict) else {}
