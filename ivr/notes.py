"""The codes of the notes that a flow leaves on a call, and the words in them.

The codes stand in `acd.core.codes` too, with their texts in `acd.core.explain`; a test holds both
together. The comment beside each names its arguments.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, assert_never

from ivr import model

STEP: Final = "flow_step"  # flow, step
PRESSED: Final = "flow_pressed"  # step, digit
WRONG: Final = "flow_wrong"  # step, what was entered, which try, of how many
SILENCE: Final = "flow_silence"  # step, which try, of how many
COLLECTED: Final = "flow_collected"  # step, name, value
BRANCH: Final = "flow_branch"  # step, what holds (words) or None, where to (words)
LOOKED_UP: Final = "flow_looked_up"  # step, ((name, value), ...)
LOOK_UP_FAILED: Final = "flow_look_up_failed"  # step, what was missing (words) or None
RECORDED: Final = "flow_recorded"  # step, seconds
TOO_SHORT: Final = "flow_too_short"  # step, seconds, at least how many
NOT_RECORDED: Final = "flow_not_recorded"  # step, why
STUCK: Final = "flow_stuck"  # step, after how many steps without a sound
LEFT: Final = "flow_left"  # flow, where to (words)


def exit_words(to: model.Exit) -> str:
    """Where a caller goes on, in a few words: "queue orders", "served"."""
    match to:
        case model.NextStep(step=name):
            return f"step {name}"
        case model.ToQueue(queue=name):
            return f"queue {name}"
        case model.ToVoicemail(box=name):
            return f"voicemail {name}"
        case model.ToFlow(flow=name):
            return f"flow {name}"
        case model.ToNumber(number=name):
            return f"number {name}"
        case model.ToCallback():
            return "callback"
        case model.HangUp(served=served):
            return "served" if served else "hung up"
        case model.Finish(how=how):
            return how
        case _:
            assert_never(to)


def exit_details(to: model.Exit) -> str:
    """The same with all that it brings the caller: "queue orders, head start 5m, needs english 3"."""
    words = [exit_words(to)]
    if isinstance(to, model.ToQueue):
        if to.head_start:
            words.append(f"head start {_duration(to.head_start)}")
        words += [f"needs {skill} {level}" for skill, level in to.needs]
    return ", ".join(words)


def _duration(seconds: float) -> str:
    return f"{seconds / 60:g}m" if seconds % 60 == 0 else f"{seconds:g}s"


def condition_words(condition: model.Condition, secret: Collection[str] = ()) -> str:
    """A condition as it reads when it holds: "tv is open", "the caller is in blacklist". It doesn't say
    what a `secret` value is."""
    match condition:
        case model.HoursOpen(hours=name, open=open_):
            return f"{name} is {'open' if open_ else 'closed'}"
        case model.TierIs(tiers=tiers):
            return f"the tier is {' or '.join(sorted(tiers))}"
        case model.InList(list=name):
            return f"the caller is in {name}"
        case model.CollectedIs(name=name) if name in secret:
            return f"{name} is one that is asked for"
        case model.CollectedIs(name=name, values=values, prefixes=prefixes):
            found = [f"is {' or '.join(sorted(values))}"] if values else []
            found += [f"begins with {' or '.join(prefixes)}"] if prefixes else []
            return f"{name} {' or '.join(found)}"
        case _:
            assert_never(condition)


def case_words(when: tuple[model.Condition, ...], secret: Collection[str] = ()) -> str:
    """All conditions of a case."""
    return " and ".join(condition_words(condition, secret) for condition in when)
