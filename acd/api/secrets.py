"""Bearer tokens' secrets: 256 random bits, of which only the SHA-256 hash is stored.

A slow password hash would be of no use here: it makes guessing a weak secret dear, and 256 random
bits cannot be guessed. A token is found by its hash, so the secret itself is never compared; what the
time of a look-up could give away is the beginning of a hash, from which no secret follows.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

PREFIX: Final = "acd_"
"""So that scanners for leaked secrets, and people, know one when they see it."""
LONGEST: Final = 200
"""Characters; what is longer is no token and is not even hashed."""


def new_secret() -> str:
    """A new secret; shown once to whoever asked for it."""
    return PREFIX + secrets.token_urlsafe(32)


def hash_secret(secret: str) -> bytes:
    """What of it is stored and looked up (32 bytes)."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).digest()
