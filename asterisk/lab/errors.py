"""What can go wrong while the lab is set up, said so that the reader knows what to do next."""

from __future__ import annotations

from acd.errors import OperatorError, TelephonyError


class LabError(OperatorError):
    """The lab cannot be set up on this machine as it is."""


class NeedsRootUser(LabError):
    """The private root needs root rights (debootstrap and chroot): run it as root or with sudo."""


class NoNetwork(LabError):
    """The Debian packages could not be downloaded: no network, or no way to the mirror."""


class DiskFull(LabError):
    """There is not enough room on the disk for the private root."""


class BuildFailed(LabError):
    """The private root could not be built."""


class ToolFailed(TelephonyError):
    """A program of the lab ended otherwise than it should."""


class PhoneTimeout(TelephonyError):
    """What a phone or Asterisk should have done did not happen in time."""
