"""Callbacks, surveys and the do-not-call list of the fake archive, and how the fake centre decides."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from acd.archive import Page
from acd.core.callback_words import (
    Callback,
    CallbackAct,
    CallbackActed,
    CallbackAsked,
    CallbackClosed,
    CallbackOpened,
    CallbackOutcome,
    CallbackSource,
    RefuseCallback,
)
from acd.core.commands import Command, Record
from acd.core.views import CallbackView
from acd.reached import (
    CallbackFilter,
    CallbackStory,
    DoNotCallEntry,
    StoredAttempt,
    StoredCallback,
    StoredSurvey,
    StoredTape,
    SurveyFilter,
    SurveyGroup,
    SurveySummary,
    WaitErrors,
)

T = TypeVar("T")
NOW = 1_795_262_400.0


def stored_callback(id: str, **given: Any) -> StoredCallback:
    usual: dict[str, Any] = {
        "callback": id,
        "number": "13800138000",
        "business": "tv",
        "queue": "orders",
        "dialled": "400",
        "source": "abandoned",
        "created_at": NOW - 600,
        "due_at": NOW - 300,
        "call": "c8",
        "agent": None,
        "message": None,
        "attempts": 1,
        "note": "<b>angry</b>",
        "why": "busy",
        "closed_at": None,
        "outcome": None,
        "reached_by": None,
        "closed_by": None,
        "closed_reason": None,
    }
    return StoredCallback(**(usual | given))


def stored_attempt(id: str, agent: str) -> StoredAttempt:
    return StoredAttempt(
        attempt=id,
        number_of=1,
        number="13800138000",
        agent=agent,
        made_at=NOW - 500,
        ended_at=NOW - 490,
        outcome="busy",
        ring=4.5,
    )


def live(
    id: str, agent: str | None = None, only: str | None = None, asked_by: str | None = None
) -> CallbackView:
    callback = Callback(
        id=id,
        number="13800138000",
        business="tv",
        queue="orders",
        dialled="400",
        source=CallbackSource.ABANDONED,
        created_at=NOW - 600,
        due_at=NOW - 300,
        language="en",
        node="a",
        agent=only,
        asked_by=asked_by,
    )
    state = "due" if agent is None else "offered"
    return CallbackView(callback=callback, state=state, attempt=None, agent=agent)


SURVEY = StoredSurvey(
    call="c9",
    at=NOW,
    caller="13800138000",
    business="tv",
    queue="orders",
    agent="1001",
    satisfaction=5,
    solved=None,
    remark=None,
    outcome="answered",
)


class PromisedArchive:
    """What the fake archive knows of callbacks and the like."""

    down: bool

    def __init__(self) -> None:
        self.stories = {
            "cb1": CallbackStory(
                callback=stored_callback("cb1"), attempts=[stored_attempt("cb1-a1", "1001")]
            ),
            "cb2": CallbackStory(
                callback=stored_callback(
                    "cb2", closed_at=NOW, outcome="answered", reached_by="1002", number="13900139000"
                ),
                attempts=[],
            ),
        }
        self.callback_wheres: list[CallbackFilter] = []
        self.survey_wheres: list[tuple[SurveyFilter, SurveyGroup | None]] = []
        self.remarks: dict[str, StoredTape] = {}
        self.periods: list[tuple[float | None, float | None]] = []
        self.not_to_call: dict[str, DoNotCallEntry] = {}

    _page: Callable[..., Page[Any]]
    _demand_up: Callable[[], None]

    async def callbacks(
        self, where: CallbackFilter, *, limit: int, cursor: str | None = None
    ) -> Page[StoredCallback]:
        self.callback_wheres.append(where)
        return self._page([story.callback for story in self.stories.values()], limit, cursor)

    async def callback(self, callback: str) -> CallbackStory | None:
        self._demand_up()
        return self.stories.get(callback)

    async def do_not_call(self, *, limit: int, cursor: str | None = None) -> Page[DoNotCallEntry]:
        return self._page(list(self.not_to_call.values()), limit, cursor)

    async def put_do_not_call(self, entries: Iterable[DoNotCallEntry]) -> int:
        self._demand_up()
        new = {entry.number: entry for entry in entries}
        self.not_to_call |= new
        return len(new)

    async def delete_do_not_call(self, number: str) -> bool:
        return self.not_to_call.pop(number, None) is not None

    async def surveys(
        self, where: SurveyFilter, *, limit: int, cursor: str | None = None
    ) -> Page[StoredSurvey]:
        self.survey_wheres.append((where, None))
        return self._page([SURVEY], limit, cursor)

    async def survey(self, call: str) -> StoredSurvey | None:
        self._demand_up()
        if call == SURVEY.call:
            return SURVEY
        tape = next((tape for tape in self.remarks.values() if tape.call == call), None)
        return None if tape is None else replace(SURVEY, call=call, remark=tape.file, agent="1002")

    async def tape(self, file: str) -> StoredTape | None:
        return self.remarks.get(file)

    async def tapes_made_until(
        self, until: float, *, limit: int, after: tuple[float, str] | None = None
    ) -> Sequence[StoredTape]:
        return []

    async def survey_summary(self, where: SurveyFilter, by: SurveyGroup) -> Sequence[SurveySummary]:
        self.survey_wheres.append((where, by))
        return [
            SurveySummary(
                group="orders",
                asked=3,
                refused=1,
                cut_off=0,
                answered=2,
                satisfaction=4.5,
                satisfied=2,
                solved=1,
                unsolved=0,
            )
        ]

    async def wait_errors(self, *, since: float | None, until: float | None) -> Sequence[WaitErrors]:
        self.periods.append((since, until))
        return [WaitErrors(queue="orders", told=9, measured=4, mean_absolute_error=12.5, bias=-3.0)]


class Promises:
    """How the fake centre answers for callbacks: `open` are those it knows."""

    def __init__(self) -> None:
        self.open = {"cb1": live("cb1")}
        self.do_not_call = {"110"}
        self.same: str | None = None

    def asked(self, event: CallbackAsked) -> list[Command]:
        callback = Callback(
            id=event.id,
            number=event.number,
            business=event.business,
            queue=event.queue,
            dialled=event.dialled,
            source=event.source,
            created_at=NOW,
            due_at=event.at or NOW,
            language="en",
            node="a",
        )
        commands: list[Command] = [Record(fact=CallbackOpened(at=NOW, callback=callback))]
        if event.number in self.do_not_call:
            commands.append(Record(fact=_closed(callback, CallbackOutcome.DO_NOT_CALL, None)))
        elif event.number == "114":
            closed = _closed(callback, CallbackOutcome.DO_NOT_CALL, "swears at agents")
            commands.append(Record(fact=replace(closed, by="blacklist")))
        elif event.number == "999":
            commands.append(Record(fact=_closed(callback, CallbackOutcome.EXPIRED, None)))
        elif self.same is not None:
            commands.append(Record(fact=_closed(callback, CallbackOutcome.MERGED, self.same)))
        return commands

    def acted(self, event: CallbackActed) -> list[Command]:
        if event.callback not in self.open:
            return [RefuseCallback(callback=event.callback, why="there is no open callback of that id")]
        if event.act is CallbackAct.DECLINE:
            return [RefuseCallback(callback=event.callback, why="it is due just now")]
        return []


def _closed(callback: Callback, outcome: CallbackOutcome, reason: str | None) -> CallbackClosed:
    return CallbackClosed(
        callback=callback.id,
        at=NOW,
        outcome=outcome,
        source=callback.source,
        call=None,
        queue=callback.queue,
        business=callback.business,
        waited=0.0,
        attempts=0,
        reason=reason,
    )
