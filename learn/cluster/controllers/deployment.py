"""Rolls Deployments out (pkg/controller/deployment): the arithmetic is in `rollout`, here it is carried out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from learn.cluster.api.intstr import IntOrStringError
from learn.cluster.controllers import rollout
from learn.cluster.controllers.base import Controller, KeysOf, own_key, owner_key, split_key
from learn.cluster.controllers.deploymentstatus import (
    availability,
    counts,
    progress,
    progressing,
    with_failure,
)
from learn.cluster.controllers.replicas import claim, set_condition
from learn.cluster.controllers.revisions import (
    DESIRED,
    HASH,
    HISTORY,
    MOST,
    REVISION,
    revision_of,
    same_template,
    size_of,
    template_hash,
)
from learn.cluster.errors import ApiError
from learn.cluster.objects import Obj, annotations_of, is_deleting, owner_reference, ref_of, with_metadata
from learn.cluster.pods import condition, is_terminal
from learn.cluster.store import Notice

NO_DEADLINE = 2**31 - 1
_OWN_ANNOTATIONS = frozenset(
    {REVISION, HISTORY, DESIRED, MOST, "kubectl.kubernetes.io/last-applied-configuration", "deprecated.deployment.rollback.to"}
)  # fmt: skip


class DeploymentController(Controller):
    name = "deployment"

    def watches(self) -> Mapping[str, KeysOf]:
        return {"Deployment": own_key, "ReplicaSet": owner_key("Deployment"), "Pod": self._gone_pod}

    def _gone_pod(self, notice: Notice) -> Iterable[str]:
        """A Recreate rollout waits for the last old Pod to go (deletePod)."""
        if notice.new is not None and not is_terminal(notice.new):
            return ()
        owner = next(
            (o for o in notice.obj["metadata"].get("ownerReferences") or () if o.get("controller")), None
        )
        if owner is None or owner["kind"] != "ReplicaSet":
            return ()
        found = self.store.find("ReplicaSet", notice.ref.namespace, owner["name"])
        deployments = (found or {"metadata": {}})["metadata"].get("ownerReferences") or ()
        return [
            f"{notice.ref.namespace}/{o['name']}"
            for o in deployments
            if o.get("controller") and o["kind"] == "Deployment"
        ]

    # -- one Deployment --------------------------------------------------------------------------

    def reconcile(self, key: str) -> None:
        deployment = self.store.find("Deployment", *split_key(key))
        if deployment is None:
            return
        if deployment["spec"].get("selector") == {}:
            return
        sets = claim(self, deployment, "ReplicaSet")
        if is_deleting(deployment):
            self._report(deployment, sets)
            return
        deployment = self._note_pause(deployment)
        if deployment["spec"].get("paused") or self._is_scaling(deployment, sets):
            self._scale_only(deployment, sets)
        elif self._strategy(deployment) == "Recreate":
            self._recreate(deployment, sets)
        else:
            self._roll(deployment, sets)

    def _strategy(self, deployment: Obj) -> str:
        return str((deployment["spec"].get("strategy") or {}).get("type") or "RollingUpdate")

    def _replicas(self, deployment: Obj) -> int:
        replicas = deployment["spec"].get("replicas")
        return 1 if replicas is None else int(replicas)

    def _bounds(self, deployment: Obj) -> rollout.Bounds:
        """maxSurge and maxUnavailable as numbers; what cannot be read counts as the default."""
        if self._strategy(deployment) == "Recreate":
            return rollout.Bounds(0, 0)
        rolling = (deployment["spec"].get("strategy") or {}).get("rollingUpdate") or {}
        surge, unavailable = rolling.get("maxSurge", "25%"), rolling.get("maxUnavailable", "25%")
        try:
            return rollout.resolve_bounds(surge, unavailable, self._replicas(deployment))
        except IntOrStringError:
            return rollout.resolve_bounds("25%", "25%", self._replicas(deployment))

    def _is_scaling(self, deployment: Obj, sets: Sequence[Obj]) -> bool:
        """isScalingEvent: an active ReplicaSet remembers another number of replicas."""
        replicas = self._replicas(deployment)
        sizes = [size_of(each) for each in sets]
        return any(each.size > 0 and each.desired is not None and each.desired != replicas for each in sizes)

    def _note_pause(self, deployment: Obj) -> Obj:
        """checkPausedConditions: while paused, progress is not judged."""
        if self._deadline(deployment) is None:
            return deployment
        found = condition(deployment, "Progressing")
        if found is not None and found["reason"] == "ProgressDeadlineExceeded":
            return deployment
        paused = bool(deployment["spec"].get("paused"))
        was_paused = found is not None and found["reason"] == "DeploymentPaused"
        if paused == was_paused:
            return deployment
        word = "Paused" if paused else "Resumed"
        new = {"type": "Progressing", "status": "Unknown", "reason": f"Deployment{word}", "message": f"Deployment is {word.lower()}"}  # fmt: skip
        return self._set_condition(deployment, new)

    def _set_condition(self, deployment: Obj, new: Obj) -> Obj:
        status = deployment.get("status") or {}
        conditions = set_condition(
            status.get("conditions") or (), new, self.now_stamp(), has_update_time=True
        )
        return self.api.update_status(ref_of(deployment), {**status, "conditions": conditions})

    def _deadline(self, deployment: Obj) -> int | None:
        """progressDeadlineSeconds; None when progress is not judged."""
        seconds = deployment["spec"].get("progressDeadlineSeconds")
        seconds = 600 if seconds is None else int(seconds)
        return None if seconds == NO_DEADLINE else seconds

    # -- revisions -------------------------------------------------------------------------------

    def _new_and_old(self, deployment: Obj, sets: Sequence[Obj]) -> tuple[Obj | None, list[Obj]]:
        """The ReplicaSet of the present template (the oldest that fits), and all the others, oldest first."""
        by_age = sorted(sets, key=lambda each: size_of(each).created)
        template = deployment["spec"]["template"]
        new = next((each for each in by_age if same_template(each, template)), None)
        return new, [each for each in by_age if each is not new]

    def _synced(
        self, deployment: Obj, sets: Sequence[Obj], *, create: bool
    ) -> tuple[Obj, Obj | None, list[Obj]]:
        """getAllReplicaSetsAndSyncRevision: number the revisions, and make the new ReplicaSet if wanted."""
        new, old = self._new_and_old(deployment, sets)
        revision = max(map(revision_of, old), default=0) + 1
        if new is not None:
            new = self._annotated(deployment, new, revision)
            deployment = self._with_revision(deployment, str(revision_of(new)))
            if condition(deployment, "Progressing") is None and self._deadline(deployment) is not None:
                text = f'Found new replica set "{new["metadata"]["name"]}"'
                deployment = self._set_condition(deployment, progressing("True", "FoundNewReplicaSet", text))
            return deployment, new, old
        if not create:
            return deployment, None, old
        deployment, new = self._create(deployment, old, revision)
        return deployment, new, old

    def _with_revision(self, deployment: Obj, revision: str) -> Obj:
        if annotations_of(deployment).get(REVISION) == revision:
            return deployment
        return self.api.modify(
            ref_of(deployment),
            lambda d: with_metadata(d, annotations={**annotations_of(d), REVISION: revision}),
        )

    def _annotated(self, deployment: Obj, new: Obj, revision: int) -> Obj:
        """The new ReplicaSet carries its revision, the former ones of its template, and the Deployment's annotations."""
        before = annotations_of(new)
        annotations = {**before, **self._copied(deployment)}
        if revision_of(new) < revision:
            former = before.get(REVISION)
            annotations[REVISION] = str(revision)
            if former:
                history = [each for each in before.get(HISTORY, "").split(",") if each]
                annotations[HISTORY] = ",".join([*history, former])
        seconds = deployment["spec"].get("minReadySeconds") or 0
        if annotations == before and (new["spec"].get("minReadySeconds") or 0) == seconds:
            return new

        def changed(obj: Obj) -> Obj:
            spec = {key: value for key, value in obj["spec"].items() if key != "minReadySeconds"}
            spec = {**spec, "minReadySeconds": seconds} if seconds else spec
            spec = obj["spec"] if spec == obj["spec"] else spec
            return {**with_metadata(obj, annotations=annotations), "spec": spec}

        return self.api.modify(ref_of(new), changed)

    def _copied(self, deployment: Obj) -> dict[str, str]:
        return {
            key: value for key, value in annotations_of(deployment).items() if key not in _OWN_ANNOTATIONS
        }

    def _create(self, deployment: Obj, old: Sequence[Obj], revision: int) -> tuple[Obj, Obj]:
        """Make the ReplicaSet of a new template, at once at the size that the rollout allows."""
        meta, spec = deployment["metadata"], deployment["spec"]
        collisions = int((deployment.get("status") or {}).get("collisionCount") or 0)
        code = template_hash(spec["template"], collisions)
        template_meta = spec["template"].get("metadata") or {}
        labels = {**(template_meta.get("labels") or {}), HASH: code}
        selector = dict(spec["selector"])
        selector["matchLabels"] = {**(selector.get("matchLabels") or {}), HASH: code}
        replicas, bounds = self._replicas(deployment), self._bounds(deployment)
        sizes = [size_of(each) for each in old]
        size = (
            replicas
            if self._strategy(deployment) == "Recreate"
            else rollout.new_size(sizes, 0, replicas, bounds.surge)
        )
        body: Obj = {"replicas": size, "selector": selector, "template": {**spec["template"], "metadata": {**template_meta, "labels": labels}}}  # fmt: skip
        if spec.get("minReadySeconds"):
            body["minReadySeconds"] = spec["minReadySeconds"]
        annotations = {**self._copied(deployment), REVISION: str(revision), **self._sizes(replicas, bounds)}
        name = f"{meta['name']}-{code}"
        new: Obj = {
            "apiVersion": "apps/v1",
            "kind": "ReplicaSet",
            "metadata": {
                "name": name,
                "namespace": meta["namespace"],
                "labels": labels,
                "annotations": annotations,
                "ownerReferences": [owner_reference(deployment)],
            },
            "spec": body,
        }
        try:
            created = self.api.create(new, trusted=True, field="spec.template")
        except ApiError as error:
            if error.reason == "AlreadyExists":
                status = {**(deployment.get("status") or {}), "collisionCount": collisions + 1}
                self.api.update_status(ref_of(deployment), status)
                raise
            text = f'Failed to create new replica set "{name}": {error.message}'
            self._set_condition(deployment, progressing("False", "ReplicaSetCreateError", text))
            self._tell(deployment, "ReplicaSetCreateError", text, type_="Warning")
            raise
        if size:
            self._tell(deployment, "ScalingReplicaSet", f"Scaled up replica set {name} from 0 to {size}")
        deployment = self._with_revision(deployment, str(revision))
        if self._deadline(deployment) is not None:
            text = f'Created new replica set "{name}"'
            deployment = self._set_condition(deployment, progressing("True", "NewReplicaSetCreated", text))
        return deployment, created

    def _sizes(self, replicas: int, bounds: rollout.Bounds) -> dict[str, str]:
        return {DESIRED: str(replicas), MOST: str(replicas + bounds.surge)}

    # -- moving ----------------------------------------------------------------------------------

    def _resize(self, deployment: Obj, replica_set: Obj, size: int, *, rule: str, field: str) -> bool:
        """Give a ReplicaSet another size and remember the Deployment's numbers on it; tells whether the size changed."""
        replicas, bounds = self._replicas(deployment), self._bounds(deployment)
        before = int(replica_set["spec"].get("replicas") or 0)
        annotations = {**annotations_of(replica_set), **self._sizes(replicas, bounds)}
        if before == size and annotations == annotations_of(replica_set):
            return False
        causes = self.trace.because
        if before != size:
            data = {"rule": rule, "replica_set": replica_set["metadata"]["name"], "from": before, "to": size,
                    "replicas": replicas, "surge": bounds.surge, "unavailable": bounds.unavailable}  # fmt: skip
            causes = (self.trace.record(ref_of(deployment), "decision", field=field, data=data),)

        def changed(obj: Obj) -> Obj:
            spec = obj["spec"] if before == size else {**obj["spec"], "replicas": size}
            return {**with_metadata(obj, annotations=annotations), "spec": spec}

        self.api.modify(ref_of(replica_set), changed, causes=causes, field=field)
        if before != size:
            way = "up" if size > before else "down"
            name = replica_set["metadata"]["name"]
            self._tell(
                deployment, "ScalingReplicaSet", f"Scaled {way} replica set {name} from {before} to {size}"
            )
        return before != size

    def _roll(self, deployment: Obj, sets: Sequence[Obj]) -> None:
        """rolloutRolling: one step up, or else one step down, or else clean up."""
        deployment, new, old = self._synced(deployment, sets, create=True)
        assert new is not None
        replicas, bounds = self._replicas(deployment), self._bounds(deployment)
        all_sets = [*old, new]
        sizes = [size_of(each) for each in all_sets]
        moved = False
        wanted = rollout.reconcile_new(sizes, sizes[-1], replicas, bounds.surge)
        if sizes[-1].size != replicas:
            moved = self._resize(
                deployment, new, wanted, rule="surge", field="spec.strategy.rollingUpdate.maxSurge"
            )
        if not moved:
            shrunk = rollout.reconcile_old(sizes[:-1], sizes[-1], replicas, bounds)
            for each in old:
                if each["metadata"]["name"] in shrunk:
                    size = shrunk[each["metadata"]["name"]]
                    moved |= self._resize(
                        deployment,
                        each,
                        size,
                        rule="unavailable",
                        field="spec.strategy.rollingUpdate.maxUnavailable",
                    )
            if not moved and self._is_complete(deployment, new):
                self._clean_up(deployment, old)
        self._report(deployment, self._fresh(all_sets))

    def _recreate(self, deployment: Obj, sets: Sequence[Obj]) -> None:
        """rolloutRecreate: all old Pods go, then the new ones come."""
        deployment, new, old = self._synced(deployment, sets, create=False)
        moved = False
        for each in old:
            if int(each["spec"].get("replicas") or 0):
                moved |= self._resize(deployment, each, 0, rule="recreate", field="spec.strategy.type")
        if moved or self._old_pods_running(old):
            self._report(deployment, self._fresh(sets))
            return
        if new is None:
            deployment, new, old = self._synced(deployment, self._fresh(sets), create=True)
        assert new is not None
        self._resize(deployment, new, self._replicas(deployment), rule="recreate", field="spec.replicas")
        if self._is_complete(deployment, new):
            self._clean_up(deployment, old)
        self._report(deployment, self._fresh([*old, new]))

    def _old_pods_running(self, old: Sequence[Obj]) -> bool:
        return any(
            not is_terminal(pod)
            for each in old
            for pod in self.store.owned_by(each["metadata"]["uid"], "Pod")
        )

    def _scale_only(self, deployment: Obj, sets: Sequence[Obj]) -> None:
        """sync: scale without rolling (paused, or the number of replicas has changed)."""
        deployment, new, old = self._synced(deployment, sets, create=False)
        replicas, bounds = self._replicas(deployment), self._bounds(deployment)
        by_name = {each["metadata"]["name"]: each for each in [*old, *([new] if new else [])]}
        new_size = size_of(new) if new else None
        sizes = [size_of(each) for each in by_name.values()]
        old_sizes = [each for each in sizes if new_size is None or each.name != new_size.name]
        single = rollout.active_or_latest(new_size, old_sizes)
        field = "spec.replicas"
        if single is not None:
            if single.size != replicas:
                self._resize(deployment, by_name[single.name], replicas, rule="scale", field=field)
            else:
                self._resize(deployment, by_name[single.name], single.size, rule="scale", field=field)
        elif rollout.is_saturated(new_size, replicas):
            for each in old_sizes:
                if each.size:
                    self._resize(deployment, by_name[each.name], 0, rule="scale", field=field)
        elif self._strategy(deployment) != "Recreate":
            before = int((deployment.get("status") or {}).get("replicas") or 0)
            for name, size in rollout.proportional(sizes, replicas, bounds.surge, before=before).items():
                self._resize(deployment, by_name[name], size, rule="proportional", field=field)
        if deployment["spec"].get("paused"):
            self._clean_up(deployment, old)
        self._report(deployment, self._fresh(list(by_name.values())))

    def _fresh(self, sets: Sequence[Obj]) -> list[Obj]:
        found = (self.store.get(ref_of(each)) for each in sets)
        return [each for each in found if each is not None]

    def _is_complete(self, deployment: Obj, new: Obj) -> bool:
        status = deployment.get("status") or {}
        replicas = self._replicas(deployment)
        return (
            all(
                int(status.get(field) or 0) == replicas
                for field in ("updatedReplicas", "replicas", "availableReplicas")
            )
            and status.get("observedGeneration", 0) >= deployment["metadata"]["generation"]
        )

    def _clean_up(self, deployment: Obj, old: Sequence[Obj]) -> None:
        """cleanupDeployment: empty old ReplicaSets beyond revisionHistoryLimit go, the lowest revisions first."""
        limit = deployment["spec"].get("revisionHistoryLimit")
        limit = 10 if limit is None else int(limit)
        if limit == NO_DEADLINE:
            return
        candidates = sorted((each for each in old if not is_deleting(each)), key=revision_of)
        for each in candidates[: max(0, len(candidates) - limit)]:
            status = each.get("status") or {}
            observed = status.get("observedGeneration", 0) >= each["metadata"]["generation"]
            if status.get("replicas") or each["spec"].get("replicas") or not observed:
                continue
            self.api.delete(ref_of(each), field="spec.revisionHistoryLimit")

    # -- reporting -------------------------------------------------------------------------------

    def _report(self, deployment: Obj, sets: Sequence[Obj]) -> None:
        """syncRolloutStatus: counts and conditions; comes back when the deadline would pass."""
        current = self.store.get(ref_of(deployment))
        if current is None:
            return
        new, old = self._new_and_old(current, sets)
        before = current.get("status") or {}
        status = counts(current, new, sets)
        conditions = list(before.get("conditions") or ())
        replicas = self._replicas(current)
        floor = replicas - rollout.max_unavailable(self._bounds(current), replicas)
        conditions = set_condition(
            conditions, availability(status, floor), self.now_stamp(), has_update_time=False
        )
        conditions = [
            c if "lastUpdateTime" in c else {**c, "lastUpdateTime": self.now_stamp()} for c in conditions
        ]
        if self._deadline(current) is None:
            conditions = [c for c in conditions if c["type"] != "Progressing"]
        elif not is_deleting(current) and not current["spec"].get("paused"):
            known = next((c for c in conditions if c["type"] == "Progressing"), None)
            has_timed_out = self._has_timed_out(current, known)
            found = progress(current, status, known, new, replicas=replicas, has_timed_out=has_timed_out)
            if found:
                conditions = set_condition(conditions, found, self.now_stamp(), has_update_time=True)
        newest_first = [*([new] if new else []), *old]
        conditions = with_failure(conditions, current, newest_first, self.now_stamp())
        if conditions:
            status["conditions"] = conditions
        if before.get("collisionCount"):
            status["collisionCount"] = before["collisionCount"]
        self.api.update_status(ref_of(current), status)
        self._watch_deadline(current, conditions)

    def _has_timed_out(self, deployment: Obj, known: Obj | None) -> bool:
        deadline = self._deadline(deployment)
        if known is None or deadline is None or known["reason"] == "NewReplicaSetAvailable":
            return False
        return self.engine.now > self.clock.ms(known["lastUpdateTime"]) + deadline * 1000

    def _watch_deadline(self, deployment: Obj, conditions: Sequence[Obj]) -> None:
        """requeueStuckDeployment: look again a second after the deadline would pass."""
        known = next((c for c in conditions if c["type"] == "Progressing"), None)
        deadline = self._deadline(deployment)
        if known is None or deadline is None or deployment["spec"].get("paused"):
            return
        if known["reason"] in ("NewReplicaSetAvailable", "ProgressDeadlineExceeded"):
            return
        due = self.clock.ms(known["lastUpdateTime"]) + (deadline + 1) * 1000
        key = f"{deployment['metadata']['namespace']}/{deployment['metadata']['name']}"
        self.enqueue(key, delay_ms=max(1000, due - self.engine.now))

    def _tell(self, deployment: Obj, reason: str, message: str, *, type_: str = "Normal") -> None:
        self.events.record(deployment, type_, reason, message, source="deployment-controller")
