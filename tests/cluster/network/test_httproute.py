"""HTTPRoute matching: Gateway API, apis/v1/httproute_types.go."""

import pytest

from learn.cluster.network.hostnames import intersection, route_host_matches
from learn.cluster.network.httproute import HTTPRequest, attached_hostnames, choose_backend, match_routes


@pytest.mark.parametrize(
    ("listener", "route", "shared"),
    [
        ("", "", ""),
        ("", "a.com", "a.com"),
        ("a.com", "", "a.com"),
        ("a.com", "a.com", "a.com"),
        ("a.com", "b.com", None),
        ("*.a.com", "x.a.com", "x.a.com"),
        ("*.a.com", "x.y.a.com", "x.y.a.com"),
        ("*.a.com", "a.com", None),
        ("x.a.com", "*.a.com", "x.a.com"),
        ("*.a.com", "*.b.a.com", "*.b.a.com"),
        ("*.a.com", "*.a.com", "*.a.com"),
        ("*.a.com", "*.b.com", None),
    ],
)
def test_a_listener_and_a_route_share_the_more_specific_hostname(listener, route, shared):
    assert intersection(listener, route) == shared


@pytest.mark.parametrize(
    ("pattern", "host", "expected"),
    [
        ("*.foo.com", "bar.foo.com", True),
        ("*.foo.com", "baz.bar.foo.com", True),
        ("*.foo.com", "foo.com", False),
        ("foo.com", "bar.foo.com", False),
        ("", "anything", True),
    ],
)
def test_a_wildcard_covers_one_or_more_labels(pattern, host, expected):
    assert route_host_matches(pattern, host) is expected


def route(name, *rules, hostnames=(), created="2026-01-01T00:00:00Z"):
    """An HTTPRoute from (backend, *matches) rules."""
    return {
        "metadata": {"name": name, "namespace": "default", "creationTimestamp": created},
        "spec": {
            "hostnames": list(hostnames),
            "rules": [
                {"backendRefs": [{"name": backend}], "matches": list(found)} for backend, *found in rules
            ],
        },
    }


def prefix(value):
    return {"path": {"type": "PathPrefix", "value": value}}


def exact(value):
    return {"path": {"type": "Exact", "value": value}}


def served_by(routes, **request):
    match = match_routes(routes, HTTPRequest(**{"host": "a.com", **request}))
    return match and match.rule["backendRefs"][0]["name"]


def test_path_precedence_is_exact_then_longest_prefix():
    rules = route(
        "r", ("root", prefix("/")), ("api", prefix("/api")), ("long", prefix("/api/v2")), ("e", exact("/api"))
    )
    assert served_by([rules], path="/") == "root"
    assert served_by([rules], path="/api") == "e"
    assert served_by([rules], path="/api/") == "api"
    assert served_by([rules], path="/api/v2/x") == "long"
    assert served_by([rules], path="/apix") == "root"


def test_method_headers_and_query_break_ties_in_this_order():
    rules = route(
        "r",
        ("plain", prefix("/")),
        ("query", {**prefix("/"), "queryParams": [{"name": "v", "value": "2"}]}),
        ("header", {**prefix("/"), "headers": [{"name": "X-Env", "value": "canary"}]}),
        ("method", {**prefix("/"), "method": "POST"}),
    )
    assert served_by([rules]) == "plain"
    assert served_by([rules], query={"v": "2"}) == "query"
    assert served_by([rules], query={"V": "2"}) == "plain"
    assert served_by([rules], query={"v": "2"}, headers={"x-env": "canary"}) == "header"
    assert served_by([rules], headers={"x-env": "canary"}, method="POST") == "method"


def test_inside_one_match_everything_must_hold_and_any_match_is_enough():
    rules = route("r", ("both", {**prefix("/a"), "headers": [{"name": "v", "value": "1"}]}, exact("/only")))
    assert served_by([rules], path="/a") is None
    assert served_by([rules], path="/a", headers={"v": "1"}) == "both"
    assert served_by([rules], path="/only") == "both"


def test_the_most_specific_hostname_wins_then_the_oldest_route_then_the_name():
    wildcard = route("w", ("wildcard", prefix("/")), hostnames=["*.com"])
    named = route("n", ("exact", prefix("/")), hostnames=["a.com"])
    assert served_by([wildcard, named]) == "exact"
    assert served_by([wildcard, named], host="b.com:80") == "wildcard"
    young = route("a", ("young", prefix("/")), created="2026-02-01T00:00:00Z")
    old = route("b", ("old", prefix("/")))
    assert served_by([young, old]) == "old"
    assert served_by([route("b", ("second", prefix("/"))), route("a", ("first", prefix("/")))]) == "first"


def test_no_matches_means_every_path():
    assert served_by([route("r", ("all",))], path="/x/y") == "all"


def test_a_route_without_a_shared_hostname_is_not_attached():
    assert attached_hostnames("a.com", route("r", hostnames=["b.com"])) == ()
    assert (
        match_routes(
            [route("r", ("x",), hostnames=["b.com"])], HTTPRequest(host="b.com"), listener_hostname="a.com"
        )
        is None
    )


@pytest.mark.parametrize(
    ("weights", "draw", "chosen"),
    [
        ([90, 10], 0.0, 0),
        ([90, 10], 0.899, 0),
        ([90, 10], 0.9, 1),
        ([90, 10], 0.999, 1),
        ([0, 1], 0.0, 1),
        ([0, 0], 0.5, None),
        ([None, None], 0.49, 0),
        ([None, None], 0.5, 1),
        ([], 0.1, None),
    ],
)
def test_a_backend_gets_its_share_by_weight(weights, draw, chosen):
    refs = [{"name": "x"} if weight is None else {"name": "x", "weight": weight} for weight in weights]
    assert choose_backend(refs, draw) == chosen


@pytest.mark.parametrize(
    ("rule", "path", "expected"),
    [
        # apis/v1/httproute_types.go PathMatchPathPrefix, PathMatchExact
        (prefix("/abc"), "/abc", True),
        (prefix("/abc/"), "/abc", True),
        (prefix("/abc"), "/abc/", True),
        (prefix("/abc/"), "/abc/def", True),
        (prefix("/abc"), "/abcd", False),
        (prefix("/abc"), "/ABC", False),
        (prefix("/"), "/", True),
        ({"path": {"value": "/abc"}}, "/abc/x", True),
        ({"path": {"type": "PathPrefix"}}, "/x", True),
        ({}, "/x", True),
        (exact("/abc"), "/abc/", False),
        (exact("/abc/"), "/abc", False),
        (exact("/abc"), "/Abc", False),
    ],
)
def test_a_path_matches_by_its_type(rule, path, expected):
    assert (served_by([route("r", ("x", rule))], path=path) == "x") is expected


@pytest.mark.parametrize(
    ("first", "second"),
    [
        # HTTPRouteRule.Matches: each criterion only among equals of the former.
        (exact("/a/b"), {**prefix("/a/b"), "method": "GET", "headers": [{"name": "h", "value": "1"}]}),
        (prefix("/a/b"), {**prefix("/a"), "method": "GET", "headers": [{"name": "h", "value": "1"}]}),
        ({**prefix("/a"), "method": "GET"}, {**prefix("/a"), "headers": [{"name": "h", "value": "1"}, {"name": "i", "value": "2"}]}),
        ({**prefix("/a"), "headers": [{"name": "h", "value": "1"}, {"name": "i", "value": "2"}]},
         {**prefix("/a"), "headers": [{"name": "h", "value": "1"}], "queryParams": [{"name": "q", "value": "3"}]}),
        ({**prefix("/a"), "headers": [{"name": "h", "value": "1"}], "queryParams": [{"name": "q", "value": "3"}]},
         {**prefix("/a"), "headers": [{"name": "h", "value": "1"}]}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("turned", [False, True])
def test_precedence_of_matches(first, second, turned):
    rules = [("second", second), ("first", first)] if turned else [("first", first), ("second", second)]
    request = {"path": "/a/b", "headers": {"H": "1", "I": "2"}, "query": {"q": "3"}}
    assert served_by([route("r", *rules)], **request) == "first"


def test_of_equal_matches_the_rule_that_stands_first_wins():
    rules = route("r", ("first", prefix("/a/")), ("second", prefix("/a")))
    assert served_by([rules], path="/a/b") == "first"


def test_of_equivalent_names_only_the_first_is_considered():
    """HTTPHeaderMatch.Name, HTTPQueryParamMatch.Name"""
    headers = [{"name": "Version", "value": "1"}, {"name": "version", "value": "2"}]
    rules = [route("r", ("x", {**prefix("/"), "headers": headers}))]
    assert served_by(rules, headers={"VERSION": "1"}) == "x"
    assert served_by(rules, headers={"version": "2"}) is None
    query = [{"name": "v", "value": "1"}, {"name": "v", "value": "2"}]
    assert served_by([route("r", ("x", {**prefix("/"), "queryParams": query}))], query={"v": "1"}) == "x"


@pytest.mark.parametrize(
    ("host", "served"),
    [
        # HTTPRouteSpec.Hostnames: the most characters of an exact hostname, then of any.
        ("a.b.com", "exact"),
        ("x.b.com", "long"),
        ("x.y.b.com", "long"),
        ("b.com", "short"),
        ("x.com", "short"),
        ("A.B.COM:8443", "exact"),
        ("b.org", "none"),
    ],
)
def test_precedence_of_hostnames(host, served):
    routes = [
        route("1", ("none", exact("/"))),
        route("2", ("short", prefix("/")), hostnames=["*.com"]),
        route("3", ("long", prefix("/")), hostnames=["*.b.com"]),
        route("4", ("exact", prefix("/")), hostnames=["a.b.com"]),
    ]
    assert served_by(routes, host=host) == served


@pytest.mark.parametrize(
    ("listener", "hostnames", "attached"),
    [
        # Listener.Hostname: the intersection of each; none at all is everything that the listener has.
        ("", [], ("",)),
        ("*.a.com", [], ("*.a.com",)),
        ("*.a.com", ["x.a.com", "y.b.com", "*.c.a.com"], ("x.a.com", "*.c.a.com")),
        ("x.a.com", ["*.com", "*.a.com"], ("x.a.com", "x.a.com")),
        ("x.a.com", ["a.com", "y.a.com"], ()),
        ("*.a.com", ["*.a.com.org", "a.com"], ()),
        ("*.b.a.com", ["*.a.com"], ("*.b.a.com",)),
    ],
)
def test_hostnames_of_a_route_at_a_listener(listener, hostnames, attached):
    assert attached_hostnames(listener, route("r", hostnames=hostnames)) == attached


def pattern(value):
    return {"path": {"type": "RegularExpression", "value": value}}


@pytest.mark.parametrize(
    ("rule", "path", "expected"),
    [
        # PathMatchRegularExpression: RE2, over the whole path
        (pattern("/api/v[0-9]+"), "/api/v12", True),
        (pattern("/api/v[0-9]+"), "/api/v12/users", False),
        (pattern("/api"), "/my/api", False),
        (pattern("/api/v[0-9]+(/.*)?"), "/api/v12/users", True),
        (pattern("(?i)/API"), "/api", True),
        (pattern("/a|/b"), "/b", True),
        (pattern("/a|/b"), "/a/b", False),
        (pattern(r"/\d{4}/[[:alpha:]]+"), "/2026/may", True),
        (pattern("/[^/]+/edit"), "/x/y/edit", False),
        (pattern("(a|a)*b"), "a" * 2_000, False),
        (pattern("/(?=a)a"), "/a", False),
        (pattern("/("), "/", False),
        (pattern("/x)|(/y"), "/y", False),
    ],
)
def test_a_path_matches_a_regular_expression(rule, path, expected):
    assert (served_by([route("r", ("x", rule))], path=path) == "x") is expected


@pytest.mark.parametrize(
    ("value", "sent", "expected"),
    [
        # HeaderMatchRegularExpression, QueryParamMatchRegularExpression
        ("v[12]", "v2", True),
        ("v[12]", "v20", False),
        ("v[12]", "V2", False),
        (".+", "", False),
        (".*", "", True),
        ("(", "(", False),
    ],
)
@pytest.mark.parametrize("place", ["headers", "query"])
def test_headers_and_query_parameters_match_regular_expressions(place, value, sent, expected):
    key = {"headers": "headers", "query": "queryParams"}[place]
    entry = {"name": "Version", "type": "RegularExpression", "value": value}
    rules = [route("r", ("x", {**prefix("/"), key: [entry]}))]
    assert (served_by(rules, **{place: {"Version": sent}}) == "x") is expected
    assert served_by(rules) is None


def test_a_regular_expression_stands_between_exact_and_prefix():
    rules = route(
        "r",
        ("prefix", prefix("/api/v1/users")),
        ("short", pattern("/api/v1/.*")),
        ("long", pattern("/api/v1/users/.*")),
        ("exact", exact("/api/v1/users/me")),
    )
    assert served_by([rules], path="/api/v1/users/me") == "exact"
    assert served_by([rules], path="/api/v1/users/you") == "long"
    assert served_by([rules], path="/api/v1/items") == "short"
    assert served_by([rules], path="/api/v1/users") == "short"


def test_the_longer_prefix_is_the_one_with_more_characters():
    """HTTPRouteRule.Matches: the largest number of characters, a trailing slash among them."""
    rules = route("r", ("without", prefix("/a")), ("with", prefix("/a/")))
    assert served_by([rules], path="/a/b") == "with"
