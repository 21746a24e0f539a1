"""Lessons are read again in local mode when a file changes, and once otherwise."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from learn import library

SAMPLE = Path(__file__).parent / "lessons"


@pytest.fixture
def lessons(tmp_path, settings, monkeypatch):
    folder = tmp_path / "lessons"
    shutil.copytree(SAMPLE, folder)
    settings.HATOBA_LESSONS_DIR = folder
    monkeypatch.setattr(library, "SECONDS_BETWEEN_LOOKS", 0)
    return folder


def first_lesson(folder):
    return sorted(folder.glob("*/*/lesson.md"))[0]


def retitle(path, title):
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    changed = [f"title: {title}\n" if line.startswith("title:") else line for line in lines]
    path.write_text("".join(changed), encoding="utf-8")


def titles():
    return {lesson.title for lesson in library.get_catalog().lessons.values()}


def test_an_edit_shows_on_the_next_page_load_in_local_mode(lessons, settings):
    settings.HATOBA_LOCAL = True
    assert "書き直した題名" not in titles()
    retitle(first_lesson(lessons), "書き直した題名")
    assert "書き直した題名" in titles()


def test_an_edit_that_does_not_parse_leaves_the_last_good_lessons(lessons, settings, caplog):
    settings.HATOBA_LOCAL = True
    before = titles()
    first_lesson(lessons).write_text("壊れた内容", encoding="utf-8")
    assert titles() == before
    assert "lesson.md:1" in caplog.text


def test_an_editors_lock_breaks_no_page(lessons, settings):
    settings.HATOBA_LOCAL = True
    before = titles()
    (lessons / ".#lesson.md").symlink_to("where.an.editor.locks")
    assert titles() == before


def test_in_production_the_lessons_are_read_once(lessons, settings):
    settings.HATOBA_LOCAL = False
    before = titles()
    retitle(first_lesson(lessons), "書き直した題名")
    assert titles() == before


def test_broken_lessons_stop_the_server_before_its_first_page(lessons, tmp_path):
    first_lesson(lessons).write_text("壊れた内容", encoding="utf-8")
    folders = {"HATOBA_LESSONS_DIR": str(lessons), "HATOBA_VAR_DIR": str(tmp_path / "var")}
    started = subprocess.run(
        [sys.executable, "-c", "import learn.wsgi"],
        env={**os.environ, **folders, "DJANGO_SETTINGS_MODULE": "learn.settings"},
        capture_output=True,
        text=True,
    )
    assert started.returncode != 0
    assert "lesson.md:1" in started.stderr
