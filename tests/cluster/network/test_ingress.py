"""Ingress matching: Kubernetes documentation, concepts/services-networking/ingress, "Examples"."""

import pytest

from learn.cluster.network.hostnames import ingress_host_matches
from learn.cluster.network.ingress import match_ingress, path_matches


@pytest.mark.parametrize(
    ("path_type", "rule_path", "path", "expected"),
    [
        ("Prefix", "/", "/any/path", True),
        ("Exact", "/foo", "/foo", True),
        ("Exact", "/foo", "/bar", False),
        ("Exact", "/foo", "/foo/", False),
        ("Exact", "/foo/", "/foo", False),
        ("Exact", "/foo", "/FOO", False),
        ("Prefix", "/foo", "/foo", True),
        ("Prefix", "/foo", "/foo/", True),
        ("Prefix", "/foo/", "/foo", True),
        ("Prefix", "/foo/", "/foo/", True),
        ("Prefix", "/foo", "/foobar", False),
        ("Prefix", "/foo", "/FOO", False),
        ("Prefix", "/aaa/bb", "/aaa/bbb", False),
        ("Prefix", "/aaa/bbb", "/aaa/bbb", True),
        ("Prefix", "/aaa/bbb/", "/aaa/bbb", True),
        ("Prefix", "/aaa/bbb", "/aaa/bbb/", True),
        ("Prefix", "/aaa/bbb", "/aaa/bbb/ccc", True),
        ("Prefix", "/aaa/bbb", "/aaa/bbbxyz", False),
        ("Prefix", "/aaa/bbb", "/aaa", False),
        ("ImplementationSpecific", "/foo", "/foo/bar", True),
        ("ImplementationSpecific", "/foo", "/foobar", True),
        ("ImplementationSpecific", "/foo/", "/foo", False),
        ("ImplementationSpecific", "/", "/any", True),
    ],
)
def test_a_path_matches_by_its_type(path_type, rule_path, path, expected):
    assert path_matches(path_type, rule_path, path) is expected


@pytest.mark.parametrize(
    ("pattern", "host", "expected"),
    [
        ("", "foo.com", True),
        ("foo.com", "foo.com", True),
        ("foo.com", "bar.com", False),
        ("*.foo.com", "bar.foo.com", True),
        ("*.foo.com", "baz.bar.foo.com", False),
        ("*.foo.com", "foo.com", False),
        ("*.foo.com", ".foo.com", False),
    ],
)
def test_a_host_matches_exactly_or_by_one_wildcard_label(pattern, host, expected):
    assert ingress_host_matches(pattern, host) is expected


def ingress(name, *rules, default=None, created="2026-01-01T00:00:00Z"):
    """An Ingress from (host, path, pathType, service) rules."""
    spec = {
        "rules": [
            {
                **({"host": host} if host else {}),
                "http": {
                    "paths": [
                        {"path": path, "pathType": path_type, "backend": {"service": {"name": service}}}
                    ]
                },
            }
            for host, path, path_type, service in rules
        ]
    }
    if default:
        spec["defaultBackend"] = {"service": {"name": default}}
    return {"metadata": {"name": name, "namespace": "default", "creationTimestamp": created}, "spec": spec}


def served_by(ingresses, host, path):
    match = match_ingress(ingresses, host, path)
    return match and match.backend["service"]["name"]


def test_the_longest_path_wins_and_exact_wins_over_prefix_of_equal_length():
    rules = ingress(
        "web",
        ("a.com", "/", "Prefix", "root"),
        ("a.com", "/api", "Prefix", "api"),
        ("a.com", "/api/v2", "Prefix", "api-v2"),
        ("a.com", "/api", "Exact", "api-exact"),
    )
    assert served_by([rules], "a.com", "/x") == "root"
    assert served_by([rules], "a.com", "/api") == "api-exact"
    assert served_by([rules], "a.com", "/api/") == "api"
    assert served_by([rules], "a.com", "/api/v2/users") == "api-v2"


def test_an_exact_host_wins_over_a_wildcard_and_a_wildcard_over_no_host():
    rules = ingress(
        "web",
        ("", "/", "Prefix", "any"),
        ("*.foo.com", "/", "Prefix", "wildcard"),
        ("bar.foo.com", "/", "Prefix", "exact"),
    )
    assert served_by([rules], "bar.foo.com:8080", "/") == "exact"
    assert served_by([rules], "BAZ.foo.com", "/") == "wildcard"
    assert served_by([rules], "foo.com", "/") == "any"


def test_the_oldest_ingress_wins_on_an_identical_path():
    young = ingress("a", ("a.com", "/", "Prefix", "young"), created="2026-02-01T00:00:00Z")
    old = ingress("b", ("a.com", "/", "Prefix", "old"))
    assert served_by([young, old], "a.com", "/") == "old"


def test_the_default_backend_takes_what_no_rule_matches():
    rules = ingress("web", ("a.com", "/api", "Prefix", "api"), default="fallback")
    assert served_by([rules], "b.com", "/") == "fallback"
    assert served_by([ingress("web", ("a.com", "/api", "Prefix", "api"))], "b.com", "/") is None


@pytest.mark.parametrize(
    ("host", "path", "served"),
    [
        # networking/v1 types.go IngressRule: first the host, then its paths; the others are not asked again.
        ("shop.foo.com", "/cart", "cart"),
        ("shop.foo.com", "/cart/1", "cart"),
        ("shop.foo.com", "/other", None),
        ("blog.foo.com", "/cart", None),
        ("blog.foo.com", "/posts", "posts"),
        ("a.b.foo.com", "/posts", None),
        ("a.b.foo.com", "/any", "any"),
        ("foo.com:8080", "/any", "any"),
        ("SHOP.foo.com:443", "/cart", "cart"),
    ],
)
def test_the_nearest_host_answers_alone(host, path, served):
    rules = ingress(
        "web",
        ("shop.foo.com", "/cart", "Prefix", "cart"),
        ("*.foo.com", "/posts", "Prefix", "posts"),
        ("", "/any", "Prefix", "any"),
    )
    assert served_by([rules], host, path) == served


def test_rules_of_one_host_in_several_ingresses_are_merged():
    """docs/concepts/services-networking/ingress: the longest path wins wherever it is written."""
    one = ingress("one", ("a.com", "/", "Prefix", "root"), ("a.com", "/api", "Exact", "exact"))
    two = ingress(
        "two", ("a.com", "/api", "Prefix", "api"), ("a.com", "/api/", "ImplementationSpecific", "loose")
    )
    assert served_by([one, two], "a.com", "/x") == "root"
    assert served_by([one, two], "a.com", "/api") == "exact"
    assert served_by([one, two], "a.com", "/api/v1") == "api"


def test_a_default_backend_without_rules_and_with_them():
    """IngressSpec.DefaultBackend: what no rule takes, also below a host that has rules."""
    alone = {"metadata": {"name": "d"}, "spec": {"defaultBackend": {"service": {"name": "all"}}}}
    assert served_by([alone], "", "/") == "all"
    with_rules = ingress("w", ("a.com", "/api", "Prefix", "api"), default="rest")
    assert served_by([with_rules], "a.com", "/") == "rest"
    assert served_by([alone, ingress("x", ("a.com", "/", "Prefix", "web"))], "a.com", "/") == "web"
    assert served_by([], "a.com", "/") is None
