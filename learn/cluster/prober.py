"""Runs the probes of running containers: ticks, outcomes, and what follows from them.

A worker whose probe keeps succeeding sets no timer: nothing can change until something happens to its
container (`Prober.poke`), and the trace holds one entry with a period for all the successes between.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from learn.cluster import probes
from learn.cluster.engine import Priority
from learn.cluster.objects import Obj, Ref
from learn.cluster.pods import container_field, container_spec, grace_seconds
from learn.cluster.probes import Outcome, Result, Worker

if TYPE_CHECKING:
    from learn.cluster.kubelet import Kubelet, Record
    from learn.cluster.process import Running

MAX_REDIRECTS = 10
KEPT_FAILURES = 20


class Prober:
    """The probe workers of every container; their state lies in the container's `probes`."""

    def __init__(self, kubelet: Kubelet) -> None:
        self.kubelet = kubelet
        self.engine = kubelet.engine
        self.trace = kubelet.trace

    def begin(self, record: Record, pod: Obj, name: str) -> None:
        """A container has started: its startup probe runs first, the others wait for its success."""
        container = record["containers"][name]
        spec = container_spec(pod, name)
        container["probes"] = {}
        if container["kind"] == "init":
            container["ok"] = True
            return
        container["ok"] = "startupProbe" not in spec
        container["ready"] = container["ok"] and "readinessProbe" not in spec
        kinds = ("liveness", "readiness") if container["ok"] else ("startup",)
        self._add_workers(record, spec, name, kinds)

    def _add_workers(self, record: Record, spec: Obj, name: str, kinds: tuple[str, ...]) -> None:
        container = record["containers"][name]
        for kind in kinds:
            field = probes.FIELDS[kind]
            if spec.get(field) is None:
                continue
            first = max(self.engine.now, probes.first_tick(container["started"], probes.timing(spec[field])))
            container["probes"][kind] = {
                "worker": [probes.INITIAL[kind], None, 0],
                "first": first,
                "timer": 0,
                "hold": False,
                "entry": container["entry"],
                "fails": [],
            }
            self._set_tick(record, name, kind, first)

    def _set_tick(self, record: Record, name: str, kind: str, due: int) -> None:
        container = record["containers"][name]
        container["probes"][kind]["timer"] = self.engine.at(
            due, Priority.PROBE, "kubelet.probe", record["uid"], name, container["serial"], kind
        )

    def poke(self, record: Record, pod: Obj, name: str) -> None:
        """Something may have changed for this container: workers at rest look again at their next tick."""
        container = record["containers"][name]
        spec = container_spec(pod, name)
        # A probe of this very instant that has already been made saw the world as it was.
        from_ms = self.engine.now + (1 if self.engine.priority > Priority.PROBE else 0)
        for kind, state in container["probes"].items():
            if state["timer"] or state["hold"]:
                continue
            period = probes.timing(spec[probes.FIELDS[kind]]).period_ms
            self._set_tick(record, name, kind, probes.tick_at_or_after(state["first"], period, from_ms))

    def tick(self, record: Record, pod: Obj, name: str, kind: str) -> None:
        """Make one probe; its outcome counts when it is known."""
        container = record["containers"][name]
        spec = container_spec(pod, name)
        probe = spec[probes.FIELDS[kind]]
        running = self.kubelet.running(record, pod, name)
        outcome = observe(running, pod, spec, probe, kind)
        if outcome.took_ms:
            container["probes"][kind]["timer"] = self.engine.after(
                outcome.took_ms, Priority.PROBE, "kubelet.probed", record["uid"], name, container["serial"],
                kind, outcome.success, outcome.text, outcome.warning, self.engine.now,
            )  # fmt: skip
        else:
            self.conclude(record, pod, name, kind, outcome, self.engine.now)

    def conclude(
        self, record: Record, pod: Obj, name: str, kind: str, outcome: Outcome, started_ms: int
    ) -> None:
        """Count an outcome and act on a result that a threshold gave."""
        container = record["containers"][name]
        state = container["probes"][kind]
        state["timer"] = 0
        field = probes.FIELDS[kind]
        spec = container_spec(pod, name)
        timing = probes.timing(spec[field])
        before = _worker(state)
        worker, changed = probes.step(before, timing, success=outcome.success)
        state["worker"] = [worker.result, worker.last, worker.run]
        settled = probes.is_settled(worker, timing)
        rests = settled and not self._depends(record, pod, name, spec[field])
        due = probes.next_tick(state["first"], timing.period_ms, started_ms, self.engine.now)
        if settled and not rests and probes.is_settled(before, timing):
            self._set_tick(record, name, kind, due)
            return
        path = container_field(pod, name, field)
        ref = Ref("Pod", record["ns"], record["name"])
        data: dict[str, Any] = {
            "container": name,
            "probe": kind,
            "success": outcome.success,
            "text": outcome.text,
            "started_ms": started_ms,
            "run": worker.run,
        }
        if settled:
            data["period_ms"] = timing.period_ms
        causes = tuple(state["fails"][-1:]) or (state["entry"],)
        if not outcome.success and container["fault_entry"]:
            causes = (*causes, container["fault_entry"])
        entry = self.trace.record(ref, "probe", causes=causes, field=path, data=data)
        if outcome.success:
            state["fails"] = []
        else:
            state["fails"] = [*state["fails"], entry][-KEPT_FAILURES:]
            self._tell(pod, name, "Unhealthy", f"{kind.capitalize()} probe failed: {outcome.text}", entry)
        if outcome.warning:
            self._tell(
                pod, name, "ProbeWarning", f"{kind.capitalize()} probe warning: {outcome.warning}", entry
            )
        if changed or (kind != "readiness" and worker.result is Result.FAILURE):
            self._act(record, pod, name, kind, worker.result, entry)
        if record["containers"][name]["probes"].get(kind) is not state or state["hold"] or rests:
            return
        self._set_tick(record, name, kind, due)

    def _depends(self, record: Record, pod: Obj, name: str, probe: Obj) -> bool:
        """Whether the answer asks the network each time: such a worker never rests, but tells only what is new."""
        target = probes.target(probe, container_spec(pod, name))
        running = self.kubelet.running(record, pod, name)
        return target.handler == "httpGet" and bool(running.answer_at(target.path).needs)

    def _act(self, record: Record, pod: Obj, name: str, kind: str, result: Result, entry: int) -> None:
        container = record["containers"][name]
        state = container["probes"][kind]
        if kind == "readiness":
            container["ready"] = result is Result.SUCCESS
            self.kubelet.publish(record, causes=(entry,))
        elif kind == "startup" and result is Result.SUCCESS:
            self._started(record, pod, name, entry)
        elif result is Result.FAILURE:
            state["hold"] = True
            spec = container_spec(pod, name)
            probe = spec[probes.FIELDS[kind]]
            pod_grace = grace_seconds(pod)
            never = container["kind"] == "app" and pod["spec"].get("restartPolicy") == "Never"
            container["replace"] = not never
            self.kubelet.containers.kill(
                record, pod, name,
                message=f"Container {name} failed {kind} probe{'' if never else ', will be restarted'}",
                grace_ms=probes.grace_seconds(kind, probe, pod_grace) * 1000,
                causes=tuple(state["fails"]),
                field=container_field(pod, name, f"{probes.FIELDS[kind]}.failureThreshold"),
            )  # fmt: skip

    def _started(self, record: Record, pod: Obj, name: str, entry: int) -> None:
        """The startup probe has succeeded: it ends, the others begin, when their delay since the start is over."""
        container = record["containers"][name]
        spec = container_spec(pod, name)
        container["ok"] = True
        container["ready"] = "readinessProbe" not in spec
        container["probes"] = {}
        container["entry"] = entry
        self._add_workers(record, spec, name, ("liveness", "readiness"))
        with self.trace.caused_by(entry):
            self.kubelet.sync(record, pod)

    def stop(self, record: Record, name: str, *, keep: tuple[str, ...] = ()) -> None:
        """End the workers of a container, except those in `keep`."""
        container = record["containers"][name]
        for kind, state in container["probes"].items():
            if kind not in keep and state["timer"]:
                self.engine.cancel(state["timer"])
        container["probes"] = {kind: s for kind, s in container["probes"].items() if kind in keep}

    def _tell(self, pod: Obj, name: str, reason: str, message: str, entry: int) -> None:
        self.kubelet.tell(pod, "Warning", reason, message, container=name, causes=(entry,))


def _worker(state: dict[str, Any]) -> Worker:
    result, last, run = state["worker"]
    return Worker(Result(result), last, run)


# -- what a probe sees ---------------------------------------------------------------------------


def observe(running: Running, pod: Obj, spec: Obj, probe: Obj, kind: str) -> Outcome:
    """Make one probe against a running container: `took_ms` until its outcome is known."""
    target = probes.target(probe, spec)
    timeout = probes.timing(probe).timeout_ms
    match target.handler:
        case "httpGet":
            return _http(running, pod, target, timeout, kind)
        case "tcpSocket":
            return _tcp(running, pod, target)
        case "grpc":
            return _grpc(running, pod, target, timeout, kind)
        case "exec":
            return _exec(running, target, timeout, kind)
    return Outcome(False, "missing probe handler")


def _address(pod: Obj, host: str, port: int) -> str:
    return f"{host or pod['status'].get('podIP', '')}:{port}"


def _http(running: Running, pod: Obj, target: probes.Target, timeout: int, kind: str) -> Outcome:
    address = _address(pod, target.host, target.port)
    url = f"{target.scheme.lower()}://{address}{target.path}"
    if target.host and target.host not in (pod["status"].get("podIP"), "127.0.0.1", "localhost"):
        return Outcome(False, f'Get "{url}": dial tcp {address}: i/o timeout', timeout)
    path = target.path
    for _ in range(MAX_REDIRECTS):
        reply = running.http_reply(target.port, path, probe=kind)
        if reply.kind == "refused":
            return Outcome(False, f'Get "{url}": dial tcp {address}: connect: connection refused')
        if reply.kind == "hang" or reply.latency_ms >= timeout:
            text = f'Get "{url}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)'
            return Outcome(False, text, timeout)
        if reply.status == 0:
            text = f'Get "{url}": net/http: HTTP/1.x transport connection broken: {reply.body}'
            return Outcome(False, text)
        protocol = running.opens(target.port)
        if target.scheme == "HTTPS" and protocol != "https":
            return Outcome(False, f'Get "{url}": http: server gave HTTP response to HTTPS client')
        if target.scheme == "HTTP" and protocol == "https":
            return probes.http_outcome(400)
        if not (reply.redirect and 300 <= reply.status < 400):
            return probes.http_outcome(reply.status)
        if not reply.redirect.startswith("/"):
            return Outcome(True, warning=f"Probe terminated redirects, Response body: {reply.body}")
        path = reply.redirect
    return Outcome(False, f'Get "{path}": stopped after 10 redirects')


def _tcp(running: Running, pod: Obj, target: probes.Target) -> Outcome:
    if running.tcp_opens(target.port):
        return Outcome(True)
    address = _address(pod, target.host, target.port)
    return Outcome(False, f"dial tcp {address}: connect: connection refused")


def _grpc(running: Running, pod: Obj, target: probes.Target, timeout: int, kind: str) -> Outcome:
    address = _address(pod, "", target.port)
    protocol = running.opens(target.port)
    if not protocol:
        text = (
            f'error: rpc error: code = Unavailable desc = connection error: desc = "transport: Error while '
            f'dialing: dial tcp {address}: connect: connection refused"'
        )
        return Outcome(False, text)
    serving = running.grpc_reply(target.port, probe=kind)
    if serving is None:
        text = f'timeout: failed to connect service "{address}" within {timeout // 1000}s: context deadline exceeded'
        return Outcome(False, text, timeout if protocol == "grpc" else 0)
    return Outcome(serving, "" if serving else 'service unhealthy (responded with "NOT_SERVING")')


def _exec(running: Running, target: probes.Target, timeout: int, kind: str) -> Outcome:
    if not target.command:
        return Outcome(False, "no command specified")
    done = running.exec(target.command)
    if done.took_ms < 0 or done.took_ms >= timeout:
        words = " ".join(target.command)
        return Outcome(False, f'command timed out: "{words}" timed out after {timeout // 1000}s', timeout)
    return Outcome(done.code == 0, (done.err or done.out) if done.code else "", done.took_ms)
