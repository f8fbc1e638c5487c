"""The store's own errors, beside StoreUnavailable and BadCursor of acd.errors."""

from __future__ import annotations

from acd.errors import AcdError, OperatorError, StoreUnavailable


class ValueRefused(OperatorError):
    """This value cannot be stored."""


class DatabaseTooNew(OperatorError):
    """The database was written by a newer Strowger; this one does not touch it."""


class UnsupportedDatabase(OperatorError):
    """This database URL is none that Strowger can use."""


class UnknownFact(AcdError):
    """A fact of a kind that this version does not know."""


class SpoolInUse(OperatorError):
    """Another engine uses this spool folder."""


class FactRefused(AcdError):
    """The database is there but refuses these facts as they are."""


class DatabaseReplaced(StoreUnavailable):
    """The SQLite file was deleted or replaced; what is at its path now must be prepared anew."""
