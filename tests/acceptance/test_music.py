"""Waiting callers hear the music of their queue: two queues with a tone each, on the phones' wires."""

from __future__ import annotations

import math
import wave
from array import array
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from asterisk.lab.root import Root
from asterisk.lab.softphone import PhoneCall
from asterisk.lab.tone import tone_share
from asterisk.provision import MODULES, render
from config.load import load
from demo.stage import NODE, Stage
from tests.acceptance.hall import SITE, empty, hall

pytestmark = pytest.mark.asyncio(loop_scope="module")

RATE_HZ = 8000
LOW_HZ, HIGH_HZ, NEW_HZ = 500, 1300, 2100
ORDERS, REPAIRS = "4008001001", "4008001002"
ONE, TWO = "demo1", "demo2"
CLEARLY = 0.7
"""A tone's share of the sound of whoever hears nothing else."""

ROUTING = """
version: 1
timezone: Asia/Shanghai
languages: [en]
numbers:
  "4008001001": {queue: orders}
  "4008001002": {queue: repairs}
  default: {queue: orders}
agents:
  "1001": {name: Agent}
music:
  low: {folder: FOLDER/low}
  high: {folder: FOLDER/high}
queues:
  orders: {waiting: {music: low}}
  repairs: {waiting: {music: high}}
phones:
  demo1: {number: "13900000001"}
  demo2: {number: "13900000002"}
"""


def tone(folder: Path, hz: int) -> None:
    """Ten seconds of a tone, as Asterisk plays them."""
    folder.mkdir(parents=True)
    samples = (round(8000 * math.sin(2 * math.pi * hz * at / RATE_HZ)) for at in range(10 * RATE_HZ))
    with wave.open(str(folder / "tone.wav"), "wb") as wav:
        wav.setparams((1, 2, RATE_HZ, 0, "NONE", ""))
        wav.writeframes(array("h", samples).tobytes())


@pytest.fixture(scope="module")
def sounds(root: Root) -> Path:
    """A folder of music for each tone, that Asterisk can read."""
    folder = root.scratch("music")
    for name, hz in (("low", LOW_HZ), ("high", HIGH_HZ), ("new", NEW_HZ)):
        tone(folder / name, hz)
    return folder


@pytest.fixture(scope="module")
def routing(root: Root, sounds: Path) -> str:
    return ROUTING.replace("FOLDER", root.inside(sounds))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def made(
    root: Root, tmp_path_factory: pytest.TempPathFactory, routing: str
) -> AsyncIterator[Stage]:
    async with hall(root, tmp_path_factory.mktemp("music"), routing) as made:
        await made.phone(ONE)
        await made.phone(TWO)
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def centre(made: Stage) -> AsyncIterator[Stage]:
    """The only agent is logged in and has a pause: callers wait."""
    await made.staff("1001")
    await made.api.post("agents/1001/pause")
    yield made
    await empty(made)


async def waits(made: Stage, customer: str, dialled: str) -> PhoneCall:
    on = await made.phones[customer].dial(made.asterisk.sip_uri(dialled))
    await on.hearing()
    return on


async def hears(made: Stage, customer: str, dialled: str) -> PhoneCall:
    """The call of somebody who has waited a while and hung up."""
    on = await waits(made, customer, dialled)
    await made.talk(2)
    await on.hangup()
    return on


async def test_each_waiting_caller_hears_the_music_of_his_queue(centre: Stage) -> None:
    one = await waits(centre, ONE, ORDERS)
    two = await hears(centre, TWO, REPAIRS)
    await one.hangup()
    assert tone_share(one.heard, LOW_HZ) > CLEARLY
    assert tone_share(two.heard, HIGH_HZ) > CLEARLY


async def test_music_that_was_added_is_heard_by_the_next(
    centre: Stage, routing: str, sounds: Path, root: Root
) -> None:
    changed = routing.replace("/high}", "/high}\n  new: {folder: FOLDER/new}", 1)
    changed = changed.replace("FOLDER", root.inside(sounds)).replace("music: high", "music: new")
    path = centre.engine.log.parent / "routing.yaml"
    path.write_text(changed, encoding="utf-8")
    after = load(path, node=NODE).routing
    centre.asterisk.write(render(after, secrets=centre.secrets, site=SITE))
    for module in MODULES:
        await centre.asterisk.cli(f"module reload {module}.so")
    await centre.api.post("configuration/reload")
    two = await hears(centre, TWO, REPAIRS)
    assert tone_share(two.heard, NEW_HZ) > CLEARLY


async def test_the_fallback_has_the_same_music(centre: Stage) -> None:
    await centre.engine.stop()
    one = await hears(centre, ONE, ORDERS)
    assert tone_share(one.heard, LOW_HZ) > CLEARLY
