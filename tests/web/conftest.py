from pathlib import Path

import pytest
from django.test import Client

from learn.content.model import Catalog
from learn.library import get_catalog

LESSONS = Path(__file__).parent / "lessons"


@pytest.fixture(autouse=True)
def sample_lessons(settings, request):
    """Two short lessons with every type of quiz, unless a test is about the real ones."""
    if "real_lessons" not in request.fixturenames:
        settings.HATOBA_LESSONS_DIR = LESSONS


@pytest.fixture
def real_lessons() -> None:
    """Ask for the lessons that learners see."""


@pytest.fixture
def catalog(sample_lessons) -> Catalog:
    return get_catalog()


@pytest.fixture
def learner(db) -> Client:
    """A browser of somebody who learns."""
    return Client()


@pytest.fixture
def other_learner(db) -> Client:
    """Another browser."""
    return Client()
