"""What stops a command, and the words that the client finds for a refusal of the server.

Source: staging/src/k8s.io/kubectl/pkg/cmd/util/helpers.go (checkErr, StandardErrorMessage).
"""

import re

from learn.cluster.api.status import status_error
from learn.cluster.errors import ApiError


class CommandError(Exception):
    """A command that ends with an exit code other than 0; `text` is printed as it stands."""

    def __init__(self, text: str, exit_code: int = 1) -> None:
        super().__init__(text)
        self.text = text
        self.exit_code = exit_code


class UsageError(Exception):
    """A command line that the parser refuses; the command adds `error: ` and its own hint."""


class MissingFlags(Exception):
    """Required flags that were not given; the command adds `error: ` alone."""


_INVALID = re.compile(r'^([A-Za-z]+)(?:\.[^ "]+)? "([^"]*)" is invalid: ')


def error_text(error: ApiError, version: str) -> str:
    """The line that kubectl prints for a refusal, without its newline."""
    found = _INVALID.match(error.message) if error.reason == "Invalid" else None
    if found and error.causes:
        return status_error(found[1], found[2], error.causes, version=version)
    if found:
        return f'The {found[1]} "{found[2]}" is invalid: {error.message[found.end() :]}'
    return server_error(error)


def server_error(error: ApiError, doing: str = "") -> str:
    """`Error from server (NotFound): [doing: ]MESSAGE`, the form of commands that handle several objects."""
    if error.reason == "Unauthorized":
        return f"error: You must be logged in to the server ({doing + ': ' if doing else ''}{error.message})"
    return f"Error from server ({error.reason}): {doing + ': ' if doing else ''}{error.message}"
