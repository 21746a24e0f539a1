"""Choices that depend on a seed alone, never on the order of calls."""

import hashlib


def draw(salt: str, count: int) -> int:
    """A number in [0, count) for a salt; 0 where there is nothing to choose from."""
    digest = hashlib.blake2b(salt.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest) % count if count else 0
