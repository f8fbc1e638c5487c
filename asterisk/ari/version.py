"""Which Asterisk is new enough."""

from __future__ import annotations

import re

from asterisk.ari.errors import UnsupportedAsterisk

REQUIRED = (22, 5)

_NUMBERS = re.compile(r"(\d+)\.(\d+)")


def check_version(version: str) -> None:
    """Raise UnsupportedAsterisk unless the version is REQUIRED or newer.

    Versions look like `22.10.1`, `22.10.1+dfsg-1`, `certified-22.8-cert1`. One without two
    numbers, like a development build's `GIT-master-1a2b3c`, is refused: it promises nothing.
    """
    needed = ".".join(str(number) for number in REQUIRED)
    numbers = _NUMBERS.search(version)
    if numbers is None:
        raise UnsupportedAsterisk(
            f"Cannot tell the version of this Asterisk from {version!r};"
            f" Strowger needs {needed} or newer."
        )
    if (int(numbers[1]), int(numbers[2])) < REQUIRED:
        raise UnsupportedAsterisk(
            f"This is Asterisk {version}; Strowger needs {needed} or newer"
            " (REST over WebSocket and what builds on it)."
        )
