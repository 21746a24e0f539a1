"""The learner's folder: names and texts, nothing of the real system."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping

from learn.kubectl.errors import CommandError

HOME = "/home/learner"
MAX_FILES = 200
MAX_FILE = 256 * 1024
MAX_TOTAL = 2 * 1024 * 1024


class Files:
    """A folder over a plain dict of path and text, with limits; paths are below the home directory."""

    def __init__(self, texts: MutableMapping[str, str]) -> None:
        self.texts = texts

    def read(self, path: str) -> str | None:
        return self.texts.get(clean(path))

    def write(self, path: str, text: str) -> None:
        """Raises CommandError beyond the limits or for a place outside the folder."""
        name = clean(path)
        if not name or name.startswith("../"):
            raise CommandError(f"bash: {path}: このフォルダーの外には書き込めません。")
        if len(text) > MAX_FILE or (name not in self.texts and len(self.texts) >= MAX_FILES):
            raise CommandError(
                f"bash: {path}: 1つのファイルは{MAX_FILE // 1024}KiBまで、フォルダーには{MAX_FILES}個までです。"
            )
        if self._total_without(name) + len(text) > MAX_TOTAL:
            raise CommandError(
                f"bash: {path}: フォルダーの大きさは合わせて{MAX_TOTAL // 1024 // 1024}MiBまでです。"
            )
        self.texts[name] = text

    def _total_without(self, name: str) -> int:
        return sum(len(text) for other, text in self.texts.items() if other != name)

    def remove(self, path: str) -> bool:
        return self.texts.pop(clean(path), None) is not None

    def is_folder(self, path: str) -> bool:
        name = clean(path)
        return not name or any(each.startswith(f"{name}/") for each in self.texts)

    def under(self, path: str, *, recursive: bool = False) -> Iterator[str]:
        """Paths of the files in a folder, sorted; with `recursive` those of its folders too."""
        name = clean(path)
        prefix = f"{name}/" if name else ""
        for each in sorted(self.texts):
            if each.startswith(prefix) and (recursive or "/" not in each[len(prefix) :]):
                yield each

    def names(self, path: str) -> list[str]:
        """What stands directly in a folder; folders without a mark of their own."""
        name = clean(path)
        prefix = f"{name}/" if name else ""
        return sorted(
            {each[len(prefix) :].partition("/")[0] for each in self.texts if each.startswith(prefix)}
        )


def clean(path: str) -> str:
    """A path relative to the home directory, without `.` and `..`; it starts with `../` when it leaves it."""
    if path == "~" or path.startswith("~/"):
        path = HOME + path[1:]
    parts: list[str] = [] if path.startswith("/") else HOME.strip("/").split("/")
    for part in path.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in ("", "."):
            parts = [*parts, part]
    home = HOME.strip("/").split("/")
    if parts[: len(home)] == home:
        return "/".join(parts[len(home) :])
    return "../" + "/".join(parts)
