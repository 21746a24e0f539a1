"""Settings of the test run: nothing is written outside a temporary folder, files are served uncollected."""

import os
import tempfile

# The workers of a run inherit the folder of the process that started them.
if "HATOBA_VAR_DIR" not in os.environ:
    _VAR = tempfile.TemporaryDirectory(prefix="hatoba-test-")  # gone with the process
    os.environ["HATOBA_VAR_DIR"] = _VAR.name

from learn.settings import *  # noqa: F403
from learn.settings import STORAGES as _STORAGES

STORAGES = {
    **_STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
