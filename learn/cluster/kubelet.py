"""The kubelets of all nodes: they bring Pods to life, watch over them and end them.

What to do next is decided in `podsync` and `restarts`, the probes run in `prober`, images come from `pulls`,
what a program does is `process`; here it is carried out.  A Pod's record is plain data:
`{"uid", "ns", "name", "node", "ip", "admitted", "mounted", "initialized", "starting", "containers": {...}, …}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from learn.cluster import commands, podsync, reach
from learn.cluster.api.versions import behaviour
from learn.cluster.apps import App
from learn.cluster.controllers.base import Controller, KeysOf
from learn.cluster.engine import Priority
from learn.cluster.environment import (
    ConfigError,
    MountError,
    container_mounts,
    environment,
    volumes_of,
)
from learn.cluster.images import PullFailure, find_image
from learn.cluster.objects import Obj, Ref
from learn.cluster.pods import is_terminal
from learn.cluster.podstatus import container_id, phase, pod_status
from learn.cluster.prober import Prober
from learn.cluster.probes import Outcome
from learn.cluster.process import FOREVER, Running, new_process, program_of, run_script, script_state
from learn.cluster.pulls import Pulls
from learn.cluster.restarts import Backoff, after_restart, go_duration, may_restart_at
from learn.cluster.script import ScriptError
from learn.cluster.store import Notice
from learn.cluster.usage import cpu_between, limit_milli, memory_bytes, oom_at, wanted_milli

if TYPE_CHECKING:
    from learn.cluster.cluster import Cluster

Record: TypeAlias = dict[str, Any]

START_MS = 1_000
"""From an image at hand to a running container."""

RETRY_MS = 10_000
UNLIMITED_MILLI = 4_000
"""What a container without a CPU limit is taken to be able to use."""

SLOW_PERMILLE = 800
"""From here on a busy container answers so slowly that its probes may notice."""

FIRST_MOUNT_RETRY_MS = 500
LAST_MOUNT_RETRY_MS = 122_000
PRESTOP_EXTRA_MS = 2_000


class Kubelet(Controller):
    """Keys are `namespace/name/uid` of Pods that are bound to a node."""

    name = "kubelet"
    component = "kubelet"
    priority: ClassVar[int] = Priority.KUBELET
    timers = ("pulled", "started", "milestone", "probe", "probed", "sigterm", "sigkill", "retry")

    def __init__(self, cluster: Cluster) -> None:
        super().__init__(cluster)
        self.state = {"pods": {}, "nodes": {}, "volumes": {}, "backoffs": {}}
        self.prober = Prober(self)
        self.pulls = Pulls(self)
        self._apps: dict[str, App | PullFailure] = {}
        self.texts = behaviour(cluster.version)
        self._by_address: dict[str, list[str]] | None = None

    def watches(self) -> Mapping[str, KeysOf]:
        return {"Pod": self._changed}

    def _changed(self, notice: Notice) -> Iterable[str]:
        old, new = notice.old, notice.new
        obj = notice.obj
        if not obj["spec"].get("nodeName"):
            return ()
        if old is not None and new is not None and old["spec"] is new["spec"]:
            before, after = old["metadata"], new["metadata"]
            same = before.get("deletionTimestamp") == after.get("deletionTimestamp")
            gates = obj["spec"].get("readinessGates")
            if same and not (gates and self._gates(old) != self._gates(new)):
                return ()
        return (f"{notice.ref.namespace}/{notice.ref.name}/{obj['metadata']['uid']}",)

    def _gates(self, pod: Obj) -> dict[str, str]:
        wanted = {gate["conditionType"] for gate in pod["spec"].get("readinessGates") or ()}
        return {c["type"]: c["status"] for c in pod["status"].get("conditions") or () if c["type"] in wanted}

    # -- looking things up -----------------------------------------------------------------------

    def records(self) -> Iterable[Record]:
        """The Pods that are on nodes, in the order in which they came."""
        records: dict[str, Record] = self.state["pods"]
        return list(records.values())

    def record(self, uid: str) -> Record | None:
        found: Record | None = self.state["pods"].get(uid)
        return found

    def pod(self, record: Record) -> Obj | None:
        """The Pod's object; None when it is gone (deleted by force) or another one has its name."""
        found = self.store.find("Pod", record["ns"], record["name"])
        return found if found is not None and found["metadata"]["uid"] == record["uid"] else None

    def is_frozen(self, node: str) -> bool:
        """The kubelet of this node does nothing: it is stopped, or its node is down."""
        return self.cluster.is_stopped(f"kubelet/{node}") or self.cluster.is_stopped(f"node/{node}")

    def container_spec(self, pod: Obj, name: str) -> Obj:
        for group in ("containers", "initContainers"):
            for each in pod["spec"].get(group) or ():
                if each["name"] == name:
                    return each  # type: ignore[no-any-return]  # plain data
        raise KeyError(name)

    def field_path(self, pod: Obj, name: str, field: str) -> str:
        """The manifest path of a container's field, e.g. `spec.containers[0].livenessProbe`."""
        for group in ("containers", "initContainers"):
            for index, each in enumerate(pod["spec"].get(group) or ()):
                if each["name"] == name:
                    return f"spec.{group}[{index}].{field}"
        return ""

    def app(self, image: str) -> App | PullFailure:
        if image not in self._apps:
            self._apps[image] = find_image(self.cluster.config["images"], image)
        return self._apps[image]

    def running(self, record: Record, pod: Obj, name: str) -> Running:
        """A running container seen whole."""
        container = record["containers"][name]
        app = self.app(self.container_spec(pod, name)["image"])
        assert isinstance(app, App)
        return Running(self.cluster, app, container["process"], pod, self.state["volumes"], container["log"])

    def grace_seconds(self, pod: Obj) -> int:
        grace = pod["spec"].get("terminationGracePeriodSeconds")
        return 30 if grace is None else int(grace)

    def tell(
        self,
        pod: Obj,
        type_: str,
        reason: str,
        message: str,
        *,
        container: str = "",
        causes: tuple[int, ...] | None = None,
    ) -> None:
        """An Event of this Pod's kubelet."""
        group = "containers"
        if container and any(c["name"] == container for c in pod["spec"].get("initContainers") or ()):
            group = "initContainers"
        self.events.record(
            pod, type_, reason, message,
            source="kubelet", host=pod["spec"].get("nodeName", ""), causes=causes,
            field_path=f"spec.{group}{{{container}}}" if container else "",
        )  # fmt: skip

    # -- one Pod ---------------------------------------------------------------------------------

    def reconcile(self, key: str) -> None:
        namespace, name, uid = key.split("/")
        record = self.record(uid)
        pod = self.store.find("Pod", namespace, name)
        if pod is None or pod["metadata"]["uid"] != uid:
            if record is not None:
                self._forget(record)
            return
        if self.is_frozen(pod["spec"]["nodeName"]):
            return
        if record is None:
            if is_terminal(pod):
                if "deletionTimestamp" in pod["metadata"]:
                    self.api.delete(Ref("Pod", namespace, name), grace_seconds=0)
                return
            record = self._admit(pod)
        if "deletionTimestamp" in pod["metadata"]:
            self._end(record, pod)
        else:
            self.sync(record, pod)

    def _admit(self, pod: Obj) -> Record:
        """A Pod has come to its node."""
        meta, spec = pod["metadata"], pod["spec"]
        record: Record = {
            "uid": meta["uid"],
            "ns": meta["namespace"],
            "name": meta["name"],
            "node": spec["nodeName"],
            "ip": "",
            "admitted": self.engine.now,
            "mounted": False,
            "mount_retry": 0,
            "initialized": not spec.get("initContainers"),
            "starting": "",
            "ended": False,
            "phase": "Pending",
            "deadline": None,
            "containers": podsync.new_containers(spec),
        }
        for container in record["containers"].values():
            container["entry"] = self.trace.because[-1] if self.trace.because else 0
        self.state["pods"][meta["uid"]] = record
        return record

    def _address(self, record: Record, pod: Obj) -> str:
        """The Pod's address: the node's own with hostNetwork, else the next free one of the node's range."""
        node = self.store.find("Node", "", record["node"])
        if pod["spec"].get("hostNetwork"):
            return self.host_ip(record["node"])
        prefix = str((node or {"spec": {}})["spec"].get("podCIDR", "10.244.255.0/24")).rpartition(".")[0]
        nodes = self.state["nodes"].setdefault(
            record["node"], {"images": {}, "pulls": {}, "busy": 0, "ip": 1}
        )
        used = {r["ip"] for r in self.state["pods"].values() if r["node"] == record["node"]}
        for _ in range(254):
            nodes["ip"] = nodes["ip"] % 254 + 1
            address = f"{prefix}.{nodes['ip']}"
            if nodes["ip"] > 1 and address not in used:
                return address
        return ""

    def host_ip(self, node_name: str) -> str:
        node = self.store.find("Node", "", node_name)
        for address in (node or {"status": {}})["status"].get("addresses") or ():
            if address["type"] == "InternalIP":
                return str(address["address"])
        return ""

    def sync(self, record: Record, pod: Obj) -> None:
        """Start what should run and does not, end what should not run any more, and report."""
        if record["ended"]:
            self._end(record, pod)
            return
        containers = record["containers"]
        if not self._mounted(record, pod):
            self.publish(record)
            return
        if not record["initialized"] and podsync.initialized(containers):
            record["initialized"] = True
        if podsync.has_ended(pod["spec"], containers, is_initialized=record["initialized"]):
            record["ended"] = True
            self._end(record, pod)
            return
        if not record["starting"]:
            for name in podsync.to_start(pod["spec"], containers, is_initialized=record["initialized"]):
                if self._begin(record, pod, name):
                    break
        self.publish(record)

    def _mounted(self, record: Record, pod: Obj) -> bool:
        """Set up volumes and the sandbox; a volume that is missing is tried again later and later."""
        if record["mounted"]:
            return True
        try:
            volumes_of(self.store, pod)
        except MountError as error:
            self.tell(pod, "Warning", "FailedMount", str(error))
            wait = min(record["mount_retry"] * 2 or FIRST_MOUNT_RETRY_MS, LAST_MOUNT_RETRY_MS)
            record["mount_retry"] = wait
            self.after(wait, "retry", record["uid"])
            return False
        record["mounted"] = True
        record["ip"] = self._address(record, pod)
        self._by_address = None
        deadline = pod["spec"].get("activeDeadlineSeconds")
        if deadline is not None:
            self.after(int(deadline) * 1000, "retry", record["uid"])
        return True

    def retry(self, uid: str) -> None:
        """Look at a Pod again: a back-off has passed, or something that was missing may be there."""
        record = self.record(uid)
        pod = self.pod(record) if record else None
        if record is None or pod is None or self.is_frozen(record["node"]):
            return
        if "deletionTimestamp" in pod["metadata"]:
            return
        deadline = pod["spec"].get("activeDeadlineSeconds")
        if deadline is not None and self.engine.now >= record["admitted"] + int(deadline) * 1000:
            self._past_deadline(record, pod)
            return
        self.sync(record, pod)

    def _past_deadline(self, record: Record, pod: Obj) -> None:
        if not record["ended"]:
            record["ended"] = True
            record["failure"] = [
                "DeadlineExceeded",
                "Pod was active on the node longer than the specified deadline",
            ]
            self._end(record, pod)

    # -- starting a container --------------------------------------------------------------------

    def _begin(self, record: Record, pod: Obj, name: str) -> bool:
        """Take the next step towards running a container; False when it cannot start now."""
        container = record["containers"][name]
        spec = self.container_spec(pod, name)
        key = f"{record['uid']}/{name}/{spec['image']}"
        if container["serial"]:
            known = self.state["backoffs"].get(key)
            backoff = Backoff(*known) if known else None
            due = may_restart_at(backoff, container["finished"])
            if self.engine.now < due:
                self._hold_back(record, pod, name, due - container["finished"], due)
                return False
        if not self.pulls.has_image(record, pod, name):
            return bool(record["starting"])
        return self._create(record, pod, name, key)

    def _hold_back(self, record: Record, pod: Obj, name: str, delay: int, due: int) -> None:
        container = record["containers"][name]
        if container["reason"] == "CrashLoopBackOff" and container["state"] == "waiting":
            return
        where = f"{record['name']}_{record['ns']}({record['uid']})"
        self.wait(container, "CrashLoopBackOff", f"back-off {go_duration(delay)} restarting failed container={name} pod={where}")  # fmt: skip
        self.tell(
            pod, "Warning", "BackOff",
            f"Back-off restarting failed container {name} in pod {where}",
            container=name, causes=(container["entry"],),
        )  # fmt: skip
        self.engine.at(due, Priority.KUBELET, "kubelet.retry", record["uid"])

    def wait(self, container: Record, reason: str, message: str = "") -> None:
        """Put a container that is not running into the waiting state; its last run is kept."""
        if container["state"] == "terminated":
            container["last"] = self._run(container)
        container["state"], container["reason"], container["message"] = "waiting", reason, message

    def _run(self, container: Record) -> Record:
        keys = ("container_id", "exit", "finished", "reason", "started", "message")
        return {key: container[key] for key in keys}

    def _create(self, record: Record, pod: Obj, name: str, key: str) -> bool:
        """Make the container; it runs a second later."""
        container = record["containers"][name]
        spec = self.container_spec(pod, name)
        try:
            environment(self.store, pod, spec)
            self._check_user(pod, spec)
        except ConfigError as error:
            if container["reason"] != error.reason or container["message"] != error.message:
                self.tell(pod, "Warning", "Failed", f"Error: {error.message}", container=name)
            self.wait(container, error.reason, error.message)
            self.after(RETRY_MS, "retry", record["uid"])
            return False
        if container["serial"]:
            known = self.state["backoffs"].get(key)
            backoff = Backoff(*known) if known else None
            decided = after_restart(backoff, container["finished"], self.engine.now)
            self.state["backoffs"][key] = list(decided)
        record["starting"] = name
        self.engine.after(START_MS, Priority.PROCESS, "kubelet.started", record["uid"], name)
        return True

    def _check_user(self, pod: Obj, spec: Obj) -> None:
        """runAsNonRoot against the user that the container would have (kuberuntime security_context.go)."""
        security = {**(pod["spec"].get("securityContext") or {}), **(spec.get("securityContext") or {})}
        app = self.app(spec["image"])
        if not security.get("runAsNonRoot") or not isinstance(app, App):
            return
        user = security.get("runAsUser", app.user)
        where = f'(pod: "{pod["metadata"]["name"]}_{pod["metadata"]["namespace"]}({pod["metadata"]["uid"]})", container: {spec["name"]})'
        if isinstance(user, str):
            raise ConfigError(
                f"container has runAsNonRoot and image has non-numeric user ({user}), cannot verify user is non-root {where}"
            )
        if user == 0:
            text = (
                "container's runAsUser breaks non-root policy"
                if "runAsUser" in security
                else "container has runAsNonRoot and image will run as root"
            )
            raise ConfigError(f"{text} {where}")

    def started(self, uid: str, name: str) -> None:
        """The container's process begins."""
        record = self.record(uid)
        pod = self.pod(record) if record else None
        if record is None or pod is None or record["starting"] != name or self.is_frozen(record["node"]):
            return
        record["starting"] = ""
        if "deletionTimestamp" in pod["metadata"] or record["ended"]:
            self._end(record, pod)
            return
        container = record["containers"][name]
        spec = self.container_spec(pod, name)
        app = self.app(spec["image"])
        assert isinstance(app, App)
        if container["state"] == "terminated":
            container["last"] = self._run(container)
        if container["serial"]:
            container["restarts"] += 1
        container["serial"] += 1
        container["container_id"] = container_id(uid, name, container["serial"])
        container["state"], container["reason"], container["message"] = "running", "", ""
        container["started"] = self.engine.now
        container["killing"] = None
        container["previous_log"], container["log"] = container["log"], []
        causes = (container["entry"],) if container["entry"] else None
        container["fault_entry"] = 0
        container["entry"] = self.trace.record(
            Ref("Pod", record["ns"], record["name"]), "container-started",
            causes=causes, data={"container": name, "restarts": container["restarts"]},
        )  # fmt: skip
        with self.trace.caused_by(container["entry"]):
            named = self.texts.container_event_names
            self.tell(pod, "Normal", "Created", f"Created container: {name}" if named else "Container created", container=name)  # fmt: skip
            self.tell(pod, "Normal", "Started", f"Started container {name}" if named else "Container started", container=name)  # fmt: skip
            self._launch(record, pod, name, app, spec)
            if container["state"] == "running":
                self.prober.begin(record, pod, name)
                self._poststart(record, pod, name, spec)
            self.cluster.steps.container_started(record, pod, name)
            self.sync(record, pod)

    def _launch(self, record: Record, pod: Obj, name: str, app: App, spec: Obj) -> None:
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
        running = self.running(record, pod, name)
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
            self._exit(record, name, app.exit_code or 1)
            return
        for line in app.log:
            running.say(running.fill(line))
        listens = process["listens"]
        if listens is not None and listens > self.engine.now:
            self._milestone(record, name, listens, "listen")
        if app.run_ms is not None:
            self._milestone(record, name, self.engine.now + app.run_ms, "exit", app.exit_code)
        if app.crash_at_ms is not None:
            self._milestone(record, name, self.engine.now + app.crash_at_ms, "exit", app.exit_code or 1)
        if app.hang_at_ms is not None:
            self._milestone(record, name, self.engine.now + app.hang_at_ms, "hang")

    def _start_problem(self, record: Record, name: str, app: App, running: Running) -> str:
        """Why the program ends at once: something that it needs is not there, or its port is taken."""
        for variable in app.requires_env:
            if not running.env.get(variable):
                return f"error: environment variable {variable} is not set"
        for path in app.requires_files:
            if running.read(path) is None:
                return f"error: {path}: no such file"
        for need in app.needs_at_start:
            if not reach.is_up(self.cluster, need, record["ns"]):
                return f"error: cannot connect to {need}"
        for number, _ in running.process["ports"]:
            for other, container in record["containers"].items():
                ports = (container["process"] or {}).get("ports") or ()
                if other != name and container["state"] == "running" and any(p == number for p, _ in ports):
                    return f"listen tcp :{number}: bind: address already in use"
        return ""

    def _launch_script(self, record: Record, pod: Obj, name: str, text: str, running: Running) -> None:
        running.process["ports"], running.process["listens"] = [], None
        try:
            running.process["script"] = script_state(text, running)
        except ScriptError as error:
            running.say(f"sh: {error}")
            self._exit(record, name, 2)
            return
        self._step_script(record, name, running)

    def _step_script(self, record: Record, name: str, running: Running) -> None:
        state = running.process["script"]
        pause = run_script(state, running, running.say)
        if pause is None:
            self._exit(record, name, state["status"])
        elif pause != FOREVER:
            self._milestone(record, name, self.engine.now + pause, "wake")

    def _launch_command(self, record: Record, pod: Obj, name: str, argv: list[str], running: Running) -> None:
        running.process["ports"], running.process["listens"] = [], None
        done = commands.run(argv, running)
        if done.code == 127:
            text = (
                "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc "
                "create failed: unable to start container process: error during container init: exec: "
                f'"{argv[0]}": executable file not found in $PATH'
            )
            self.tell(pod, "Warning", "Failed", f"Error: {text}", container=name)
            self._exit(record, name, 128, reason="StartError", message=text)
            return
        running.say(done.out + done.err)
        if done.took_ms == 0:
            self._exit(record, name, done.code)
        elif done.took_ms != FOREVER:
            self._milestone(record, name, self.engine.now + done.took_ms, "exit", done.code)

    def _milestone(self, record: Record, name: str, due: int, what: str, code: int = 0) -> None:
        serial = record["containers"][name]["serial"]
        self.engine.at(due, Priority.PROCESS, "kubelet.milestone", record["uid"], name, serial, what, code)

    def milestone(self, uid: str, name: str, serial: int, what: str, code: int) -> None:
        """Something that a program does by itself: it listens, hangs, exits, goes on with its script."""
        found = self._current(uid, name, serial)
        if found is None:
            return
        record, pod, container = found
        match what:
            case "listen" | "look":
                self.prober.poke(record, pod, name)
                self.cluster.traffic.changed()
            case "hang":
                container["fault_entry"] = self.trace.record(
                    Ref("Pod", record["ns"], record["name"]), "fault",
                    causes=(container["entry"],), data={"container": name, "fault": "hang"},
                )  # fmt: skip
                container["process"]["faults"]["hang"] = FOREVER
                self.prober.poke(record, pod, name)
                self.cluster.traffic.changed()
            case "wake":
                self._step_script(record, name, self.running(record, pod, name))
                if container["state"] == "running":
                    self.prober.poke(record, pod, name)
                self.sync(record, pod)
            case "exit":
                self._exit(record, name, code)
                self.sync(record, pod)
            case "oom":
                self._out_of_memory(record, pod, name)

    def _current(self, uid: str, name: str, serial: int) -> tuple[Record, Obj, Record] | None:
        """The Pod and container that a timer was set for, if that run of it still goes on."""
        record = self.record(uid)
        if record is None or self.cluster.is_stopped(f"node/{record['node']}"):
            return None
        container = record["containers"].get(name)
        if container is None or container["serial"] != serial or container["state"] != "running":
            return None
        pod = self.pod(record)
        return None if pod is None else (record, pod, container)

    def _poststart(self, record: Record, pod: Obj, name: str, spec: Obj) -> None:
        hook = (spec.get("lifecycle") or {}).get("postStart") or {}
        command = (hook.get("exec") or {}).get("command")
        if not command:
            return
        done = self.running(record, pod, name).exec(command)
        if done.code:
            text = f"PostStartHookError: Exec lifecycle hook ({command}) failed"
            self.tell(pod, "Warning", "FailedPostStartHook", text, container=name)
            self.kill(
                record, pod, name, message=f"FailedPostStartHook for container {name}",
                grace_ms=self.grace_seconds(pod) * 1000, causes=(record["containers"][name]["entry"],),
                field=self.field_path(pod, name, "lifecycle.postStart"),
            )  # fmt: skip

    # -- memory ----------------------------------------------------------------------------------

    def plan_memory(self, record: Record, pod: Obj, name: str) -> None:
        """Set the timer of the OOM kill, if the container's memory will ever pass its limit."""
        container = record["containers"][name]
        running = self.running(record, pod, name)
        spec = self.container_spec(pod, name)
        due = oom_at(running.app, container["process"], spec, pod["spec"], self.engine.now)
        if due is not None and due != container["process"].get("oom"):
            container["process"]["oom"] = due
            self._milestone(record, name, due, "oom")

    def _out_of_memory(self, record: Record, pod: Obj, name: str) -> None:
        container = record["containers"][name]
        running = self.running(record, pod, name)
        spec = self.container_spec(pod, name)
        due = oom_at(running.app, container["process"], spec, pod["spec"], self.engine.now)
        if due is None or due > self.engine.now:
            self.plan_memory(record, pod, name)
            return
        used = memory_bytes(running.app, container["process"], self.engine.now)
        entry = self.trace.record(
            Ref("Pod", record["ns"], record["name"]), "decision",
            causes=tuple(e for e in (container["entry"], container["fault_entry"]) if e),
            field=self.field_path(pod, name, "resources.limits.memory"),
            data={"rule": "oom", "container": name, "used": used},
        )  # fmt: skip
        container["fault_entry"] = entry
        self._exit(record, name, 137, reason="OOMKilled")
        self.sync(record, pod)

    # -- probes ----------------------------------------------------------------------------------

    def probe(self, uid: str, name: str, serial: int, kind: str) -> None:
        found = self._current(uid, name, serial)
        if found and kind in found[2]["probes"]:
            if self.is_frozen(found[0]["node"]):
                found[2]["probes"][kind]["timer"] = 0
                return
            self.prober.tick(found[0], found[1], name, kind)

    def probed(
        self,
        uid: str,
        name: str,
        serial: int,
        kind: str,
        success: bool,
        text: str,
        warning: str,
        started: int,
    ) -> None:
        found = self._current(uid, name, serial)
        if found and kind in found[2]["probes"]:
            self.prober.conclude(found[0], found[1], name, kind, Outcome(success, text, 0, warning), started)

    # -- ending a container ----------------------------------------------------------------------

    def kill(
        self,
        record: Record,
        pod: Obj,
        name: str,
        *,
        message: str,
        grace_ms: int,
        causes: tuple[int, ...],
        field: str = "",
    ) -> None:
        """End a running container: preStop, SIGTERM, and SIGKILL when the grace period is over."""
        container = record["containers"][name]
        if container["killing"] is not None or container["state"] != "running":
            return
        entry = self.trace.record(
            Ref("Pod", record["ns"], record["name"]), "container-killing",
            causes=causes, field=field, data={"container": name, "grace_ms": grace_ms, "text": message},
        )  # fmt: skip
        container["killing"] = {"deadline": self.engine.now + grace_ms, "entry": entry}
        self.tell(pod, "Normal", "Killing", message, container=name, causes=(entry,))
        self.prober.stop(record, name, keep=("readiness",))
        prestop = self._prestop_ms(record, pod, name) if grace_ms > 0 else 0
        serial = container["serial"]
        limit = grace_ms + (PRESTOP_EXTRA_MS if prestop > grace_ms else 0)
        self.engine.after(limit, Priority.PROCESS, "kubelet.sigkill", record["uid"], name, serial)
        if prestop:
            wait = min(prestop, grace_ms)
            self.engine.after(wait, Priority.PROCESS, "kubelet.sigterm", record["uid"], name, serial)
        elif self.engine.priority < Priority.PROCESS:
            self.engine.after(0, Priority.PROCESS, "kubelet.sigterm", record["uid"], name, serial)
        else:
            self.sigterm(record["uid"], name, serial)

    def _prestop_ms(self, record: Record, pod: Obj, name: str) -> int:
        """How long the preStop hook takes; a command that fails is told and ends the hook."""
        hook = (self.container_spec(pod, name).get("lifecycle") or {}).get("preStop") or {}
        if "sleep" in hook:
            return int(hook["sleep"].get("seconds") or 0) * 1000
        command = (hook.get("exec") or {}).get("command")
        if not command:
            return 0
        done = self.running(record, pod, name).exec(command)
        if done.code:
            self.tell(pod, "Warning", "FailedPreStopHook", "PreStopHook failed", container=name)
        return 10**12 if done.took_ms < 0 else done.took_ms

    def sigterm(self, uid: str, name: str, serial: int) -> None:
        """SIGTERM reaches the program: it ends at once, after a while, or not at all."""
        found = self._current(uid, name, serial)
        if found is None:
            return
        record, pod, container = found
        running = self.running(record, pod, name)
        container["process"]["sigterm"] = self.engine.now
        self.cluster.traffic.changed()
        if not self._heeds_sigterm(running):
            return
        reaction = running.app.sigterm
        if reaction.after_ms:
            self._milestone(record, name, self.engine.now + reaction.after_ms, "exit", reaction.exit_code)
            return
        self._exit(record, name, reaction.exit_code)
        self._after_exit(record, pod)

    def _heeds_sigterm(self, running: Running) -> bool:
        """A shell or `sleep` as process 1 has no handler: the kernel drops the signal."""
        if running.fault("deadlock") or running.app.sigterm.ignored:
            return False
        spec = self.container_spec(running.pod, self._name_of(running))
        kind, _ = program_of(running.app, spec)
        return kind == "app"

    def _name_of(self, running: Running) -> str:
        record = self.record(running.pod["metadata"]["uid"])
        assert record is not None
        containers: dict[str, Record] = record["containers"]
        return next(name for name, c in containers.items() if c["process"] is running.process)

    def sigkill(self, uid: str, name: str, serial: int) -> None:
        """The grace period is over."""
        found = self._current(uid, name, serial)
        if found is None:
            return
        record, pod, _ = found
        self._exit(record, name, 137)
        self._after_exit(record, pod)

    def _after_exit(self, record: Record, pod: Obj) -> None:
        if "deletionTimestamp" in pod["metadata"]:
            self._end(record, pod)
        else:
            self.sync(record, pod)

    def _exit(self, record: Record, name: str, code: int, *, reason: str = "", message: str = "") -> None:
        """A container's process has ended."""
        container = record["containers"][name]
        self.prober.stop(record, name)
        container["state"] = "terminated"
        container["exit"] = code
        container["reason"] = reason or ("Completed" if code == 0 else "Error")
        container["message"] = message
        container["finished"] = self.engine.now
        container["ready"] = container["ok"] = False
        container["process"] = None
        killing = container["killing"]
        causes = [killing["entry"]] if killing else [container["entry"]]
        if container["fault_entry"]:
            causes.append(container["fault_entry"])
        container["killing"] = None
        container["entry"] = self.trace.record(
            Ref("Pod", record["ns"], record["name"]), "container-exited",
            causes=tuple(causes), data={"container": name, "exit_code": code, "reason": container["reason"]},
        )  # fmt: skip
        self.trace.because = (container["entry"],)
        self.cluster.traffic.changed()

    # -- ending a Pod ----------------------------------------------------------------------------

    def _end(self, record: Record, pod: Obj) -> None:
        """End the containers that still run, in their order; when none is left, the Pod is over."""
        meta = pod["metadata"]
        deleting = "deletionTimestamp" in meta
        if deleting:
            grace_ms = int(meta.get("deletionGracePeriodSeconds") or 0) * 1000
            deadline = self._deadline(record, grace_ms)
        else:
            deadline = self.engine.now + self.grace_seconds(pod) * 1000
        record["starting"] = ""
        for name in podsync.to_kill(pod["spec"], record["containers"]):
            self.kill(
                record, pod, name, message=f"Stopping container {name}",
                grace_ms=max(0, deadline - self.engine.now), causes=self.trace.because,
                field="spec.terminationGracePeriodSeconds",
            )  # fmt: skip
        if any(c["state"] == "running" for c in record["containers"].values()):
            self.publish(record)
        else:
            self._over(record, pod, deleting)

    def _deadline(self, record: Record, grace_ms: int) -> int:
        """When a deleted Pod must be gone; a later, shorter grace brings it forward."""
        deadline = self.engine.now + grace_ms
        known = record["deadline"]
        if known is None or deadline < known:
            record["deadline"] = deadline
            if known is not None:
                for name, container in record["containers"].items():
                    if container["killing"] is not None:
                        self.engine.at(
                            deadline,
                            Priority.PROCESS,
                            "kubelet.sigkill",
                            record["uid"],
                            name,
                            container["serial"],
                        )
        return int(record["deadline"])

    def _over(self, record: Record, pod: Obj, deleting: bool) -> None:
        """Nothing runs any more: report the final phase, and let a deleted Pod's object go."""
        if deleting and self.pod(record) is None:
            return
        if deleting:
            record["ended"] = True
        self.publish(record)
        if deleting:
            self.api.delete(Ref("Pod", record["ns"], record["name"]), grace_seconds=0)
            return
        self._release(record)

    def _release(self, record: Record) -> None:
        """A Pod that has ended frees its address; its object and its logs stay."""
        record["ip_free"] = True

    def _forget(self, record: Record) -> None:
        """The Pod's object is gone: what still runs of it is killed."""
        for name, container in record["containers"].items():
            if container["state"] == "running":
                self._exit(record, name, 137)
        uid = record["uid"]
        del self.state["pods"][uid]
        self._by_address = None
        for group in ("volumes", "backoffs"):
            for key in [k for k in self.state[group] if k.startswith((f"pod/{uid}/", f"{uid}/"))]:
                del self.state[group][key]
        self.cluster.traffic.changed()

    # -- reporting -------------------------------------------------------------------------------

    def publish(self, record: Record, *, causes: tuple[int, ...] | None = None) -> None:
        """Write the Pod's status as it is now."""
        pod = self.pod(record)
        if pod is None or is_terminal(pod) or self.is_frozen(record["node"]):
            return
        containers = record["containers"]
        policy = str(pod["spec"].get("restartPolicy") or "Always")
        wanted = phase(policy, containers.values(), is_initialized=record["initialized"])
        still_running = any(c["state"] == "running" for c in containers.values())
        if "failure" in record or (record["ended"] and wanted not in ("Succeeded", "Failed")):
            wanted = self._final_phase(record)
        if wanted in ("Succeeded", "Failed") and (still_running or not record["ended"]):
            wanted = record["phase"] if record["phase"] != "Pending" or not still_running else "Running"
        record["phase"] = wanted
        status = pod_status(
            pod, record, clock=self.clock, now=self.engine.now,
            host_ip=self.host_ip(record["node"]), wanted_phase=wanted,
        )  # fmt: skip
        if "failure" in record:
            status["reason"], status["message"] = record["failure"]
        self.api.update_status(Ref("Pod", record["ns"], record["name"]), status, causes=causes)

    def _final_phase(self, record: Record) -> str:
        """A Pod that was ended from outside: Failed if it was told so or any container failed."""
        if "failure" in record:
            return "Failed"
        codes = [c["exit"] for c in record["containers"].values() if c["kind"] == "app"]
        return "Failed" if any(codes) else "Succeeded"

    # -- nodes that go and come ------------------------------------------------------------------

    def node_down(self, node: str) -> None:
        """The node has lost its power: its processes are gone, and nobody is there to say so."""
        for record in self.records():
            if record["node"] != node:
                continue
            record["starting"] = ""
            for name, container in record["containers"].items():
                if container["state"] == "running":
                    self._exit(record, name, 255, reason="Unknown")
        self._by_address = None

    def node_up(self, node: str) -> None:
        """The node is back: its kubelet looks at every Pod it had."""
        for pod in self.store.pods_on(node):
            meta = pod["metadata"]
            self.enqueue(f"{meta['namespace']}/{meta['name']}/{meta['uid']}")
        for record in self.records():
            if record["node"] == node:
                self._resume_probes(record)
                if self.pod(record) is None:
                    self._forget(record)

    def _resume_probes(self, record: Record) -> None:
        pod = self.pod(record)
        for name, container in record["containers"].items():
            if container["state"] == "running" and pod is not None:
                self.prober.poke(record, pod, name)

    # -- what other parts ask --------------------------------------------------------------------

    def at_address(self, ip: str, port: int) -> tuple[Record, Obj, str] | None:
        """Who has an address: the Pod and its container that listens on the port ("" if none does).

        None when no Pod that runs on a living node has it.
        """
        if self._by_address is None:
            self._by_address = {}
            for record in self.records():
                if record["ip"]:
                    self._by_address.setdefault(record["ip"], []).append(record["uid"])
        answer = None
        for uid in self._by_address.get(ip, ()):
            record = self.state["pods"][uid]
            pod = self.pod(record)
            if pod is None or record["ended"] or self.cluster.is_stopped(f"node/{record['node']}"):
                continue
            for name, container in record["containers"].items():
                if container["state"] == "running" and self.running(record, pod, name).opens(port):
                    return record, pod, name
            answer = (record, pod, "")
        return answer

    def set_load(self, record: Record, name: str, load: Mapping[str, int]) -> None:
        """The traffic on a running container from now on."""
        container = record["containers"][name]
        process = container["process"]
        if (
            process["rps"] == load["rps"]
            and process["cpu"] == load["cpu"]
            and process["request_us"] == load["request_us"]
        ):
            return
        pod = self.pod(record)
        if pod is None:
            return
        self.account(record, pod, name)
        before = process["busy_permille"]
        process.update(load)
        running = self.running(record, pod, name)
        limit = limit_milli(self.container_spec(pod, name), pod["spec"])
        wanted = wanted_milli(running.app, process, self.engine.now)
        process["busy_permille"] = wanted * 1000 // max(1, limit or UNLIMITED_MILLI)
        if max(before, process["busy_permille"]) >= SLOW_PERMILLE:
            self.prober.poke(record, pod, name)
        if running.app.memory_per_rps:
            self.plan_memory(record, pod, name)

    def account(self, record: Record, pod: Obj, name: str) -> int:
        """Count the CPU used up to now; gives the sum since the process began, in milli-CPU times milliseconds."""
        process = record["containers"][name]["process"]
        running = self.running(record, pod, name)
        limit = limit_milli(self.container_spec(pod, name), pod["spec"])
        now = self.engine.now
        process["cpu_used"] += cpu_between(running.app, process, limit, process["cpu_since"], now)
        process["cpu_since"] = now
        return int(process["cpu_used"])

    def memory(self, record: Record, pod: Obj, name: str) -> int:
        """Resident bytes of a running container."""
        running = self.running(record, pod, name)
        return memory_bytes(running.app, running.process, self.engine.now)

    def crash(self, record: Record, pod: Obj, name: str, code: int) -> None:
        """The program ends by itself, with this exit code."""
        self._exit(record, name, code)
        self._after_exit(record, pod)

    def look_at(self, record: Record, name: str, due: int) -> None:
        """At an instant to come, the probes of a container may see something else."""
        self._milestone(record, name, due, "look")

    # -- what timers of other parts call ---------------------------------------------------------

    def pulled(self, uid: str, name: str) -> None:
        record = self.record(uid)
        pod = self.pod(record) if record else None
        if record and pod and not self.is_frozen(record["node"]):
            self.trace.because = (record["containers"][name]["entry"],)
            self.pulls.finished(record, pod, name)
