"""The settings as an operator's environment makes them."""

import json
import os
import subprocess
import sys

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory

PRINT = """
import json
from learn import settings
names = ("DEBUG", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT")
print(json.dumps({name: getattr(settings, name) for name in names}))
"""


def run(tmp_path, *command, **environment):
    return subprocess.run(
        [sys.executable, *command],
        env={
            "PATH": os.environ["PATH"],
            "HATOBA_VAR_DIR": str(tmp_path),
            "DJANGO_SETTINGS_MODULE": "learn.settings",
            **environment,
        },
        capture_output=True,
        text=True,
    )


def test_a_public_server_passes_djangos_own_check(tmp_path):
    environment = {"HTTPS": "1", "ALLOWED_HOSTS": "hatoba.example"}
    checked = run(tmp_path, "manage.py", "check", "--deploy", "--fail-level", "WARNING", **environment)
    assert checked.returncode == 0, checked.stderr


def test_hosts_are_trusted_as_origins_of_forms(tmp_path):
    printed = run(tmp_path, "-c", PRINT, HTTPS="1", ALLOWED_HOSTS="hatoba.example, .school.example")
    settings = json.loads(printed.stdout)
    assert settings["CSRF_TRUSTED_ORIGINS"] == ["https://hatoba.example", "https://*.school.example"]
    assert settings["CSRF_COOKIE_SECURE"] and settings["SECURE_SSL_REDIRECT"] and not settings["DEBUG"]


def test_a_value_that_cannot_be_read_stops_the_start(tmp_path):
    printed = run(tmp_path, "-c", PRINT, HTTPS="on!")
    assert printed.returncode != 0
    assert "HTTPS must be 1 or 0" in printed.stderr


def test_a_large_file_in_a_form_is_not_kept_on_the_disk():
    file = SimpleUploadedFile("big.yaml", b"x" * 4_000_000)
    request = RequestFactory().post("/theme/", {"theme": "dark", "file": file})
    assert request.POST["theme"] == "dark"
    assert not request.FILES
