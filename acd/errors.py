"""The project's errors, split by whose they are.

`OperatorError`: the person asked for something that cannot be (HTTP 4xx, exit code 2).
`TelephonyError`: the far side (Asterisk, a phone) refused, failed or went away.
An adapter translates what it catches into one of these once, with `from`.
"""

from __future__ import annotations


class AcdError(Exception):
    """Something went wrong in Strowger."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (type(self).__doc__ or type(self).__name__).splitlines()[0])


class OperatorError(AcdError):
    """What was asked for cannot be done."""


class TelephonyError(AcdError):
    """The telephone system refused or failed."""


class TakenOver(AcdError):
    """Another engine has taken the calls over. Whoever starts this one again only takes them back."""


class StoreUnavailable(AcdError):
    """The database cannot be reached."""


class BadCursor(OperatorError):
    """This cursor does not come from a page of this list."""
