"""What a new engine takes up beside calls and agents."""

from __future__ import annotations

from dataclasses import replace

from acd.core.callback_words import DoNotCallChanged, RestoredCallback
from acd.core.events import (
    CallArrived,
    Event,
    PromisesRestored,
    RestoredCall,
    RestoredOffer,
    StateRestored,
)
from acd.core.numbering import Numbering
from acd.core.past import PastCall
from acd.core.routing import Announcements, Business, Ending, SurveyRule, Then
from acd.ports import Restored
from acd.remembering import follow_do_not_call, past_calls, promises, rewritten, state, surveyed_since
from tests.contract import made_facts as made
from tests.contract.made_facts import START
from tests.unit.acd.api.fakes import routing

DAY = 86400.0
RESTORED = Restored(
    agents=(),
    calls=(),
    callbacks=tuple(
        RestoredCallback(callback=made.callback(id, created_at=at))
        for id, at in (("before", START - 1), ("since", START))
    ),
    messages=(made.message("m1", left_at=START - 1), made.message("m2", left_at=START)),
    do_not_call=frozenset({"110"}),
    surveyed=(("138", START),),
    rings=(RestoredOffer(offer="cb1-a1-o1", agent="a001", queue="sales", made_at=START),),
)


def test_all_of_it_is_handed_on() -> None:
    assert state(RESTORED) == StateRestored(
        agents=(),
        calls=(),
        callbacks=RESTORED.callbacks,
        messages=RESTORED.messages,
        do_not_call=RESTORED.do_not_call,
        surveyed=RESTORED.surveyed,
        rings=RESTORED.rings,
    )


def test_what_has_come_since_the_start_is_left_to_who_saw_it() -> None:
    assert promises(RESTORED, START) == PromisesRestored(
        callbacks=RESTORED.callbacks[:1],
        messages=RESTORED.messages[:1],
        do_not_call=RESTORED.do_not_call,
        surveyed=RESTORED.surveyed,
    )


def test_calls_that_are_there_and_new_ones_and_dialled_ones_are_known_better() -> None:
    gone, there, dialled, new = (
        RestoredCall(
            arrived=CallArrived(call=id, node="pbx1", dialled="4001", caller="138"),
            arrived_at=START + at,
            callback=callback,
        )
        for id, at, callback in (("c1", -9, None), ("c2", -9, None), ("c3", -9, "cb"), ("c4", 1, None))
    )
    restored = replace(RESTORED, calls=(gone, there, dialled, new))
    assert promises(restored, START, {"c2"}).calls == (gone,)


def test_surveys_are_remembered_as_long_as_any_rule_needs() -> None:
    assert surveyed_since(routing(), START) == START - 30 * DAY
    end = Ending(say=None, then=Then.CALLBACK)
    business = Business(name="tv", label="TV", hours=None, when_closed=end)
    long = replace(business, survey=SurveyRule(not_within=90 * DAY))
    businesses = {"tv": business, "radio": long}
    assert surveyed_since(replace(routing(), businesses=businesses), START) == START - 90 * DAY


class Engine:
    """Knows a list, and what it is told of it."""

    def __init__(self, *numbers: str) -> None:
        self.do_not_call = frozenset(numbers)
        self.told: list[Event] = []

    def post(self, event: Event) -> None:
        self.told.append(event)


async def test_the_list_is_followed_number_by_number() -> None:
    async def stored() -> frozenset[str]:
        return frozenset({"110", "120", *(str(n) for n in range(1000, 1150))})

    engine = Engine("110", "119")
    await follow_do_not_call(engine, stored)
    assert engine.told[0] == DoNotCallChanged(number="1000", listed=True)
    assert DoNotCallChanged(number="119", listed=False) in engine.told
    assert DoNotCallChanged(number="120", listed=True) in engine.told
    assert len(engine.told) == 152


async def test_listed_numbers_are_followed_in_canonical_form() -> None:
    async def stored() -> frozenset[str]:
        return frozenset({"013900000001", "13900000002"})

    engine = Engine("+8613900000001")
    await follow_do_not_call(engine, stored, Numbering("CN"))
    assert engine.told == [DoNotCallChanged(number="+8613900000002", listed=True)]


def test_numbers_stored_before_are_remembered_in_canonical_form() -> None:
    found = rewritten(RESTORED, Numbering("CN"))
    assert found.do_not_call == frozenset(map(Numbering("CN").canonical, RESTORED.do_not_call))
    assert rewritten(RESTORED, None) is RESTORED
    before = [each.callback.number for each in RESTORED.callbacks]
    after = [each.callback.number for each in found.callbacks]
    assert after == [Numbering("CN").canonical(each) for each in before]


class Yesterday:
    """A store of one call."""

    def __init__(self) -> None:
        self.asked: list[tuple[float, float]] = []

    async def load_past(self, *, since: float, until: float) -> tuple[PastCall, ...]:
        self.asked.append((since, until))
        return (PastCall(queue="sales", wait=5.0),)


async def test_a_week_s_calls_are_learnt_from_where_any_queue_tells_a_wait() -> None:
    store, silent = Yesterday(), routing()
    assert (await past_calls(store, silent, START)).calls == ()
    assert store.asked == []
    (name, queue), *_ = silent.queues.items()
    told = replace(silent, queues={**silent.queues, name: replace(queue, announcements=Announcements())})
    assert (await past_calls(store, told, START)).calls == (PastCall(queue="sales", wait=5.0),)
    assert store.asked == [(START - 7 * DAY, START)]
