"""Pods with names of their own, one after the other (pkg/controller/statefulset/stateful_set_control.go)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from learn.cluster.api.intstr import IntOrStringError, scaled
from learn.cluster.controllers.base import Controller, KeysOf, own_key, owner_key, split_key
from learn.cluster.controllers.replicas import claim, is_available, next_available, pod_from, without_zeros
from learn.cluster.controllers.revisions import template_hash
from learn.cluster.controllers.statefulplan import Member, plan, update_mode
from learn.cluster.errors import ApiError
from learn.cluster.objects import Obj, Ref, is_deleting, labels_of, owner_reference, ref_of, with_metadata
from learn.cluster.pods import is_ready, is_terminal

REVISION_LABEL = "controller-revision-hash"
POD_NAME_LABEL = "statefulset.kubernetes.io/pod-name"
POD_INDEX_LABEL = "apps.kubernetes.io/pod-index"


def ordinal_of(name: str, parent: str) -> int | None:
    """The ordinal in a Pod's name; None when it is not one of this set's names."""
    prefix, _, number = name.rpartition("-")
    return int(number) if prefix == parent and number.isdecimal() else None


class StatefulSetController(Controller):
    name = "statefulset"

    def watches(self) -> Mapping[str, KeysOf]:
        return {"StatefulSet": own_key, "Pod": owner_key("StatefulSet")}

    def reconcile(self, key: str) -> None:
        stateful_set = self.store.find("StatefulSet", *split_key(key))
        if stateful_set is None:
            return
        pods = [
            p
            for p in claim(self, stateful_set, "Pod")
            if ordinal_of(p["metadata"]["name"], split_key(key)[1]) is not None
        ]
        current, update = self._revisions(stateful_set)
        if not is_deleting(stateful_set):
            self._step(stateful_set, pods, current, update)
            self._truncate(stateful_set, pods, (current, update))
        self._report(stateful_set, current, update)

    # -- revisions -------------------------------------------------------------------------------

    def _revisions(self, stateful_set: Obj) -> tuple[Obj, Obj]:
        """The ControllerRevisions that Pods have and shall have."""
        meta = stateful_set["metadata"]
        code = template_hash(stateful_set["spec"]["template"])
        name = f"{meta['name']}-{code}"
        update = self.store.find("ControllerRevision", meta["namespace"], name)
        owned = self.store.owned_by(meta["uid"], "ControllerRevision")
        highest = max((each.get("revision", 0) for each in owned), default=0)
        if update is None:
            update = self.api.create(
                self._revision(stateful_set, name, code, highest + 1), trusted=True, field="spec.template"
            )
        elif update.get("revision", 0) < highest:
            update = self.api.modify(ref_of(update), lambda obj: {**obj, "revision": highest + 1})
        known = (stateful_set.get("status") or {}).get("currentRevision")
        current = self.store.find("ControllerRevision", meta["namespace"], known) if known else None
        return current or update, update

    def _revision(self, stateful_set: Obj, name: str, code: str, number: int) -> Obj:
        labels = {**((stateful_set["spec"]["template"].get("metadata") or {}).get("labels") or {})}
        return {
            "apiVersion": "apps/v1",
            "kind": "ControllerRevision",
            "metadata": {
                "name": name,
                "namespace": stateful_set["metadata"]["namespace"],
                "labels": {**labels, "controller.kubernetes.io/hash": code},
                "ownerReferences": [owner_reference(stateful_set)],
            },
            "data": {"spec": {"template": stateful_set["spec"]["template"]}},
            "revision": number,
        }

    def _truncate(self, stateful_set: Obj, pods: Sequence[Obj], used: Sequence[Obj]) -> None:
        """Revisions that nothing uses go beyond revisionHistoryLimit, the oldest first (truncateHistory)."""
        live = {each["metadata"]["name"] for each in used} | {
            labels_of(pod).get(REVISION_LABEL) for pod in pods
        }
        owned = self.store.owned_by(stateful_set["metadata"]["uid"], "ControllerRevision")
        history = [each for each in owned if each["metadata"]["name"] not in live]
        limit = stateful_set["spec"].get("revisionHistoryLimit")
        surplus = len(history) - (10 if limit is None else int(limit))
        for each in sorted(history, key=lambda each: int(each.get("revision") or 0))[: max(0, surplus)]:
            self.api.delete(ref_of(each), field="spec.revisionHistoryLimit")

    # -- moving ----------------------------------------------------------------------------------

    def _member(self, stateful_set: Obj, pod: Obj) -> Member:
        seconds = int(stateful_set["spec"].get("minReadySeconds") or 0)
        ordinal = ordinal_of(pod["metadata"]["name"], stateful_set["metadata"]["name"])
        healthy = not is_deleting(pod) and is_available(pod, seconds, self.clock, self.engine.now)
        revision = labels_of(pod).get(REVISION_LABEL, "")
        return Member(ordinal or 0, revision, healthy, is_deleting(pod), is_terminal(pod))

    def _step(self, stateful_set: Obj, pods: Sequence[Obj], current: Obj, update: Obj) -> None:
        spec = stateful_set["spec"]
        strategy = spec.get("updateStrategy") or {}
        rolling = strategy.get("rollingUpdate") or {}
        replicas = 1 if spec.get("replicas") is None else int(spec["replicas"])
        partition = int(rolling.get("partition") or 0)
        start = int((spec.get("ordinals") or {}).get("start") or 0)
        done = plan(
            [self._member(stateful_set, pod) for pod in pods],
            start=start,
            replicas=replicas,
            ordered=spec.get("podManagementPolicy") != "Parallel",
            strategy=str(strategy.get("type") or "RollingUpdate"),
            partition=partition,
            update_revision=update["metadata"]["name"],
            max_unavailable=self._max_unavailable(rolling, replicas),
            mode=update_mode(self.cluster.version),
        )
        for ordinal in done.create:
            self._create(stateful_set, ordinal, current if ordinal < start + partition else update)
        for ordinal in done.delete:
            self._delete(stateful_set, f"{stateful_set['metadata']['name']}-{ordinal}")
        seconds = int(spec.get("minReadySeconds") or 0)
        due = next_available(pods, seconds, self.clock, self.engine.now)
        if due is not None:
            meta = stateful_set["metadata"]
            self.enqueue(f"{meta['namespace']}/{meta['name']}", delay_ms=due - self.engine.now)

    def _max_unavailable(self, rolling: Obj, replicas: int) -> int:
        try:
            return max(1, scaled(rolling.get("maxUnavailable", 1), replicas, round_up=False))
        except IntOrStringError:
            return 1

    def _create(self, stateful_set: Obj, ordinal: int, revision: Obj) -> None:
        meta, spec = stateful_set["metadata"], stateful_set["spec"]
        name = f"{meta['name']}-{ordinal}"
        template = revision["data"]["spec"]["template"]
        try:
            volumes = self._claims(stateful_set, name)
            labels = {
                **((template.get("metadata") or {}).get("labels") or {}),
                POD_INDEX_LABEL: str(ordinal),
                REVISION_LABEL: revision["metadata"]["name"],
                POD_NAME_LABEL: name,
            }
            pod = pod_from(template, stateful_set, name=name, generateName=f"{meta['name']}-", labels=labels)
            named = {volume["name"] for volume in volumes}
            others = [v for v in template["spec"].get("volumes") or () if v["name"] not in named]
            body = {**template["spec"], "hostname": name, "subdomain": spec.get("serviceName", "")}
            if volumes or others:
                body["volumes"] = [*volumes, *others]
            self.api.create({**pod, "spec": body}, trusted=True, field="spec.replicas")
        except ApiError as error:
            text = f"create Pod {name} in StatefulSet {meta['name']} failed error: {error.message}"
            self._tell(stateful_set, "FailedCreate", text, type_="Warning")
            raise
        self._tell(
            stateful_set, "SuccessfulCreate", f"create Pod {name} in StatefulSet {meta['name']} successful"
        )

    def _claims(self, stateful_set: Obj, pod_name: str) -> list[Obj]:
        """The Pod's own claims, made if they are not there; gives the volumes that refer to them."""
        meta = stateful_set["metadata"]
        volumes = []
        for template in stateful_set["spec"].get("volumeClaimTemplates") or ():
            volume = template["metadata"].get("name", "")
            name = f"{volume}-{pod_name}"
            volumes.append({"name": volume, "persistentVolumeClaim": {"claimName": name}})
            if self.store.find("PersistentVolumeClaim", meta["namespace"], name):
                continue
            labels = (stateful_set["spec"]["selector"] or {}).get("matchLabels") or {}
            claim_meta: Obj = {
                "name": name,
                "namespace": meta["namespace"],
                "labels": {**labels, **(template["metadata"].get("labels") or {})},
            }
            retention = stateful_set["spec"].get("persistentVolumeClaimRetentionPolicy") or {}
            if retention.get("whenDeleted") == "Delete":
                claim_meta["ownerReferences"] = [owner_reference(stateful_set)]
            claim_spec = template.get("spec") or {}
            self.api.create(
                {
                    "apiVersion": "v1",
                    "kind": "PersistentVolumeClaim",
                    "metadata": claim_meta,
                    "spec": claim_spec,
                },
                field="spec.volumeClaimTemplates",
            )
            text = f"create Claim {name} Pod {pod_name} in StatefulSet {meta['name']} success"
            self._tell(stateful_set, "SuccessfulCreate", text)
        return volumes

    def _delete(self, stateful_set: Obj, pod_name: str) -> None:
        meta = stateful_set["metadata"]
        self.api.delete(Ref("Pod", meta["namespace"], pod_name), field="spec.replicas")
        retention = stateful_set["spec"].get("persistentVolumeClaimRetentionPolicy") or {}
        replicas = int(stateful_set["spec"].get("replicas") or 0)
        start = int((stateful_set["spec"].get("ordinals") or {}).get("start") or 0)
        ordinal = ordinal_of(pod_name, meta["name"])
        if retention.get("whenScaled") == "Delete" and ordinal is not None and ordinal >= start + replicas:
            self._give_claims_to_pod(stateful_set, pod_name)
        self._tell(
            stateful_set,
            "SuccessfulDelete",
            f"delete Pod {pod_name} in StatefulSet {meta['name']} successful",
        )

    def _give_claims_to_pod(self, stateful_set: Obj, pod_name: str) -> None:
        """whenScaled Delete: the claims go when their Pod is gone."""
        namespace = stateful_set["metadata"]["namespace"]
        pod = self.store.find("Pod", namespace, pod_name)
        for template in stateful_set["spec"].get("volumeClaimTemplates") or ():
            ref = Ref("PersistentVolumeClaim", namespace, f"{template['metadata']['name']}-{pod_name}")
            if pod is not None and self.store.get(ref) is not None:
                owners = [owner_reference(pod)]
                self.api.modify(ref, lambda obj, owners=owners: with_metadata(obj, ownerReferences=owners))  # type: ignore[misc]  # a default binds the loop's value

    def _tell(self, stateful_set: Obj, reason: str, message: str, *, type_: str = "Normal") -> None:
        self.events.record(stateful_set, type_, reason, message, source="statefulset-controller")

    # -- reporting -------------------------------------------------------------------------------

    def _report(self, stateful_set: Obj, current: Obj, update: Obj) -> None:
        ref = ref_of(stateful_set)
        found = self.store.get(ref)
        if found is None:
            return
        seconds = int(found["spec"].get("minReadySeconds") or 0)
        pods = self.store.owned_by(found["metadata"]["uid"], "Pod")
        living = [pod for pod in pods if not is_deleting(pod)]
        names = current["metadata"]["name"], update["metadata"]["name"]
        revisions = [labels_of(pod).get(REVISION_LABEL) for pod in living]
        replicas = 1 if found["spec"].get("replicas") is None else int(found["spec"]["replicas"])
        ready = sum(map(is_ready, pods))
        updated = revisions.count(names[1])
        strategy = (found["spec"].get("updateStrategy") or {}).get("type") or "RollingUpdate"
        if strategy == "RollingUpdate" and updated == replicas == ready == len(pods):
            names = names[1], names[1]
        status: Obj = {
            "observedGeneration": found["metadata"]["generation"],
            "replicas": len(pods),
            "readyReplicas": ready,
            "availableReplicas": sum(is_available(p, seconds, self.clock, self.engine.now) for p in pods),
            "currentReplicas": revisions.count(names[0]),
            "updatedReplicas": updated,
            "currentRevision": names[0],
            "updateRevision": names[1],
            "collisionCount": 0,
        }
        self.api.update_status(ref, without_zeros(status, "replicas", "availableReplicas", "collisionCount"))
