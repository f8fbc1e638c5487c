"""Of which kind a mapping is that shows it by a key of its own, where that key is misspelled."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pydantic import BaseModel
from pydantic_core import PydanticCustomError

from config.fields import MISSPELLED
from config.problems import did_you_mean, nearest


def misspelled(
    key: str | None, expected: Collection[str], meant: Collection[str]
) -> PydanticCustomError:
    """The error that tells of a mapping whose kind nobody can say. `key` is the one that was to say it
    (None: there is none)."""
    context = {"key": key, "expected": ", ".join(expected), "hint": did_you_mean(meant)}
    return PydanticCustomError(MISSPELLED, "misspelled", context)


def demand_kind(
    value: Mapping[str, object], kinds: Mapping[str, type[BaseModel]], plain: type[BaseModel]
) -> None:
    """See that a mapping without any key of `kinds` is meant to be without: that it is a `plain` one.

    Raises the one error that names what was meant, by the nearest name or else by the other keys.
    """
    strange = [key for key in value if key not in plain.model_fields]
    if any(key in kinds for key in value) or not strange:
        return
    known = {field for model in (plain, *kinds.values()) for field in model.model_fields}
    for key in strange:
        close = nearest(key, known)
        if key not in known and close and close[0] in kinds:
            raise misspelled(key, kinds, close[:1])
    required = {name for name, field in plain.model_fields.items() if field.is_required()}
    if required <= value.keys() or known.isdisjoint(strange):
        return
    fits = {kind: sum(key in model.model_fields for key in value) for kind, model in kinds.items()}
    unknown = next((key for key in strange if key not in known), None)
    best = max(fits.values())
    raise misspelled(unknown, kinds, [kind for kind, keys in fits.items() if keys == best])
