"""The survey after a talk: who is asked, and what he answered.

Asked is a share of the callers whose agent hung up first, as the call's business has it: none who is
blacklisted, none with a withheld number, none who was asked within the rule's time. Whether he answers
or not, he counts as asked.

It is told when he begins and with each answer, so that nothing that he has said is lost with the engine.
After its restart nobody is asked on: he is released, and the survey ends as what he had said makes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from acd.core import codes
from acd.core.flow_words import DropTape, SurveyGoesOn, SurveyOutcome, SurveyTaken
from ivr.survey import REMARK, REMARK_AT_LEAST, SATISFACTION, SOLVED, survey

if TYPE_CHECKING:
    from acd.core.call import Call
    from acd.core.calls import Calls
    from acd.core.floor import Floor
    from acd.core.passage import Passage
    from acd.core.routing import SurveyRule
    from ivr.model import Flow

MOST_REMEMBERED: Final = 200_000
"""So many numbers that were asked are remembered; then the oldest are forgotten."""


class Surveys:
    """Chooses whom to ask, and keeps what they answered."""

    def __init__(self, floor: Floor, calls: Calls) -> None:
        self._floor = floor
        self._calls = calls
        self._asked: dict[str, float] = {}

    def restored(self, surveyed: Iterable[tuple[str, float]]) -> None:
        """Who was asked lately, and when, as the store remembers."""
        self._asked = {**dict(sorted(surveyed, key=lambda each: each[1])), **self._asked}

    def wanted(self, call: Call) -> bool:
        """Whether the caller is to be asked; then he counts as asked."""
        rule = self._rule(call)
        number = call.arrived.caller
        if rule is None or rule.share <= 0 or number is None or call.arrived.blacklisted is not None:
            return False
        floor = self._floor
        if call.node in floor.lost:
            return False
        asked_at = self._asked.get(number)
        if asked_at is not None and floor.now < asked_at + rule.not_within:
            return False
        if floor.random.random() >= rule.share:
            return False
        self._remember(number)
        return True

    def flow(self, call: Call) -> Flow:
        """The questions to this caller."""
        rule = self._rule(call)
        return survey(remark=None if rule is None else rule.remark)

    def goes_on(self, call: Call, passage: Passage) -> None:
        """He is at a question: what he has said so far, where that is news."""
        before = passage.survey
        now = self._said(call, passage, passage.collected())
        if now != before:
            passage.survey = replace(now, at=self._floor.now)
            self._floor.record(passage.survey)

    def ended(self, call: Call, passage: Passage, collected: Mapping[str, str]) -> None:
        """He has answered all, or as much as he wanted to."""
        said = self._said(call, passage, collected)
        self._told(call, passage, said, SurveyOutcome.REFUSED)

    def cut_off(self, call: Call, passage: Passage) -> None:
        """His Asterisk died, or the engine before this one did, while he was asked. Nothing where his
        survey is over, or never was."""
        if passage.survey is not None:
            self._told(call, passage, passage.survey, SurveyOutcome.CUT_OFF)

    def _said(self, call: Call, passage: Passage, collected: Mapping[str, str]) -> SurveyGoesOn:
        """What he has said, also before he was asked anew. A remark that is too short is none."""
        said = passage.survey
        if said is None:
            now, offer = self._floor.now, call.offer
            said = SurveyGoesOn(
                call=call.id,
                at=now,
                asked_at=now,
                caller=call.arrived.caller,
                business=call.business,
                queue=call.queue,
                agent=None if offer is None else offer.agent.id,
            )
        if SATISFACTION in collected:
            said = replace(said, satisfaction=int(collected[SATISFACTION]))
        if SOLVED in collected:
            said = replace(said, solved=collected[SOLVED] == "1")
        file, seconds = passage.tapes.get(REMARK, (None, 0.0))
        if file is not None and seconds < REMARK_AT_LEAST:
            del passage.tapes[REMARK]
            self._floor.commands.append(DropTape(file=file))
        elif file is not None and file != said.remark:
            if said.remark is not None:
                self._floor.commands.append(DropTape(file=said.remark))
            said = replace(said, remark=file)
        return said

    def _told(self, call: Call, passage: Passage, said: SurveyGoesOn, unanswered: SurveyOutcome) -> None:
        """`unanswered`: what the survey of somebody ends as who has not answered anything."""
        floor, passage.survey = self._floor, None
        call.note(floor.now, codes.SURVEYED, said.satisfaction, said.solved)
        floor.record(
            SurveyTaken(
                call=said.call,
                at=floor.now,
                asked_at=said.asked_at,
                caller=said.caller,
                business=said.business,
                queue=said.queue,
                agent=said.agent,
                satisfaction=said.satisfaction,
                solved=said.solved,
                remark=said.remark,
                outcome=unanswered if said.satisfaction is None else SurveyOutcome.ANSWERED,
            )
        )

    def _rule(self, call: Call) -> SurveyRule | None:
        business = self._floor.routing.businesses.get(call.business or "")
        return None if business is None else business.survey

    def _remember(self, number: str) -> None:
        asked, now = self._asked, self._floor.now
        asked.pop(number, None)
        asked[number] = now
        rules = [each.survey for each in self._floor.routing.businesses.values()]
        longest = max((rule.not_within for rule in rules if rule is not None), default=0.0)
        while len(asked) > MOST_REMEMBERED or asked[next(iter(asked))] + longest < now:
            del asked[next(iter(asked))]
