"""The API server's verbs over the store: what a request passes through before an object changes.

Order of a create, as upstream (registry/generic/registry/store.go): defaulting, admission that changes,
preparation (status emptied, uid, generation), validation, admission that only refuses, allocation, store.
Every verb gives the stored object and raises `errors.ApiError` with the server's own words.

Who owns which field is kept for what clients make (those name themselves as `manager`) and for what has been
applied on the server; of the objects that controllers stamp out by the thousand it is not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any, TypeAlias

from learn.cluster import errors
from learn.cluster.api.allocation import Ranges, allocate, taken_by
from learn.cluster.api.conformance import decode_error, validate_schema
from learn.cluster.api.csaupgrade import apply_owned, upgraded
from learn.cluster.api.defaults import apply_defaults
from learn.cluster.api.fielderror import ErrorType
from learn.cluster.api.networkwarnings import network_warnings
from learn.cluster.api.ownership import ApplyConflict, track_update
from learn.cluster.api.patch import JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH, PatchError, apply_patch
from learn.cluster.api.podwarnings import pod_warnings
from learn.cluster.api.validation import validate
from learn.cluster.api.validation.balancerstatus import validate_balancer_status, with_ip_modes
from learn.cluster.api.validation.podupdate import validate_resize
from learn.cluster.api.versions import NEWEST, behaviour
from learn.cluster.clock import Clock
from learn.cluster.controllers.job import generated_labels
from learn.cluster.engine import Engine
from learn.cluster.objects import Obj, Ref, has_generation, is_deleting, is_namespaced, ref_of, with_metadata
from learn.cluster.pods import qos_class
from learn.cluster.store import Store
from learn.cluster.strategy import (
    finalizers_for,
    keeps_running,
    prepared_for_create,
    prepared_for_update,
    to_storage,
)
from learn.cluster.strategy import grace_seconds as pod_grace
from learn.cluster.trace import NOTHING, Trace

Admission: TypeAlias = Callable[[str, Obj, Obj | None], Obj]
"""`(verb, object, old object) -> object`; verb is create, update or delete; raises ApiError to refuse."""

SUFFIX_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"
"""The letters of generated names (apimachinery util/rand): no vowels, nothing easily misread."""


CONTROLLER_MANAGER = "kube-controller-manager"
"""The field manager of writes that no client makes."""


class PatchType(StrEnum):
    """How a patch is written, in kubectl's words."""

    STRATEGIC = "strategic"
    MERGE = "merge"
    JSON = "json"


MEDIA_TYPES = {
    PatchType.STRATEGIC: STRATEGIC_PATCH,
    PatchType.MERGE: MERGE_PATCH,
    PatchType.JSON: JSON_PATCH,
}


class ApiServer:
    """Create, read, update, delete: the only door through which the cluster's objects change."""

    def __init__(
        self, engine: Engine, clock: Clock, store: Store, trace: Trace, *, version: str = NEWEST
    ) -> None:
        self.engine = engine
        self.clock = clock
        self.store = store
        self.trace = trace
        self.version = version
        self.warnings: list[str] = []
        """What the last request of a client was warned about."""
        self.mutating: list[Admission] = []
        self.validating: list[Admission] = []
        self.evicting: list[Callable[[Obj], None]] = []
        self.generated: dict[str, int] = {}
        self._defaulted: dict[int, tuple[Obj, Obj]] = {}

    # -- reading ---------------------------------------------------------------------------------

    def get(self, ref: Ref) -> Obj:
        """The stored object; do not change it.  Raises ApiError (NotFound)."""
        obj = self.store.get(ref)
        if obj is None:
            raise errors.not_found(ref)
        return obj

    # -- create ----------------------------------------------------------------------------------

    def create(
        self,
        obj: Obj,
        *,
        trusted: bool = False,
        manager: str = "",
        owners: Sequence[Obj] = (),
        causes: tuple[int, ...] | None = None,
        field: str = "",
    ) -> Obj:
        """Store a new object; `manager` owns its fields, or else those do whom `owners` (managedFields) name.

        `trusted` is for controllers that stamp out objects from a template that has been defaulted and
        validated already: it skips both, never admission.
        """
        obj = self._named(obj)
        kind = obj["kind"]
        ref = ref_of(obj)
        if not trusted:
            self.warnings.clear()
            self.decode(obj)
            obj = self.with_defaults(to_storage(obj))
        elif kind == "Pod":
            obj = {**obj, "spec": self._pod_defaults(obj)}
        for admit in self.mutating:
            obj = admit("create", obj, None)
        obj = prepared_for_create(obj)
        if not trusted:
            obj = self._allocated(obj, None)
            self.validate(obj, None)
        for admit in self.validating:
            obj = admit("create", obj, None)
        if self.store.get(ref) is not None:
            raise errors.already_exists(ref)
        obj = {**obj, "metadata": self._new_metadata(obj, kind, ref)}
        if kind == "Job":
            obj = generated_labels(obj)
        if owners:
            obj = with_metadata(obj, managedFields=list(owners))
        elif manager:
            obj = track_update(None, obj, manager, time=self._stamp(), version=self.version)
        return self.store.put(obj, "created", causes=causes, field=field)

    def with_defaults(self, obj: Obj) -> Obj:
        return apply_defaults(obj, version=self.version)

    def _pod_defaults(self, pod: Obj) -> Obj:
        """The spec of a Pod from a template: a Pod has defaults that its template has not (SetDefaults_Pod).

        Pods of one template share one spec, so each is worked out once.
        """
        spec = pod["spec"]
        known = self._defaulted.get(id(spec))
        if known is not None and known[0] is spec:
            return known[1]
        if len(self._defaulted) > 1_000:
            self._defaulted.clear()
        defaulted: Obj = self.with_defaults(pod)["spec"]
        self._defaulted[id(spec)] = (spec, defaulted)
        return defaulted

    def decode(self, obj: Obj) -> None:
        """Raises ApiError (BadRequest) for what does not fit its schema: unknown fields, wrong types."""
        text = decode_error(obj, validate_schema(obj, version=self.version))
        if text is not None:
            raise errors.bad_request(text)

    def validate(self, obj: Obj, old: Obj | None) -> None:
        """Raises ApiError (Invalid) with every field error found; what is merely odd goes into `warnings`."""
        found = validate(obj, old=old, version=self.version)
        if found:
            raise errors.invalid(obj["kind"], obj["metadata"]["name"], found, self.version)
        if old is None or old.get("spec") != obj.get("spec"):
            self.warnings += [*pod_warnings(obj), *network_warnings(obj, old, self.version)]

    def _allocated(self, obj: Obj, old: Obj | None) -> Obj:
        """A Service with its addresses and node ports; an error of allocation is reported alone."""
        if obj["kind"] != "Service":
            return obj
        others = [s for s in self.store.objects("Service") if ref_of(s) != ref_of(obj)]
        ranges = Ranges(seed=self.engine.seed)
        service, found = allocate(obj, taken_by(others), ranges, old=old, version=self.version)
        if found and found[0].type is ErrorType.INTERNAL:
            raise errors.internal(found[0].detail)
        if found:
            raise errors.invalid("Service", obj["metadata"]["name"], found, self.version)
        return service

    def _named(self, obj: Obj) -> Obj:
        """Fill in the namespace and, from generateName, the name (base cut to 58, five letters added)."""
        meta = dict(obj.get("metadata") or {})
        if is_namespaced(obj["kind"]):
            meta["namespace"] = meta.get("namespace") or "default"
        else:
            meta.pop("namespace", None)
        if not meta.get("name") and meta.get("generateName"):
            base = meta["generateName"][:58]
            meta["name"] = base + self.suffix(base)
            while self.store.find(obj["kind"], meta.get("namespace", ""), meta["name"]):
                meta["name"] = base + self.suffix(base)
        if not meta.get("name"):
            raise errors.invalid_name_required(obj["kind"])
        return {**obj, "metadata": meta}

    def suffix(self, base: str, length: int = 5) -> str:
        """Letters for a generated name: by seed, base and how many were made for this base."""
        count = self.generated.get(base, 0)
        self.generated[base] = count + 1
        digest = hashlib.blake2b(f"{self.engine.seed}/{base}/{count}".encode(), digest_size=length).digest()
        return "".join(SUFFIX_ALPHABET[byte % len(SUFFIX_ALPHABET)] for byte in digest)

    def _new_metadata(self, obj: Obj, kind: str, ref: Ref) -> Obj:
        seed = f"{self.engine.seed}/{kind}/{ref.namespace}/{ref.name}/{self.store.resource_version}"
        digest = hashlib.blake2b(seed.encode(), digest_size=16).hexdigest()
        meta = {
            **obj["metadata"],
            "uid": f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-a{digest[17:20]}-{digest[20:]}",
            "creationTimestamp": self.clock.timestamp(self.engine.now),
        }
        for field in ("resourceVersion", "deletionTimestamp", "deletionGracePeriodSeconds", "managedFields"):
            meta.pop(field, None)
        if has_generation(kind):
            meta["generation"] = 1
        return meta

    # -- update ----------------------------------------------------------------------------------

    def update(
        self,
        obj: Obj,
        *,
        trusted: bool = False,
        manager: str = "",
        subresource: str = "",
        owners: Sequence[Obj] = (),
        causes: tuple[int, ...] | None = None,
        field: str = "",
    ) -> Obj:
        """Replace spec and metadata of an existing object; its status stays (PUT).

        A resourceVersion that is not the present one is a Conflict; without one the last writer wins.
        """
        obj = self._named(obj)
        ref = ref_of(obj)
        old = self.get(ref)
        sent_version = obj["metadata"].get("resourceVersion")
        if sent_version and sent_version != old["metadata"]["resourceVersion"]:
            raise errors.conflict(ref)
        if not trusted:
            self.warnings.clear()
            self.decode(obj)
            obj = self.with_defaults(to_storage(obj))
        for admit in self.mutating:
            obj = admit("update", obj, old)
        if not trusted:
            obj = self._allocated(obj, old)
        obj = prepared_for_update(obj, old)
        if not trusted:
            self.validate(obj, old)
        for admit in self.validating:
            obj = admit("update", obj, old)
        if owners:
            obj = with_metadata(obj, managedFields=list(owners))
        if obj == old:
            return old
        if not owners and "managedFields" in old["metadata"]:
            by = manager or CONTROLLER_MANAGER
            obj = track_update(
                old, obj, by, time=self._stamp(), subresource=subresource, version=self.version
            )
        if is_deleting(old) and not obj["metadata"].get("finalizers") and not keeps_running(obj):
            self.store.put(obj, "updated", causes=causes, field=field)
            self.store.remove(ref, causes=causes, field=field)
            return obj
        return self.store.put(obj, "updated", causes=causes, field=field)

    def apply(
        self, config: Obj, *, manager: str, force: bool = False, causes: tuple[int, ...] | None = None
    ) -> Obj:
        """Server-side apply: make the object as `manager` wants it, who owns from then on what `config` sets.

        Raises ApiError (Conflict) when that would change what others own, unless `force`.
        """
        config = to_storage(self._named(config))
        self.decode(config)
        if (config["metadata"]).get("managedFields"):
            raise errors.bad_request("metadata.managedFields must be nil")
        live = self.store.get(ref_of(config))
        try:
            merged = apply_owned(live, config, manager, force=force, time=self._stamp(), version=self.version)
        except ApplyConflict as conflicts:
            raise errors.apply_conflict(conflicts) from conflicts
        owners = merged["metadata"]["managedFields"]
        if live is None:
            return self.create(merged, owners=owners, causes=causes)
        return self.update(merged, owners=owners, causes=causes)

    def upgrade_owners(self, obj: Obj, manager: str) -> Obj:
        """Hand over what client-side appliers own to an applier (kubectl's migration)."""
        owners = upgraded(obj, manager)["metadata"]["managedFields"]
        return self.update(obj, trusted=True, owners=owners)

    def _stamp(self) -> str:
        return self.clock.timestamp(self.engine.now)

    def patch(
        self,
        ref: Ref,
        patch: Any,
        *,
        kind: PatchType = PatchType.STRATEGIC,
        subresource: str = "",
        manager: str = "",
        causes: tuple[int, ...] | None = None,
        field: str = "",
    ) -> Obj:
        """Change an object by a patch; with `subresource`, only what that subresource holds.

        Raises ApiError: UnsupportedMediaType or BadRequest for a patch that cannot be applied, and what an
        update raises.
        """
        old = self.get(ref)
        try:
            patched = apply_patch(old, patch, MEDIA_TYPES[kind], version=self.version)
        except PatchError as error:
            raise errors.patch_refused(str(error)) from error
        if (patched.get("kind"), (patched.get("metadata") or {}).get("name")) != (ref.kind, ref.name):
            raise errors.bad_request("the name of the object must not change")
        if subresource == "status":
            return self.update_status(ref, self._checked_status(patched, old), causes=causes, field=field)
        if subresource == "resize":
            return self.resize(ref, patched["spec"], causes=causes)
        return self.update(patched, manager=manager, causes=causes, field=field)

    def _checked_status(self, obj: Obj, old: Obj) -> Mapping[str, Any]:
        """The status that a client asks for.  Raises ApiError for what its kind cannot hold."""
        self.decode(obj)
        obj = with_ip_modes(obj)
        found = validate_balancer_status(obj, old, behaviour(self.version))
        if found:
            raise errors.invalid(obj["kind"], obj["metadata"]["name"], found, self.version)
        return obj.get("status") or {}

    def resize(self, ref: Ref, spec: Mapping[str, Any], *, causes: tuple[int, ...] | None = None) -> Obj:
        """The resize subresource of a Pod: only the resources and resizePolicy of its containers may differ in `spec`."""
        pod = self.get(ref)
        resized = {**pod, "spec": spec}
        self.decode(resized)
        resized = self.with_defaults(resized)
        classes = (qos_class(resized["spec"]), str(pod["status"].get("qosClass")))
        found = validate_resize(resized, pod, classes)
        found += [e for e in validate(resized, version=self.version) if "resources" in e.path]
        if found:
            raise errors.invalid("Pod", ref.name, found, self.version)
        return self.update(resized, trusted=True, causes=causes, field="spec.containers")

    def update_status(
        self,
        ref: Ref,
        status: Mapping[str, Any],
        *,
        causes: tuple[int, ...] | None = None,
        field: str = "",
        data: Mapping[str, Any] = NOTHING,
    ) -> Obj:
        """Replace the status; nothing is written when it is equal to the present one."""
        old = self.get(ref)
        if old.get("status") == status:
            return old
        return self.store.put({**old, "status": status}, "status", causes=causes, field=field, data=data)

    def modify(
        self,
        ref: Ref,
        change: Callable[[Obj], Obj],
        *,
        causes: tuple[int, ...] | None = None,
        field: str = "",
    ) -> Obj:
        """Read, change, write for controllers: `change` gives a new dict and must not alter its argument."""
        return self.update(change(self.get(ref)), trusted=True, causes=causes, field=field)

    def scale(
        self,
        ref: Ref,
        replicas: int,
        *,
        manager: str = "",
        causes: tuple[int, ...] | None = None,
        field: str = "",
    ) -> Obj:
        """The scale subresource: set `spec.replicas`."""
        obj = self.get(ref)
        scaled = {**obj, "spec": {**obj["spec"], "replicas": replicas}}
        return self.update(scaled, manager=manager, subresource="scale", causes=causes, field=field)

    def bind(self, ref: Ref, node: str, *, causes: tuple[int, ...] | None = None, field: str = "") -> Obj:
        """The binding subresource: give a Pod its node and set PodScheduled."""
        pod = self.get(ref)
        if (pod.get("spec") or {}).get("nodeName"):
            raise errors.conflict(ref)
        condition = {
            "type": "PodScheduled",
            "status": "True",
            "lastProbeTime": None,
            "lastTransitionTime": self.clock.timestamp(self.engine.now),
            "observedGeneration": pod["metadata"].get("generation", 1),
        }
        others = [c for c in pod["status"].get("conditions") or () if c["type"] != "PodScheduled"]
        bound = {
            **pod,
            "spec": {**pod["spec"], "nodeName": node},
            "status": {**pod["status"], "conditions": [*others, condition]},
        }
        return self.store.put(bound, "scheduled", causes=causes, field=field, data={"node": node})

    # -- delete ----------------------------------------------------------------------------------

    def delete(
        self,
        ref: Ref,
        *,
        grace_seconds: int | None = None,
        propagation: str = "Background",
        causes: tuple[int, ...] | None = None,
        field: str = "",
    ) -> Obj:
        """Ask for an object's deletion; gives it as it was left (with deletionTimestamp) or as it last was.

        `propagation`: Background (the garbage collector follows), Foreground (dependents first) or Orphan.
        A Pod on a node is only marked: its kubelet ends it within the grace period.
        `grace_seconds=0` removes a Pod's object at once (what the kubelet does last, and `--force`).
        """
        obj = self.get(ref)
        for admit in self.validating:
            admit("delete", obj, obj)
        finalizers = finalizers_for(obj, propagation)
        grace = pod_grace(obj, grace_seconds)
        marked = self._marked(obj, grace, finalizers)
        if finalizers or grace or keeps_running(marked):
            if marked == obj:
                return obj
            return self.store.put(marked, "deleting", causes=causes, field=field, data={"grace": grace})
        return self.store.remove(ref, causes=causes, field=field)

    def evict(
        self, ref: Ref, *, grace_seconds: int | None = None, causes: tuple[int, ...] | None = None
    ) -> Obj:
        """The eviction subresource: a delete that the checks in `evicting` may refuse (PodDisruptionBudget)."""
        pod = self.get(ref)
        for check in self.evicting:
            check(pod)
        marked = {
            "type": "DisruptionTarget",
            "status": "True",
            "reason": "EvictionByEvictionAPI",
            "message": "Eviction API: evicting",
            "lastProbeTime": None,
            "lastTransitionTime": self.clock.timestamp(self.engine.now),
        }
        others = [c for c in pod["status"].get("conditions") or () if c["type"] != "DisruptionTarget"]
        self.update_status(ref, {**pod["status"], "conditions": [*others, marked]}, causes=causes)
        return self.delete(ref, grace_seconds=grace_seconds, causes=causes)

    def _marked(self, obj: Obj, grace: int, finalizers: list[str]) -> Obj:
        """The object with deletionTimestamp (the end of the grace period) and its finalizers."""
        meta = obj["metadata"]
        if "deletionTimestamp" in meta and meta.get("deletionGracePeriodSeconds", 0) == grace:
            stamp = meta["deletionTimestamp"]
        else:
            stamp = self.clock.timestamp(self.engine.now + grace * 1000)
        marked = with_metadata(
            obj,
            deletionTimestamp=stamp,
            deletionGracePeriodSeconds=grace,
            **({"finalizers": finalizers} if finalizers else {}),
        )
        if obj["kind"] == "Namespace":
            marked = {**marked, "status": {**(obj.get("status") or {}), "phase": "Terminating"}}
        return marked

    def finish_namespace(self, name: str, *, causes: tuple[int, ...] | None = None) -> None:
        """The finalize subresource: an emptied namespace loses its finalizer and goes."""
        ref = Ref("Namespace", "", name)
        obj = self.get(ref)
        if obj["metadata"].get("finalizers"):
            self.store.put({**obj, "spec": {**obj["spec"], "finalizers": []}}, "updated", causes=causes)
        else:
            self.store.remove(ref, causes=causes)
