"""The one door between the lesson files and Django."""

import logging
from contextlib import suppress
from functools import cache
from pathlib import Path
from stat import S_ISREG
from threading import Lock
from time import monotonic

from django.conf import settings

from learn.content.catalog import Catalog, load_catalog
from learn.content.model import LessonErrors

logger = logging.getLogger(__name__)

Fingerprint = frozenset[tuple[str, int, int]]
SECONDS_BETWEEN_LOOKS = 0.3


def get_catalog() -> Catalog:
    """
    Return the lessons of settings.HATOBA_LESSONS_DIR.

    They are read once per process; in local mode and while debugging they are read again when a file
    has changed, and the last good catalog stays while an edit does not parse (the log says why).

    Raises LessonErrors when the first reading finds the lessons broken.
    """
    shelf = _shelf(settings.HATOBA_LESSONS_DIR)
    if settings.HATOBA_LOCAL or settings.DEBUG:
        shelf.refresh()
    return shelf.catalog


@cache
def _shelf(root: Path) -> "_Shelf":
    return _Shelf(root)


class _Shelf:
    def __init__(self, root: Path) -> None:
        self._root = root
        self._lock = Lock()
        self._looked_at = monotonic()
        self._fingerprint = _fingerprint(root)
        self.catalog = load_catalog(root)

    def refresh(self) -> None:
        if monotonic() - self._looked_at < SECONDS_BETWEEN_LOOKS:
            return
        self._looked_at = monotonic()
        fingerprint = _fingerprint(self._root)
        if fingerprint == self._fingerprint:
            return
        with self._lock:
            if fingerprint == self._fingerprint:
                return
            try:
                self.catalog = load_catalog(self._root)
            except LessonErrors as errors:
                logger.error("教材を読み直せません。直前の内容を表示します。\n%s", errors)
            self._fingerprint = fingerprint


def _fingerprint(root: Path) -> Fingerprint:
    """Tell the files' states apart; a file that goes while it is looked at (an editor's own) counts as gone."""
    found = set()
    for path in root.rglob("*"):
        with suppress(FileNotFoundError):
            stat = path.stat()
            if S_ISREG(stat.st_mode):
                found.add((str(path), stat.st_mtime_ns, stat.st_size))
    return frozenset(found)
