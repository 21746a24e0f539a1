"""What published manifests do that a hasty check would call wrong, and mistakes that a hasty one lets pass."""

import pytest

from learn.sandbox.pipeline import check

KYAML = """\
---
{
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    name: "worker",
    annotations: {
      example.com/note: "\\
         One line that goes on,\\n\\
         and another.\\
        ",
    },
  },
  spec: {
    containers: [{
      name: "app", # what runs
      image: "busybox:1.36",
      command: [
        "sleep",
        "3600",
      ],
    }],
  },
}
"""
ESCAPED_QUOTE = """\
apiVersion: v1
kind: Pod
metadata:
  name: hello
spec:
  containers:
  - name: hello
    image: busybox:1.36
    command: ["sh", "-c", "echo \\'hello\\'"]
    args: ['a\\', "b\\\\"]
"""
LIVE = """\
apiVersion: v1
kind: ConfigMap
metadata:
  creationTimestamp: null
  name: settings
  uid: 7b1ea0cd-95d7-4f2a-8a6f-1f6c9e2f1a11
  managedFields:
  - apiVersion: v1
    fieldsType: FieldsV1
    fieldsV1:
      f:data:
        .: {}
        f:level: {}
    manager: kubectl
    operation: Update
    time: "2026-01-02T03:04:05Z"
data:
  1: "a key that is a number"
  level: ""
"""
IMAGE_VOLUME = """\
apiVersion: v1
kind: Pod
metadata:
  name: site
spec:
  containers:
  - name: web
    image: nginx:1.27
    volumeMounts:
    - name: pages
      mountPath: /usr/share/nginx/html
      subPath: public
  volumes:
  - name: pages
    image:
      reference: registry.example.com/pages:v1
"""
QUESTION = """\
apiVersion: authorization.k8s.io/v1
kind: SelfSubjectAccessReview
spec:
  resourceAttributes:
    verb: get
    resource: pods
"""
CONFIGURATION = """\
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
cgroupDriver: systemd
---
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
- web.yaml
---
kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
nodes:
- role: control-plane
"""
GATEWAY = """\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata:
  name: front
spec:
  gatewayClassName: example
  addresses:
  - value: 2001:db8::1
  - type: Hostname
    value: front.example.com
  allowedListeners:
    namespaces:
      from: Same
  listeners:
  - name: https
    protocol: HTTPS
    port: 443
    tls:
      certificateRefs:
      - name: front-cert
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: shop
spec:
  parentRefs:
  - name: front
  rules:
  - matches:
    - path:
        value: /shop(1)/a%20b
      headers:
      - name: env
        value: canary
    filters:
    - type: CORS
      cors:
        allowOrigins:
        - https://*.example.com
        allowMethods:
        - GET
    backendRefs:
    - name: shop
      port: 80
---
apiVersion: gateway.networking.k8s.io/v1
kind: GRPCRoute
metadata:
  name: login
spec:
  parentRefs:
  - name: front
  rules:
  - matches:
    - method:
        service: com.example.User
        method: Login
    backendRefs:
    - name: login
      port: 50051
---
apiVersion: gateway.networking.k8s.io/v1
kind: TLSRoute
metadata:
  name: raw
spec:
  parentRefs:
  - name: front
  hostnames:
  - raw.example.com
  rules:
  - backendRefs:
    - name: raw
      port: 443
---
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata:
  name: share
spec:
  from:
  - group: gateway.networking.k8s.io
    kind: HTTPRoute
    namespace: shop
  to:
  - group: ""
    kind: Service
"""


@pytest.mark.parametrize(
    "text",
    [KYAML, ESCAPED_QUOTE, LIVE, IMAGE_VOLUME, QUESTION, CONFIGURATION, GATEWAY],
    ids=["kyaml", "escaped-quote", "live", "image-volume", "question", "configuration", "gateway"],
)
def test_sound_text_has_no_error(text):
    assert [(d.code, d.span.line) for d in check(text).errors] == []


def test_an_escaped_quote_is_read_as_go_reads_it():
    (document,) = check(ESCAPED_QUOTE).documents
    container = document.value["spec"]["containers"][0]
    assert container["command"][2] == "echo 'hello'"
    assert container["args"] == ["a\\", "b\\"]


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ("name: https\n    protocol: HTTPS", "name: https\n    protocol: TCP", "listeners:"),
        ("value: 2001:db8::1", "value: 2001:db8:::1", "- value: 2001:db8:::1"),
        ("value: front.example.com", "value: front.example.com:80", "- type: Hostname"),
        ("value: /shop(1)/a%20b", "value: /shop[1]", "- path:"),
        (
            "        value: canary\n",
            "        value: canary\n      - name: env\n        value: beta\n",
            "- name: env",
        ),
        ("type: CORS", "type: URLRewrite", "- type: URLRewrite"),
        ("        - GET\n", "        - GET\n        - GET\n", "- GET"),
        ("    - name: shop\n      port: 80", "    - name: shop", "- name: shop"),
        ("service: com.example.User", "service: 1com", "- method:"),
        ("  hostnames:\n  - raw.example.com\n", "", "spec:"),
        ("    namespace: shop\n", "", "- group: gateway.networking.k8s.io"),
    ],
)
def test_a_broken_gateway_is_told_at_its_line(before, after, line):
    assert before in GATEWAY
    text = GATEWAY.replace(before, after, 1)
    lines = text.split("\n")
    told = [(error.code, lines[error.span.line - 1].strip()) for error in check(text).errors]
    assert line in [words for _, words in told], told


def test_what_a_feature_gate_allows_is_no_error():
    text = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  resources:\n    limits:\n      pids: 512\n  containers:\n  - name: a\n    image: nginx:1.27\n"
    report = check(text)
    assert report.errors == ()
    assert "feature-gate-off" in [d.code for d in report.diagnostics]
