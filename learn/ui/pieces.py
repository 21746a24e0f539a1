"""
A page put together from pieces that are rendered and compressed once.

What takes time in a long page is filling templates and compressing the result, not sending it. A piece is
finished HTML together with its deflate blocks; blocks that end on a byte boundary and look back at nothing
before them may stand one after the other, so a gzip body is the pieces' blocks between a header and a
checksum (RFC 1951 section 3.2, RFC 1952 section 2.3). The request's CSRF token goes into the holes between
pieces as it is, uncompressed: nothing secret shares a compression window with anything.
"""

import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.utils.cache import patch_vary_headers

CSRF_MARK: Final = "csrf-token-goes-here"

_GZIP_HEADER: Final = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
_LAST_BLOCK: Final = b"\x03\0"


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """Bytes of a page, plain and deflated; equal to itself alone."""

    data: bytes
    deflated: bytes


class TokenHole:
    """Where the CSRF token goes."""


TOKEN_HOLE: Final = TokenHole()

Pieces = tuple[Piece | TokenHole, ...]


def pieces_of(html: str) -> Pieces:
    """Compress HTML, leaving a hole wherever it says CSRF_MARK."""
    pieces: list[Piece | TokenHole] = []
    for part in html.split(CSRF_MARK):
        pieces += [_deflated(part.encode()), TOKEN_HOLE]
    return tuple(pieces[:-1])


def html_of(pieces: Iterable[Piece | TokenHole], token: str) -> str:
    """Return the plain HTML with the token in its holes."""
    return b"".join(piece.data for piece in _filled(pieces, token)).decode()


def response_of(
    request: HttpRequest, pieces: Iterable[Piece | TokenHole], *, status: int = 200
) -> HttpResponse:
    """Answer with the pieces, compressed if the browser takes gzip."""
    filled = _filled(pieces, get_token(request))
    data = b"".join(piece.data for piece in filled)
    if "gzip" not in request.headers.get("Accept-Encoding", ""):
        response = HttpResponse(data, status=status)
    else:
        response = HttpResponse(_gzipped(filled, data), status=status, headers={"Content-Encoding": "gzip"})
    patch_vary_headers(response, ("Accept-Encoding",))
    return response


def _filled(pieces: Iterable[Piece | TokenHole], token: str) -> list[Piece]:
    filler = _stored(token.encode())
    return [filler if isinstance(piece, TokenHole) else piece for piece in pieces]


def _gzipped(pieces: Sequence[Piece], data: bytes) -> bytes:
    trailer = struct.pack("<II", zlib.crc32(data), len(data) & 0xFFFFFFFF)
    return b"".join([_GZIP_HEADER, *(piece.deflated for piece in pieces), _LAST_BLOCK, trailer])


def _deflated(data: bytes) -> Piece:
    compressor = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return Piece(data, compressor.compress(data) + compressor.flush(zlib.Z_FULL_FLUSH))


def _stored(data: bytes) -> Piece:
    """Wrap up to 65 535 bytes as a stored block."""
    return Piece(data, struct.pack("<BHH", 0, len(data), len(data) ^ 0xFFFF) + data)
