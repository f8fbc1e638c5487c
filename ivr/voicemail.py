"""The voicemail dialogue as a flow: greeting, beep, the message, a menu to review it.

Who begins it is told the end by `Finish.how`: `KEPT`, `CALL_BACK` (kept, and he asks to be called back),
`TOO_SHORT` or `FAILED`. The message is recorded under the name `MESSAGE`.
"""

from __future__ import annotations

from typing import Final

from ivr.model import Finish, Flow, Menu, NextStep, Record, Say, Sound, Step, Tape, Tries

MESSAGE: Final = "message"

KEPT: Final = "kept"
CALL_BACK: Final = "call_back"
TOO_SHORT: Final = "too_short"
FAILED: Final = "failed"

KEPT_AT: Final = {"saved": KEPT, "call_back": CALL_BACK}
"""The steps at which he is told that his message is kept, and how the dialogue ends there."""

PROMPTS: Final = (
    "message_review",
    "message_again",
    "message_saved",
    "message_call_back",
    "message_too_short",
    "message_failed",
)
"""What is said besides the box's own greeting."""


def dialogue(
    *,
    box: str,
    greeting: str,
    at_least: float,
    at_most: float,
    silence: float,
    review: bool,
) -> Flow:
    """The dialogue of a box. Durations are seconds.

    With `review` he hears what he may do: 1 keeps the message, 2 plays it, 3 records it again, 4 keeps
    it and asks for a call back. Silence and wrong keys keep it: nothing that was said is lost.
    """

    def record(prompt: str) -> Record:
        return Record(
            parts=(Sound(prompt=prompt),),
            into=MESSAGE,
            at_least=at_least,
            at_most=at_most,
            silence=silence,
            go=NextStep(step="review" if review else "saved"),
            too_short=NextStep(step="too_short"),
            failed=NextStep(step="failed"),
        )

    steps: dict[str, Step] = {
        "record": record(greeting),
        "saved": _said("message_saved", KEPT),
        "too_short": _said("message_too_short", TOO_SHORT),
        "failed": _said("message_failed", FAILED),
    }
    if review:
        steps |= {
            "review": Menu(
                parts=(Sound(prompt="message_review"),),
                keys={
                    "1": NextStep(step="saved"),
                    "2": NextStep(step="hear"),
                    "3": NextStep(step="again"),
                    "4": NextStep(step="call_back"),
                },
                tries=Tries(otherwise=NextStep(step="saved"), tries=2),
            ),
            "hear": Say(parts=(Tape(of=MESSAGE),), go=NextStep(step="review")),
            "again": record("message_again"),
            "call_back": _said("message_call_back", CALL_BACK),
        }
    return Flow(name=box, start="record", steps=steps, purpose="voicemail")


def _said(prompt: str, how: str) -> Say:
    return Say(parts=(Sound(prompt=prompt),), go=Finish(how=how))
