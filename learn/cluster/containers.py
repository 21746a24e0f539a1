"""The life of one container: its start, its way to the end, and what comes between (kuberuntime_container.go)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from learn.cluster import podsync
from learn.cluster.apps import App
from learn.cluster.engine import Priority
from learn.cluster.environment import ConfigError, environment
from learn.cluster.hooks import ENDLESS_MS, run_hook, stop_times
from learn.cluster.objects import Obj, Ref
from learn.cluster.pods import container_field, container_spec, grace_seconds
from learn.cluster.podstatus import container_id
from learn.cluster.podsync import may_stop
from learn.cluster.process import Running, program_of
from learn.cluster.restarts import Backoff, after_restart, go_duration, may_restart_at

if TYPE_CHECKING:
    from learn.cluster.kubelet import Kubelet, Record

START_MS = 1_000
"""From an image at hand to a running container."""

CONFIG_RETRY_MS = 10_000


class Containers:
    """Starts and ends the containers of Pods; their state lies in the Pods' records."""

    def __init__(self, kubelet: Kubelet) -> None:
        self.kubelet = kubelet
        self.engine = kubelet.engine
        self.trace = kubelet.trace
        self.store = kubelet.store
        self.cluster = kubelet.cluster

    def begin(self, record: Record, pod: Obj, name: str) -> bool:
        """Take the next step towards running a container; False when it cannot start now."""
        container = record["containers"][name]
        spec = container_spec(pod, name)
        key = f"{record['uid']}/{name}/{spec['image']}"
        if container["serial"]:
            known = self.kubelet.state["backoffs"].get(key)
            backoff = Backoff(*known) if known else None
            due = may_restart_at(backoff, container["finished"])
            if self.engine.now < due:
                self._hold_back(record, pod, name, due - container["finished"], due)
                return False
        if not self.kubelet.pulls.has_image(record, pod, name):
            return bool(record["starting"])
        return self._create(record, pod, name, key)

    def _hold_back(self, record: Record, pod: Obj, name: str, delay: int, due: int) -> None:
        container = record["containers"][name]
        if container["reason"] == "CrashLoopBackOff" and container["state"] == "waiting":
            return
        where = f"{record['name']}_{record['ns']}({record['uid']})"
        self.wait(container, "CrashLoopBackOff", f"back-off {go_duration(delay)} restarting failed container={name} pod={where}")  # fmt: skip
        self.kubelet.tell(
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
        spec = container_spec(pod, name)
        try:
            environment(self.store, pod, spec)
            self._check_user(pod, spec)
        except ConfigError as error:
            if container["reason"] != error.reason or container["message"] != error.message:
                self.kubelet.tell(pod, "Warning", "Failed", f"Error: {error.message}", container=name)
            self.wait(container, error.reason, error.message)
            self.kubelet.after(CONFIG_RETRY_MS, "retry", record["uid"])
            return False
        if container["serial"]:
            known = self.kubelet.state["backoffs"].get(key)
            backoff = Backoff(*known) if known else None
            decided = after_restart(backoff, container["finished"], self.engine.now)
            self.kubelet.state["backoffs"][key] = list(decided)
        record["starting"] = name
        self.engine.after(START_MS, Priority.PROCESS, "kubelet.started", record["uid"], name)
        return True

    def _check_user(self, pod: Obj, spec: Obj) -> None:
        """runAsNonRoot against the user that the container would have (kuberuntime security_context.go)."""
        security = {**(pod["spec"].get("securityContext") or {}), **(spec.get("securityContext") or {})}
        app = self.kubelet.app(spec["image"])
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
        record = self.kubelet.record(uid)
        pod = self.kubelet.pod(record) if record else None
        if (
            record is None
            or pod is None
            or record["starting"] != name
            or self.kubelet.is_frozen(record["node"])
        ):
            return
        record["starting"] = ""
        if "deletionTimestamp" in pod["metadata"] or record["ended"]:
            self.kubelet.ends.end(record, pod)
            return
        container = record["containers"][name]
        spec = container_spec(pod, name)
        app = self.kubelet.app(spec["image"])
        assert isinstance(app, App)
        if container["state"] == "terminated":
            container["last"] = self._run(container)
        if container["serial"]:
            container["restarts"] += 1
        container["serial"] += 1
        container["container_id"] = container_id(uid, name, container["serial"])
        container["state"], container["reason"], container["message"] = "running", "", ""
        container["started"] = self.engine.now
        container["image"] = spec["image"]
        container["killing"], container["replace"] = None, False
        container["previous_log"], container["log"] = container["log"], []
        causes = (container["entry"],) if container["entry"] else None
        container["fault_entry"] = 0
        container["entry"] = self.trace.record(
            Ref("Pod", record["ns"], record["name"]), "container-started",
            causes=causes, data={"container": name, "restarts": container["restarts"]},
        )  # fmt: skip
        with self.trace.caused_by(container["entry"]):
            named = self.kubelet.texts.container_event_names
            self.kubelet.tell(pod, "Normal", "Created", f"Created container: {name}" if named else "Container created", container=name)  # fmt: skip
            self.kubelet.tell(pod, "Normal", "Started", f"Started container {name}" if named else "Container started", container=name)  # fmt: skip
            self.kubelet.programs.launch(record, pod, name, app, spec)
            self.cluster.steps.container_started(record, pod, name)
            if container["state"] == "running":
                self._poststart(record, pod, name, spec)
            else:
                self.kubelet.sync(record, pod)

    def _poststart(self, record: Record, pod: Obj, name: str, spec: Obj) -> None:
        """Run the hook; until it has ended the kubelet does nothing else for the Pod, and reports nothing of it.

        Probes begin and the next container starts afterwards (kuberuntime_container.go startContainer).
        """
        end = run_hook(self.kubelet.running(record, pod, name), spec, "postStart")
        if end is None or (end.success and not end.took_ms):
            self._begun(record, pod, name)
            return
        record["starting"] = record["hook"] = name
        serial = record["containers"][name]["serial"]
        if not end.took_ms:
            self.hooked(record["uid"], name, serial, end.success, end.error)
        elif end.took_ms < ENDLESS_MS:
            self.engine.after(
                end.took_ms,
                Priority.PROCESS,
                "kubelet.hooked",
                record["uid"],
                name,
                serial,
                end.success,
                end.error,
            )

    def _begun(self, record: Record, pod: Obj, name: str) -> None:
        """A container counts as running: it is probed and reported."""
        self.kubelet.prober.begin(record, pod, name)
        self.kubelet.sync(record, pod)

    def hooked(self, uid: str, name: str, serial: int, success: bool, error: str) -> None:
        """The postStart hook has ended; a container whose hook failed is killed."""
        found = self.kubelet.current(uid, name, serial)
        if found is None or found[0]["hook"] != name or found[2]["killing"] is not None:
            return
        record, pod, container = found
        if success:
            record["starting"] = record["hook"] = ""
            self._begun(record, pod, name)
            return
        container["hook_error"] = error
        self.kubelet.tell(pod, "Warning", "FailedPostStartHook", "PostStartHook failed", container=name)
        self.kill(
            record, pod, name, message="FailedPostStartHook",
            grace_ms=grace_seconds(pod) * 1000, causes=(container["entry"],),
            field=container_field(pod, name, "lifecycle.postStart"),
        )  # fmt: skip

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
        is_pod_ending: bool = False,
    ) -> None:
        """End a running container: preStop, SIGTERM, and SIGKILL when the grace period is over.

        A sidecar of a Pod that ends runs its hook at once, and waits for its turn with SIGTERM.
        """
        container = record["containers"][name]
        if container["killing"] is not None or container["state"] != "running":
            return
        entry = self.trace.record(
            Ref("Pod", record["ns"], record["name"]), "container-killing",
            causes=causes, field=field, data={"container": name, "grace_ms": grace_ms, "text": message},
        )  # fmt: skip
        killing: Record = {"deadline": self.engine.now + grace_ms, "entry": entry, "waits_from": None}
        container["killing"] = killing
        self.kubelet.tell(pod, "Normal", "Killing", message, container=name, causes=(entry,))
        self.kubelet.prober.stop(record, name, keep=("readiness",))
        stop = stop_times(grace_ms, self._prestop_ms(record, pod, name) if grace_ms > 0 else 0)
        uid, serial = record["uid"], container["serial"]
        if is_pod_ending and container["kind"] == "sidecar":
            killing["waits_from"] = self.engine.now + stop.sigterm_ms
            for after_ms in sorted({stop.sigterm_ms, grace_ms} - {0}):
                self.engine.after(after_ms, Priority.PROCESS, "kubelet.stop_in_turn", uid, name, serial)
            return
        self.engine.after(stop.sigkill_ms, Priority.PROCESS, "kubelet.sigkill", uid, name, serial)
        if stop.sigterm_ms:
            self.engine.after(stop.sigterm_ms, Priority.PROCESS, "kubelet.sigterm", uid, name, serial)
        else:
            self._sigterm_now(uid, name, serial)

    def _sigterm_now(self, uid: str, name: str, serial: int) -> None:
        """At this instant, once processes are looked at."""
        if self.engine.priority < Priority.PROCESS:
            self.engine.after(0, Priority.PROCESS, "kubelet.sigterm", uid, name, serial)
        else:
            self.sigterm(uid, name, serial)

    def stop_in_turn(self, uid: str, name: str, serial: int) -> None:
        """SIGTERM for a sidecar that has waited for its turn, or as long as its grace period lasts."""
        found = self.kubelet.current(uid, name, serial)
        killing = found[2]["killing"] if found else None
        if found is None or not killing or killing["waits_from"] is None:
            return
        now, deadline = self.engine.now, killing["deadline"]
        if now < killing["waits_from"] or (now < deadline and not may_stop(found[0]["containers"], name)):
            return
        killing["waits_from"] = None
        left = stop_times(max(0, deadline - now) // 1000 * 1000, 0).sigkill_ms
        self.engine.after(left, Priority.PROCESS, "kubelet.sigkill", uid, name, serial)
        self._sigterm_now(uid, name, serial)

    def _prestop_ms(self, record: Record, pod: Obj, name: str) -> int:
        """How long the preStop hook takes; a handler that fails is told and ends the hook."""
        spec = container_spec(pod, name)
        end = run_hook(self.kubelet.running(record, pod, name), spec, "preStop")
        if end is None:
            return 0
        if not end.success:
            self.kubelet.tell(pod, "Warning", "FailedPreStopHook", "PreStopHook failed", container=name)
        return end.took_ms

    def sigterm(self, uid: str, name: str, serial: int) -> None:
        """SIGTERM reaches the program: it ends at once, after a while, or not at all."""
        found = self.kubelet.current(uid, name, serial)
        if found is None:
            return
        record, pod, container = found
        running = self.kubelet.running(record, pod, name)
        container["process"]["sigterm"] = self.engine.now
        self.cluster.traffic.changed()
        if not self._heeds_sigterm(running, container_spec(pod, name)):
            return
        reaction = running.app.sigterm
        if reaction.after_ms:
            self.kubelet.programs.set_milestone(
                record, name, self.engine.now + reaction.after_ms, "exit", reaction.exit_code
            )
            return
        self.exit(record, name, reaction.exit_code)
        self._after_exit(record, pod)

    def _heeds_sigterm(self, running: Running, spec: Obj) -> bool:
        """A shell or `sleep` as process 1 has no handler: the kernel drops the signal."""
        if running.fault("deadlock") or running.app.sigterm.ignored:
            return False
        kind, _ = program_of(running.app, spec)
        return kind == "app"

    def sigkill(self, uid: str, name: str, serial: int) -> None:
        """The grace period is over."""
        found = self.kubelet.current(uid, name, serial)
        if found is None:
            return
        record, pod, _ = found
        self.exit(record, name, 137)
        self._after_exit(record, pod)

    def _after_exit(self, record: Record, pod: Obj) -> None:
        if "deletionTimestamp" in pod["metadata"]:
            self.kubelet.ends.end(record, pod)
        else:
            self.kubelet.sync(record, pod)

    def exit(self, record: Record, name: str, code: int, *, reason: str = "", message: str = "") -> None:
        """A container's process has ended."""
        container = record["containers"][name]
        self.kubelet.prober.stop(record, name)
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
        if record["hook"] == name:
            record["starting"] = record["hook"] = ""
        self._note_failed_hook(record, name)
        container["entry"] = self.trace.record(
            Ref("Pod", record["ns"], record["name"]), "container-exited",
            causes=tuple(causes), data={"container": name, "exit_code": code, "reason": container["reason"]},
        )  # fmt: skip
        self.trace.because = (container["entry"],)
        self.cluster.traffic.changed()

    def _note_failed_hook(self, record: Record, name: str) -> None:
        """A container that was killed for its postStart hook waits with the hook's error, unless it stays ended."""
        container = record["containers"][name]
        error = container.pop("hook_error", "")
        pod = self.kubelet.pod(record) if error else None
        if pod is None or "deletionTimestamp" in pod["metadata"]:
            return
        policy = str(pod["spec"].get("restartPolicy") or "Always")
        if podsync.wants_restart(container, container_spec(pod, name), policy):
            self.wait(container, "PostStartHookError", error)

    def crash(self, record: Record, pod: Obj, name: str, code: int) -> None:
        """The program ends by itself, with this exit code."""
        self.exit(record, name, code)
        self._after_exit(record, pod)
