"""What can go wrong in a FastAGI session."""

from __future__ import annotations

from acd.errors import OperatorError, TelephonyError


class AgiValueError(OperatorError):
    """A word of a command cannot be sent: it has a line break or a NUL, or it is too long."""


class AgiProtocolError(TelephonyError):
    """The other side does not speak AGI, or sends more than is allowed."""


class AgiHangup(TelephonyError):
    """The channel is hung up, or Asterisk closed the session."""


class AgiTimeout(TelephonyError):
    """Asterisk did not answer a command, or did not introduce itself, in time."""


class AgiCommandError(TelephonyError):
    """Asterisk refused a command; `code` is 510 (unknown) or 520 (wrong usage)."""

    def __init__(self, command: str, code: int, text: str) -> None:
        super().__init__(f"{command}: {code} {text}")
        self.command = command
        self.code = code
        self.text = text
