"""An HTTP request as a client sends it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

CONNECT_TIMEOUT_MS = 10_000
MAX_TIME_MS = 100_000
"""How long a client waits for a connection, and for an answer: longer than a proxy does (60 s)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """
    What is asked of whom.

    `address` is where to connect to when that is not what `host` stands for (`curl --resolve`, or an address
    with a Host header); `host` is then still the Host header and the TLS server name.  `scheme` tcp opens a
    connection and asks nothing.
    """

    host: str
    port: int = 80
    scheme: str = "http"
    path: str = "/"
    query: Mapping[str, str] = field(default_factory=dict)
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    address: str = ""
    insecure: bool = False
    connect_timeout_ms: int = CONNECT_TIMEOUT_MS
    max_time_ms: int = MAX_TIME_MS

    @property
    def is_tls(self) -> bool:
        return self.scheme == "https"

    @property
    def virtual_host(self) -> str:
        """The Host header, in lower case."""
        for name, value in self.headers.items():
            if name.lower() == "host":
                return value.lower()
        return self.host.lower()

    @property
    def server_name(self) -> str:
        """What TLS names as the server (SNI): the name in the URL, whatever the Host header says."""
        return self.host.lower()

    @property
    def target(self) -> str:
        """What is connected to: a name or an address."""
        return self.address or self.host


def parse_url(
    url: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    address: str = "",
    insecure: bool = False,
) -> Request:
    """Read a URL, a `host:port` or a bare host as curl does.  Raises ValueError for a port that is none."""
    parts = urlsplit(url if "://" in url else f"http://{url}")
    default = {"https": 443, "http": 80}.get(parts.scheme, 80)
    return Request(
        host=parts.hostname or "",
        port=parts.port or default,
        scheme=parts.scheme,
        path=parts.path or "/",
        query=dict(parse_qsl(parts.query)),
        method=method,
        headers=dict(headers or {}),
        address=address,
        insecure=insecure,
    )
