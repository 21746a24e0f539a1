"""Golden transcripts: commands with their exact outputs and exit codes.

    # cluster: web            which cluster (see `clusters`), and optionally `# version: 1.33`
    $ kubectl get pods nope   a command; further lines of it begin with `> `
    ! Error from server …     a line on standard error
    ? 1                       the exit code, unless it is 0

Lines of standard output stand as they are; `\\ no newline` follows output that does not end with one.
The commands of one file run one after the other on the same cluster and folder.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from learn.cluster.api.versions import NEWEST
from learn.kubectl import Result, run
from tests.kubectl.clusters import CLUSTERS, GOLDEN

NO_NEWLINE = "\\ no newline"
WAIT_MS = 120_000


@dataclass(frozen=True)
class Transcript:
    """One golden file: its header lines and its commands."""

    path: Path
    header: tuple[str, ...]
    commands: tuple[str, ...]

    def setting(self, name: str, default: str = "") -> str:
        marker = f"# {name}: "
        return next((line[len(marker) :] for line in self.header if line.startswith(marker)), default)

    def played(self) -> str:
        """The file as the commands now come out."""
        cluster = CLUSTERS[self.setting("cluster")](self.setting("version", NEWEST))
        files: dict[str, str] = {}
        memory: dict[str, object] = {}
        blocks = ["\n".join(self.header)]
        for command in self.commands:
            result = run(command, cluster, files, memory, max_wait_ms=WAIT_MS)
            blocks.append("\n".join([*shown_command(command), *shown_result(result)]))
        return "\n".join(blocks) + "\n"


def shown_command(command: str) -> list[str]:
    first, *rest = command.split("\n")
    return [f"$ {first}", *(f"> {line}" for line in rest)]


def shown_result(result: Result) -> Iterator[str]:
    lines, out = result.stderr.splitlines(), result.stdout
    yield from out.splitlines()
    if out and not out.endswith("\n"):
        yield NO_NEWLINE
    yield from (f"! {line}" for line in lines)
    if result.exit_code:
        yield f"? {result.exit_code}"


def read_transcript(path: Path) -> Transcript:
    header: list[str] = []
    commands: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("$ "):
            commands.append(line[2:])
        elif line.startswith("> ") and commands:
            commands[-1] += "\n" + line[2:]
        elif not commands:
            header.append(line)
    return Transcript(path, tuple(header), tuple(commands))


def transcripts() -> list[Transcript]:
    return [read_transcript(path) for path in sorted(GOLDEN.glob("*.txt"))]
