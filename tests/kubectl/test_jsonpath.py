"""kubectl's JSONPath: staging/src/k8s.io/client-go/util/jsonpath; documentation, reference/kubectl/jsonpath."""

import pytest

from learn.kubectl.jsonpath import JSONPathError, find, parse_template

DATA = {
    "kind": "List",
    "items": [
        {
            "kind": "None",
            "metadata": {"name": "127.0.0.1", "labels": {"kubernetes.io/hostname": "127.0.0.1"}},
            "status": {
                "capacity": {"cpu": "4"},
                "addresses": [{"type": "LegacyHostIP", "address": "127.0.0.1"}],
                "ready": True,
            },
        },
        {
            "kind": "None",
            "metadata": {"name": "127.0.0.2"},
            "status": {
                "capacity": {"cpu": "8"},
                "addresses": [
                    {"type": "LegacyHostIP", "address": "127.0.0.2"},
                    {"type": "another", "address": "127.0.0.3"},
                ],
                "restarts": 3,
            },
        },
    ],
    "users": [
        {"name": "myself", "user": {}},
        {"name": "e2e", "user": {"username": "admin", "password": "secret"}},
    ],
}


@pytest.mark.parametrize(
    ("template", "printed"),
    [
        ("kind is {.kind}", "kind is List"),
        ("{.items[*].metadata.name}", "127.0.0.1 127.0.0.2"),
        ("{.items[*]['metadata.name', 'status.capacity']}", '127.0.0.1 127.0.0.2 {"cpu":"4"} {"cpu":"8"}'),
        ("{.items[*]['kind']}", "None None"),
        ("{.users[0].name}", "myself"),
        ("{.users[-1].name}", "e2e"),
        ("{.users[0:1].name}", "myself"),
        ("{.users[0,1].name}", "myself e2e"),
        ("{.users[::2].name}", "myself"),
        ('{.users[?(@.name=="e2e")].user.password}', "secret"),
        ("{.items[?(@.status.ready)].metadata.name}", "127.0.0.1"),
        ("{.items[?(@.status.ready==true)].metadata.name}", "127.0.0.1"),
        ("{.items[?(@.status.restarts>2)].metadata.name}", "127.0.0.2"),
        ("{.items[?(@.status.restarts!=3)].metadata.name}", ""),
        (
            "{range .items[*]}[{.metadata.name}, {.status.capacity.cpu}] {end}",
            "[127.0.0.1, 4] [127.0.0.2, 8] ",
        ),
        ('{range .items[*]}{.metadata.name}{"\\t"}{.kind}{"\\n"}{end}', "127.0.0.1\tNone\n127.0.0.2\tNone\n"),
        ("{range .users[*]}{.name}{end}", "myselfe2e"),
        (r"{.items[0].metadata.labels.kubernetes\.io/hostname}", "127.0.0.1"),
        ("{..name}", "127.0.0.1 127.0.0.2 myself e2e"),
        ("{.items[*].status.addresses[?(@.type=='another')].address}", "127.0.0.3"),
        ("{$.kind}", "List"),
        ("{range .items[*]}{$.kind} {end}", "List List "),
        ("{.nosuch}", ""),
        ("{.nosuch.deeper[*]}", ""),
        ("{.items[0].status.capacity}", '{"cpu":"4"}'),
        ("{.items[0].status.ready}", "true"),
        ("{.items[1].status.restarts}", "3"),
        ("{.kind}{.kind}", "ListList"),
        ("plain", "plain"),
        ("{.items[*].status.capacity.*}", "4 8"),
    ],
)
def test_templates_print_as_kubectl_does(template, printed):
    assert parse_template(template).render(DATA) == printed


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{.items[0", "error parsing jsonpath {.items[0, unterminated array"),
        ("{.items", "error parsing jsonpath {.items, unclosed action"),
        ("{range .items[*]}{.kind}", "error parsing jsonpath {range .items[*]}{.kind}, unterminated range"),
        ("{end}", "error parsing jsonpath {end}, not in range, nothing to end"),
        ("{.items[x]}", "error parsing jsonpath {.items[x]}, invalid array index x"),
    ],
)
def test_an_unreadable_template_says_why(template, text):
    with pytest.raises(JSONPathError) as caught:
        parse_template(template)
    assert str(caught.value) == text


def test_an_index_out_of_bounds_is_an_error():
    with pytest.raises(JSONPathError, match="array index out of bounds: index 5, length 2"):
        parse_template("{.users[5].name}").render(DATA)


@pytest.mark.parametrize(
    "expression", [".items[*].kind", "items[*].kind", "{.items[*].kind}", "{items[*].kind}"]
)
def test_a_column_path_may_leave_out_braces_and_dot(expression):
    assert find(expression, DATA) == ["None", "None"]
