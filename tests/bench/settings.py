"""The settings of the served product, and one plain view to compare its pages with."""

from learn.settings import *  # noqa: F403

ROOT_URLCONF = "tests.bench.urls"
