"""Settings from environment variables, refusing nonsense at start."""

import os
from pathlib import Path
from secrets import token_urlsafe

from django.core.exceptions import ImproperlyConfigured

_BOOLEANS = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


def env_bool(name: str, *, default: bool) -> bool:
    """Read `name` as a boolean: 1/true/yes or 0/false/no, in any case."""
    value = os.environ.get(name, "")
    if not value:
        return default
    try:
        return _BOOLEANS[value.lower()]
    except KeyError:
        raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}") from None


def env_list(name: str, *, default: list[str]) -> list[str]:
    """Read `name` as values separated by commas."""
    value = os.environ.get(name, "")
    return [item.strip() for item in value.split(",") if item.strip()] or default


def secret_from_file(path: Path) -> str:
    """Return the secret kept in `path`, making it on the first call; two processes may race."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as new:
            new.write(token_urlsafe(48))
    except FileExistsError:
        pass
    secret = path.read_text().strip()
    if not secret:
        raise ImproperlyConfigured(f"{path} is empty: delete it, or set SECRET_KEY")
    return secret
