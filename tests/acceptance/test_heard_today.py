"""What callers hear of the engine's own decisions: the right prompt, in the right language."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from asterisk.lab.heard import all_of
from asterisk.lab.root import Root
from demo.stage import Stage
from tests.acceptance.hall import hall

pytestmark = pytest.mark.asyncio(loop_scope="module")

CUSTOMER, NUMBER = "demo1", "13900000001"
CLOSED, CHINESE, ENGLISH = "4008001001", "4008001002", "4008001003"
MEANT = ("system_busy", "closed", "all_busy_recorded", "nobody", "goodbye", "unknown_number")

ROUTING = """
version: 1
timezone: Asia/Shanghai
languages: [zh-CN, en]
hours:
  never: {open: ["mon-sun 08:00-24:00"], closed_on: {TODAY}}
businesses:
  shut: {hours: never, when_closed: {say: closed, then: goodbye}}
numbers:
  "4008001001": {business: shut, queue: orders}
  "4008001002": {queue: orders}
  "4008001003": {queue: orders, language: en}
  default: {queue: orders}
rules:
  - {name: blacklist, when: {caller: {in: blacklist}}, then: {say: system_busy, end: true}}
agents:
  "1001": {name: Agent}
queues:
  orders:
    ring: 20s
    waiting: {for_at_most: 2s}
    on_timeout: {say: all_busy_recorded, then: callback}
    on_nobody: {say: nobody, then: goodbye}
phones:
  demo1: {number: "13900000001"}
"""


def routing() -> str:
    """The one business is closed today, whatever the day."""
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    days = (today + timedelta(days=distance) for distance in (-1, 0, 1))
    return ROUTING.replace("TODAY", ", ".join(f'"{day.isoformat()}": outing' for day in days))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def made(root: Root, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with hall(root, tmp_path_factory.mktemp("heard"), routing()) as made:
        await made.phone(CUSTOMER)
        yield made


async def heard(made: Stage, dialled: str) -> list[str]:
    """What somebody heard who dialled this number and listened until he was hung up."""
    call = await made.phones[CUSTOMER].dial(made.asterisk.sip_uri(dialled))
    await call.closed(within_s=30)
    folders = {language: made.asterisk.sounds / language / "strowger" for language in ("zh-CN", "en")}
    prompts: dict[str, Path] = {
        f"{language}/{prompt}": folder / f"{prompt}.wav"
        for language, folder in folders.items()
        for prompt in MEANT
    }
    return all_of(prompts, call.heard)


async def test_each_caller_hears_what_is_meant_for_him_in_his_language(made: Stage) -> None:
    assert await heard(made, CLOSED) == ["zh-CN/closed"]
    assert await heard(made, CHINESE) == ["zh-CN/nobody"]
    assert await heard(made, ENGLISH) == ["en/nobody"]
    await made.staff("1001")
    called = await made.phones[CUSTOMER].dial(made.asterisk.sip_uri(CHINESE))
    talking = await made.rings("1001")
    await talking.answer()
    await called.established()
    await called.hangup()
    await made.staff()
    await made.api.put(f"blacklist/{NUMBER}", {"reason": "abuse"})
    assert await heard(made, CHINESE) == ["zh-CN/system_busy"]
    assert await heard(made, ENGLISH) == ["en/system_busy"]
    await made.api.delete(f"blacklist/{NUMBER}")


async def test_who_waits_for_too_long_hears_that_he_will_be_called_back(made: Stage) -> None:
    await made.staff("1001")
    await made.api.post("agents/1001/pause")
    assert await heard(made, CHINESE) == ["zh-CN/all_busy_recorded"]
    assert await heard(made, ENGLISH) == ["en/all_busy_recorded"]
    await made.staff()
