"""A changed file is taken over whole, a bad one changes nothing."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from acd.core.events import ConfigReplaced, Event
from acd.core.numbering import Numbering
from acd.core.routing import Routing
from acd.errors import OperatorError
from acd.runtime.reload import Reloader
from acd.runtime.tasks import TaskKeeper
from tests.unit.acd.runtime.centre import HandClock, routing
from tests.unit.asterisk.wire import Counts


class Source:
    """The file, as a list of what reading it gives, one after another."""

    def __init__(self, *outcomes: Routing | Exception) -> None:
        self.outcomes = list(outcomes)
        self.posted: list[Event] = []
        self.taken: list[str] = []
        self.refreshed = 0
        self.counts = Counts()
        self.reloader = Reloader(
            load=self.load,
            post=self.posted.append,
            on_taken=lambda plan: self.taken.append(plan.revision),
            refresh=self.refresh,
            clock=HandClock(),
            metrics=self.counts,
            running="r1",
        )

    def load(self) -> Routing:
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def refresh(self) -> None:
        self.refreshed += 1


async def test_a_changed_file_is_taken_over() -> None:
    changed = routing(revision="r2")
    source = Source(changed)
    result = await source.reloader.reload()
    assert (result.taken, result.revision) == (True, "r2")
    assert source.posted == [ConfigReplaced(routing=changed)]
    assert source.taken == ["r2"]
    assert source.refreshed == 1
    assert source.counts.reloads == [True]
    assert source.reloader.check().healthy


async def test_how_numbers_are_written_is_not_changed_while_it_runs() -> None:
    changed = replace(routing(revision="r2"), numbering=Numbering("CN"))
    source = Source(changed)
    result = await source.reloader.reload()
    assert not result.taken
    assert result.problems == ("numbering has changed, which only a new start of the engine takes over",)
    assert source.posted == []


async def test_the_same_file_changes_nothing_but_reads_the_directory_again() -> None:
    source = Source(routing(revision="r1"))
    assert (await source.reloader.reload()).taken
    assert source.posted == []
    assert source.refreshed == 1


async def test_a_bad_file_leaves_the_running_one_until_it_is_mended() -> None:
    source = Source(OperatorError("a.yaml:1:1: bad\na.yaml:2:1: worse"), routing(revision="r3"))
    result = await source.reloader.reload()
    assert (result.taken, result.revision) == (False, "r1")
    assert result.problems == ("a.yaml:1:1: bad", "a.yaml:2:1: worse")
    assert source.posted == []
    assert source.counts.reloads == [False]
    check = source.reloader.check()
    assert (check.healthy, check.detail) == (False, "a.yaml:1:1: bad")
    assert (await source.reloader.reload()).taken
    assert source.reloader.check().healthy


async def test_a_failed_task_is_told_and_a_cancelled_one_is_not() -> None:
    failures: list[tuple[str, str]] = []
    told = asyncio.Event()

    def on_failure(name: str, error: BaseException) -> None:
        failures.append((name, str(error)))
        told.set()

    keeper = TaskKeeper(on_failure)

    async def fail() -> None:
        raise ValueError("no")

    async def last() -> None:
        await asyncio.get_running_loop().create_future()

    async def end() -> None:
        return

    keeper.start("failing", fail())
    lasting = keeper.start("lasting", last())
    await keeper.start("ending", end())
    await asyncio.wait_for(told.wait(), 30)
    await keeper.close()
    assert failures == [("failing", "no")]
    assert lasting.cancelled()


async def test_a_failed_task_without_anybody_to_tell_is_logged(
    capsys: pytest.CaptureFixture[str],
) -> None:
    keeper = TaskKeeper()

    async def fail() -> None:
        raise ValueError("no")

    task = keeper.start("failing", fail())
    await asyncio.wait([task])
    await keeper.close()
    assert "background task failed" in capsys.readouterr().out


async def test_a_file_that_cannot_be_read_is_refused_like_any_other() -> None:
    source = Source(PermissionError(13, "Permission denied"), routing(revision="r2"))
    result = await source.reloader.reload()
    assert not result.taken
    assert "Permission denied" in result.problems[0]
    assert (await source.reloader.reload()).taken
