"""curl from outside the cluster or from a node, over the simulator's network."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from learn.cluster.errors import ApiError
from learn.cluster.reach import Reached
from learn.kubectl.call import State
from learn.kubectl.shell.programs.options import Options, read_options
from learn.kubectl.shell.terminal import Process, Program

_LOCAL = ("localhost", "127.0.0.1", "[::1]", "::1")
_REASONS = {
    200: "OK", 201: "Created", 204: "No Content", 301: "Moved Permanently", 302: "Found", 400: "Bad Request",
    401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 429: "Too Many Requests", 500: "Internal Server Error",
    502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout",
}  # fmt: skip


_LETTERS, _VALUED = "sSkLfvIi46", "oXHmwdARCu"


def _curl(process: Process) -> State | None:
    options = read_options(process, _LETTERS, _VALUED)
    if options is None:
        return None
    if not options.words:
        process.complain("curl: no URL specified\ncurl: try 'curl --help' for more information", 2)
        return None
    return _fetch(process, options, options.words)


def _fetch(process: Process, options: Options, urls: list[str]) -> State | None:
    """One URL after the other; gives where the first that takes time stands, with those behind it."""
    for place, url in enumerate(urls, 1):
        state = _one(process, options, url if "://" in url else f"http://{url}")
        if state is not None:
            return {**state, "urls": urls[place:]}
    return None


def _one(process: Process, options: Options, url: str) -> State | None:
    try:
        reached = _send(process, url, options)
    except ApiError as error:
        process.complain(f"curl: (3) {error.message}", 3)
        return None
    except ValueError:
        process.complain("curl: (3) URL rejected: Malformed input to a URL function", 3)
        return None
    limit = options.values.get("m") or (options.values.get("C") if not reached.status else None)
    latency = reached.latency_ms
    if limit and re.fullmatch(r"\d+(\.\d+)?", limit) and float(limit) * 1000 < latency:
        span = int(float(limit) * 1000)
        text = f"curl: (28) Connection timed out after {span} milliseconds"
        if reached.status:
            text = f"curl: (28) Operation timed out after {span} milliseconds with 0 bytes received"
        return _ends(process, "", text, 28, span)
    if not reached.status:
        return _ends(
            process, "", reached.why or "curl: (7) Failed to connect", reached.exit_code or 7, latency
        )
    if "f" in options.letters and reached.status >= 400:
        text = f"curl: (22) The requested URL returned error: {reached.status}"
        return _ends(process, "", text, 22, latency)
    return _ends(process, _shown(process, reached, options), "", 0, latency)


def _ends(process: Process, out: str, err: str, code: int, latency_ms: int) -> State | None:
    """The answer comes when the request is over."""
    state: State = {
        "out": out,
        "err": err,
        "code": code,
        "deadline": process.terminal.cluster.now + latency_ms,
    }
    if latency_ms > 0:
        return state
    _finish(process, state)
    return None


def _curl_step(process: Process, state: State) -> State | None:
    if process.terminal.cluster.now < state["deadline"]:
        return state
    _finish(process, state)
    options = read_options(process, _LETTERS, _VALUED)
    return _fetch(process, options, state["urls"]) if options else None


def _finish(process: Process, state: State) -> None:
    process.write(state["out"])
    process.exit_code = 0
    silent = any(re.fullmatch(r"-[a-zA-Z]*s[a-zA-Z]*|--silent", word) for word in process.args)
    loud = any(re.fullmatch(r"-[a-zA-Z]*S[a-zA-Z]*|--show-error", word) for word in process.args)
    if state["err"]:
        if not silent or loud:
            process.complain(state["err"], state["code"])
        process.exit_code = state["code"]


def _send(process: Process, url: str, options: Options) -> Reached:
    """Raises ApiError, ValueError for a URL that is none."""
    terminal = process.terminal
    parts = urlsplit(url)
    source = f"node/{terminal.node}" if terminal.node else "outside"
    headers = {}
    if options.values.get("H"):
        name, _, value = options.values["H"].partition(":")
        headers[name.strip()] = value.strip()
    arguments: dict[str, Any] = {}
    if parts.hostname in _LOCAL or parts.hostname == "::1":
        forwarded = _forwarded(process, parts.port or (443 if parts.scheme == "https" else 80))
        if forwarded is None and not terminal.node:
            port = parts.port or 80
            why = f"curl: (7) Failed to connect to {parts.hostname} port {port} after 0 ms: Could not connect to server"
            return Reached(0, why=why, exit_code=7)
        if forwarded is not None:
            address, node = forwarded
            url, source = url.replace(parts.netloc, address, 1), f"node/{node}"
            headers.setdefault("Host", parts.netloc)
    if options.values.get("R"):
        arguments["address"] = options.values["R"].rpartition(":")[2]
    method = options.values.get("X") or (
        "HEAD" if "I" in options.letters else "POST" if "d" in options.values else "GET"
    )
    reached: Reached = terminal.cluster.act(
        "request",
        url=url,
        source=source,
        method=method,
        headers=headers,
        insecure="k" in options.letters,
        **arguments,
    )
    if "L" in options.letters and reached.location and 300 <= reached.status < 400:
        target = (
            reached.location
            if "://" in reached.location
            else f"{parts.scheme}://{parts.netloc}{reached.location}"
        )
        reached = terminal.cluster.act(
            "request", url=target, source=source, headers=headers, insecure="k" in options.letters
        )
    return reached


def _forwarded(process: Process, port: int) -> tuple[str, str] | None:
    """The Pod's address and node behind a forwarded port (`kubectl port-forward … &`)."""
    for each in process.terminal.memory.get("forwards", []):
        for local, remote in each["forwards"]:
            if local != port:
                continue
            pod = process.terminal.cluster.store.find("Pod", each["namespace"], each["pod"])
            if pod is not None and (pod.get("status") or {}).get("podIP"):
                process.printed.append(("err", f"Handling connection for {port}\n"))
                return f"{pod['status']['podIP']}:{remote}", pod["spec"].get("nodeName", "")
    return None


def _shown(process: Process, reached: Reached, options: Options) -> str:
    text = "" if "I" in options.letters else reached.body
    if options.letters & {"i", "I"}:
        head = f"HTTP/1.1 {reached.status} {_REASONS.get(reached.status, '')}\n"
        if reached.location:
            head += f"Location: {reached.location}\n"
        text = f"{head}Content-Length: {len(reached.body.encode())}\n\n{text}"
    if options.values.get("o") == "/dev/null":
        text = ""
    elif options.values.get("o"):
        process.terminal.files.write(options.values["o"], text)
        text = ""
    if options.values.get("w"):
        extra = options.values["w"].replace("\\n", "\n").replace("%{http_code}", str(reached.status))
        extra = extra.replace("%{response_code}", str(reached.status))
        text += extra.replace("%{time_total}", f"{reached.latency_ms / 1000:.6f}").replace(
            "%{size_download}", str(len(reached.body))
        )
    return text


def _wget(process: Process) -> State | None:
    words = [word for word in process.args if not word.startswith("-") or word == "-"]
    urls = [word for word in words if word != "-"]
    if not urls:
        process.complain("wget: missing URL", 1)
        return None
    process.argv = ["curl", "-s", "-S", "-L", urls[-1]]
    return _curl(process)


def _minikube(process: Process) -> None:
    """`minikube ip`: the address under which NodePorts are reached."""
    if process.args[:1] != ["ip"]:
        process.complain("minikubeは、このターミナルではminikube ip（ノードのIPアドレス）だけが使えます。")
        return
    for node in process.terminal.cluster.store.objects("Node"):
        for each in (node.get("status") or {}).get("addresses") or ():
            if each["type"] == "InternalIP":
                process.write(f"{each['address']}\n")
                return


PROGRAMS = (
    Program(name="curl", start=_curl, step=_curl_step, summary="HTTPのリクエストを送ります", cost=4),
    Program(name="wget", start=_wget, step=_curl_step, cost=4),
    Program(
        name="minikube",
        start=_minikube,
        summary="minikube ipで、ノードのIPアドレスを表示します",
        on_node=False,
    ),
)
