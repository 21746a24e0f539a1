"""What kube-linter, kube-score and Polaris warn of: rights that a container rarely needs."""

import re
from collections.abc import Iterator

from learn.cluster.api.access import flag_at, list_at, map_at, maps_at, text_at
from learn.sandbox.checks.registry import Finding, container_check, workload_check
from learn.sandbox.checks.world import Container, Workload, World

_SECRET_NAME = re.compile(
    r"(?:PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|PRIVATE_KEY|CREDENTIAL)S?$", re.IGNORECASE
)
_BROAD = frozenset({"ALL", "SYS_ADMIN", "NET_ADMIN", "SYS_PTRACE", "SYS_MODULE", "NET_RAW"})
_SENSITIVE = re.compile(r"/(?:etc|proc|sys|root|boot|dev|var/lib/kubelet|var/run|run)?(?:/|$)")


@container_check("security-privileged")
def privileged(container: Container) -> Iterator[Finding]:
    """privileged gives the container nearly everything the node can do."""
    if flag_at(map_at(container.value, "securityContext"), "privileged"):
        yield Finding(
            obj=container.obj,
            path=(*container.path, "securityContext", "privileged"),
            params={"container": container.name},
        )


@container_check("security-run-as-root")
def run_as_root(container: Container) -> Iterator[Finding]:
    """Nothing keeps the container from running as root."""
    own, pod = map_at(container.value, "securityContext"), map_at(container.workload.spec, "securityContext")
    user = own.get("runAsUser", pod.get("runAsUser"))
    if user == 0:
        path = (
            (*container.path, "securityContext", "runAsUser")
            if "runAsUser" in own
            else (*container.workload.path, "spec", "securityContext", "runAsUser")
        )
        yield Finding(obj=container.obj, path=path)


@container_check("security-context-unset")
def context_unset(container: Container) -> Iterator[Finding]:
    """No securityContext at all, neither here nor on the Pod."""
    if (
        container.long_running
        and "securityContext" not in container.value
        and not container.workload.spec.get("securityContext")
    ):
        yield Finding(obj=container.obj, path=container.path, params={"container": container.name})


@container_check("security-escalation-allowed")
def escalation(container: Container) -> Iterator[Finding]:
    """A process may gain more rights than its parent."""
    if flag_at(map_at(container.value, "securityContext"), "allowPrivilegeEscalation"):
        yield Finding(
            obj=container.obj, path=(*container.path, "securityContext", "allowPrivilegeEscalation")
        )


@container_check("security-capabilities")
def capabilities(container: Container) -> Iterator[Finding]:
    """Capabilities that come close to being root."""
    added = list_at(map_at(map_at(container.value, "securityContext"), "capabilities"), "add")
    for index, name in enumerate(added):
        if isinstance(name, str) and name.upper().removeprefix("CAP_") in _BROAD:
            path = (*container.path, "securityContext", "capabilities", "add", index)
            yield Finding(obj=container.obj, path=path, params={"capability": name})


@workload_check("security-host-network")
def host_network(workload: Workload, world: World) -> Iterator[Finding]:
    """The Pod shares the node's network."""
    if flag_at(workload.spec, "hostNetwork"):
        yield Finding(obj=workload.obj, path=(*workload.path, "spec", "hostNetwork"))


@workload_check("security-host-processes")
def host_processes(workload: Workload, world: World) -> Iterator[Finding]:
    """The Pod sees the node's processes or shared memory."""
    for field in ("hostPID", "hostIPC"):
        if flag_at(workload.spec, field):
            yield Finding(obj=workload.obj, path=(*workload.path, "spec", field), params={"field": field})


@workload_check("security-host-path")
def host_path(workload: Workload, world: World) -> Iterator[Finding]:
    """A sensitive folder of the node, or the container runtime's socket."""
    for index, volume in enumerate(maps_at(workload.spec, "volumes")):
        path = text_at(map_at(volume, "hostPath"), "path")
        if path and (_SENSITIVE.match(path) or path.endswith(".sock")):
            at = (*workload.path, "spec", "volumes", index, "hostPath", "path")
            yield Finding(obj=workload.obj, path=at, params={"folder": path})


@container_check("security-secret-in-env")
def secret_in_env(container: Container) -> Iterator[Finding]:
    """A password written out in the manifest."""
    for index, entry in enumerate(maps_at(container.value, "env")):
        name, value = text_at(entry, "name"), text_at(entry, "value")
        if value and _SECRET_NAME.search(name) and "$(" not in value:
            yield Finding(
                obj=container.obj, path=(*container.path, "env", index, "value"), params={"env": name}
            )


@workload_check("service-account-old-field")
def old_field(workload: Workload, world: World) -> Iterator[Finding]:
    """serviceAccount is the old name of serviceAccountName."""
    if workload.spec.get("serviceAccount") and not workload.spec.get("serviceAccountName"):
        yield Finding(obj=workload.obj, path=(*workload.path, "spec", "serviceAccount"), on_key=True)


@container_check("security-ssh-port")
def ssh_port(container: Container) -> Iterator[Finding]:
    """A door for logging in, which kubectl exec makes unnecessary."""
    for index, port in enumerate(container.ports):
        if port.get("containerPort") == 22:
            yield Finding(obj=container.obj, path=(*container.path, "ports", index, "containerPort"))
