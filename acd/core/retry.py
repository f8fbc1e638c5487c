"""When a customer who was not reached is called again."""

from __future__ import annotations

from acd.core.routing import CallbackRule


def next_attempt(rule: CallbackRule, made: int, at: float) -> float | None:
    """When the next attempt may be made, after `made` of which the last ended at `at` (UTC seconds). The
    last spacing counts for all further ones. None: there is to be no other."""
    if made >= rule.attempts:
        return None
    return at + rule.spacing[min(made, len(rule.spacing)) - 1] if rule.spacing else at


def expires_at(rule: CallbackRule, created_at: float, place: float | None) -> float:
    """When it is too late (UTC seconds): counted from the time for which it was asked, if that came
    later than the asking."""
    return max(created_at, created_at if place is None else place) + rule.within
