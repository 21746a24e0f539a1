"""A bounded HTTP/1.1 load on one kept-open connection per path."""

import gzip
import http.client
from time import perf_counter
from urllib.parse import urlencode, urlsplit


class Client:
    """Requests one page again and again as the same learner."""

    def __init__(self, base_url: str, cookie: str = "") -> None:
        self._connection = http.client.HTTPConnection(urlsplit(base_url).netloc, timeout=30)
        self._headers = {"Accept-Encoding": "gzip", "Cookie": cookie}

    def get(self, path: str) -> tuple[http.client.HTTPResponse, bytes]:
        self._connection.request("GET", path, headers=self._headers)
        response = self._connection.getresponse()
        return response, response.read()

    def get_text(self, path: str) -> str:
        return text_of(*self.get(path))

    def post(
        self, path: str, fields: dict[str, str], *, headers: dict[str, str] | None = None
    ) -> tuple[http.client.HTTPResponse, bytes]:
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        headers = {**self._headers, **form, **(headers or {})}
        self._connection.request("POST", path, body=urlencode(fields), headers=headers)
        response = self._connection.getresponse()
        return response, response.read()

    def requests_per_second(self, path: str, *, seconds: float) -> float:
        done, start = 0, perf_counter()
        while (elapsed := perf_counter() - start) < seconds:
            response, _ = self.get(path)
            if response.status != 200:
                raise RuntimeError(f"{path} answered {response.status}")
            done += 1
        return done / elapsed


def text_of(response: http.client.HTTPResponse, body: bytes) -> str:
    """A body as text, unpacked where it came compressed."""
    if response.headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    return body.decode()
