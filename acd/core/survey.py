"""The survey after a talk: who is asked, and what he answered.

Asked is a share of the callers whose agent hung up first, as the call's business has it: none who is
blacklisted, none with a withheld number, none who was asked within the rule's time. Whether he answers
or not, he counts as asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from acd.core import codes
from acd.core.flow_words import DropTape, SurveyTaken
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

    def ended(self, call: Call, passage: Passage, collected: Mapping[str, str]) -> None:
        """He has answered, or not. A remark that is too short is none."""
        floor, offer = self._floor, call.offer
        satisfaction = int(collected[SATISFACTION]) if SATISFACTION in collected else None
        solved = collected[SOLVED] == "1" if SOLVED in collected else None
        file, seconds = passage.tapes.get(REMARK, (None, 0.0))
        if file is not None and seconds < REMARK_AT_LEAST:
            floor.commands.append(DropTape(file=file))
            file = None
        call.note(floor.now, codes.SURVEYED, satisfaction, solved)
        floor.record(
            SurveyTaken(
                call=call.id,
                at=floor.now,
                caller=call.arrived.caller,
                business=call.business,
                queue=call.queue,
                agent=None if offer is None else offer.agent.id,
                satisfaction=satisfaction,
                solved=solved,
                remark=file,
                refused=satisfaction is None,
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
