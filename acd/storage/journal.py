"""The write-behind side of the store: facts are taken at once and written in order by one task.

`take` appends to memory and arms a timer; the task writes what has gathered, a batch per transaction.
While the database is away the task carries batches to the spool instead, and tries again with growing
pauses; when the database is back, the spool is written first. Each fact has a number (`seq`); the
transaction that writes a batch also notes its last number under this run's id (`journals`), so that a
batch whose commit was lost on the way, or that was both written and spooled, is not written twice.

Memory is the last resort: where the spool is full as well, facts wait in a bounded queue, and when that
is full the newest are lost, counted and alarmed. No call waits for any of it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from itertools import islice

import structlog

from acd.core.facts import Fact
from acd.errors import AcdError, StoreUnavailable
from acd.runtime.tasks import TaskKeeper
from acd.storage.batch import Batch
from acd.storage.errors import DatabaseReplaced, FactRefused, UnknownFact
from acd.storage.spool import Spool, SpoolFull
from acd.storage.writers import FactWriter, Steps

log = structlog.get_logger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 0.25, 5.0
"""Seconds between two attempts to reach a database that is away."""

GATHER = 0.25
"""Seconds that facts gather before they are written. Half the CPU of a small batch is the commit's, so
longer is cheaper; what an engine that dies loses of it, it finds again in Asterisk's channels."""

CLOSE_WITHIN = 10.0
"""Seconds that closing waits for the last facts."""


class WriteBehind:
    """A Journal (acd.ports) over a FactWriter and a Spool.

    `run` names this run among all that ever wrote (microseconds of its start) and is the number before
    its first fact's. `prepare` brings the database to this version's schema; it is called before the
    first use, and again after DatabaseReplaced, and raises StoreUnavailable. `interval`: seconds that
    facts gather. `most`: facts in one transaction, or so. `in_memory`: facts kept when neither database
    nor spool takes any.
    """

    def __init__(
        self,
        writer: FactWriter,
        spool: Spool,
        *,
        run: int,
        prepare: Callable[[], Awaitable[None]],
        interval: float = GATHER,
        most: int = 128,
        in_memory: int = 50_000,
    ) -> None:
        self._writer = writer
        self._spool = spool
        self._run_id = run
        self._prepare = prepare
        self._prepared = False
        self._interval = interval
        self._most = most
        self._in_memory = in_memory
        self._pending: deque[Fact] = deque()
        self._ends: deque[int] = deque()
        """The numbers of the last facts of each `take` that is pending."""
        self._taken = run
        self._first_seq = run + 1
        self._armed = False
        self._wake = asyncio.Event()
        self._waiters: list[tuple[int, asyncio.Future[None]]] = []
        self._away = True
        self._back = asyncio.Event()
        self._spool_ails = False
        self._closing = False
        self._closed = False
        self._pause = FIRST_PAUSE
        self._try_at = 0.0
        self._written: dict[int, int] = {}
        self._lost_told = 0
        self._task: asyncio.Task[None] | None = None
        self._loop = asyncio.get_running_loop()
        self.lost = 0
        """Facts given up because neither database, spool nor memory could hold them."""

    @property
    def depth(self) -> int:
        return len(self._pending) + self._spool.depth

    @property
    def refused(self) -> int:
        """Facts that can be stored nowhere as they are; see `refused.jsonl` in the spool."""
        return self._spool.refused

    @property
    def healthy(self) -> bool:
        works = self._task is not None and not self._task.done()
        return works and not self._away and not self._spool_ails

    def take(self, facts: Sequence[Fact]) -> None:
        pending = self._pending
        if len(pending) + len(facts) > self._in_memory:
            self.lost += len(facts)
            return
        pending.extend(facts)
        self._taken += len(facts)
        self._ends.append(self._taken)
        if not self._armed:
            self._armed = True
            self._loop.call_later(self._interval, self._wake.set)

    async def start(self, keeper: TaskKeeper) -> None:
        """Open the spool, write what an earlier run left in it if the database is there, and go on in
        the background. Raises SpoolInUse, OSError, and what `prepare` raises but StoreUnavailable."""
        await asyncio.to_thread(self._spool.open)
        try:
            await self._come_back()
        except (StoreUnavailable, UnknownFact) as error:
            self._stay_away(error)
            self._wake.set()  # to try again, facts or no facts
        self._task = keeper.start("journal", self._work())

    async def flush(self) -> None:
        if not self._pending:
            return
        done: asyncio.Future[None] = self._loop.create_future()
        self._waiters.append((self._first_seq + len(self._pending) - 1, done))
        self._wake.set()
        await done

    async def written(self) -> None:
        """Return when every fact taken so far is in the database, however long that is away."""
        await self.flush()
        while self._away:
            await self._back.wait()
            await self.flush()

    async def close(self) -> None:
        """Write or spool what was taken, then let go of database and spool. May be called twice."""
        if self._closed:
            return
        self._closed = True
        if self._task is not None:
            self._closing = True
            self._wake.set()
            await asyncio.wait([self._task], timeout=CLOSE_WITHIN)
            if not self._task.done():
                self._task.cancel()
                await asyncio.wait([self._task])
        await self._set_aside()
        if self._pending:
            self.lost += len(self._pending)
            log.critical("journal: closed with facts that nothing could hold", lost=self.lost)
        await self._writer.close()
        await asyncio.to_thread(self._spool.close)

    async def _work(self) -> None:
        while not (self._closing and (self._away or not self._pending)):
            await self._wake.wait()
            self._wake.clear()
            self._armed = False
            if not self._away:
                await self._write_pending()
            if self._away:
                await self._set_aside()
                if not self._closing and self._loop.time() >= self._try_at:
                    await self._try_to_come_back()
            if self.lost > self._lost_told:
                log.critical("journal: facts are lost", lost=self.lost)
                self._lost_told = self.lost
            if (self._away or self._pending) and not self._armed:
                self._armed = True
                self._loop.call_later(self._interval, self._wake.set)

    async def _write_pending(self) -> None:
        """What was there when it began; what comes meanwhile gathers for the next time."""
        until = self._first_seq + len(self._pending)
        while self._first_seq < until:
            try:
                await self._write_batch()
            except StoreUnavailable as error:
                self._prepared = not isinstance(error, DatabaseReplaced)
                log.error("journal: the database is away, facts go to the spool", error=str(error))
                self._away = True
                self._back.clear()
                self._delay_next_try()
                return

    async def _write_batch(self) -> None:
        """The oldest of what is pending. Raises StoreUnavailable."""
        facts = self._portion()
        if facts:
            await self._write(self._run_id, list(enumerate(facts, self._first_seq)))
            self._settle(len(facts))

    def _portion(self) -> list[Fact]:
        """The oldest facts, about `most`. What was taken together stays together: the end of a call
        without the callback that it led to would be a caller whom nobody remembers."""
        count = 0
        for end in self._ends:
            until = end - self._first_seq + 1
            if count and until > self._most:
                break
            count = until
        return list(islice(self._pending, count))

    async def _write(self, writer: int, facts: Sequence[tuple[int, Fact]]) -> None:
        """One transaction; where the facts are refused, one for each of them, so that only the culprit
        stays out. Raises StoreUnavailable."""
        try:
            await self._writer.write(_steps(writer, facts))
        except FactRefused as error:
            if len(facts) > 1:
                for fact in facts:
                    await self._write(writer, [fact])
                return
            seq, culprit = facts[0]
            log.error("journal: a fact is refused", seq=seq, error=str(error))
            await asyncio.to_thread(self._spool.refuse, writer, seq, culprit)

    async def _set_aside(self) -> None:
        """Carry what is pending to the spool; what cannot be carried stays in memory."""
        while self._pending:
            facts = self._portion()
            try:
                await asyncio.to_thread(
                    self._spool.append, self._run_id, enumerate(facts, self._first_seq)
                )
            except (SpoolFull, OSError) as error:
                if not self._spool_ails:
                    log.critical(
                        "journal: the spool takes nothing, facts stay in memory", error=str(error)
                    )
                self._spool_ails = True
                return
            self._spool_ails = False
            self._settle(len(facts))

    async def _try_to_come_back(self) -> None:
        try:
            await self._come_back()
        except (AcdError, OSError) as error:
            self._stay_away(error)

    def _stay_away(self, error: Exception) -> None:
        if isinstance(error, DatabaseReplaced):
            self._prepared = False
        log.warning("journal: facts stay in the spool", error=str(error), facts=self._spool.depth)
        self._delay_next_try()

    async def _come_back(self) -> None:
        """Write the spool and go back to normal. Raises what says why that cannot be.

        That the database can be read proves little where its disk is full: so what is pending and
        found no place in the spool has to be written first.
        """
        if not self._prepared:
            await self._prepare()
            self._prepared = True
        while (spooled := await asyncio.to_thread(self._spool.read, self._most)) is not None:
            await self._write_spooled(spooled.writer, spooled.facts)
            await asyncio.to_thread(self._spool.advance)
            await self._set_aside()
        await self._skip_written()
        await self._write_batch()
        self._away = False
        self._back.set()
        self._spool_ails = False
        self._pause = FIRST_PAUSE
        log.info("journal: writing to the database", lost=self.lost)

    async def _write_spooled(self, writer: int, facts: Sequence[tuple[int, Fact]]) -> None:
        last = self._written.get(writer)
        if last is None:
            last = await self._writer.last_seq(writer)
        fresh = [(seq, fact) for seq, fact in facts if seq > last]
        if fresh:
            self._written.pop(writer, None)
            await self._write(writer, fresh)
            last = fresh[-1][0]
        self._written[writer] = last

    async def _skip_written(self) -> None:
        """Let go of pending facts that were written although their commit seemed to fail."""
        self._written.clear()
        last = await self._writer.last_seq(self._run_id)
        self._settle(max(0, min(last - self._first_seq + 1, len(self._pending))))

    def _delay_next_try(self) -> None:
        self._try_at = self._loop.time() + self._pause
        self._pause = min(self._pause * 2, LONGEST_PAUSE)

    def _settle(self, count: int) -> None:
        """The oldest `count` pending facts are dealt with."""
        for _ in range(count):
            self._pending.popleft()
        self._first_seq += count
        while self._ends and self._ends[0] < self._first_seq:
            self._ends.popleft()
        while self._waiters and self._waiters[0][0] < self._first_seq:
            _, done = self._waiters.pop(0)
            if not done.done():
                done.set_result(None)


def _steps(writer: int, facts: Iterable[tuple[int, Fact]]) -> Steps:
    """Raises FactRefused for values of the wrong type, as a database would."""
    batch = Batch()
    try:
        for seq, fact in facts:
            batch.add(seq, fact)
        return batch.steps(writer)
    except (TypeError, ValueError, OverflowError, AttributeError) as error:
        raise FactRefused(f"It cannot be turned into rows: {error}") from error
