"""
Who answers a request, and by which path.

Every decision is a pure function over plain API objects: names (`dns`), Service virtual IPs (`services`,
`iptables`), hosts and paths (`ingress`, `httproute`), and what may pass (`networkpolicy`). `request` joins
them over one cluster, hop by hop.
"""
