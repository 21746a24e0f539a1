"""How curl tells a failed request: its exit code and its text (curl 8, docs/cmdline-opts/_EXITCODES.md, lib/strerror.c)."""

from __future__ import annotations

from learn.cluster.network.hops import Symptom

EXIT_CODES = {
    Symptom.UNRESOLVED: 6,
    Symptom.REFUSED: 7,
    Symptom.CONNECT_TIMEOUT: 28,
    Symptom.NO_ANSWER: 28,
    Symptom.WRONG_TLS: 35,
    Symptom.EMPTY_REPLY: 52,
    Symptom.BAD_CERTIFICATE: 60,
}


def text(symptom: Symptom, *, host: str, port: int, elapsed_ms: int) -> str:
    """Return e.g. `curl: (6) Could not resolve host: web`."""
    return f"curl: ({EXIT_CODES[symptom]}) {_message(symptom, host, port, elapsed_ms)}"


def _message(symptom: Symptom, host: str, port: int, elapsed_ms: int) -> str:
    match symptom:
        case Symptom.UNRESOLVED:
            return f"Could not resolve host: {host}"
        case Symptom.REFUSED:
            return (
                f"Failed to connect to {host} port {port} after {elapsed_ms} ms: Could not connect to server"
            )
        case Symptom.CONNECT_TIMEOUT:
            return f"Connection timed out after {elapsed_ms} milliseconds"
        case Symptom.NO_ANSWER:
            return f"Operation timed out after {elapsed_ms} milliseconds with 0 bytes received"
        case Symptom.WRONG_TLS:
            return "TLS connect error: error:0A00010B:SSL routines::wrong version number"
        case Symptom.EMPTY_REPLY:
            return "Empty reply from server"
        case Symptom.BAD_CERTIFICATE:
            return "SSL certificate problem: self-signed certificate"
