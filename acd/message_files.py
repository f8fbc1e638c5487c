"""Where the files of voicemail messages are. Whatever a message says its file is called, only files in
the folder of messages are ever opened or deleted."""

from __future__ import annotations

from pathlib import Path

from acd.errors import AcdError
from recordings.naming import FORMAT, MESSAGES


class OutsideTheFolder(AcdError):
    """A message names a file that is not in the folder of messages."""


def path_of(recordings_dir: Path, file: str) -> Path:
    """The file of a message, which may not be there. Raises OutsideTheFolder."""
    folder = recordings_dir / MESSAGES
    path = folder / f"{file}.{FORMAT}"
    if "\0" in file or not path.resolve().is_relative_to(folder.resolve()):
        raise OutsideTheFolder(f"{file!r:.200} is not in the folder of messages")
    return path
