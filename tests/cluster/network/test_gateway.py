"""
Gateway API: who may attach, where requests go, and what the status says.

Rules: Gateway API, apis/v1/gateway_types.go, apis/v1/httproute_types.go, apis/v1/shared_types.go,
apis/v1beta1/referencegrant_types.go, conformance/tests (httproute-weight, httproute-cross-namespace,
httproute-invalid-backendref-unknown-kind, httproute-redirect-path, httproute-rewrite-path).
"""

import pytest

from learn.cluster.api.defaults import apply_defaults
from learn.cluster.api.validation import validate
from learn.cluster.network import clients
from learn.cluster.network.gatewayproxy import modified, replaced_path, via_of
from learn.cluster.network.http import parse_url
from learn.cluster.network.request import send, shares
from tests.cluster.factories import deployment, service
from tests.cluster.network.test_ingress_controller import tls_secret
from tests.cluster.network.worlds import ask, cluster_with, in_namespace, namespace

GATEWAYS = {"gateways": [{"class": "example", "controller": "example.com/gateway-controller"}]}
SHOP_TEAM = {"from": "Selector", "selector": {"matchLabels": {"team": "shop"}}}


def gateway(space="infra", *, allowed=None, listeners=None, **spec):
    listener = {
        "name": "http", "protocol": "HTTP", "port": 80,
        "allowedRoutes": {"namespaces": allowed or {"from": "All"}},
    }  # fmt: skip
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "Gateway",
        "metadata": {"name": "edge", "namespace": space},
        "spec": {"gatewayClassName": "example", "listeners": listeners or [listener], **spec},
    }


def route(*rules, name="shop", space="shop", hostnames=("shop.example.com",), parent=None):
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"name": name, "namespace": space},
        "spec": {
            "parentRefs": [parent or {"name": "edge", "namespace": "infra"}],
            "hostnames": list(hostnames),
            "rules": list(rules),
        },
    }


def rule(*backends, path="/", **fields):
    return {
        "matches": [{"path": {"type": "PathPrefix", "value": path}}],
        "backendRefs": [
            {"port": 80, **each} if isinstance(each, dict) else {"name": each, "port": 80}
            for each in backends
        ],
        **fields,
    }


def world(*objects, **more):
    apps = []
    for index, name in enumerate(("web-v1", "web-v2", "api")):
        apps.append(in_namespace("shop", deployment(name, 1)))
        apps.append(in_namespace("shop", service(name, clusterIP=f"10.96.8.{index + 1}")))
    return cluster_with(
        namespace("shop", team="shop"), namespace("infra"), *apps, *objects, network=GATEWAYS, **more
    )


def conditions(obj):
    return {each["type"]: (each["status"], each["reason"]) for each in obj["conditions"]}


def parent_conditions(cluster, name="shop"):
    [parent] = cluster.get("HTTPRoute", name, "shop")["status"]["parents"]
    return conditions(parent)


def test_class_gateway_and_route_become_ready():
    cluster = world(gateway(), route(rule("web-v1")))
    assert conditions(cluster.get("GatewayClass", "example")["status"]) == {"Accepted": ("True", "Accepted")}
    status = cluster.get("Gateway", "edge", "infra")["status"]
    assert conditions(status) == {"Accepted": ("True", "Accepted"), "Programmed": ("True", "Programmed")}
    assert status["addresses"] == [{"type": "IPAddress", "value": "203.0.113.10"}]
    assert [(each["name"], each["attachedRoutes"]) for each in status["listeners"]] == [("http", 1)]
    assert parent_conditions(cluster) == {
        "Accepted": ("True", "Accepted"),
        "ResolvedRefs": ("True", "ResolvedRefs"),
    }
    found = ask(cluster, "http://shop.example.com/", "outside")
    assert (found.status, found.route) == (200, ("dns", "load-balancer", "route", "endpoint", "pod"))


def test_a_class_that_nobody_serves_gets_no_address():
    cluster = world(
        {**gateway(), "spec": {**gateway()["spec"], "gatewayClassName": "other"}}, route(rule("web-v1"))
    )
    assert "addresses" not in (cluster.get("Gateway", "edge", "infra").get("status") or {})
    assert not (cluster.get("HTTPRoute", "shop", "shop").get("status") or {}).get("parents")


@pytest.mark.parametrize(
    ("made", "attached", "accepted"),
    [
        pytest.param(gateway(allowed={"from": "Same"}), {}, ("False", "NotAllowedByListeners"), id="Same, elsewhere"),
        pytest.param(gateway(allowed=SHOP_TEAM), {}, ("True", "Accepted"), id="Selector by label"),
        pytest.param(
            gateway(allowed={"from": "Selector", "selector": {"matchLabels": {"team": "x"}}}), {},
            ("False", "NotAllowedByListeners"), id="Selector that does not match",
        ),
        pytest.param(
            gateway(), {"parent": {"name": "edge", "namespace": "infra", "sectionName": "https"}},
            ("False", "NoMatchingParent"), id="no listener of that name",
        ),
        pytest.param(
            gateway(), {"parent": {"name": "edge", "namespace": "infra", "port": 8443}},
            ("False", "NoMatchingParent"), id="no listener on that port",
        ),
        pytest.param(
            gateway(listeners=[{"name": "http", "protocol": "HTTP", "port": 80, "hostname": "*.example.org", "allowedRoutes": {"namespaces": {"from": "All"}}}]),
            {}, ("False", "NoMatchingListenerHostname"), id="hostnames that share nothing",
        ),
    ],
)  # fmt: skip
def test_both_sides_must_agree(made, attached, accepted):
    cluster = world(made, route(rule("web-v1"), **attached))
    assert parent_conditions(cluster)["Accepted"] == accepted
    count = sum(
        each["attachedRoutes"] for each in cluster.get("Gateway", "edge", "infra")["status"]["listeners"]
    )
    assert count == (1 if accepted[0] == "True" else 0)


def test_a_parent_without_a_namespace_is_looked_for_beside_the_route():
    cluster = world(gateway(), route(rule("web-v1"), parent={"name": "edge"}))
    assert not (cluster.get("HTTPRoute", "shop", "shop").get("status") or {}).get("parents")
    cluster = world(gateway("shop", allowed={"from": "Same"}), route(rule("web-v1"), parent={"name": "edge"}))
    assert parent_conditions(cluster)["Accepted"] == ("True", "Accepted")


GRANT = {
    "apiVersion": "gateway.networking.k8s.io/v1beta1", "kind": "ReferenceGrant",
    "metadata": {"name": "let", "namespace": "infra"},
    "spec": {
        "from": [{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "namespace": "shop"}],
        "to": [{"group": "", "kind": "Service"}],
    },
}  # fmt: skip
ELSEWHERE = {"name": "far", "namespace": "infra"}
FAR = (
    in_namespace("infra", deployment("far", 1)),
    in_namespace("infra", service("far", clusterIP="10.96.8.9")),
)


@pytest.mark.parametrize(
    ("backend", "extra", "resolved", "status"),
    [
        pytest.param("web-v1", (), ("True", "ResolvedRefs"), 200, id="there"),
        pytest.param("web-v3", (), ("False", "BackendNotFound"), 500, id="no such Service"),
        pytest.param({"name": "web-v1", "port": 81}, (), ("False", "BackendNotFound"), 500, id="no such port"),
        pytest.param({"name": "x", "kind": "Bucket", "group": "example.com"}, (), ("False", "InvalidKind"), 500, id="kind"),
        pytest.param(ELSEWHERE, FAR, ("False", "RefNotPermitted"), 500, id="another namespace"),
        pytest.param(ELSEWHERE, (*FAR, GRANT), ("True", "ResolvedRefs"), 200, id="with a ReferenceGrant"),
    ],
)  # fmt: skip
def test_backends_must_be_there_and_permitted(backend, extra, resolved, status):
    cluster = world(*extra, gateway(), route(rule(backend)))
    assert parent_conditions(cluster) == {"Accepted": ("True", "Accepted"), "ResolvedRefs": resolved}
    assert ask(cluster, "http://shop.example.com/", "outside").status == status


def fractions(cluster, url):
    found = shares(cluster, clients.outside(is_many=True), parse_url(url))
    by_app = {}
    for each in found.pods:
        app = each.pod.removeprefix("shop/").rsplit("-", 2)[0]
        by_app[app] = by_app.get(app, 0) + float(each.fraction)
    return {app: round(part, 6) for app, part in by_app.items()} | {
        str(status): round(float(part), 6) for status, _, part in found.answers
    }


@pytest.mark.parametrize(
    ("backends", "expected"),
    [
        pytest.param([("web-v1", 90), ("web-v2", 10)], {"web-v1": 0.9, "web-v2": 0.1}, id="90 to 10"),
        pytest.param([("web-v1", 9), ("web-v2", 1)], {"web-v1": 0.9, "web-v2": 0.1}, id="9 to 1"),
        pytest.param([("web-v1", None), ("web-v2", None)], {"web-v1": 0.5, "web-v2": 0.5}, id="1 by default"),
        pytest.param([("web-v1", 1), ("web-v2", 0)], {"web-v1": 1.0}, id="0 takes nothing"),
        pytest.param(
            [("web-v1", 3), ("web-v9", 1)], {"web-v1": 0.75, "500": 0.25}, id="a share for what is missing"
        ),
    ],
)
def test_weights_share_requests_out(backends, expected):
    refs = [{"name": name, **({} if weight is None else {"weight": weight})} for name, weight in backends]
    cluster = world(gateway(), route(rule(*refs)))
    assert fractions(cluster, "http://shop.example.com/") == expected


def test_a_thousand_requests_follow_the_weights():
    refs = [{"name": "web-v1", "weight": 90}, {"name": "web-v2", "weight": 10}]
    cluster = world(gateway(), route(rule("api", path="/api"), rule(*refs)))
    pods = [ask(cluster, "http://shop.example.com/", "outside").pod for _ in range(1000)]
    assert 70 <= sum(pod.startswith("shop/web-v2") for pod in pods) <= 130
    assert ask(cluster, "http://shop.example.com/api/items", "outside").pod.startswith("shop/api-")


def test_filters_change_the_request_and_the_answer():
    redirect = {"type": "RequestRedirect", "requestRedirect": {"scheme": "https", "statusCode": 301}}
    rewrite = {
        "type": "URLRewrite",
        "urlRewrite": {"path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/"}},
    }
    cluster = world(
        gateway(),
        route(
            {"matches": [{"path": {"type": "PathPrefix", "value": "/old"}}], "filters": [redirect]},
            rule("web-v1", path="/app", filters=[rewrite]),
        ),
    )
    found = ask(cluster, "http://shop.example.com/old/a", "outside")
    assert (found.status, found.location) == (301, "https://shop.example.com/old/a")
    assert ask(cluster, "http://shop.example.com/app/healthz", "outside").body == "ok"


@pytest.mark.parametrize(
    ("change", "path", "prefix", "after"),
    [
        ({"type": "ReplacePrefixMatch", "replacePrefixMatch": "/xyz"}, "/foo/bar", "/foo", "/xyz/bar"),
        ({"type": "ReplacePrefixMatch", "replacePrefixMatch": "/xyz"}, "/foo/bar", "/foo/", "/xyz/bar"),
        ({"type": "ReplacePrefixMatch", "replacePrefixMatch": "/xyz/"}, "/foo/bar", "/foo", "/xyz/bar"),
        ({"type": "ReplacePrefixMatch", "replacePrefixMatch": "/xyz/"}, "/foo/bar", "/foo/", "/xyz/bar"),
        ({"type": "ReplacePrefixMatch", "replacePrefixMatch": "/xyz"}, "/foo", "/foo", "/xyz"),
        ({"type": "ReplacePrefixMatch", "replacePrefixMatch": "/xyz"}, "/foo/", "/foo", "/xyz/"),
        ({"type": "ReplacePrefixMatch", "replacePrefixMatch": ""}, "/foo/bar", "/foo", "/bar"),
        ({"type": "ReplacePrefixMatch", "replacePrefixMatch": ""}, "/foo/", "/foo", "/"),
        ({"type": "ReplacePrefixMatch", "replacePrefixMatch": "/"}, "/foo/", "/foo", "/"),
        ({"type": "ReplacePrefixMatch", "replacePrefixMatch": "/"}, "/foo", "/foo", "/"),
        ({"type": "ReplacePrefixMatch", "replacePrefixMatch": "/"}, "/foo/bar", "/foo", "/bar"),
        ({"type": "ReplacePrefixMatch", "replacePrefixMatch": ""}, "/foo", "/foo", "/"),
        ({"type": "ReplaceFullPath", "replaceFullPath": "/one"}, "/foo/bar", "/foo", "/one"),
        ({}, "/foo", "/foo", "/foo"),
    ],
)
def test_path_modifiers(change, path, prefix, after):
    """apis/v1/httproute_types.go, HTTPPathModifier.ReplacePrefixMatch: its table."""
    assert replaced_path(change, path, prefix) == after


def test_header_modifiers():
    """apis/v1/httproute_types.go, HTTPHeaderFilter: its examples."""
    assert modified({"my-header": "foo"}, {"set": [{"name": "My-Header", "value": "bar"}]}) == {
        "My-Header": "bar"
    }
    assert modified({"my-header": "foo"}, {"add": [{"name": "my-header", "value": "bar"}]}) == {
        "my-header": "foo,bar"
    }
    assert modified({"a": "1", "b": "2"}, {"remove": ["A"]}) == {"b": "2"}
    twice = [{"name": "X-A", "value": "1"}, {"name": "x-a", "value": "2"}]
    assert modified({}, {"set": twice}) == modified({}, {"add": twice}) == {"X-A": "1"}


def matched(value, kind="PathPrefix"):
    return [{"path": {"type": kind, "value": value}}]


@pytest.mark.parametrize(
    ("change", "location"),
    [
        # conformance/tests: httproute-redirect-host-and-status, -path, -port, -scheme
        ({"hostname": "example.org"}, "http://example.org/old/a?x=1"),
        ({"port": 8080}, "http://shop.example.com:8080/old/a?x=1"),
        ({"scheme": "https"}, "https://shop.example.com/old/a?x=1"),
        ({"scheme": "https", "port": 8443}, "https://shop.example.com:8443/old/a?x=1"),
        ({"scheme": "http", "port": 80}, "http://shop.example.com/old/a?x=1"),
        ({"path": {"type": "ReplaceFullPath", "replaceFullPath": "/new"}}, "http://shop.example.com/new?x=1"),
        (
            {"path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/n"}},
            "http://shop.example.com/n/a?x=1",
        ),
    ],
)
def test_redirects(change, location):
    redirect = {"type": "RequestRedirect", "requestRedirect": change}
    cluster = world(gateway(), route({"matches": matched("/old"), "filters": [redirect]}))
    found = ask(cluster, "http://shop.example.com/old/a?x=1", "outside")
    assert (found.status, found.location) == (302, location)


@pytest.mark.parametrize(
    ("kinds", "field"),
    [
        # x-kubernetes-validations of HTTPRouteRule
        (["PathPrefix"], None),
        (["Exact"], "rule"),
        (["PathPrefix", "PathPrefix"], "rule"),
        (["PathPrefix"], "backend"),
        (["RegularExpression"], "backend"),
    ],
)
def test_a_prefix_is_replaced_where_exactly_one_is_matched(kinds, field):
    rewrite = {"path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/"}}
    filters = [{"type": "URLRewrite", "urlRewrite": rewrite}]
    made = rule({"name": "web-v1", "filters": filters if field == "backend" else []})
    made["matches"] = [{"path": {"type": kind, "value": f"/app{n}"}} for n, kind in enumerate(kinds)]
    made["filters"] = filters if field != "backend" else []
    found = [error.text() for error in validate(apply_defaults(route(made)))]
    start = "Within backendRefs, when" if field == "backend" else "When"
    text = f"{start} using URLRewrite filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified"
    refused = kinds != ["PathPrefix"]
    assert found == ([f'spec.rules[0]: Invalid value: "object": {text}'] if refused else [])


@pytest.mark.parametrize(
    ("item", "place", "text"),
    [
        (
            {"type": "URLRewrite", "urlRewrite": {"path": {"type": "ReplaceFullPath", "replacePrefixMatch": "/"}}},
            "urlRewrite.path",
            "replaceFullPath must be specified when type is set to 'ReplaceFullPath'",
        ),
        (
            {"type": "RequestMirror", "requestMirror": {"backendRef": {"name": "a", "port": 80}, "percent": 1, "fraction": {"numerator": 1}}},
            "requestMirror",
            "Only one of percent or fraction may be specified in HTTPRequestMirrorFilter",
        ),
        (
            {"type": "RequestMirror", "requestMirror": {"backendRef": {"name": "a", "port": 80}, "fraction": {"numerator": 3, "denominator": 2}}},
            "requestMirror.fraction",
            "numerator must be less than or equal to denominator",
        ),
        (
            {"type": "RequestMirror", "requestMirror": {"backendRef": {"name": "a"}}},
            "requestMirror.backendRef",
            "Must have port for Service reference",
        ),
    ],
)  # fmt: skip
def test_filters_say_what_they_need(item, place, text):
    found = [error.text() for error in validate(apply_defaults(route(rule("web-v1", filters=[item]))))]
    assert f'spec.rules[0].filters[0].{place}: Invalid value: "object": {text}' in found


def test_a_route_has_at_most_128_matches():
    many = [rule("web-v1", matches=matched("/") * 64) for _ in range(3)]
    assert validate(apply_defaults(route(*many[:2]))) == []
    [error] = validate(apply_defaults(route(*many)))
    assert error.field == "spec.rules" and "must be less than 128" in error.detail


def test_a_pattern_that_re2_refuses_is_not_accepted():
    """RouteReasonUnsupportedValue."""
    cluster = world(gateway(), route(rule("web-v1", matches=matched("/(?=a)", "RegularExpression"))))
    assert parent_conditions(cluster)["Accepted"] == ("False", "UnsupportedValue")
    assert ask(cluster, "http://shop.example.com/a", "outside").status == 404


def outcome(cluster, url):
    return send(cluster, clients.outside(), parse_url(url))


def test_a_mirror_gets_copies_and_answers_nobody():
    """conformance/tests: httproute-request-mirror; a mirror that is missing costs no answer."""
    copies = [{"type": "RequestMirror", "requestMirror": {"backendRef": {"name": "web-v2", "port": 80}}}]
    cluster = world(gateway(), route(rule("web-v1", filters=copies)))
    found = outcome(cluster, "http://shop.example.com/")
    assert found.pod.startswith("shop/web-v1-")
    assert [(hop.ref.name, hop.field) for hop in found.hops if hop.kind == "mirror"] == [
        ("web-v2", "spec.rules[0].filters[0]")
    ]
    copies[0]["requestMirror"]["backendRef"]["name"] = "gone"
    cluster = world(gateway(), route(rule("web-v1", filters=copies)))
    assert parent_conditions(cluster)["ResolvedRefs"] == ("False", "BackendNotFound")
    assert ask(cluster, "http://shop.example.com/", "outside").status == 200


def test_filters_of_one_backend_touch_its_share_alone():
    """HTTPBackendRef.Filters"""
    header = {"set": [{"name": "X-Version", "value": "2"}]}
    second = {
        "name": "web-v2",
        "filters": [{"type": "ResponseHeaderModifier", "responseHeaderModifier": header}],
    }
    cluster = world(gateway(), route(rule("web-v1", second)))
    seen = set()
    for _ in range(40):
        found = outcome(cluster, "http://shop.example.com/")
        seen.add((found.pod[5:11], found.answer.headers.get("X-Version")))
    assert seen == {("web-v1", None), ("web-v2", "2")}


@pytest.mark.parametrize(
    ("timeouts", "limit"),
    [
        # HTTPRouteTimeouts
        (None, 60_000),
        ({"request": "500ms"}, 500),
        ({"request": "10s", "backendRequest": "2s"}, 2_000),
        ({"request": "0s"}, 60_000),
        ({"request": "0s", "backendRequest": "1m1s"}, 61_000),
    ],
)
def test_the_patience_of_a_rule(timeouts, limit):
    assert via_of({"timeouts": timeouts}).read_timeout_ms == limit


def test_an_answer_that_comes_too_late_is_a_504():
    """conformance/tests: httproute-timeout-request"""
    limits = {"request": "1ms"}
    cluster = world(gateway(), route(rule("web-v1", timeouts=limits)))
    found = ask(cluster, "http://shop.example.com/", "outside")
    assert (found.status, found.reason, found.latency_ms) == (504, "upstream-timeout", 1)


def test_a_try_may_not_take_longer_than_the_request():
    wrong = rule("web-v1", timeouts={"request": "1s", "backendRequest": "1500ms"})
    text = "backendRequest timeout cannot be longer than request timeout"
    assert [error.text() for error in validate(apply_defaults(route(wrong)))] == [
        f'spec.rules[0].timeouts: Invalid value: "object": {text}'
    ]


def test_a_filter_that_nobody_knows_fails_the_request():
    """HTTPRouteFilterExtensionRef: it MUST NOT be skipped."""
    extension = {
        "type": "ExtensionRef",
        "extensionRef": {"group": "example.com", "kind": "Wall", "name": "x"},
    }
    cluster = world(gateway(), route(rule("web-v1", filters=[extension])))
    assert ask(cluster, "http://shop.example.com/", "outside").status == 500


@pytest.mark.parametrize("backends", [[], [{"name": "web-v1", "weight": 0}]])
def test_a_rule_that_sends_nowhere_answers_500(backends):
    cluster = world(gateway(), route(rule(*backends)))
    assert ask(cluster, "http://shop.example.com/", "outside").status == 500


TLS_GRANT = {
    "apiVersion": "gateway.networking.k8s.io/v1beta1", "kind": "ReferenceGrant",
    "metadata": {"name": "let", "namespace": "shop"},
    "spec": {
        "from": [{"group": "gateway.networking.k8s.io", "kind": "Gateway", "namespace": "infra"}],
        "to": [{"group": "", "kind": "Secret"}],
    },
}  # fmt: skip
FINE = {"Accepted": "Accepted", "Programmed": "Programmed", "ResolvedRefs": "ResolvedRefs"}


def secured(**ref):
    return {"protocol": "HTTPS", "port": 443, "tls": {"certificateRefs": [ref]}}


@pytest.mark.parametrize(
    ("listener", "extra", "reasons"),
    [
        # conformance/tests: gateway-invalid-route-kind, gateway-invalid-tls-configuration, gateway-secret-*-reference-grant-*
        pytest.param({}, (), FINE, id="plain"),
        pytest.param(
            {"allowedRoutes": {"kinds": [{"kind": "TCPRoute"}]}}, (),
            {**FINE, "ResolvedRefs": "InvalidRouteKinds", "kinds": []}, id="another kind",
        ),
        pytest.param(
            {"allowedRoutes": {"kinds": [{"kind": "HTTPRoute"}, {"kind": "TCPRoute"}]}}, (),
            {**FINE, "ResolvedRefs": "InvalidRouteKinds"}, id="one of two kinds",
        ),
        pytest.param(
            {"protocol": "TCP", "port": 9000}, (),
            {"Accepted": "UnsupportedProtocol", "Programmed": "Invalid", "ResolvedRefs": "ResolvedRefs", "kinds": []}, id="TCP",
        ),
        pytest.param(secured(name="gone"), (), {**FINE, "Programmed": "Invalid", "ResolvedRefs": "InvalidCertificateRef"}, id="no Secret"),
        pytest.param(
            secured(name="x", kind="ConfigMap"), (),
            {**FINE, "Programmed": "Invalid", "ResolvedRefs": "InvalidCertificateRef"}, id="not a Secret",
        ),
        pytest.param(
            secured(name="far-tls", namespace="shop"), (in_namespace("shop", tls_secret("far-tls")),),
            {**FINE, "Programmed": "Invalid", "ResolvedRefs": "RefNotPermitted"}, id="another namespace",
        ),
        pytest.param(
            secured(name="far-tls", namespace="shop"), (in_namespace("shop", tls_secret("far-tls")), TLS_GRANT), FINE,
            id="with a ReferenceGrant",
        ),
    ],
)  # fmt: skip
def test_a_listener_says_what_it_can_do(listener, extra, reasons):
    listeners = [{"name": "one", "protocol": "HTTP", "port": 80, **listener}]
    cluster = world(*extra, gateway(listeners=listeners))
    [status] = cluster.get("Gateway", "edge", "infra")["status"]["listeners"]
    expected = [{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute"}]
    assert status["supportedKinds"] == reasons.get("kinds", expected)
    assert {each["type"]: each["reason"] for each in status["conditions"]} == {
        kind: reason for kind, reason in reasons.items() if kind != "kinds"
    }


def test_two_protocols_on_one_port_are_in_conflict():
    """ListenerReasonProtocolConflict, GatewayReasonListenersNotValid."""
    listeners = [
        {"name": "a", "protocol": "HTTP", "port": 80, "hostname": "a.com", "allowedRoutes": {"namespaces": {"from": "All"}}},
        {"name": "b", "protocol": "HTTPS", "port": 80, "hostname": "b.com", "tls": {"certificateRefs": [{"name": "x"}]}},
        {"name": "c", "protocol": "HTTP", "port": 81, "allowedRoutes": {"namespaces": {"from": "All"}}},
    ]  # fmt: skip
    cluster = world(gateway(listeners=listeners), route(rule("web-v1")))
    made = cluster.get("Gateway", "edge", "infra")["status"]
    conflicted = [each["name"] for each in made["listeners"] if "Conflicted" in conditions(each)]
    assert conflicted == ["a", "b"]
    assert conditions(made)["Accepted"] == ("True", "ListenersNotValid")
    assert [each["attachedRoutes"] for each in made["listeners"]] == [0, 0, 1]
    address = made["addresses"][0]["value"]
    assert ask(cluster, f"http://{address}/", "outside").reason == "not-listening"


def test_https_listener_serves_its_certificate():
    listener = {
        "name": "https", "protocol": "HTTPS", "port": 443, "hostname": "shop.example.com",
        "tls": {"certificateRefs": [{"name": "shop-tls"}]}, "allowedRoutes": {"namespaces": {"from": "All"}},
    }  # fmt: skip
    cluster = world(gateway(listeners=[listener]), route(rule("web-v1")))
    [status] = cluster.get("Gateway", "edge", "infra")["status"]["listeners"]
    assert conditions(status)["ResolvedRefs"] == ("False", "InvalidCertificateRef")
    cluster.create(in_namespace("infra", tls_secret()))
    cluster.run_for(1_000)
    found = ask(cluster, "https://shop.example.com/", "outside")
    assert (found.status, found.certificate) == (200, "shop.example.com")
    [status] = cluster.get("Gateway", "edge", "infra")["status"]["listeners"]
    assert conditions(status)["ResolvedRefs"] == ("True", "ResolvedRefs")


def test_no_rule_is_a_404_and_no_endpoint_a_503():
    cluster = world(gateway(), route(rule("web-v1", path="/only")))
    assert ask(cluster, "http://shop.example.com/", "outside").status == 404
    cluster.scale("Deployment", "web-v1", 0, namespace="shop")
    cluster.run_for(5_000)
    assert ask(cluster, "http://shop.example.com/only", "outside").status == 503
