"""When a customer who was not reached is called again."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from acd.core.callback_words import Callback
    from acd.core.routing import CallbackRule


def used_up(rule: CallbackRule, callback: Callback) -> bool:
    """Whether all attempts have been made."""
    return callback.attempts >= max(rule.attempts, callback.granted)


def next_attempt(rule: CallbackRule, callback: Callback, at: float) -> float | None:
    """When the next attempt may be made, after one that ended at `at` (UTC seconds). The last spacing
    counts for all further ones. None: there is to be no other."""
    if used_up(rule, callback):
        return None
    made = callback.attempts
    return at + rule.spacing[min(made, len(rule.spacing)) - 1] if rule.spacing else at


def counts_from(callback: Callback) -> float:
    """From when on its time is counted (UTC seconds): from when it was asked, or from the time for which
    it was, if that came later; from the newest, where others were merged into it."""
    at, place, renewed = callback.created_at, callback.place, callback.renewed_at
    return max(at, at if place is None else place, at if renewed is None else renewed)


def expires_at(rule: CallbackRule, callback: Callback) -> float:
    """When it is too late (UTC seconds)."""
    return counts_from(callback) + rule.within
