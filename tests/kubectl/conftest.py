"""`pytest tests/kubectl --update-golden` writes the golden transcripts anew; the diff is reviewed."""

import contextlib

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    with contextlib.suppress(ValueError):  # another package's tests have it too
        parser.addoption("--update-golden", action="store_true", help="write the expected outputs anew")


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-golden", default=False))
