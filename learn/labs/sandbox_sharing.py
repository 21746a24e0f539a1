"""A text inside a link: UTF-8, deflated without header, base64url without padding. The editor does the same."""

import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode

from learn.labs.forms import MAX_TEXT_BYTES

MAX_SHARED_CHARACTERS = 6000
"""Longer addresses are cut by some servers and chat tools."""


class NotShared(Exception):
    """What stands in the link is no text of ours: cut off, altered, or too long."""


def packed(text: str) -> str:
    """The text as it stands in a link."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    data = compressor.compress(text.encode()) + compressor.flush()
    return urlsafe_b64encode(data).decode().rstrip("=")


def unpacked(shared: str) -> str:
    """The text in a link. Raises NotShared."""
    try:
        data = urlsafe_b64decode(shared + "=" * (-len(shared) % 4))
        decompressor = zlib.decompressobj(-zlib.MAX_WBITS)
        text = decompressor.decompress(data, MAX_TEXT_BYTES)
        if decompressor.unconsumed_tail or not decompressor.eof:
            raise NotShared
        return text.decode()
    except (ValueError, zlib.error) as error:
        raise NotShared from error
