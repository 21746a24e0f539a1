"""Services: ValidateService and ValidateServiceUpdate (pkg/apis/core/validation/validation.go), rule by rule."""

from typing import Any

import pytest

from tests.cluster.api.objects import plain, service, texts

HTTP = {"name": "http", "port": 80}
BALANCED = {"type": "LoadBalancer", "ports": [HTTP]}
LOCAL = {**BALANCED, "externalTrafficPolicy": "Local", "healthCheckNodePort": 30100}


def annotated(**annotations: str) -> dict[str, Any]:
    obj = service(**BALANCED)
    return {**obj, "metadata": {**obj["metadata"], "annotations": annotations}}


HINTS, MODE = "service.kubernetes.io/topology-aware-hints", "service.kubernetes.io/topology-mode"
RANGES = "service.beta.kubernetes.io/load-balancer-source-ranges"

VALID: dict[str, dict[str, Any]] = {
    "a port without a name": service(),
    "the same number for two protocols": service(
        ports=[{"name": "dns", "port": 53}, {"name": "dns-udp", "port": 53, "protocol": "UDP"}]
    ),
    "the same node port for two protocols": service(
        type="NodePort",
        ports=[
            {"name": "a", "port": 53, "nodePort": 30053},
            {"name": "b", "port": 53, "nodePort": 30053, "protocol": "UDP"},
        ],
    ),
    "headless without ports": service(clusterIP="None", ports=[]),
    "an alias with a final dot, and no ports": plain(
        "Service", spec={"type": "ExternalName", "externalName": "example.com."}
    ),
    "targetPort 0 is the port": service(ports=[{"port": 80, "targetPort": 0}]),
    "one day of affinity": service(
        sessionAffinity="ClientIP", sessionAffinityConfig={"clientIP": {"timeoutSeconds": 86400}}
    ),
    "a padded source range": service(**BALANCED, loadBalancerSourceRanges=[" 10.0.0.0/8 "]),
    "an empty annotation of source ranges": annotated(**{RANGES: "  "}),
    "a list of source ranges": annotated(**{RANGES: "10.0.0.0/8, 192.168.0.0/16"}),
    "two annotations of topology that agree": annotated(**{HINTS: "Auto", MODE: "Auto"}),
    "the class of a balancer": service(**BALANCED, loadBalancerClass="example.com/internal"),
    "external IPs make the policy allowed": service(
        externalIPs=["203.0.113.1"], externalTrafficPolicy="Local"
    ),
    "two families for headless": service(
        clusterIP="None", ipFamilies=["IPv6", "IPv4"], ipFamilyPolicy="PreferDualStack"
    ),
    "the nearest node": service(trafficDistribution="PreferSameNode"),
    "a name of digits": {**service(), "metadata": {"name": "1web", "namespace": "default"}},
    "the port of the health check": service(**LOCAL),
}


@pytest.mark.parametrize("what", VALID)
def test_it_is_accepted(what: str) -> None:
    assert texts(VALID[what]) == []


REFUSED: dict[str, tuple[dict[str, Any], list[str]]] = {
    "ports: required": (service(ports=[]), ["spec.ports: Required value"]),
    "headless and NodePort": (
        service(type="NodePort", clusterIP="None"),
        ["spec.clusterIPs[0]: Invalid value: \"None\": may not be set to 'None' for NodePort services"],
    ),
    "headless and LoadBalancer": (
        service(type="LoadBalancer", clusterIP="None"),
        ["spec.clusterIPs[0]: Invalid value: \"None\": may not be set to 'None' for LoadBalancer services"],
    ),
    "ExternalName with what belongs to others": (
        plain("Service", spec={
            "type": "ExternalName", "externalName": "example.com", "clusterIP": "10.96.0.9",
            "ipFamilies": ["IPv4"], "ipFamilyPolicy": "SingleStack"}),
        ["spec.clusterIPs: Forbidden: may not be set for ExternalName services",
         "spec.ipFamilies: Forbidden: may not be set for ExternalName services",
         "spec.ipFamilyPolicy: Forbidden: may not be set for ExternalName services"],
    ),
    "ExternalName: headless is a value too": (
        plain("Service", spec={"type": "ExternalName", "externalName": "example.com", "clusterIP": "None"}),
        ["spec.clusterIPs: Forbidden: may not be set for ExternalName services"],
    ),
    "validateServicePort: every port has a name": (
        service(ports=[HTTP, {"port": 81}, {"port": 82}]),
        ["spec.ports[1].name: Required value", "spec.ports[2].name: Required value"],
    ),
    "validateServicePort: name twice": (
        service(ports=[HTTP, {**HTTP, "port": 81}]), ['spec.ports[1].name: Duplicate value: "http"'],
    ),
    "validateServicePort: port": (
        service(ports=[{"port": 65536}]),
        ["spec.ports[0].port: Invalid value: 65536: must be between 1 and 65535, inclusive",
         "spec.ports[0].targetPort: Invalid value: 65536: must be between 1 and 65535, inclusive"],
    ),
    "validateServicePort: protocol": (
        service(ports=[{"port": 80, "protocol": "HTTP"}]),
        ['spec.ports[0].protocol: Unsupported value: "HTTP": supported values: "SCTP", "TCP", "UDP"'],
    ),
    "ValidatePortNumOrName: a quoted number": (
        service(ports=[{"port": 80, "targetPort": "80"}]),
        ['spec.ports[0].targetPort: Invalid value: "80": must contain at least one letter (a-z)'],
    ),
    "ValidatePortNumOrName: too long": (
        service(ports=[{"port": 80, "targetPort": "abcdefghijklmnop"}]),
        ['spec.ports[0].targetPort: Invalid value: "abcdefghijklmnop": must be no more than 15 characters'],
    ),
    "sessionAffinity": (
        service(sessionAffinity="Cookie"),
        ['spec.sessionAffinity: Unsupported value: "Cookie": supported values: "ClientIP", "None"'],
    ),
    "validateClientIPAffinityConfig: 0": (
        service(sessionAffinity="ClientIP", sessionAffinityConfig={"clientIP": {"timeoutSeconds": 0}}),
        ["spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 0: must be greater than 0 and less than 86400"],
    ),
    "validateClientIPAffinityConfig: more than a day": (
        service(sessionAffinity="ClientIP", sessionAffinityConfig={"clientIP": {"timeoutSeconds": 86401}}),
        ["spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 86401: must be greater than 0 and less than 86400"],
    ),
    "clusterIPs: the first is clusterIP": (
        service(clusterIP="10.96.0.9", clusterIPs=["10.96.0.8"]),
        ['spec.clusterIPs: Invalid value: ["10.96.0.8"]: first value must match `clusterIP`'],
    ),
    "clusterIPs without clusterIP": (
        service(clusterIPs=["10.96.0.8"]),
        ['spec.clusterIPs: Invalid value: ["10.96.0.8"]: must be empty when `clusterIP` is not specified'],
    ),
    "clusterIPs: None and more": (
        service(clusterIP="None", clusterIPs=["None", "10.96.0.8"]),
        ['spec.clusterIPs: Invalid value: ["None","10.96.0.8"]: \'None\' must be the first and only value'],
    ),
    "clusterIPs: not an address": (
        service(clusterIP="10.96.0", clusterIPs=["10.96.0"]),
        ['spec.clusterIPs[0]: Invalid value: "10.96.0": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'],
    ),
    "clusterIPs: one per family": (
        service(clusterIP="10.96.0.8", clusterIPs=["10.96.0.8", "10.96.0.9"]),
        ['spec.clusterIPs: Invalid value: ["10.96.0.8","10.96.0.9"]: may specify no more than one IP for each IP family'],
    ),
    "clusterIPs: at most two": (
        service(clusterIP="10.96.0.8", clusterIPs=["10.96.0.8", "fd00::8", "10.96.0.9"]),
        ['spec.clusterIPs: Invalid value: ["10.96.0.8","fd00::8","10.96.0.9"]: may only hold up to 2 values'],
    ),
    "clusterIPs and ipFamilies": (
        service(clusterIP="10.96.0.8", clusterIPs=["10.96.0.8"], ipFamilies=["IPv6"]),
        ['spec.clusterIPs[0]: Invalid value: "10.96.0.8": expected an IPv6 value as indicated by `ipFamilies[0]`'],
    ),
    "ipFamilies: unknown and twice": (
        service(ipFamilies=["IPv4", "IPv5", "IPv4"]),
        ['spec.ipFamilies[1]: Unsupported value: "IPv5": supported values: "IPv4", "IPv6"',
         'spec.ipFamilies[2]: Duplicate value: "IPv4"'],
    ),
    "ipFamilyPolicy": (
        service(ipFamilyPolicy="DualStack"),
        ['spec.ipFamilyPolicy: Unsupported value: "DualStack": supported values: "PreferDualStack", "RequireDualStack", "SingleStack"'],
    ),
    "ValidateNonSpecialIP": (
        service(externalIPs=["0.0.0.0", "127.0.0.1", "169.254.1.1", "224.0.0.1", "::1"]),
        ['spec.externalIPs[0]: Invalid value: "0.0.0.0": may not be unspecified (0.0.0.0)',
         'spec.externalIPs[1]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
         'spec.externalIPs[2]: Invalid value: "169.254.1.1": may not be in the link-local range (169.254.0.0/16, fe80::/10)',
         'spec.externalIPs[3]: Invalid value: "224.0.0.1": may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)',
         'spec.externalIPs[4]: Invalid value: "::1": may not be in the loopback range (127.0.0.0/8, ::1/128)'],
    ),
    "IsValidIPForLegacyField, strict": (
        service(externalIPs=["203.0.113.001", "::ffff:203.0.113.1"]),
        ['spec.externalIPs[0]: Invalid value: "203.0.113.001": must not have leading 0s',
         'spec.externalIPs[1]: Invalid value: "::ffff:203.0.113.1": must not be an IPv4-mapped IPv6 address'],
    ),
    "type": (
        service(type="Internal"),
        ['spec.type: Unsupported value: "Internal": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"'],
    ),
    "nodePort and ClusterIP": (
        service(ports=[{"port": 80, "nodePort": 30080}]),
        ["spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"],
    ),
    "nodePort twice": (
        service(type="NodePort", ports=[{**HTTP, "nodePort": 30080}, {"name": "b", "port": 81, "nodePort": 30080}]),
        ["spec.ports[1].nodePort: Duplicate value: 30080"],
    ),
    "port twice": (
        service(ports=[HTTP, {"name": "b", "port": 80}]),
        ['spec.ports[1]: Duplicate value: {"Name":"","Protocol":"TCP","AppProtocol":null,"Port":80,"TargetPort":0,"NodePort":0}'],
    ),
    "source ranges are for balancers": (
        service(loadBalancerSourceRanges=["10.0.0.0/8"]),
        ["spec.LoadBalancerSourceRanges: Forbidden: may only be used when `type` is 'LoadBalancer'"],
    ),
    "source ranges are networks": (
        service(**BALANCED, loadBalancerSourceRanges=["10.0.0.1", "10.0.0.1/8", "010.0.0.0/8"]),
        ['spec.LoadBalancerSourceRanges[0]: Invalid value: "10.0.0.1": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
         'spec.LoadBalancerSourceRanges[1]: Invalid value: "10.0.0.1/8": must not have bits set beyond the prefix length',
         'spec.LoadBalancerSourceRanges[2]: Invalid value: "010.0.0.0/8": must not have leading 0s in IP or prefix length'],
    ),
    "source ranges in the annotation": (
        annotated(**{RANGES: "10.0.0.0/8,here"}),
        [f'metadata.annotations[{RANGES}]: Invalid value: "here": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'],
    ),
    "two annotations of topology": (
        annotated(**{HINTS: "Auto", MODE: "Disabled"}),
        [f'metadata.annotations[{MODE}]: Invalid value: "Disabled": must match annotations[{HINTS}] when both are specified'],
    ),
    "allocateLoadBalancerNodePorts is for balancers": (
        service(allocateLoadBalancerNodePorts=False),
        ["spec.allocateLoadBalancerNodePorts: Forbidden: may only be used when `type` is 'LoadBalancer'"],
    ),
    "loadBalancerClass is for balancers": (
        service(type="NodePort", loadBalancerClass="internal"),
        ["spec.loadBalancerClass: Forbidden: may only be used when `type` is 'LoadBalancer'"],
    ),
    "externalTrafficPolicy without a way in": (
        service(externalTrafficPolicy="Cluster"),
        ['spec.externalTrafficPolicy: Invalid value: "Cluster": may only be set for externally-accessible services'],
    ),
    "externalTrafficPolicy": (
        service(type="NodePort", externalTrafficPolicy="Global"),
        ['spec.externalTrafficPolicy: Unsupported value: "Global": supported values: "Cluster", "Local"'],
    ),
    "healthCheckNodePort without need": (
        service(**BALANCED, healthCheckNodePort=30100),
        ["spec.healthCheckNodePort: Invalid value: 30100: may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"],
    ),
    "healthCheckNodePort: range": (
        service(**{**LOCAL, "healthCheckNodePort": -1}),
        ["spec.healthCheckNodePort: Invalid value: -1: must be between 1 and 65535, inclusive"],
    ),
    "internalTrafficPolicy": (
        service(internalTrafficPolicy="Node"),
        ['spec.internalTrafficPolicy: Unsupported value: "Node": supported values: "Cluster", "Local"'],
    ),
    "trafficDistribution": (
        service(trafficDistribution="Random"),
        ['spec.trafficDistribution: Unsupported value: "Random": supported values: "PreferClose", "PreferSameNode", "PreferSameZone"'],
    ),
}  # fmt: skip


@pytest.mark.parametrize("rule", REFUSED)
def test_it_is_refused(rule: str) -> None:
    obj, found = REFUSED[rule]
    assert texts(obj) == found


def test_older_servers_tolerate_ambiguous_addresses() -> None:
    obj = service(**BALANCED, externalIPs=["203.0.113.001"], loadBalancerSourceRanges=["10.0.0.1/8"])
    assert texts(obj, version="1.35") == []
    assert len(texts(obj)) == 2
    assert texts(obj, obj) == [], "what is stored already stays"


IPV4 = {"ipFamilies": ["IPv4"], "ipFamilyPolicy": "SingleStack"}
BOTH = {"ipFamilies": ["IPv4", "IPv6"], "ipFamilyPolicy": "RequireDualStack"}
ONE = {"clusterIP": "10.96.0.9", "clusterIPs": ["10.96.0.9"], **IPV4}
TWO = {"clusterIP": "10.96.0.9", "clusterIPs": ["10.96.0.9", "fd00::9"], **BOTH}
NONE = {"clusterIP": "None", "clusterIPs": ["None"], **IPV4}
ALIAS = {"type": "ExternalName", "externalName": "example.com"}

UPDATES: dict[str, tuple[dict[str, Any], dict[str, Any], list[str]]] = {
    "another address": (
        ONE, {**ONE, "clusterIP": "10.96.0.8", "clusterIPs": ["10.96.0.8"]},
        ['spec.clusterIPs[0]: Invalid value: ["10.96.0.8"]: may not change once set'],
    ),
    "no address any more": (
        ONE, IPV4, ["spec.clusterIPs[0]: Invalid value: null: primary clusterIP can not be unset"],
    ),
    "to headless": (ONE, NONE, ['spec.clusterIPs[0]: Invalid value: ["None"]: may not change once set']),
    "from headless": (NONE, ONE, ['spec.clusterIPs[0]: Invalid value: ["10.96.0.9"]: may not change once set']),
    "families of a headless one": (NONE, {**NONE, "ipFamilies": ["IPv6"]}, []),
    "a second address": (ONE, TWO, []),
    "without the second address": (
        TWO, {**ONE, **BOTH},
        ["spec.ipFamilyPolicy: Invalid value: \"RequireDualStack\": must be set to 'SingleStack' when releasing the secondary clusterIP"],
    ),
    "without the second family": (
        TWO, {**TWO, "ipFamilies": ["IPv4"]},
        ["spec.ipFamilyPolicy: Invalid value: \"RequireDualStack\": must be set to 'SingleStack' when releasing the secondary ipFamily"],
    ),
    "back to one of each": (TWO, ONE, []),
    "the other second address": (
        TWO, {**TWO, "clusterIPs": ["10.96.0.9", "fd00::8"]},
        ['spec.clusterIPs[1]: Invalid value: ["10.96.0.9","fd00::8"]: may not change once set'],
    ),
    "another family": (
        {**IPV4, "clusterIP": "", "clusterIPs": []}, {"ipFamilies": ["IPv6"], "ipFamilyPolicy": "SingleStack"},
        ['spec.ipFamilies[0]: Invalid value: ["IPv6"]: may not change once set'],
    ),
    "to an alias": (ONE, {**ALIAS, "ports": []}, []),
    "from an alias": (ALIAS, ONE, []),
    "the class of a balancer": (
        {**BALANCED, "loadBalancerClass": "a"}, {**BALANCED, "loadBalancerClass": "b"},
        ['spec.loadBalancerClass: Invalid value: "b": may not change once set'],
    ),
    "no class any more": (
        {**BALANCED, "loadBalancerClass": "a"}, BALANCED,
        ['spec.loadBalancerClass: Invalid value: "null": may not change once set'],
    ),
    "a class with the type": ({}, {**BALANCED, "loadBalancerClass": "a"}, []),
    "another health check": (
        LOCAL, {**LOCAL, "healthCheckNodePort": 30101},
        ["spec.healthCheckNodePort: Forbidden: field is immutable"],
    ),
    "the policy": (LOCAL, BALANCED, []),
}  # fmt: skip


@pytest.mark.parametrize("rule", UPDATES)
def test_updates(rule: str) -> None:
    old, new, found = UPDATES[rule]
    assert texts(service(**new), service(**old)) == found
