"""What the API lets itself be asked, and for how long it waits."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiSettings:
    """Limits with defaults that fit a centre of some thousand agents."""

    body_bytes: int = 1024 * 1024
    import_bytes: int = 64 * 1024 * 1024
    open_metrics: bool = False
    """/metrics needs no token from a peer on the loopback address. Leave it off behind a proxy on
    the same machine: all its clients come from there."""
    token_seconds: float = 5.0
    """A token once found is believed for so long. Revoking it here takes effect at once; revoking it
    by another process, after this time."""
    watchers: int = 500
    """Open event streams at most."""
    backlog: int = 10_000
    """Changes that a watcher may lag behind before he is disconnected."""
    send_seconds: float = 10.0
    """A watcher who takes longer to take one message is disconnected."""
    goodbye_seconds: float = 2.0
    """How long a disconnected watcher may take to answer, before the connection is cut."""
    heartbeat_seconds: float = 30.0
    recordings_dir: Path = Path("/var/spool/asterisk/recording")
    """Where the sound of voicemail messages is: in its folder `messages`."""
    send_buffer_bytes: int = 128 * 1024
    """The kernel's buffer for one watcher."""
    shown_problems: int = 1000
    """Errors of one import that are listed; the others are counted."""
