"""What a container does, as data: an `App` per image.

An exercise writes its own in the same form as the catalogue (`images.CATALOGUE`), for instance

    example.com/shop:1.0:
      listens: [8080]
      startSeconds: 8
      paths:
        /: {body: "hello from {pod}", cpuMs: 4}
        /ready: {readiness: true}
        /health: {needs: [db]}
      sigterm: {afterSeconds: 5, serves: true}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from learn.cluster.api.quantity import QuantityError, parse_json


class AppError(ValueError):
    """An image description that cannot be read: an author's mistake, with the place in the text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """A port that the program opens; `protocol` is http, https, grpc, tcp or udp.

    `address` is where it listens: 127.0.0.1 answers the Pod's own containers alone.
    """

    port: int
    protocol: str = "http"
    address: str = "0.0.0.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one HTTP path answers.

    `needs` are Services that must answer for the status to be good (503 otherwise); `cpu_us` microseconds of
    CPU per request; `body` may hold {pod} {node} {version} {ip} {host} {env.NAME} {file.PATH}.
    """

    status: int = 200
    body: str = ""
    redirect: str = ""
    readiness: bool = False
    needs: tuple[str, ...] = ()
    cpu_us: int | None = None
    latency_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sigterm:
    """The reaction to SIGTERM: exit after a while (still serving or not), or nothing at all."""

    ignored: bool = False
    after_ms: int = 0
    serves: bool = False
    exit_code: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """Memory that the program takes between two times after its start, e.g. a nightly sum."""

    from_ms: int
    until_ms: int | None
    memory: int = 0
    cpu_milli: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The behaviour of the program in an image.  Times are milliseconds from the start of its process.

    `shell` images run what the manifest's command says (see `script`); others run it only if the manifest
    names a command that is not the program's own.
    """

    image: str = ""
    shell: bool = False
    has_shell: bool = True
    programs: tuple[str, ...] = ()
    listens: tuple[Port, ...] = ()
    listen_env: str = ""
    start_ms: int = 0
    run_ms: int | None = None
    exit_code: int = 0
    paths: Mapping[str, Answer] = field(default_factory=dict)
    otherwise: Answer = Answer(status=404, body="404 page not found")
    sigterm: Sigterm = Sigterm()
    user: int | str = 0
    requires_env: tuple[str, ...] = ()
    requires_files: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    files_when_listening: Mapping[str, str] = field(default_factory=dict)
    data_directory: str = ""
    read_only_root: bool = True
    exec: Mapping[str, str] = field(default_factory=dict)
    log: tuple[str, ...] = ()
    access_log: str = ""
    cpu_us: int = 5_000
    latency_ms: int = 5
    idle_cpu_milli: int = 1
    memory: int = 32 * 1024 * 1024
    memory_per_rps: int = 0
    leak_per_second: int = 0
    demands: tuple[Demand, ...] = ()
    max_connections: int = 0
    hang_at_ms: int | None = None
    crash_at_ms: int | None = None
    needs_at_start: tuple[str, ...] = ()

    @property
    def version(self) -> str:
        """The tag of the image."""
        last = self.image.rpartition("/")[2]
        return last.partition(":")[2] or "latest"


_SECONDS = {
    "startSeconds": "start_ms",
    "runSeconds": "run_ms",
    "hangAtSeconds": "hang_at_ms",
    "crashAtSeconds": "crash_at_ms",
}
_QUANTITIES = {"memory": "memory", "memoryPerRps": "memory_per_rps", "leakPerSecond": "leak_per_second"}
_MILLIS = {"cpuMs": "cpu_us"}
_TEXTS = {"listenEnv": "listen_env", "dataDirectory": "data_directory", "accessLog": "access_log"}
_TUPLES = {
    "programs": "programs",
    "requiresEnv": "requires_env",
    "requiresFiles": "requires_files",
    "log": "log",
    "needsAtStart": "needs_at_start",
}
_MAPS = {"env": "env", "files": "files", "filesWhenListening": "files_when_listening", "exec": "exec"}
_PLAIN = {
    "shell": "shell",
    "hasShell": "has_shell",
    "exitCode": "exit_code",
    "user": "user",
    "latencyMs": "latency_ms",
    "idleCpuMilli": "idle_cpu_milli",
    "maxConnections": "max_connections",
    "readOnlyRoot": "read_only_root",
}


def app_from(image: str, data: Mapping[str, Any]) -> App:
    """An App from its description.  Raises AppError naming the field that is wrong or unknown."""
    values: dict[str, Any] = {"image": image}
    for key, value in data.items():
        try:
            name, converted = _converted(key, value)
        except (TypeError, ValueError, AttributeError, QuantityError) as error:
            raise AppError(f"{image}: {key}: {error}") from error
        values[name] = converted
    return App(**values)


def _converted(key: str, value: Any) -> tuple[str, Any]:
    if key in _SECONDS:
        return _SECONDS[key], milliseconds(value)
    if key in _QUANTITIES:
        return _QUANTITIES[key], _bytes(value)
    if key in _MILLIS:
        return _MILLIS[key], round(value * 1000)
    if key in _TEXTS:
        return _TEXTS[key], str(value)
    if key in _TUPLES:
        return _TUPLES[key], tuple(str(each) for each in value)
    if key in _MAPS:
        return _MAPS[key], {str(name): str(text) for name, text in value.items()}
    if key in _PLAIN:
        return _PLAIN[key], value
    match key:
        case "listens":
            return "listens", tuple(_port(each) for each in value)
        case "paths":
            return "paths", {str(path): _answer(answer) for path, answer in value.items()}
        case "otherwise":
            return "otherwise", _answer(value)
        case "sigterm":
            return "sigterm", _sigterm(value)
        case "demands":
            return "demands", tuple(_demand(each) for each in value)
    raise ValueError("この名前の項目はありません。")


def milliseconds(seconds: Any) -> int:
    """Seconds, whole or not, as milliseconds."""
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or seconds < 0:
        raise ValueError(f"秒数を書きます（いまは{seconds!r}）。")
    return round(seconds * 1000)


def _bytes(value: Any) -> int:
    quantity = parse_json(value)
    return int(quantity.value())


def _port(value: Any) -> Port:
    return Port(port=value) if isinstance(value, int) else Port(**value)


def _answer(value: Mapping[str, Any] | None) -> Answer:
    given = dict(value or {})
    cpu_ms = given.pop("cpuMs", None)
    latency_ms = given.pop("latencyMs", None)
    needs = tuple(given.pop("needs", ()))
    cpu_us = None if cpu_ms is None else round(cpu_ms * 1000)
    return Answer(**given, needs=needs, cpu_us=cpu_us, latency_ms=latency_ms)


def _sigterm(value: Any) -> Sigterm:
    if value == "ignored":
        return Sigterm(ignored=True)
    given = dict(value)
    after = milliseconds(given.pop("afterSeconds", 0))
    exit_code = given.pop("exitCode", 0)
    return Sigterm(**given, after_ms=after, exit_code=exit_code)


def _demand(value: Mapping[str, Any]) -> Demand:
    until = value.get("untilSeconds")
    return Demand(
        from_ms=milliseconds(value.get("fromSeconds", 0)),
        until_ms=None if until is None else milliseconds(until),
        memory=_bytes(value.get("memory", 0)),
        cpu_milli=int(value.get("cpuMilli", 0)),
    )
