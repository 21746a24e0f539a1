"""A running container: what answers on its ports, what its files hold, how far its script has come.

The state of a process is plain data (`new_process`); `Running` joins it with the image and the Pod for as long
as one question takes.

| key | meaning |
|---|---|
| `started` `listens` | when the process began, and opens its ports (ms; None: it never does) |
| `ports` | `[port, protocol]` pairs |
| `env` `mounts` `volumes` | environment; files of ConfigMaps and Secrets; `[mount path, volume key, sub path]` |
| `files` | what was written (text) or removed (None) in the container's own file system |
| `faults` | name -> until when (ms, -1 for good), or for `status` path -> `[code, until]` |
| `sigterm` | when SIGTERM came, or None |
| `script` | `{"text", "pc", "status", "vars", "redirect"}` for a process that is a shell script |
| `rps` `cpu` `request_us` | load on it: requests per second, forced CPU in milli, microseconds per request |
| `busy_permille` | how much of the CPU that it may use its work would take |
| `cpu_used` `cpu_since` | milli-CPU times milliseconds used up to an instant |
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from learn.cluster import commands, reach
from learn.cluster.apps import Answer, App
from learn.cluster.network.clients import Client, from_pod
from learn.cluster.objects import Obj
from learn.cluster.script import ScriptError, compile_script, expand, shell_text

if TYPE_CHECKING:
    from learn.cluster.cluster import Cluster

UDP = "udp"
FOREVER = -1
MAX_STEPS = 1_000
"""Instructions of a script within one instant; a loop that never sleeps just keeps its CPU busy."""

MAX_LOG_LINES = 200


class Reply(NamedTuple):
    """What a request to a port of a container meets.

    `kind` is ok, refused (nothing listens) or hang (accepted and lost: it is never answered).
    """

    kind: str
    status: int = 0
    body: str = ""
    latency_ms: int = 0
    redirect: str = ""


def new_process(
    app: App, *, now: int, env: Mapping[str, str], mounts: Mapping[str, str], volumes: Sequence[Sequence[str]]
) -> dict[str, Any]:
    ports = [[port.port, port.protocol] for port in app.listens]
    own_port = env.get(app.listen_env, "") if app.listen_env else ""
    if own_port.isdecimal():
        ports = [[int(own_port), "http"]]
    return {
        "started": now,
        "listens": now + app.start_ms if ports or app.files_when_listening else None,
        "ports": ports,
        "env": dict(env),
        "mounts": dict(mounts),
        "volumes": [list(volume) for volume in volumes],
        "files": {},
        "faults": {},
        "sigterm": None,
        "script": None,
        "rps": 0,
        "cpu": 0,
        "request_us": app.cpu_us,
        "busy_permille": 0,
        "cpu_used": 0,
        "cpu_since": now,
    }


def program_of(app: App, container: Mapping[str, Any]) -> tuple[str, list[str]]:
    """What runs: ("app", []) for the image's own program, ("script", [text]), or ("command", argv).

    A manifest's `command` replaces the entrypoint, `args` the image's command.  An image that is only a shell
    runs `args` as well; without either it starts a shell that ends at once.
    """
    command = [str(word) for word in container.get("command") or ()]
    args = [str(word) for word in container.get("args") or ()]
    if not command and not app.shell:
        return "app", []
    if command and command[0] in app.programs and shell_text([*command, *args]) is None:
        return "app", []
    argv = [*command, *args]
    if not argv:
        return "script", [""]
    text = shell_text(argv)
    return ("command", argv) if text is None else ("script", [text])


def is_until(until: int, now: int) -> bool:
    """Whether something that lasts until `until` (FOREVER: for good) still lasts."""
    return until == FOREVER or now < until


class Running:
    """One running container seen whole; implements `commands.Box`."""

    def __init__(
        self,
        cluster: Cluster,
        app: App,
        process: dict[str, Any],
        pod: Obj,
        volumes: dict[str, dict[str, str]],
        log: list[list[Any]],
    ) -> None:
        self.cluster = cluster
        self.app = app
        self.process = process
        self.pod = pod
        self.volumes = volumes
        self.log = log

    # -- answering -------------------------------------------------------------------------------

    def fault(self, name: str) -> bool:
        until = self.process["faults"].get(name)
        return until is not None and is_until(until, self.cluster.now)

    @property
    def is_listening(self) -> bool:
        listens = self.process["listens"]
        if listens is None or self.cluster.now < listens:
            return False
        return self.process["sigterm"] is None or self.app.sigterm.serves or self.app.sigterm.ignored

    def opens(self, port: int) -> str:
        """The protocol spoken on a port, or "" when nothing listens there; of TCP and UDP, that over TCP."""
        if not self.is_listening:
            return ""
        spoken = [str(protocol) for number, protocol in self.process["ports"] if number == port]
        return min(spoken, key=lambda protocol: protocol == UDP, default="")

    def hangs(self) -> bool:
        return self.fault("hang") or self.fault("deadlock")

    def http_reply(self, port: int, path: str, *, probe: str = "", client: str = "") -> Reply:
        """What a GET meets.  `probe` is the kind of probe that asks, if one does."""
        protocol = self.opens(port)
        if not protocol:
            return Reply("refused")
        if self.hangs():
            return Reply("hang")
        path = path.partition("?")[0]
        answer = self.answer_at(path)
        if protocol not in ("http", "https"):
            return Reply("ok", status=0, body="malformed HTTP response")
        status = self._status(answer, path, probe)
        latency = self.latency_ms(answer)
        if status >= 400 and status != answer.status:
            return Reply("ok", status=status, latency_ms=latency)
        body = self.fill(answer.body, path=path, port=str(port), client=client)
        return Reply("ok", status=status, body=body, latency_ms=latency, redirect=answer.redirect)

    def answer_at(self, path: str) -> Answer:
        """What the image answers at a path while nothing is wrong."""
        return self.app.paths.get(path) or self.app.otherwise

    def _status(self, answer: Answer, path: str, probe: str) -> int:
        statuses = self.process["faults"].get("status") or {}
        if path in statuses and is_until(statuses[path][1], self.cluster.now):
            return int(statuses[path][0])
        if self.fault("unready") and (answer.readiness or probe == "readiness"):
            return 503
        client = from_pod(self.pod)
        if any(not reach.is_up(self.cluster, client, need) for need in answer.needs):
            return 503
        return answer.status

    def latency_ms(self, answer: Answer) -> int:
        """Base latency, stretched by how busy the CPU is (an M/M/1 queue), ten seconds when it is swamped."""
        base = self.app.latency_ms if answer.latency_ms is None else answer.latency_ms
        busy = int(self.process["busy_permille"])
        if busy >= 1000:
            return 10_000
        return base * 1000 // (1000 - busy)

    def cost_us(self, path: str) -> int:
        """Microseconds of CPU that one request to a path takes."""
        answer = self.answer_at(path.partition("?")[0])
        return self.app.cpu_us if answer.cpu_us is None else answer.cpu_us

    def tcp_opens(self, port: int) -> bool:
        return bool(self.opens(port))

    def grpc_reply(self, port: int, *, probe: str = "") -> bool | None:
        """SERVING or not; None when nothing answers in time."""
        if self.opens(port) != "grpc" or self.hangs():
            return None
        return not (self.fault("unhealthy") or (probe == "readiness" and self.fault("unready")))

    def fill(self, text: str, **more: str) -> str:
        """A body or log line with its placeholders filled in."""
        if "{" not in text:
            return text
        version = self.app.version
        values = {
            "pod": self.pod["metadata"]["name"],
            "host": self.host,
            "node": self.pod["spec"].get("nodeName", ""),
            "ip": self.pod["status"].get("podIP", ""),
            "version": version,
            "major": version.lstrip("v").partition(".")[0],
            "time": self.date(),
            **more,
        }
        for name, value in values.items():
            text = text.replace("{" + name + "}", value)
        for prefix, lookup in (("{env.", self.env.get), ("{file.", self.read)):
            while prefix in text:
                before, _, rest = text.partition(prefix)
                name, _, after = rest.partition("}")
                text = before + (lookup(name) or "").replace("{", "(") + after
        return text

    # -- what programs inside see (commands.Box) -------------------------------------------------

    @property
    def env(self) -> Mapping[str, str]:
        env: Mapping[str, str] = self.process["env"]
        return env

    @property
    def host(self) -> str:
        if self.pod["spec"].get("hostNetwork"):
            return str(self.pod["spec"].get("nodeName", ""))
        return str(self.pod["spec"].get("hostname") or self.pod["metadata"]["name"])

    @property
    def own_commands(self) -> Mapping[str, str]:
        return self.app.exec

    def _volume(self, path: str) -> tuple[dict[str, str], str] | None:
        """The volume that a path lies in and the path inside it; the deepest mount wins."""
        best: Sequence[str] | None = None
        for mount in self.process["volumes"]:
            inside = path == mount[0] or path.startswith(mount[0].rstrip("/") + "/")
            if inside and (best is None or len(mount[0]) > len(best[0])):
                best = mount
        if best is None:
            return None
        return self.volumes.setdefault(best[1], {}), best[2] + path[len(best[0].rstrip("/")) :]

    def read(self, path: str) -> str | None:
        files = self.process["files"]
        if path in files:
            text: str | None = files[path]
            return text
        if path in self.process["mounts"]:
            mounted: str = self.process["mounts"][path]
            return mounted
        if volume := self._volume(path):
            return volume[0].get(volume[1])
        if path in self.app.files:
            return self.app.files[path]
        listens = self.process["listens"]
        if path in self.app.files_when_listening and listens is not None and self.cluster.now >= listens:
            return self.app.files_when_listening[path]
        return None

    def write(self, path: str, text: str) -> bool:
        if path in self.process["mounts"] or len(text) > 10_000:
            return False
        if volume := self._volume(path):
            volume[0][volume[1]] = text
        elif len(self.process["files"]) < 500:
            self.process["files"][path] = text
        return True

    def remove(self, path: str) -> bool:
        if self.read(path) is None or path in self.process["mounts"]:
            return False
        if volume := self._volume(path):
            return volume[0].pop(volume[1], None) is not None
        self.process["files"][path] = None
        return True

    def names_under(self, path: str) -> list[str]:
        prefix = path.rstrip("/") + "/"
        known = [
            *self.process["mounts"],
            *self.app.files,
            *self.process["files"],
            *self.app.files_when_listening,
        ]
        known = [each for each in known if self.read(each) is not None]
        for mount, key, sub in self.process["volumes"]:
            known += [mount.rstrip("/") + each[len(sub) :] for each in self.volumes.get(key, ())]
        return sorted({each[len(prefix) :].partition("/")[0] for each in known if each.startswith(prefix)})

    def is_directory(self, path: str) -> bool:
        """A mount point (of an empty volume, too), one of those that every image has, or what holds a file."""
        path = path.rstrip("/") or "/"
        mounted = any(mount.rstrip("/") == path for mount, _, _ in self.process["volumes"])
        return mounted or path in ("/", "/tmp") or bool(self.names_under(path))

    @property
    def client(self) -> Client:
        """This Pod as the sender of a request."""
        return from_pod(self.pod)

    def http(self, url: str) -> commands.Fetched:
        found = reach.answer(self.cluster, self.client, url)
        return commands.Fetched(found.status, found.body, found.why, found.exit_code, found.latency_ms)

    def connects(self, host: str, port: int) -> bool:
        return reach.connects(self.cluster, self.client, host, port)

    def resolve(self, name: str) -> Sequence[str]:
        return reach.resolve(self.cluster, self.client, name)

    def grpc_health(self) -> bool | None:
        port = next((number for number, protocol in self.process["ports"] if protocol == "grpc"), 0)
        return self.grpc_reply(port)

    def date(self) -> str:
        return self.cluster.clock.timestamp(self.cluster.now)

    # -- programs --------------------------------------------------------------------------------

    def say(self, text: str) -> None:
        """Lines on standard output, as `kubectl logs` shows them; the last ones are kept."""
        for line in text.splitlines():
            self.log.append([self.cluster.now, line])
        del self.log[:-MAX_LOG_LINES]

    def exec(self, argv: Sequence[str]) -> commands.Done:
        """Run a command beside the process, as exec probes and `kubectl exec` do."""
        text = shell_text(argv)
        if text is not None:
            if not self.app.has_shell:
                return commands.Done(126, err=_no_such_file(argv[0]))
            return self._exec_script(text)
        if not argv:
            return commands.Done(126, err="OCI runtime exec failed: exec failed: no command specified\n")
        done = commands.run(argv, self)
        if done.code == 127 and not done.out:
            return commands.Done(126, err=_no_such_file(argv[0]))
        return done

    def _exec_script(self, text: str) -> commands.Done:
        try:
            state = script_state(text, self)
        except ScriptError as error:
            return commands.Done(2, err=f"sh: {error}\n")
        out: list[str] = []
        took = 0
        while True:
            pause = run_script(state, self, out.append)
            if pause is None:
                return commands.Done(int(state["status"]), out="".join(out), took_ms=took)
            if pause == FOREVER:
                return commands.Done(0, out="".join(out), took_ms=FOREVER)
            took += pause
            if took > 3_600_000:
                return commands.Done(0, out="".join(out), took_ms=FOREVER)


def _no_such_file(program: str) -> str:
    return (
        "OCI runtime exec failed: exec failed: unable to start container process: exec: "
        f'"{program}": executable file not found in $PATH: unknown'
    )


def script_state(text: str, running: Running) -> dict[str, Any]:
    """The state of a script about to run.  Raises ScriptError for what is not known."""
    compile_script(text)
    return {"text": text, "pc": 0, "status": 0, "vars": {}, "redirect": None}


def run_script(state: dict[str, Any], running: Running, say: Any) -> int | None:
    """Go on until the script waits (gives for how many ms, or FOREVER) or ends (gives None)."""
    code = compile_script(state["text"]).instructions
    for _ in range(MAX_STEPS):
        if state["pc"] >= len(code):
            return None
        kind, *words = code[state["pc"]]
        state["pc"] += 1
        match kind:
            case "jump":
                state["pc"] = int(words[0])
            case "ok" | "fail":
                if (state["status"] == 0) is (kind == "ok"):
                    state["pc"] = int(words[0])
            case "not":
                state["status"] = 0 if state["status"] else 1
            case "set":
                state["vars"][words[0]] = expand(words[1], _variables(state, running))
                state["status"] = 0
            case "redirect":
                state["redirect"] = [expand(words[0], _variables(state, running)), words[1]]
            case "run":
                argv = [expand(word, _variables(state, running)) for word in words]
                if argv[0] == "exit":
                    state["status"] = (
                        int(argv[1]) % 256 if len(argv) > 1 and argv[1].isdecimal() else state["status"]
                    )
                    state["pc"] = len(code)
                    return None
                pause = _run_command(argv, state, running, say)
                if pause:
                    return pause
    return FOREVER


def _variables(state: Mapping[str, Any], running: Running) -> dict[str, str]:
    return {
        **running.env,
        "HOSTNAME": running.host,
        "$(hostname)": running.host,
        "$(date)": running.date(),
        "?": str(state["status"]),
        **state["vars"],
    }


def _run_command(argv: Sequence[str], state: dict[str, Any], running: Running, say: Any) -> int:
    """Run one command of a script; gives how long it takes."""
    done = commands.run(argv, running)
    state["status"] = done.code
    redirect, state["redirect"] = state["redirect"], None
    if redirect is None:
        say(done.out + done.err)
    elif redirect[0] not in ("/dev/null", "/dev/stdout", "/dev/stderr"):
        before = (running.read(redirect[0]) or "") if redirect[1] == "a" else ""
        running.write(redirect[0], (before + done.out)[-5_000:])
    elif redirect[0] != "/dev/null":
        say(done.out)
    return done.took_ms
