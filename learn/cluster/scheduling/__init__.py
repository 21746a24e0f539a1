"""Which node a Pod goes to, and why not elsewhere: the scheduler's decisions as pure functions over plain data.

`nodeinfo` nodes with what runs on them · one file per plugin (filter and score together) · `cycle` one Pod,
all nodes · `fiterror` the "0/3 nodes are available" texts · `preemption` whom to evict · `backoff` when to try again.

>>> view = Snapshot.of(nodes, pods)
>>> schedule(pod_info(pod), view)
Placement(node='node-2', scores={'node-1': 512, 'node-2': 530}, …)

Upstream: pkg/scheduler and its framework/plugins.
"""
