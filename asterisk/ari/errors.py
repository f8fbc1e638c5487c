"""What can go wrong between Strowger and Asterisk's REST interface."""

from __future__ import annotations

from acd.errors import TelephonyError


class AriError(TelephonyError):
    """Asterisk answered a request with an error.

    `status` is the HTTP status, `reason` what Asterisk said, `request` the method and path.
    """

    def __init__(self, status: int, reason: str, request: str) -> None:
        super().__init__(f"{request}: {status} {reason}")
        self.status = status
        self.reason = reason
        self.request = request


class AriGone(AriError):
    """The channel, bridge or playback does not exist (any more): 404."""


class AriConflict(AriError):
    """The channel, bridge or playback is not in a state for this, or its id is taken: 409."""


class AriNotConnected(TelephonyError):
    """There is no connection to Asterisk; the request was not sent."""


class AriConnectionLost(TelephonyError):
    """The connection to Asterisk was lost before the answer; the request may have been done."""


class AriClosed(AriConnectionLost):
    """The connection to Asterisk was closed by us."""


class AriTimeout(TelephonyError):
    """Asterisk did not answer in time; the request may still be done."""


class AriOverloaded(TelephonyError):
    """Too many requests wait for their answers; this one was not sent."""


class AriUnreadable(TelephonyError):
    """Asterisk's answer is not of the expected form."""


class AriLoginRefused(AriNotConnected):
    """Asterisk refused the ARI user name or password."""


class AriReplaced(TelephonyError):
    """Another connection took this ARI application over."""


class UnsupportedAsterisk(TelephonyError):
    """This Asterisk is too old for Strowger."""


def refusal(status: int, reason: str, request: str) -> AriError:
    """Build the error for a 4xx or 5xx answer, in the class of its status."""
    kind = {404: AriGone, 409: AriConflict}.get(status, AriError)
    return kind(status, reason, request)
