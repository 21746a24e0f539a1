"""
Who answers a request, and by which path.

Decisions, pure functions over plain API objects
    `dns` names · `services`, `rules` endpoints and virtual addresses · `iptables`, `iptables_text`,
    `iptables_command` what a node shows of them · `ingress`, `ingressclass`, `alb` Ingress rules ·
    `gateway`, `httproute` the Gateway API · `networkpolicy` what may pass · `hostnames`, `paths`, `tls`

The way of one request
    `targets` and `clients` (to whom, from whom) → `names` → `connect` (nodes, `virtualip`, `guard`, `cuts`,
    listeners) → `ingressproxy`, `gatewayproxy`, `albproxy` (→ `backends`) → `request`, which ends it.
    `hops` holds what comes out: hops, an answer or a failure with its reason; `curl` says it in words.

What a cluster is built with: `settings`, `addons`, `pool`.

>>> outcome = send(cluster, clients.named(cluster, "client"), parse_url("http://web/"))
>>> outcome.route
('dns', 'service', 'endpoint', 'pod')
"""
