"""A deterministic Kubernetes in one process and in virtual time.

>>> from learn.cluster.cluster import Cluster
>>> cluster = Cluster(seed=0)
>>> _ = cluster.apply(manifest_text)
>>> cluster.run_for(60_000)
>>> cluster.get("Deployment", "web")["status"]["readyReplicas"]

Who does what
    `engine` virtual time · `trace` what happened and why · `store` objects, versions, watch · `apiserver` verbs
    and their rules (with `api/`) · `controllers/`, `scheduler`, `kubelet`, `network/` what reacts · `actions`,
    `faults` what comes from outside · `cluster` all of it together.

Conventions
    *Time* is integer milliseconds since the start (`engine.now`); objects carry timestamps of whole seconds
    (`clock.timestamp(ms)`, `clock.ms(text)`).  Nothing reads the wall clock, `hash()` or the order of a set.

    *Objects* are plain dicts and never change once stored.  Build a new one that shares what stays the same:
    `{**pod, "status": {**pod["status"], "phase": "Running"}}`.  Read with `store.get(Ref(kind, namespace, name))`,
    `store.objects(kind, namespace)`, `store.owned_by(uid, kind)`, `store.pods_matching(namespace, labels)`;
    all lists are sorted by namespace and name.

    *Writing* goes through `api`: `create(obj, trusted=True)`, `update_status(ref, status)`, `modify(ref, change)`,
    `delete(ref)`, `bind(ref, node)`.  An equal status writes nothing.  Refusals are `ApiError`.

    *Randomness*: `engine.rng("what-for")` gives a fresh seeded `random.Random` for one decision.

How a controller is written (controllers/base.py)

>>> class PodCounter(Controller):
...     name = "pod-counter"                       # names its timers and its state
...     component = "kube-controller-manager"      # what `stop(...)` must name to stop it
...     timers = ("rescan",)                       # methods that timers may call
...
...     def watches(self):                         # kind -> the keys that a change of it wakes
...         return {"ConfigMap": own_key, "Pod": owner_key("ConfigMap")}
...
...     def start(self):                           # once, for a new cluster; not after a restore
...         self.after(15_000, "rescan")
...
...     def reconcile(self, key):                  # level-triggered: look at the world, change one thing
...         found = self.store.get(Ref("ConfigMap", *split_key(key)))
...         if found is None:
...             return
...         self.state[key] = self.engine.now      # JSON data only; saved and restored with the cluster
...         self.enqueue(key, delay_ms=30_000)     # look again later: say so in every reconcile, for
...                                                # each key waits once, for its earliest request
...
...     def rescan(self):                          # periodic: set the next timer yourself
...         self.after(15_000, "rescan")

    Add the class to `parts.CONTROLLERS`.  `reconcile` only gathers what a pure function needs, calls it, and carries
    out its answer; the function (replica arithmetic, one filter, one match) takes and gives plain data and stands
    in the same file or in one beside it.  Other parts are reached by `self.cluster.parts["name"]`.

Timers are plain data: `self.after(delay_ms, "method", *args)` with strings, ints, bools or None; the order within
    one instant is `engine.Priority`: action, process, probe, kubelet, controller, network, measure.

Causes.  During `reconcile`, every write and every Event takes as causes what woke the key (the trace entries of
    the changes seen by the watch); during a timer method it has none unless given.  Say more where you know more:

>>> seen = self.trace.record(ref, "decision", field="spec.maxReplicas", data={"rule": "limit", "value": 10})
>>> self.api.scale(target, 10, causes=(seen,), field="spec.maxReplicas")

    `field` is the manifest path that decided; `data` is JSON.  `trace.why(entry)` follows the causes back.

State.  `Cluster.snapshot()` is JSON: the engine's clock, timers and draw counts, all objects, and for every part
    `{"state", "queue", "held", "failures"}`.  Whatever a part remembers must be JSON data in `self.state` (string
    keys; lists, not tuples) or be derived from objects; caches that can be rebuilt may live elsewhere.  The trace
    is not part of the snapshot; entry ids go on counting.
"""
