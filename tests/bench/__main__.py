"""`make bench`: measure every row, print the table, write build/bench.json."""

import json
import sys
from pathlib import Path

from tests.bench import cluster, machine, runs, sandbox, terminal, web
from tests.bench.rows import Row, print_table

OUTPUT = Path("build/bench.json")


def main() -> int:
    rows: list[Row] = []
    for measure in (machine.rows, web.rows, sandbox.rows, runs.rows, cluster.rows, terminal.rows):
        rows.extend(measure())
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(json.dumps([row.as_json() for row in rows], indent=2) + "\n")
    print_table(rows)
    return 0 if all(row.is_met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
