"""Phones' passwords: made here, one for each phone, kept over runs in a file of their own."""

from __future__ import annotations

import json
import os
import secrets
import stat
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from acd.errors import OperatorError

PASSWORD_BYTES = 18
MODE = 0o600


class SecretsError(OperatorError):
    """The file of the phones' passwords cannot be used."""


def phone_passwords(path: Path, phones: Iterable[str]) -> dict[str, str]:
    """The password of each phone; those that have none yet get one, and the file is written.

    Passwords of phones that are not named now stay in the file: a phone that comes back has its
    old one. Raises `SecretsError` for a file that others may read or that is not what it should be.
    """
    known = _read(path) if path.exists() else {}
    wanted = tuple(phones)
    missing = [phone for phone in wanted if phone not in known]
    if missing:
        known |= {phone: secrets.token_urlsafe(PASSWORD_BYTES) for phone in missing}
        _write(path, known)
    return {phone: known[phone] for phone in wanted}


def _read(path: Path) -> dict[str, str]:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise SecretsError(f"{path} can be read by others (mode {mode:04o}): chmod 600 {path}")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SecretsError(f"{path} cannot be read: {error}") from error
    if not isinstance(content, dict) or not all(isinstance(word, str) for word in content.values()):
        raise SecretsError(f"{path} is not a mapping from phones to passwords.")
    return content


def _write(path: Path, passwords: Mapping[str, str]) -> None:
    """Whole or not at all, and never readable by others, not even for a moment."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), MODE)
            json.dump(passwords, file, indent=2, sort_keys=True)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except OSError as error:
        raise SecretsError(f"{path} cannot be written: {error}") from error
