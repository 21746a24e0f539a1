"""Go templates as kubectl's users write them: Go's text/template documentation."""

import pytest

from learn.kubectl.gotemplate import TemplateError, parse_template

SERVICE = {
    "kind": "Service",
    "metadata": {"name": "web", "labels": {"app.kubernetes.io/name": "web"}},
    "spec": {
        "ports": [
            {"name": "http", "port": 80, "nodePort": 30080},
            {"name": "https", "port": 443, "nodePort": 30443},
        ]
    },
    "items": [],
}


@pytest.mark.parametrize(
    ("template", "printed"),
    [
        ("{{.metadata.name}}", "web"),
        ("{{ .metadata.name }}", "web"),
        ("{{(index .spec.ports 0).nodePort}}", "30080"),
        ("{{(index .spec.ports 0).port}}/{{(index .spec.ports 1).port}}", "80/443"),
        ('{{index .metadata.labels "app.kubernetes.io/name"}}', "web"),
        ('{{range .spec.ports}}{{.name}}{{"\\n"}}{{end}}', "http\nhttps\n"),
        ("{{range $i, $p := .spec.ports}}{{$i}}={{$p.port}} {{end}}", "0=80 1=443 "),
        ("{{range .spec.ports}}{{$.kind}} {{end}}", "Service Service "),
        ('{{if eq .kind "Service"}}yes{{else}}no{{end}}', "yes"),
        ('{{if ne .kind "Service"}}yes{{else if .metadata.name}}name{{else}}no{{end}}', "name"),
        ("{{range .items}}x{{else}}none{{end}}", "none"),
        ("{{with .metadata}}{{.name}}{{end}}", "web"),
        ("{{len .spec.ports}}", "2"),
        ('{{printf "%s:%d" .metadata.name (index .spec.ports 0).port}}', "web:80"),
        ("{{.nosuch}}", "<no value>"),
        ("{{.nosuch.deeper}}", "<no value>"),
        ('{{.metadata.name | printf "%-5s|"}}', "web  |"),
        ("{{$n := .metadata.name}}{{$n}}", "web"),
        ("a {{- .kind -}} b", "aServiceb"),
        ("{{.metadata.labels}}", "map[app.kubernetes.io/name:web]"),
        ('{{"d2Vi" | base64decode}}', "web"),
        ("{{and .kind .metadata.name}} {{or .items .kind}} {{not .items}}", "web Service true"),
        ("{{/* a comment */}}x", "x"),
        ("no action", "no action"),
    ],
)
def test_templates_print_as_go_does(template, printed):
    assert parse_template(template).render(SERVICE) == printed


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{.a", "unclosed action"),
        ("{{range .items}}", "unexpected EOF"),
        ("{{end}}", "unexpected {{end}}"),
        ("{{foo .a}}", 'function "foo" not defined'),
        ("{{$x}}", 'undefined variable "$x"'),
        (
            "{{index .spec.ports 9}}",
            '1:2: executing "output" at <index .spec.ports 9>: error calling index: index out of range: 9',
        ),
        (
            "{{index .spec.ports 2}}",
            '1:2: executing "output" at <index .spec.ports 2>: error calling index: reflect: slice index out of range',
        ),
        (
            "a\n  {{index .nosuch 0}}",
            '2:4: executing "output" at <index .nosuch 0>: error calling index: index of untyped nil',
        ),
        (
            "{{.kind.name}}",
            '1:7: executing "output" at <.kind.name>: can\'t evaluate field name in type interface {}',
        ),
        ("{{range .kind}}{{end}}", '1:8: executing "output" at <.kind>: range can\'t iterate over Service'),
        ("{{}}", "missing value for command"),
    ],
)
def test_a_template_that_go_refuses(template, text):
    with pytest.raises(TemplateError) as caught:
        parse_template(template).render(SERVICE)
    assert str(caught.value) == text
