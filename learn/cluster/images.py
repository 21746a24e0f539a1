"""The images that can be pulled: a small catalogue, to which an exercise adds its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from learn.cluster.api.images import ImageReference, parse_image
from learn.cluster.apps import App, app_from

_WEB_PATHS = {
    "/": {"body": "{host}: web {version}", "cpuMs": 5},
    "/healthz": {"body": "ok", "cpuMs": 0.2},
    "/ready": {"body": "ok", "readiness": True, "cpuMs": 0.2},
    "/ok": {"body": "ok", "cpuMs": 0.2},
}
_WEB = {
    "listens": [8080],
    "programs": ["/web", "web"],
    "user": 10001,
    "paths": _WEB_PATHS,
    "otherwise": {"status": 200, "body": "{host}: web {version} {path}", "cpuMs": 5},
    "filesWhenListening": {"/tmp/ready": ""},
    "log": ["listening on :8080"],
}
_LOGIN_WEB = {
    **_WEB,
    "paths": {**_WEB_PATHS, "/": {"status": 302, "redirect": "/login"}, "/login": {"body": "login"}},
}
_SERVER_BODY = "Hello Kubernetes bootcamp! | Running on: {host} | v={major}\n"

_INGRESS_PROXY = {
    "listens": [80, {"port": 443, "protocol": "https"}, 10254],
    "programs": ["/nginx-ingress-controller", "/usr/bin/dumb-init"],
    "paths": {"/healthz": {"body": ""}},
    "user": 101,
    "memory": "90Mi",
    "log": ["NGINX Ingress controller"],
}

CATALOGUE: Mapping[str, Mapping[str, Any]] = {
    "example.com/web:1.0": _WEB,
    "example.com/web:1.1": _WEB,
    "example.com/web:2.0": _WEB,
    "example.com/web:latest": _WEB,
    "example.com/web-login:1.0": _LOGIN_WEB,
    "example.com/web-broken:1.0": {**_WEB, "crashAtSeconds": 1, "exitCode": 1, "log": ["fatal: no such table"]},
    "example.com/slow:1.0": {
        **_WEB,
        "programs": ["/slow", "slow"],
        "startSeconds": 20,
        "filesWhenListening": {"/tmp/started": ""},
    },
    "example.com/grpc-api:1.0": {
        "listens": [{"port": 9090, "protocol": "grpc"}],
        "programs": ["/grpc-api", "grpc-api"],
        "user": 10001,
        "exec": {"grpc_health_probe": "grpc", "/bin/grpc_health_probe": "grpc"},
        "log": ["gRPC server listening on :9090"],
    },
    "example.com/batch:1.0": {
        "programs": ["/batch", "batch"],
        "files": {"/tmp/alive": ""},
        "idleCpuMilli": 1200,
        "memory": "100Mi",
        "log": ["worker started"],
    },
    "example.com/report:1.0": {
        "programs": ["/report", "report"],
        "runSeconds": 20,
        "memory": "100Mi",
        "log": ["collecting", "report written to /logs/report.log"],
    },
    "example.com/shipper:1.0": {"programs": ["/shipper", "shipper"], "log": ["shipping /logs"]},
    "example.com/echo:1.0": {
        **_WEB,
        "programs": ["/echo", "echo-server"],
        "listenEnv": "PORT",
        "paths": {**_WEB_PATHS, "/": {"body": "{host} {ip}:{port} from {client}", "cpuMs": 1}},
        "log": ["listening"],
    },
    "example.com/color:1.0": {
        **_WEB,
        "programs": ["/color", "color"],
        "paths": {**_WEB_PATHS, "/color": {"body": "{env.COLOR}"}},
    },
    "example.com/db:1.0": {
        "listens": [{"port": 5432, "protocol": "tcp"}],
        "programs": ["/db", "db"],
        "dataDirectory": "/var/lib/db",
        "memory": "128Mi",
        "log": ["database system is ready to accept connections"],
    },
    "example.com/cache:1.0": {
        "listens": [{"port": 6379, "protocol": "tcp"}],
        "programs": ["/cache", "cache"],
        "log": ["ready to accept connections"],
    },
    "example.com/myapp:1.0": {**_WEB, "programs": ["/myapp", "myapp"]},
    "example.com/edge:1.0": {**_WEB, "programs": ["/edge", "edge"]},
    "example.com/shop:1.0": {
        **_WEB,
        "programs": ["/shop", "shop"],
        "listens": [8080, 9464],
        "paths": {**_WEB_PATHS, "/metrics": {"body": "http_requests_total 1\n", "cpuMs": 0.5}},
    },
    "example.com/train:1.0": {"programs": ["/train", "train"], "idleCpuMilli": 500, "memory": "256Mi"},
    "nginx": {
        "listens": [80],
        "programs": ["nginx", "/docker-entrypoint.sh"],
        "paths": {"/": {"body": "<!DOCTYPE html>\n<html>\n<head>\n<title>Welcome to nginx!</title>\n</head>\n<body>\n<h1>Welcome to nginx!</h1>\n</body>\n</html>\n", "cpuMs": 0.2}},
        "otherwise": {"status": 404, "body": "<html>\n<head><title>404 Not Found</title></head>\n<body>\n<center><h1>404 Not Found</h1></center>\n<hr><center>nginx/{version}</center>\n</body>\n</html>\n"},
        "memory": "8Mi",
        "latencyMs": 1,
        "dataDirectory": "/usr/share/nginx/html",
        "log": ["/docker-entrypoint.sh: Configuration complete; ready for start up"],
        "accessLog": '{client} - - [{time}] "{method} {path} HTTP/1.1" {status} {bytes} "-" "{agent}" "-"',
        "readOnlyRoot": False,
    },
    "httpd": {
        "listens": [80],
        "programs": ["httpd-foreground", "httpd"],
        "paths": {"/": {"body": "<html><body><h1>It works!</h1></body></html>\n", "cpuMs": 0.3}},
        "memory": "10Mi",
        "log": ["AH00094: Command line: 'httpd -D FOREGROUND'"],
        "accessLog": '{client} - - [{time}] "{method} {path} HTTP/1.1" {status} {bytes}',
        "readOnlyRoot": False,
    },
    "redis": {
        "listens": [{"port": 6379, "protocol": "tcp"}],
        "programs": ["redis-server", "docker-entrypoint.sh"],
        "dataDirectory": "/data",
        "exec": {"redis-cli": "PONG\n"},
        "memory": "10Mi",
        "log": ["* Ready to accept connections tcp"],
    },
    "postgres": {
        "listens": [{"port": 5432, "protocol": "tcp"}],
        "programs": ["postgres", "docker-entrypoint.sh"],
        "startSeconds": 3,
        "requiresEnv": ["POSTGRES_PASSWORD"],
        "dataDirectory": "/var/lib/postgresql/data",
        "exec": {"pg_isready": "/var/run/postgresql:5432 - accepting connections\n"},
        "memory": "40Mi",
        "log": ["LOG:  database system is ready to accept connections"],
        "readOnlyRoot": False,
    },
    "mysql": {
        "listens": [{"port": 3306, "protocol": "tcp"}],
        "programs": ["mysqld", "docker-entrypoint.sh"],
        "startSeconds": 8,
        "requiresEnv": ["MYSQL_ROOT_PASSWORD"],
        "dataDirectory": "/var/lib/mysql",
        "memory": "350Mi",
        "exec": {"mysqladmin": "mysqld is alive\n"},
        "log": ["/usr/sbin/mysqld: ready for connections."],
    },
    "busybox": {"shell": True, "memory": "1Mi", "sigterm": "ignored"},
    "alpine": {"shell": True, "memory": "1Mi", "sigterm": "ignored"},
    "ubuntu": {"shell": True, "memory": "2Mi", "sigterm": "ignored"},
    "debian": {"shell": True, "memory": "2Mi", "sigterm": "ignored"},
    "python": {"shell": True, "memory": "8Mi", "sigterm": "ignored"},
    "perl": {"shell": True, "memory": "4Mi", "sigterm": "ignored"},
    "curlimages/curl": {"shell": True, "memory": "4Mi", "sigterm": "ignored", "user": "curl_user"},
    "registry.k8s.io/metrics-server/metrics-server": {
        "listens": [10250],
        "programs": ["/metrics-server"],
        "user": 65534,
        "hasShell": False,
        "paths": {"/livez": {"body": "ok"}, "/readyz": {"body": "ok"}},
        "idleCpuMilli": 4,
        "memory": "24Mi",
    },
    "registry.k8s.io/pause": {"programs": ["/pause"], "hasShell": False, "user": 65535, "memory": "1Mi"},
    "registry.k8s.io/busybox": {"shell": True, "memory": "1Mi", "sigterm": "ignored"},
    "registry.k8s.io/e2e-test-images/agnhost": {
        "listens": [8080],
        "programs": ["/agnhost"],
        "paths": {
            "/": {"body": "NOW: {time}"},
            "/hostname": {"body": "{host}"},
            "/clientip": {"body": "{client}"},
            "/healthz": {"body": "ok"},
        },
    },
    "registry.k8s.io/ingress-nginx/controller": _INGRESS_PROXY,
    "example.com/ingress-controller": _INGRESS_PROXY,
    "registry.k8s.io/hpa-example": {
        "listens": [80],
        "programs": ["apache2-foreground"],
        "paths": {"/": {"body": "OK!", "cpuMs": 50, "latencyMs": 50}},
        "readOnlyRoot": False,
    },
    "gcr.io/google-samples/kubernetes-bootcamp:v1": {
        "listens": [8080],
        "programs": ["node", "/bin/sh"],
        "paths": {"/": {"body": _SERVER_BODY, "cpuMs": 1}},
        "otherwise": {"body": _SERVER_BODY, "cpuMs": 1},
        "sigterm": {"afterSeconds": 5, "serves": True},
        "log": ["Kubernetes Bootcamp App Started At: {time} | Running On:  {host}"],
    },
    "gcr.io/google-samples/hello-app:1.0": {
        "listens": [8080],
        "programs": ["/hello-app"],
        "hasShell": False,
        "paths": {"/": {"body": "Hello, world!\nVersion: 1.0.0\nHostname: {host}\n"}},
    },
}  # fmt: skip
CATALOGUE = {
    **CATALOGUE,
    "gcr.io/google-samples/kubernetes-bootcamp:v2": CATALOGUE["gcr.io/google-samples/kubernetes-bootcamp:v1"],
    "docker.io/jocatalin/kubernetes-bootcamp:v2": CATALOGUE["gcr.io/google-samples/kubernetes-bootcamp:v1"],
    "gcr.io/google-samples/hello-app:2.0": {
        **CATALOGUE["gcr.io/google-samples/hello-app:1.0"],
        "paths": {"/": {"body": "Hello, world!\nVersion: 2.0.0\nHostname: {host}\n"}},
    },
}

_KNOWN_REGISTRIES = frozenset({"docker.io", "registry.k8s.io", "gcr.io", "ghcr.io", "quay.io", "example.com"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PullFailure:
    """Why an image cannot be had: the reason of the waiting state and the runtime's words."""

    reason: str
    message: str


def find_image(images: Mapping[str, Mapping[str, Any]], name: str) -> App | PullFailure:
    """The App behind an image reference, from the images of an exercise first, then from the catalogue.

    An entry without a tag stands for every tag.  A name that is no reference is InvalidImageName.
    """
    reference = parse_image(name)
    if reference is None:
        return PullFailure(
            reason="InvalidImageName",
            message=f'Failed to apply default image tag "{name}": couldn\'t parse image name "{name}": '
            "invalid reference format",
        )
    for source in (images, CATALOGUE):
        for entry, data in source.items():
            if _covers(entry, reference):
                return _catalogued(entry, name) if source is CATALOGUE else app_from(name, data)
    return PullFailure(reason="ErrImagePull", message=_failure_text(reference))


@lru_cache(maxsize=512)
def _catalogued(entry: str, name: str) -> App:
    return app_from(name, CATALOGUE[entry])


def _covers(entry: str, reference: ImageReference) -> bool:
    known = _parsed(entry)
    if known is None or known.repository != reference.repository:
        return False
    has_tag = ":" in entry.rpartition("/")[2] or "@" in entry
    return not has_tag or known.tag == reference.tag


@lru_cache(maxsize=1024)
def _parsed(entry: str) -> ImageReference | None:
    return parse_image(entry)


def _failure_text(reference: ImageReference) -> str:
    """containerd's words for an image that is not there."""
    full = f"{reference.repository}:{reference.tag}" if reference.tag else reference.repository
    if reference.digest:
        full += f"@{reference.digest}"
    registry = reference.repository.partition("/")[0]
    start = f'failed to pull and unpack image "{full}": failed to resolve reference "{full}": '
    if registry not in _KNOWN_REGISTRIES:
        return (
            f'rpc error: code = Unknown desc = {start}failed to do request: Head "https://{registry}/v2/'
            f'{reference.repository.partition("/")[2]}/manifests/{reference.tag}": dial tcp: lookup {registry}: no such host'
        )
    if registry == "docker.io" and not _is_known_repository(reference.repository):
        return (
            f"rpc error: code = Unknown desc = {start}pull access denied, repository does not exist or may "
            "require authorization: server message: insufficient_scope: authorization failed"
        )
    return f"rpc error: code = NotFound desc = {start}{full}: not found"


def _is_known_repository(repository: str) -> bool:
    return any(known and known.repository == repository for known in map(_parsed, CATALOGUE))
