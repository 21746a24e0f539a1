import os
from collections.abc import Iterator
from pathlib import Path

import dj_database_url
import psycopg
import pytest

from tests.install_browser import chromium_path
from tests.server import Server, running_server


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden outputs anew, for review")


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-golden"))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    """Start the system's Chromium where there is one; it reaches nothing outside this machine."""
    arguments = ["--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    if path := chromium_path():
        return {**browser_type_launch_args, "executable_path": path, "args": arguments}
    return {**browser_type_launch_args, "args": arguments}


@pytest.fixture(scope="session")
def server_database(worker_id: str) -> Iterator[dict[str, str]]:
    """Environment that names the database of `server`: SQLite in its own folder, or a new one on PostgreSQL."""
    if not (url := os.environ.get("DATABASE_URL")):
        yield {}
        return
    database = dj_database_url.parse(url)
    name = f"hatoba_browser_{worker_id}"
    with psycopg.connect(
        host=database["HOST"],
        port=database["PORT"] or None,
        user=database["USER"],
        password=database["PASSWORD"] or None,
        dbname=database["NAME"],
        autocommit=True,
    ) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}")
        connection.execute(f"CREATE DATABASE {name}")
        yield {"DATABASE_URL": f"{url.rpartition('/')[0]}/{name}"}
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, server_database: dict[str, str]) -> Iterator[Server]:
    """A running Hatoba that the browser tests of this process share; each browser context is a new learner."""
    var: Path = tmp_path_factory.mktemp("var")
    with running_server(var, env=server_database) as running:
        yield running
