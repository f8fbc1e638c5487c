"""Messages of the manager interface, typed: a header that is missing is an error, not ''."""

from __future__ import annotations

from collections.abc import Mapping

from asterisk.ami.errors import AmiMissingHeader


class AmiMessage:
    """The headers of one event or answer; names in any case, a name may come more than once."""

    __slots__ = ("_headers",)

    def __init__(self, headers: Mapping[str, str | list[str]]) -> None:
        self._headers: dict[str, tuple[str, ...]] = {
            name.lower(): (value,) if isinstance(value, str) else tuple(value)
            for name, value in headers.items()
        }

    @property
    def event(self) -> str | None:
        """The name of the event, or None when this is an answer."""
        return self.get("Event")

    def __getitem__(self, name: str) -> str:
        """Return a header that must be there, or raise AmiMissingHeader."""
        value = self.get(name)
        if value is None:
            kind = self.get("Event") or self.get("Response") or "message"
            raise AmiMissingHeader(f"Asterisk's {kind} has no {name}.")
        return value

    def get(self, name: str) -> str | None:
        """Return a header (the first, if there are several), or None."""
        values = self._headers.get(name.lower())
        return values[0] if values else None

    def all(self, name: str) -> tuple[str, ...]:
        """Return all values of a header, in order."""
        return self._headers.get(name.lower(), ())

    def __repr__(self) -> str:
        kind = self.get("Event") or self.get("Response") or "?"
        return f"<AmiMessage {kind} {sorted(self._headers)}>"
