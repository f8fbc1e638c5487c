"""The survey after a call as a flow: satisfaction 1 to 5, solved 1 or 2, an optional spoken remark."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ivr.model import Exit, Finish, Flow, Menu, NextStep, Record, Say, Sound, Step, Tries

NAME: Final = "survey"

SATISFACTION: Final = "satisfaction"
SOLVED: Final = "solved"
REMARK: Final = "remark"

DONE: Final = "done"
REFUSED: Final = "refused"

REMARK_AT_LEAST: Final = 1.0
"""Seconds; a shorter remark is none."""

PROMPTS: Final = (
    "survey_satisfaction",
    "survey_solved",
    "survey_remark",
    "survey_thanks",
    "invalid_key",
)

_TRIES: Final = 2


def survey(*, remark: float | None) -> Flow:
    """The questions. `remark`: how long a spoken remark may be (seconds); None: nobody is asked for one.

    Whoever says nothing to the first question refuses; later questions may be passed over.
    """
    last = NextStep(step=REMARK if remark is not None else "thanks")
    steps: dict[str, Step] = {
        SATISFACTION: _question(
            "survey_satisfaction",
            SATISFACTION,
            {str(digit): NextStep(step=SOLVED) for digit in range(1, 6)},
            otherwise=Finish(how=REFUSED),
        ),
        SOLVED: _question("survey_solved", SOLVED, {"1": last, "2": last}, otherwise=last),
        "thanks": Say(parts=(Sound(prompt="survey_thanks"),), go=Finish(how=DONE)),
    }
    if remark is not None:
        thanks = NextStep(step="thanks")
        steps[REMARK] = Record(
            parts=(Sound(prompt="survey_remark"),),
            into=REMARK,
            at_least=REMARK_AT_LEAST,
            at_most=remark,
            go=thanks,
            too_short=thanks,
            failed=thanks,
        )
    return Flow(name=NAME, start=SATISFACTION, steps=steps, purpose="survey")


def _question(prompt: str, into: str, keys: Mapping[str, Exit], *, otherwise: Exit) -> Menu:
    return Menu(
        parts=(Sound(prompt=prompt),),
        keys=keys,
        into=into,
        tries=Tries(otherwise=otherwise, tries=_TRIES, invalid=(Sound(prompt="invalid_key"),)),
    )
