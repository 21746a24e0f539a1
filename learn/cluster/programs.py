"""What the program in a container does once it runs: listen, exit, hang, go on with its script, need memory."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from learn.cluster import commands, reach
from learn.cluster.apps import App
from learn.cluster.engine import Priority
from learn.cluster.environment import ConfigError, MountError, container_mounts, environment, volumes_of
from learn.cluster.network.clients import from_pod
from learn.cluster.objects import Obj, Ref
from learn.cluster.pods import container_field, container_spec
from learn.cluster.process import FOREVER, UDP, Running, new_process, program_of, run_script, script_state
from learn.cluster.script import ScriptError
from learn.cluster.usage import memory_bytes, oom_at

if TYPE_CHECKING:
    from learn.cluster.kubelet import Kubelet, Record


def _socket(number: int, protocol: str) -> tuple[str, int]:
    """What can be bound once in a network namespace: TCP and UDP have their own port numbers."""
    return UDP if protocol == UDP else "tcp", number


class Programs:
    """Launches the programs of containers and sets the timers of what they do by themselves."""

    def __init__(self, kubelet: Kubelet) -> None:
        self.kubelet = kubelet
        self.engine = kubelet.engine
        self.trace = kubelet.trace
        self.store = kubelet.store
        self.cluster = kubelet.cluster

    def launch(self, record: Record, pod: Obj, name: str, app: App, spec: Obj) -> None:
        """Let the program run: set the timers of what it will do by itself."""
        container = record["containers"][name]
        try:
            env = environment(self.store, pod, spec)
            files, writable = container_mounts(spec, volumes_of(self.store, pod))
        except (ConfigError, MountError):
            env, files, writable = {}, {}, []
        process = new_process(app, now=self.engine.now, env=env, mounts=files, volumes=writable)
        container["process"] = process
        self.cluster.faults.prepare(record, pod, name, process)
        running = self.kubelet.running(record, pod, name)
        kind, argv = program_of(app, spec)
        if kind == "app":
            self._launch_app(record, name, app, running)
        elif kind == "script":
            self._launch_script(record, pod, name, argv[0], running)
        else:
            self._launch_command(record, pod, name, argv, running)
        if container["state"] == "running":
            self.plan_memory(record, pod, name)

    def _launch_app(self, record: Record, name: str, app: App, running: Running) -> None:
        process = running.process
        problem = self._start_problem(record, name, app, running)
        if problem:
            running.say(problem)
            record["containers"][name]["fault_entry"] = self.trace.record(
                Ref("Pod", record["ns"], record["name"]), "decision",
                field=container_field(running.pod, name, "image"),
                data={"rule": "start", "container": name, "text": problem},
            )  # fmt: skip
            self.kubelet.containers.exit(record, name, app.exit_code or 1)
            return
        for line in app.log:
            running.say(running.fill(line))
        listens = process["listens"]
        if listens is not None and listens > self.engine.now:
            self.set_milestone(record, name, listens, "listen")
        if app.run_ms is not None:
            self.set_milestone(record, name, self.engine.now + app.run_ms, "exit", app.exit_code)
        if app.crash_at_ms is not None:
            self.set_milestone(record, name, self.engine.now + app.crash_at_ms, "exit", app.exit_code or 1)
        if app.hang_at_ms is not None:
            self.set_milestone(record, name, self.engine.now + app.hang_at_ms, "hang")

    def _start_problem(self, record: Record, name: str, app: App, running: Running) -> str:
        """Why the program ends at once: something that it needs is not there, or its port is taken."""
        for variable in app.requires_env:
            if not running.env.get(variable):
                return f"error: environment variable {variable} is not set"
        for path in app.requires_files:
            if running.read(path) is None:
                return f"error: {path}: no such file"
        client = replace(from_pod(running.pod), ip=record["ip"])
        for need in app.needs_at_start:
            if not reach.is_up(self.cluster, client, need):
                return f"error: cannot connect to {need}"
        others = [
            container["process"]["ports"]
            for other, container in record["containers"].items()
            if other != name and container["state"] == "running" and container["process"]
        ]
        taken = {_socket(*port) for ports in others for port in ports}
        for number, protocol in running.process["ports"]:
            transport, _ = _socket(number, protocol)
            if (transport, number) in taken:
                return f"listen {transport} :{number}: bind: address already in use"
        return ""

    def _launch_script(self, record: Record, pod: Obj, name: str, text: str, running: Running) -> None:
        running.process["ports"], running.process["listens"] = [], None
        try:
            running.process["script"] = script_state(text, running)
        except ScriptError as error:
            running.say(f"sh: {error}")
            self.kubelet.containers.exit(record, name, 2)
            return
        self._step_script(record, name, running)

    def _step_script(self, record: Record, name: str, running: Running) -> None:
        state = running.process["script"]
        pause = run_script(state, running, running.say)
        if pause is None:
            self.kubelet.containers.exit(record, name, state["status"])
        elif pause != FOREVER:
            self.set_milestone(record, name, self.engine.now + pause, "wake")

    def _launch_command(self, record: Record, pod: Obj, name: str, argv: list[str], running: Running) -> None:
        running.process["ports"], running.process["listens"] = [], None
        done = commands.run(argv, running)
        if done.code == 127:
            text = (
                "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc "
                "create failed: unable to start container process: error during container init: exec: "
                f'"{argv[0]}": executable file not found in $PATH'
            )
            self.kubelet.tell(pod, "Warning", "Failed", f"Error: {text}", container=name)
            self.kubelet.containers.exit(record, name, 128, reason="StartError", message=text)
            return
        running.say(done.out + done.err)
        if done.took_ms == 0:
            self.kubelet.containers.exit(record, name, done.code)
        elif done.took_ms != FOREVER:
            self.set_milestone(record, name, self.engine.now + done.took_ms, "exit", done.code)

    def set_milestone(self, record: Record, name: str, due: int, what: str, code: int = 0) -> None:
        serial = record["containers"][name]["serial"]
        self.engine.at(due, Priority.PROCESS, "kubelet.milestone", record["uid"], name, serial, what, code)

    def milestone(self, uid: str, name: str, serial: int, what: str, code: int) -> None:
        """Something that a program does by itself: it listens, hangs, exits, goes on with its script."""
        found = self.kubelet.current(uid, name, serial)
        if found is None:
            return
        record, pod, container = found
        match what:
            case "listen" | "look":
                self.kubelet.prober.poke(record, pod, name)
                self.cluster.traffic.changed()
            case "hang":
                container["fault_entry"] = self.trace.record(
                    Ref("Pod", record["ns"], record["name"]), "fault",
                    causes=(container["entry"],), data={"container": name, "fault": "hang"},
                )  # fmt: skip
                container["process"]["faults"]["hang"] = FOREVER
                self.kubelet.prober.poke(record, pod, name)
                self.cluster.traffic.changed()
            case "wake":
                self._step_script(record, name, self.kubelet.running(record, pod, name))
                if container["state"] == "running":
                    self.kubelet.prober.poke(record, pod, name)
                self.kubelet.sync(record, pod)
            case "exit":
                self.kubelet.containers.exit(record, name, code)
                self.kubelet.sync(record, pod)
            case "oom":
                self._out_of_memory(record, pod, name)

    def plan_memory(self, record: Record, pod: Obj, name: str) -> None:
        """Set the timer of the OOM kill, if the container's memory will ever pass its limit."""
        container = record["containers"][name]
        running = self.kubelet.running(record, pod, name)
        spec = container_spec(pod, name)
        due = oom_at(running.app, container["process"], spec, pod["spec"], self.engine.now)
        if due is not None and due != container["process"].get("oom"):
            container["process"]["oom"] = due
            self.set_milestone(record, name, due, "oom")

    def _out_of_memory(self, record: Record, pod: Obj, name: str) -> None:
        container = record["containers"][name]
        running = self.kubelet.running(record, pod, name)
        spec = container_spec(pod, name)
        due = oom_at(running.app, container["process"], spec, pod["spec"], self.engine.now)
        if due is None or due > self.engine.now:
            self.plan_memory(record, pod, name)
            return
        used = memory_bytes(running.app, container["process"], self.engine.now)
        entry = self.trace.record(
            Ref("Pod", record["ns"], record["name"]), "decision",
            causes=tuple(e for e in (container["entry"], container["fault_entry"]) if e),
            field=container_field(pod, name, "resources.limits.memory"),
            data={"rule": "oom", "container": name, "used": used},
        )  # fmt: skip
        container["fault_entry"] = entry
        self.kubelet.containers.exit(record, name, 137, reason="OOMKilled")
        self.kubelet.sync(record, pod)

    def look_at(self, record: Record, name: str, due: int) -> None:
        """At an instant to come, the probes of a container may see something else."""
        self.set_milestone(record, name, due, "look")
