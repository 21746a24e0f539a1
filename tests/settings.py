"""Settings of the test run: nothing is written outside a temporary folder, files are served uncollected."""

import os
import tempfile

_VAR = tempfile.TemporaryDirectory(prefix="hatoba-test-")  # gone with the process
os.environ.setdefault("HATOBA_VAR_DIR", _VAR.name)

from learn.settings import *  # noqa: E402, F403
from learn.settings import STORAGES as _STORAGES  # noqa: E402

STORAGES = {
    **_STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
