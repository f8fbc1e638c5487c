"""What can go wrong on Asterisk's manager interface."""

from __future__ import annotations

from acd.errors import OperatorError, TelephonyError


class AmiValueError(OperatorError):
    """A value cannot be sent over the manager interface; `field` says which."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"The value of {field} {why}.")
        self.field = field


class AmiError(TelephonyError):
    """Asterisk answered an action with an error; `reason` is what it said."""

    def __init__(self, action: str, reason: str) -> None:
        super().__init__(f"{action}: {reason}")
        self.action = action
        self.reason = reason


class AmiMissingHeader(TelephonyError):
    """A message of the manager interface lacks a header that it must have."""


class AmiTimeout(TelephonyError):
    """Asterisk did not answer an action in time; it may still be done."""


class AmiNotConnected(TelephonyError):
    """There is no connection to the manager interface; the action was not sent."""


class AmiLoginRefused(AmiNotConnected):
    """Asterisk refused the manager user name or secret."""


class AmiConnectionLost(TelephonyError):
    """The manager connection was lost before the answer; the action may have been done."""
