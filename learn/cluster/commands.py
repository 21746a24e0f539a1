"""Programs that run inside a container: the few that scripts, exec probes and `kubectl exec` call.

A command sees its container through `Box` and answers with its output, its exit code and the time it takes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import NamedTuple, Protocol
from urllib.parse import urlsplit

FOREVER = -1
_DURATION = re.compile(r"(\d+(?:\.\d+)?)([smhd]?)")
_UNITS = {"": 1000, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


class Fetched(NamedTuple):
    """An HTTP answer, or (status 0) what curl says of there being none and the code that it ends with."""

    status: int
    body: str = ""
    error: str = ""
    exit_code: int = 0
    took_ms: int = 0


class Box(Protocol):
    """What a program inside a container can see and change."""

    @property
    def env(self) -> Mapping[str, str]: ...
    @property
    def host(self) -> str: ...
    @property
    def own_commands(self) -> Mapping[str, str]: ...
    def read(self, path: str) -> str | None: ...
    def write(self, path: str, text: str) -> bool: ...
    def remove(self, path: str) -> bool: ...
    def names_under(self, path: str) -> Sequence[str]: ...
    def is_directory(self, path: str) -> bool: ...
    def http(self, url: str) -> Fetched: ...
    def connects(self, host: str, port: int) -> bool: ...
    def resolve(self, name: str) -> Sequence[str]: ...
    def grpc_health(self) -> bool | None: ...
    def date(self) -> str: ...


class Done(NamedTuple):
    """The end of a command: `took_ms` FOREVER means that it never ends by itself."""

    code: int = 0
    out: str = ""
    err: str = ""
    took_ms: int = 0


def run(argv: Sequence[str], box: Box) -> Done:
    """Run one program, no shell; 127 when there is none of this name."""
    name = argv[0].rpartition("/")[2]
    for own in (argv[0], name):
        if own in box.own_commands:
            return _own(box.own_commands[own], box)
    program = _PROGRAMS.get(name)
    if program is None:
        return Done(127, err=f"sh: {argv[0]}: not found\n")
    return program(argv[1:], box)


def _own(answer: str, box: Box) -> Done:
    """A program of the image itself: `grpc` asks the health service, other texts are its output."""
    if answer != "grpc":
        return Done(out=answer)
    match box.grpc_health():
        case True:
            return Done(out="status: SERVING\n")
        case False:
            return Done(4, out='service unhealthy (responded with "NOT_SERVING")\n')
    return Done(2, out="timeout: failed to connect service within 1s\n", took_ms=1000)


def _sleep(args: Sequence[str], box: Box) -> Done:
    total = 0.0
    for word in args:
        if word in ("infinity", "inf"):
            return Done(took_ms=FOREVER)
        match = _DURATION.fullmatch(word)
        if not match:
            return Done(1, err=f"sleep: invalid number '{word}'\n")
        total += float(match[1]) * _UNITS[match[2]]
    return Done(took_ms=min(round(total), 10**12)) if args else Done(1, err="sleep: missing operand\n")


def _echo(args: Sequence[str], box: Box) -> Done:
    newline = "\n"
    while args and re.fullmatch(r"-[neE]+", args[0]):
        newline = "" if "n" in args[0] else newline
        args = args[1:]
    return Done(out=" ".join(args) + newline)


def _cat(args: Sequence[str], box: Box) -> Done:
    if not args:
        return Done()
    out = ""
    for path in args:
        text = box.read(path)
        if text is None:
            return Done(1, out=out, err=f"cat: can't open '{path}': No such file or directory\n")
        out += text
    return Done(out=out)


def _touch(args: Sequence[str], box: Box) -> Done:
    for path in args:
        if not box.write(path, box.read(path) or ""):
            return Done(1, err=f"touch: {path}: Read-only file system\n")
    return Done()


def _rm(args: Sequence[str], box: Box) -> Done:
    force = any(re.fullmatch(r"-[rRf]*f[rRf]*", word) for word in args)
    for path in (word for word in args if not word.startswith("-")):
        if not box.remove(path) and not force:
            return Done(1, err=f"rm: can't remove '{path}': No such file or directory\n")
    return Done()


def _ls(args: Sequence[str], box: Box) -> Done:
    paths = [word for word in args if not word.startswith("-")] or ["/"]
    out = ""
    for path in paths:
        if box.read(path) is not None:
            out += f"{path}\n"
            continue
        names = box.names_under(path)
        if not box.is_directory(path):
            return Done(1, out=out, err=f"ls: {path}: No such file or directory\n")
        out += "".join(f"{name}\n" for name in names)
    return Done(out=out)


def _test(args: Sequence[str], box: Box) -> Done:
    words = [word for word in args if word != "]"]
    negate = bool(words) and words[0] == "!"
    words = words[1:] if negate else words
    return Done(0 if _holds(words, box) is not negate else 1)


def _holds(words: Sequence[str], box: Box) -> bool:
    match words:
        case ["-e" | "-r", path]:
            return box.read(path) is not None or box.is_directory(path)
        case ["-f", path]:
            return box.read(path) is not None
        case ["-s", path]:
            return bool(box.read(path))
        case ["-d", path]:
            return box.is_directory(path)
        case ["-n", text] | [text]:
            return bool(text)
        case ["-z", text]:
            return not text
        case [left, "=" | "==", right]:
            return left == right
        case [left, "!=", right]:
            return left != right
        case [left, ("-eq" | "-ne" | "-lt" | "-le" | "-gt" | "-ge") as operator, right]:
            return _compares(left, operator, right)
    return False


def _compares(left: str, operator: str, right: str) -> bool:
    try:
        a, b = int(left), int(right)
    except ValueError:
        return False
    return {
        "-eq": a == b,
        "-ne": a != b,
        "-lt": a < b,
        "-le": a <= b,
        "-gt": a > b,
        "-ge": a >= b,
    }[operator]


def _env(args: Sequence[str], box: Box) -> Done:
    if args:
        value = box.env.get(args[0])
        return Done(1) if value is None else Done(out=f"{value}\n")
    return Done(out="".join(f"{name}={value}\n" for name, value in box.env.items()))


def _fetch(args: Sequence[str], box: Box) -> Done:
    """curl: the URL is the last word that is no option."""
    url = _url(args)
    if not url:
        return Done(2, err="curl: (2) no URL specified\n")
    found = box.http(url)
    if found.status == 0:
        return Done(found.exit_code, err=f"{found.error}\n", took_ms=found.took_ms)
    fails = any(word in ("-f", "--fail") or re.fullmatch(r"-[sSfLqk]*f[sSfLqk]*", word) for word in args)
    if fails and found.status >= 400:
        return Done(22, err=f"curl: (22) The requested URL returned error: {found.status}\n")
    return Done(out=found.body)


def _url(args: Sequence[str]) -> str:
    words = [word for word in args if not word.startswith("-")]
    return next(
        (word for word in reversed(words) if "." in word or ":" in word or "/" in word),
        words[-1] if words else "",
    )


def _wget(args: Sequence[str], box: Box) -> Done:
    """wget as busybox has it."""
    url = _url(args)
    if not url:
        return Done(1, err="wget: missing URL\n")
    found = box.http(url)
    host = urlsplit(url if "://" in url else f"http://{url}").netloc
    match found.exit_code:
        case 0 if found.status < 400:
            return Done(out=found.body)
        case 0:
            title = HTTPStatus(found.status).phrase if found.status in set(HTTPStatus) else ""
            return Done(1, err=f"wget: server returned error: HTTP/1.1 {found.status} {title}\n")
        case 6:
            return Done(1, err=f"wget: bad address '{host}'\n", took_ms=found.took_ms)
        case 7:
            address = next(iter(box.resolve(host.partition(":")[0])), host)
            return Done(1, err=f"wget: can't connect to remote host ({address}): Connection refused\n")
    return Done(1, err="wget: download timed out\n", took_ms=found.took_ms)


def _nslookup(args: Sequence[str], box: Box) -> Done:
    name = next((word for word in args if not word.startswith("-")), "")
    addresses = box.resolve(name)
    if not addresses:
        return Done(1, out=f"** server can't find {name}: NXDOMAIN\n")
    return Done(out="".join(f"Name:\t{name}\nAddress: {address}\n" for address in addresses))


def _nc(args: Sequence[str], box: Box) -> Done:
    words = [word for word in args if not word.startswith("-")]
    if len(words) < 2 or not words[-1].isdecimal():
        return Done(1)
    return Done(0 if box.connects(words[-2], int(words[-1])) else 1)


def _tail(args: Sequence[str], box: Box) -> Done:
    if any(re.fullmatch(r"-[fF].*", word) for word in args):
        return Done(took_ms=FOREVER)
    return _cat([word for word in args if not word.startswith("-")], box)


def _true(args: Sequence[str], box: Box) -> Done:
    return Done()


_PROGRAMS: Mapping[str, Callable[[Sequence[str], Box], Done]] = {
    "sleep": _sleep,
    "echo": _echo,
    "printf": lambda args, box: Done(out=args[0].replace("\\n", "\n") if args else ""),
    "cat": _cat,
    "touch": _touch,
    "rm": _rm,
    "ls": _ls,
    "test": _test,
    "[": _test,
    "[[": _test,
    "env": _env,
    "printenv": _env,
    "curl": _fetch,
    "wget": _wget,
    "nslookup": _nslookup,
    "getent": _nslookup,
    "nc": _nc,
    "tail": _tail,
    "true": _true,
    ":": _true,
    "false": lambda args, box: Done(1),
    "mkdir": _true,
    "chmod": _true,
    "chown": _true,
    "set": _true,
    "export": _true,
    "trap": _true,
    "wait": _true,
    "exec": lambda args, box: run(args, box) if args else Done(),
    "hostname": lambda args, box: Done(out=f"{box.host}\n"),
    "date": lambda args, box: Done(out=f"{box.date()}\n"),
    "whoami": lambda args, box: Done(out="root\n"),
    "id": lambda args, box: Done(out="uid=0(root) gid=0(root) groups=0(root)\n"),
    "pwd": lambda args, box: Done(out="/\n"),
}
