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
