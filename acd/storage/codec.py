"""Facts and what calls carry, as JSON and back.

A fact is written as `[seq, kind, fields]`; the kinds are the class names of the union `Fact`, so that
a new fact cannot be forgotten here. A kind that is not known is an error (`UnknownFact`): it was
written by a newer version and must wait for one.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, get_args

import msgspec

from acd.core.callback_words import Callback
from acd.core.facts import Fact
from acd.core.records import Placement, Reason
from acd.storage.bounds import storable
from acd.storage.errors import UnknownFact

KINDS: dict[str, type[Fact]] = {kind.__name__: kind for kind in get_args(Fact)}

_WITH_REASONS = frozenset(
    kind for kind in KINDS.values() if any(field.name == "reasons" for field in fields(kind))
)

_encoder = msgspec.json.Encoder()
_decoders = {name: msgspec.json.Decoder(kind) for name, kind in KINDS.items()}
_entry_decoder = msgspec.json.Decoder(tuple[int, int, str, msgspec.Raw])
_placement_decoder = msgspec.json.Decoder(Placement)
_callback_decoder = msgspec.json.Decoder(Callback)
_reasons_decoder = msgspec.json.Decoder(tuple[tuple[Any, ...], ...])


def encode(value: object) -> bytes:
    """Compact JSON. Text that is not UTF-8 is made so, since nothing may be lost for it."""
    try:
        return _encoder.encode(value)
    except UnicodeEncodeError:
        return _encoder.encode(_with_storable_text(msgspec.to_builtins(value)))


def _with_storable_text(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {_with_storable_text(key): _with_storable_text(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_with_storable_text(item) for item in value]
    return value


def encode_entry(writer: int, seq: int, fact: Fact) -> bytes:
    """One fact with its place in the order of its writer."""
    return encode((writer, seq, type(fact).__name__, fact))


def decode_entry(line: bytes) -> tuple[int, int, Fact]:
    """Writer, seq and fact; raises UnknownFact for a kind or a shape that this version does not know."""
    try:
        writer, seq, kind, body = _entry_decoder.decode(line)
        decoder = _decoders.get(kind)
        if decoder is None:
            raise UnknownFact(f"No fact {kind!r} is known to this version; a newer one wrote it.")
        return writer, seq, _with_tuples(decoder.decode(body))
    except msgspec.DecodeError as error:
        raise UnknownFact(f"A fact has a shape unknown to this version: {error}") from error


def _with_tuples(fact: Any) -> Fact:
    if type(fact) in _WITH_REASONS:
        fact = replace(fact, reasons=tuple(_frozen(reason) for reason in fact.reasons))
    known: Fact = fact
    return known


def _frozen(value: Any) -> Any:
    """Lists back to the tuples that they were before JSON."""
    return tuple(_frozen(item) for item in value) if isinstance(value, list | tuple) else value


def encode_text(value: object) -> str:
    """`encode` as text."""
    return encode(value).decode()


def decode_placement(text: str) -> Placement:
    return _placement_decoder.decode(text)


def decode_callback(text: str) -> Callback:
    return _callback_decoder.decode(text)


def decode_reasons(text: str) -> tuple[Reason, ...]:
    return tuple(_frozen(reason) for reason in _reasons_decoder.decode(text))
