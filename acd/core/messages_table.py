"""The table of voicemail messages: everything that can change the state of a message is in this file.

A message lives from the moment in which its caller has kept it until retention has deleted its file:

- `new`: nobody has heard it, or it has just been forwarded.
- `taken`: one agent has said that it is his; nobody else may call back for it.
- `heard`: somebody has listened to it, and nobody has said that he takes it.
- `called_back`: a callback to the caller was opened for the agent in the message. What becomes of that
  promise is the callback's own story; the message can be called back for again.
- `closed`: nothing is to be done any more. It can still be listened to.
- `deleted`: the end; the message is forgotten. The state stands for every unknown message too.

Each listening is an event, whatever the state: who has heard a customer's voice is remembered. Only an
agent's makes the message heard. Each row
says the next state and the one thing to do (a method of `acd.core.messages.Messages`). What a state
refuses is a row too (`refuse`), as people do ask for what cannot be. What depends on more than the state
(another agent has taken it, no such box, the caller's number is withheld) the row's method refuses: then
the state stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from acd.core.message_words import MessageState
from acd.core.tables import Row


class MessageEvent(StrEnum):
    """What can happen to a message, in the table's words: people's acts, and its time."""

    HEAR = "hear"
    TAKE = "take"
    GIVE_BACK = "give_back"
    CALL_BACK = "call_back"
    CLOSE = "close"
    FORWARD = "forward"
    EXPIRED = "expired"


S = MessageState
E = MessageEvent

MESSAGE_TABLE: Final[Mapping[MessageState, Mapping[MessageEvent, Row[MessageState]]]] = {
    S.NEW: {
        E.HEAR: Row(S.HEARD, "hear"),
        E.TAKE: Row(S.TAKEN, "take"),
        E.GIVE_BACK: Row(S.NEW, "refuse"),
        E.CALL_BACK: Row(S.CALLED_BACK, "call_back"),
        E.CLOSE: Row(S.CLOSED, "change"),
        E.FORWARD: Row(S.NEW, "forward"),
        E.EXPIRED: Row(S.DELETED, "forget"),
    },
    S.HEARD: {
        E.HEAR: Row(S.HEARD, "hear"),
        E.TAKE: Row(S.TAKEN, "take"),
        E.GIVE_BACK: Row(S.HEARD, "refuse"),
        E.CALL_BACK: Row(S.CALLED_BACK, "call_back"),
        E.CLOSE: Row(S.CLOSED, "change"),
        E.FORWARD: Row(S.NEW, "forward"),
        E.EXPIRED: Row(S.DELETED, "forget"),
    },
    S.TAKEN: {
        E.HEAR: Row(S.TAKEN, "change"),
        E.TAKE: Row(S.TAKEN, "refuse"),
        E.GIVE_BACK: Row(S.HEARD, "give_back"),
        E.CALL_BACK: Row(S.CALLED_BACK, "call_back"),
        E.CLOSE: Row(S.CLOSED, "change"),
        E.FORWARD: Row(S.NEW, "forward"),
        E.EXPIRED: Row(S.DELETED, "forget"),
    },
    S.CALLED_BACK: {
        E.HEAR: Row(S.CALLED_BACK, "change"),
        E.TAKE: Row(S.CALLED_BACK, "refuse"),
        E.GIVE_BACK: Row(S.CALLED_BACK, "refuse"),
        E.CALL_BACK: Row(S.CALLED_BACK, "call_back"),
        E.CLOSE: Row(S.CLOSED, "change"),
        E.FORWARD: Row(S.NEW, "forward"),
        E.EXPIRED: Row(S.DELETED, "forget"),
    },
    S.CLOSED: {
        E.HEAR: Row(S.CLOSED, "change"),
        E.TAKE: Row(S.CLOSED, "refuse"),
        E.GIVE_BACK: Row(S.CLOSED, "refuse"),
        E.CALL_BACK: Row(S.CLOSED, "refuse"),
        E.CLOSE: Row(S.CLOSED, "refuse"),
        E.FORWARD: Row(S.CLOSED, "refuse"),
        E.EXPIRED: Row(S.DELETED, "forget"),
    },
    S.DELETED: {
        E.HEAR: Row(S.DELETED, "unknown"),
        E.TAKE: Row(S.DELETED, "unknown"),
        E.GIVE_BACK: Row(S.DELETED, "unknown"),
        E.CALL_BACK: Row(S.DELETED, "unknown"),
        E.CLOSE: Row(S.DELETED, "unknown"),
        E.FORWARD: Row(S.DELETED, "unknown"),
        E.EXPIRED: Row(S.DELETED, "stale"),
    },
}
