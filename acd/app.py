"""The composition root: the only place where core, runtime and adapters are put together."""

from __future__ import annotations

import asyncio
import gc
import secrets
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime, time
from random import Random
from zoneinfo import ZoneInfo

import structlog
from aiohttp import web
from watchfiles import awatch
from watchfiles._rust_notify import WatchfilesRustInternalError

from acd import logs
from acd.api.app import build_app, make_runner
from acd.api.settings import ApiSettings
from acd.core.callback_words import CommitAttempt
from acd.core.dispatcher import Dispatcher
from acd.core.events import StateRestored
from acd.core.flow_words import LookUp
from acd.core.message_words import DeliverMessage
from acd.core.past import PastCallsRestored
from acd.core.routing import Routing
from acd.core.tape_words import FindTape
from acd.errors import OperatorError, StoreUnavailable, TakenOver
from acd.lookups import open_lookups
from acd.mail import Mailer, MailSettings
from acd.metrics import Metrics
from acd.ports import Check
from acd.remembering import follow_do_not_call, past_calls, promises, rewritten, state, surveyed_since
from acd.retention import keep_to_time
from acd.routing_source import RoutingSource
from acd.runtime.clock import SystemClock
from acd.runtime.directory import Directory, remembered_for
from acd.runtime.engine import Engine
from acd.runtime.recorder import FlightRecorder
from acd.runtime.reload import Reloader
from acd.runtime.tasks import TaskKeeper
from acd.storage.store import Store, open_store
from acd.stray_files import clear_away
from acd.tape_search import TapeSearch
from asterisk.ari.errors import AriReplaced
from asterisk.ari.settings import AriSettings
from asterisk.fallback import FallbackQueues
from asterisk.room import Room
from asterisk.telephony import AsteriskTelephony
from config.printing import printed
from config.settings import Settings, SettingsErrors

log = structlog.get_logger(__name__)


ESSENTIAL = frozenset({"ari", "journal", "commits"})
"""The tasks without which the engine is no use: their failure ends it, so that it is started anew."""

FLUSH_S = 5.0
"""So long a reload waits for the facts so far to be stored, before it reads customers again."""
LEARN_AGAIN_S = 1.0
"""How long to wait where the database is away again before customers and blacklist are read."""

WATCH_AGAIN_S = 5.0
"""How long to wait where the routing files cannot be watched, before trying again."""


@dataclass(slots=True)
class Stopping:
    """When the program is to end, and why: a signal, or the failure of an essential task."""

    event: asyncio.Event
    error: BaseException | None = None

    def failed(self, task: str, error: BaseException) -> None:
        """A background task has ended by an error."""
        if task in ESSENTIAL:
            self.error = error
            self.event.set()


def run(settings: Settings) -> None:
    """Run the engine until SIGTERM or SIGINT. Raises what ended it otherwise."""
    import uvloop

    logs.configure(
        form=settings.log_format, level=settings.log_level, mask_numbers=settings.mask_numbers
    )
    uvloop.run(serve(settings))


async def serve(settings: Settings) -> None:
    """Everything, from reading the routing file to the last flush of the journal."""
    with reload_signal() as reload_asked:
        stopping = Stopping(asyncio.Event())
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopping.event.set)
        async with running(settings, stopping, reload_asked):
            await stopping.event.wait()
            log.info("stopping; the callers stay in Asterisk")
        log.info("stopped")
    if isinstance(stopping.error, AriReplaced):
        raise TakenOver(
            f"another engine has connected to Asterisk as {settings.ari_app!r} and has the calls now; "
            "end one of the two for good, or give it another STROWGER_ARI_APP"
        ) from stopping.error
    if stopping.error is not None:
        raise stopping.error


@contextmanager
def reload_signal() -> Iterator[asyncio.Event]:
    """From now on SIGHUP sets the event, and afterwards nothing, until the process ends.

    Its default is to end the process, which must not happen at any time. The loop's own handlers go
    back to that when they are removed and when the loop is closed, so this is none of them.
    """
    asked, loop = asyncio.Event(), asyncio.get_running_loop()
    signal.signal(signal.SIGHUP, lambda *_: loop.call_soon_threadsafe(asked.set))
    try:
        yield asked
    finally:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)


@asynccontextmanager
async def running(
    settings: Settings, stopping: Stopping, reload_asked: asyncio.Event
) -> AsyncIterator[Engine]:
    """The engine with everything around it; `reload_asked` has it read the files again.

    It ends in this order: the API; the deciding; the connection to Asterisk, whose callers stay where
    they are; the last facts into the store.
    """
    source = RoutingSource.configured(settings)
    routing = source.load()
    clock = SystemClock()
    metrics = Metrics(started_at=clock.now())
    metrics.configure(routing)
    async with AsyncExitStack() as stack:
        keeper = TaskKeeper(stopping.failed)
        stack.push_async_callback(keeper.close)
        store = await _store(stack, settings, keeper, clock)
        directory = Directory(routing.numbering)
        restored, past = await _remember(store, directory, routing, clock.now())
        telephony = AsteriskTelephony(
            node=settings.node,
            settings=_ari(settings),
            phones=lambda: engine.routing.agents,
            room=Room(settings.recordings_dir, min_free_bytes=settings.recordings_min_free),
            metrics=metrics,
            rng=Random(secrets.randbits(64)),
            trunks=lambda: engine.routing.trunks,
        )
        seed = secrets.randbits(64)
        asking = TaskKeeper(stopping.failed)
        lookups = await stack.enter_async_context(
            open_lookups(asking, lambda answer: engine.post(answer))
        )
        stack.push_async_callback(asking.close)
        mailer = Mailer(
            settings=_mail(settings),
            recordings_dir=settings.recordings_dir,
            routing=lambda: engine.routing,
            keeper=asking,
            metrics=metrics,
        )
        tapes = TapeSearch(
            settings.recordings_dir, clock=clock, keeper=asking, report=lambda found: engine.post(found)
        )
        engine = Engine(
            dispatcher=Dispatcher(routing, Random(seed)),
            routing=routing,
            telephony=telephony,
            clock=clock,
            directory=directory,
            sinks=[store.journal, metrics],
            metrics=metrics,
            recorder=_recorder(stack, settings, routing, seed, clock.now()),
            outside={
                LookUp: lookups.look_up,
                CommitAttempt: store.commits.commit,
                DeliverMessage: mailer.deliver,
                FindTape: tapes.find,
            },
        )
        outside = TaskKeeper(stopping.failed)
        stack.push_async_callback(outside.close)
        stack.callback(engine.close)
        metrics.watch(engine)
        metrics.watch_journal(lambda: store.journal.depth, lambda: not store.journal.healthy)
        engine.flush = store.journal.flush
        outside.start("commits", store.commits.run(engine.post))
        engine.post(restored or StateRestored(agents=(), calls=()))
        engine.post(past)
        engine.close_blacklisted()
        if restored is None:
            outside.start("directory", _learn_later(store, directory, engine))
        reloader = _reloader(engine, source, telephony, metrics, store, directory, clock)
        outside.start("watch routing files", _watch_files(source, reloader))
        outside.start("reload when asked", _reload_when(reload_asked, outside, reloader))
        engine.health = [telephony.check, _database(store), *engine.health]
        _follow_agents(engine, telephony)
        await _api(stack, settings, engine, store, metrics)
        _settle_garbage_collector(stack)
        outside.start("retention", keep_to_time(engine, store.archive, settings.recordings_dir))
        clearing = clear_away(
            engine, store.archive, settings.recordings_dir, written=store.journal.written
        )
        outside.start("stray files", clearing)
        outside.start("ari", telephony.run(engine.post))
        yield engine


async def _store(
    stack: AsyncExitStack, settings: Settings, keeper: TaskKeeper, clock: SystemClock
) -> Store:
    opening = open_store(
        settings.secret("database_url"), spool=settings.spool_dir, keeper=keeper, now=clock.now
    )
    try:
        return await stack.enter_async_context(opening)
    except OSError as error:
        raise OperatorError(f"the folders of the data cannot be used: {error}") from error


def _reloader(
    engine: Engine,
    source: RoutingSource,
    telephony: AsteriskTelephony,
    metrics: Metrics,
    store: Store,
    directory: Directory,
    clock: SystemClock,
) -> Reloader:
    """Takes changed files over: seen by themselves, by SIGHUP, by the API."""

    def taken(changed: Routing) -> None:
        metrics.configure(changed)
        telephony.watch_phones()

    async def refresh() -> None:
        try:
            async with asyncio.timeout(FLUSH_S):
                await store.journal.flush()
            await _learn(store, directory, engine.routing, clock.now())
            engine.close_blacklisted()
            await follow_do_not_call(engine, store.memory.load_do_not_call, engine.routing.numbering)
        except (StoreUnavailable, TimeoutError) as error:
            why = str(error) or "the journal does not get its facts written"
            log.warning("customers and blacklist not read again", error=why)

    reloader = Reloader(
        load=source.load,
        refresh=refresh,
        post=engine.post,
        on_taken=taken,
        clock=clock,
        metrics=metrics,
        running=engine.routing.revision,
        numbering=engine.routing.numbering,
    )
    engine.reloader = reloader
    engine.health.append(reloader.check)
    return reloader


def _follow_agents(engine: Engine, telephony: AsteriskTelephony) -> None:
    """Keep the fallback queues' members as the agents are."""
    fallback = FallbackQueues(
        tell=telephony.tell, routing=lambda: engine.routing, views=engine.view_agents
    )
    engine.watch(fallback)
    telephony.on_ready.append(fallback.tell_all)


async def _api(
    stack: AsyncExitStack, settings: Settings, engine: Engine, store: Store, metrics: Metrics
) -> None:
    app = build_app(
        engine,
        store.archive,
        registry=metrics.registry,
        metrics=metrics,
        print_routing=printed,
        settings=ApiSettings(open_metrics=settings.open_metrics, recordings_dir=settings.recordings_dir),
    )
    runner = make_runner(app)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    site = web.TCPSite(runner, settings.api_host, settings.api_port)
    try:
        await site.start()
    except OSError as error:
        where = f"{settings.api_host}:{settings.api_port}"
        raise OperatorError(f"the API cannot listen on {where}: {error.strerror}") from error
    log.info("api listening", host=settings.api_host, port=settings.api_port)


async def _remember(
    store: Store, directory: Directory, routing: Routing, now: float
) -> tuple[StateRestored | None, PastCallsRestored]:
    """What the store knows. Without a database (None) the engine starts all the same, knowing nobody."""
    zone = ZoneInfo(routing.timezone)
    today = datetime.fromtimestamp(now, zone).date()
    midnight = datetime.combine(today, time(), zone).timestamp()
    try:
        restored = await store.memory.load_open(midnight, surveyed_since=surveyed_since(routing, now))
        await _learn(store, directory, routing, now)
        past = await past_calls(store.memory, routing, now)
    except StoreUnavailable as error:
        log.error("starting without memory: the database is away", error=str(error))
        return None, PastCallsRestored(calls=())
    log.info(
        "remembered",
        calls=len(restored.calls),
        agents=len(restored.agents),
        callbacks=len(restored.callbacks),
        messages=len(restored.messages),
        past_calls=len(past.calls),
    )
    return state(rewritten(restored, routing.numbering)), past


async def _learn(store: Store, directory: Directory, routing: Routing, now: float) -> None:
    since = now - remembered_for(routing)
    await directory.read(store.memory.load_directory, served_since=since)


async def _learn_later(store: Store, directory: Directory, engine: Engine) -> None:
    """Customers, blacklist and what is owed to callers, as soon as the database is there."""
    started_at = engine.now()
    while True:
        there = {call.call for call in engine.view_calls()}
        await store.journal.written()
        try:
            await _learn(store, directory, engine.routing, engine.now())
            since = surveyed_since(engine.routing, engine.now())
            found = await store.memory.load_promises(surveyed_since=since)
            owed = promises(rewritten(found, engine.routing.numbering), started_at, there)
            past = await past_calls(store.memory, engine.routing, started_at)
        except StoreUnavailable as error:
            log.warning("customers and blacklist not read yet", error=str(error))
            await asyncio.sleep(LEARN_AGAIN_S)
        else:
            engine.post(owed)
            engine.post(past)
            engine.close_blacklisted()
            log.info(
                "customers, blacklist and promises read",
                calls=len(owed.calls),
                callbacks=len(owed.callbacks),
                messages=len(owed.messages),
            )
            return


def _mail(settings: Settings) -> MailSettings | None:
    """How to reach the mail server, if there is one."""
    if settings.mail_host is None:
        return None
    if settings.mail_from is None:
        raise SettingsErrors(
            ["STROWGER_MAIL_FROM is not set, expected the address that mails come from"]
        )
    return MailSettings(
        host=settings.mail_host,
        port=settings.mail_port,
        security=settings.mail_security,
        sender=settings.mail_from,
        user=settings.mail_user,
        password=settings.secret("mail_password") if settings.mail_user else None,
    )


def _ari(settings: Settings) -> AriSettings:
    return AriSettings(
        url=f"{settings.ari_url}/ari",
        app=settings.ari_app,
        username=settings.ari_user,
        password=settings.secret("ari_password"),
    )


def _database(store: Store) -> Callable[[], Check]:
    def check() -> Check:
        depth = store.journal.depth
        healthy = store.journal.healthy
        detail = f"{depth} facts to write" + ("" if healthy else ", they wait in the spool")
        return Check(name="database", healthy=healthy, detail=detail)

    return check


def _recorder(
    stack: AsyncExitStack, settings: Settings, routing: Routing, seed: int, now: float
) -> FlightRecorder | None:
    if settings.flight_dir is None:
        return None
    try:
        recorder = FlightRecorder(
            settings.flight_dir / f"flight-{int(now * 1000)}.jsonl",
            seed=seed,
            now=now,
            routing=routing,
            printed=printed,
            limit_bytes=settings.flight_max_size,
        )
    except OSError as error:
        raise OperatorError(f"the flight recorder cannot write: {error}") from error
    stack.callback(recorder.close)
    return recorder


async def _watch_files(source: RoutingSource, reloader: Reloader) -> None:
    """Take a changed routing file over. Folders are watched: editors replace files."""
    while True:
        try:
            await _watch_folders(source, reloader)
        except* (OSError, WatchfilesRustInternalError) as errors:
            reasons = [str(error) for error in errors.exceptions]
            log.warning("the routing files are not watched now", errors=reasons)
            await asyncio.sleep(WATCH_AGAIN_S)


async def _watch_folders(source: RoutingSource, reloader: Reloader) -> None:
    """Until other folders have to be watched."""
    folders = source.folders()
    changes = awatch(*folders, watch_filter=source.concerns, recursive=False, debounce=200)
    async with aclosing(changes):
        async for _ in changes:
            await reloader.reload()
            if source.folders() != folders:
                return


async def _reload_when(asked: asyncio.Event, keeper: TaskKeeper, reloader: Reloader) -> None:
    """Each time, also where it was asked for before anybody looked."""
    while True:
        await asked.wait()
        asked.clear()
        keeper.start("reload", _reload(reloader))


async def _reload(reloader: Reloader) -> None:
    await reloader.reload()


def _settle_garbage_collector(stack: AsyncExitStack) -> None:
    """What lives since the start lives on: the collector need not look at it again and again."""
    stack.callback(gc.set_threshold, *gc.get_threshold())
    stack.callback(gc.unfreeze)
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
