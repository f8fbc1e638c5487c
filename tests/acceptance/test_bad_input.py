"""Bad input on the real thing: strange callers, strange requests. Nobody's call is lost for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from asterisk.lab.root import Root
from demo.engine import Api, EngineTrouble
from demo.stage import Stage
from tests.acceptance.hall import (
    agent_is,
    crowd,
    empty,
    hall,
    metric,
    metrics,
    new_number,
    rows,
    stored,
)
from tests.acceptance.wild_caller import WildCaller

pytestmark = pytest.mark.asyncio(loop_scope="module")

NUMBER, AGENT = "4008001001", "2001"
LARGE = 100 * 1024 * 1024
PART = 64 * 1024

ROUTING = """
version: 1
timezone: Asia/Shanghai
languages: [en]
numbers:
  default: {queue: plain}
agents:
  "2001": {name: By script}
rules:
  - name: blacklist
    when: {caller: {in: blacklist}}
    then: {say: system_busy, end: true}
queues:
  plain: {ring: 20s}
trunks:
  carrier: {match: ["127.0.0.2"]}
"""

SENDERS = {
    "a number of 4,000 digits": (f"<sip:{'1' * 4000}@127.0.0.2>", None, None),
    "a name of 4,000 characters": (
        f'"{"x" * 4000}" <sip:13912340001@127.0.0.2>',
        "13912340001",
        "x" * 79,
    ),
    "SQL in the name": (
        '"Robert\'); DROP TABLE calls;--" <sip:13912340002@127.0.0.2>',
        "13912340002",
        "Robert'); DROP TABLE calls;--",
    ),
    "HTML in the name": (
        '"<script>alert(1)</script>" <sip:13912340003@127.0.0.2>',
        "13912340003",
        "<script>alert(1)</script>",
    ),
    "a quote at the end of the name": (
        r'"evil\" <13800000000> \\" <sip:13912340004@127.0.0.2>',
        "13912340004",
        None,
    ),
    "a name that is not UTF-8": ('"\xff\xfe\x80" <sip:13912340005@127.0.0.2>', "13912340005", None),
    "a number withheld": ('"Anonymous" <sip:anonymous@anonymous.invalid>', None, "Anonymous"),
    "SQL for a number": ("<sip:1%27%20OR%201%3D1--@127.0.0.2>", None, None),
    "a line break in a number": ("<sip:139%0d%0aAction%3a%20Reboot@127.0.0.2>", None, None),
    "letters for a number": ("<sip:bob@127.0.0.2>", None, None),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def made(root: Root, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with hall(root, tmp_path_factory.mktemp("input"), ROUTING) as made:
        await made.script("agents", AGENT, talk_ms=50)
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def centre(made: Stage) -> AsyncIterator[Stage]:
    await made.staff(AGENT)
    yield made
    await empty(made)


@pytest.mark.parametrize(("sender", "number", "name"), SENDERS.values(), ids=SENDERS)
async def test_whoever_calls_is_served(
    centre: Stage, sender: str, number: str | None, name: str | None
) -> None:
    mark = len(centre.facts.seen)
    async with WildCaller(centre.asterisk.ports.sip, sender, NUMBER) as caller:
        assert await caller.answered() == 200
        entered = await centre.facts.first("call_entered", since=mark)
        await centre.facts.first("call_ended", call=entered["call"])
    record = (await stored(centre, [entered["call"]]))[entered["call"]]
    assert (record["caller"], record["outcome"]) == (number, "answered")
    if name is not None:
        assert record["caller_name"] == name
    assert len(record["caller_name"] or "") <= 80
    told = await centre.engine.acd("explain", entered["call"])
    assert "ended: answered" in told


async def test_everything_is_still_there_afterwards(centre: Stage) -> None:
    """No table was dropped, nothing failed inside, every caller has his record."""
    assert rows(centre, "SELECT count(*) AS many FROM calls")[0]["many"] == len(SENDERS)
    counted = await metrics(centre, "strowger_bad_input_total")
    assert [labels for labels, _ in counted] == [{"source": "ari", "kind": "caller_id"}]
    assert counted[0][1] >= 2  # the number that is none, the one of 4,000 digits
    caller = await crowd(centre, [new_number()], NUMBER)
    assert (await stored(centre, caller.ids))[caller.ids[0]]["outcome"] == "answered"


async def _large() -> AsyncIterator[bytes]:
    part = b"x" * PART
    for _ in range(LARGE // PART):
        yield part


@pytest.mark.parametrize("announced", [True, False], ids=["announced", "not announced"])
async def test_a_post_of_100_mb(centre: Stage, announced: bool) -> None:
    """It is refused before it is read, while calls go on."""
    headers = {"Authorization": f"Bearer {centre.token}", "Content-Type": "application/json"}
    if announced:
        headers["Content-Length"] = str(LARGE)
    url = f"{centre.engine.api_url}/api/v1/agents/{AGENT}/pause"
    before = _resident_kb(centre)
    caller = await crowd(centre, [new_number()], NUMBER)
    async with aiohttp.ClientSession(headers=headers) as session:
        try:
            async with session.post(url, data=_large()) as answer:
                assert answer.status == 413
                assert (await answer.json())["status"] == 413
        except (aiohttp.ClientConnectionError, ConnectionError):
            pass  # cut off while still sending: the answer may be lost on the way
    assert _resident_kb(centre) - before < 20_000
    assert await metric(centre, "strowger_bad_input_total", source="api", kind="too-large") >= 1
    assert (await stored(centre, caller.ids))[caller.ids[0]]["outcome"] == "answered"
    await agent_is(centre, AGENT, "idle")


def _resident_kb(made: Stage) -> int:
    lines = Path(f"/proc/{made.engine.pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))


async def test_a_dead_token(centre: Stage) -> None:
    """One that never was, and one that was revoked while the engine ran."""
    with pytest.raises(EngineTrouble, match="401"):
        async with Api(centre.engine.api_url, "stw_never-was") as stranger:
            await stranger.get("agents")
    secret = (await centre.engine.acd("token", "create", "leaver", "--role", "supervisor")).strip()
    id = rows(centre, "SELECT id FROM tokens WHERE name = 'leaver'")[0]["id"]
    async with Api(centre.engine.api_url, secret) as leaver:
        await leaver.get("agents")
        await centre.api.delete(f"tokens/{id}")
        with pytest.raises(EngineTrouble, match="401"):
            await leaver.get("agents")
    assert secret not in centre.engine.log.read_text()


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("blacklist/not-a-number", {"reason": "abuse"}, 422),
        ("blacklist/13912340009", {"reason": "x" * 100_000}, 422),
        ("customers/13912340009", {"tier": "platinum"}, 422),
        ("customers/13912340009", [], 422),
        ("nowhere", {}, 404),
    ],
)
async def test_requests_that_make_no_sense(centre: Stage, path: str, body: object, status: int) -> None:
    with pytest.raises(EngineTrouble, match=f": {status} "):
        await centre.api.put(path, body)


async def test_a_number_that_is_one_in_disguise_is_blacklisted(centre: Stage) -> None:
    """The caller's number and the entry are compared in one form, however they are written."""
    await centre.api.put("blacklist/+86 139-1234-0010", {"reason": "<b>abuse</b>'; DROP TABLE calls"})
    mark = len(centre.facts.seen)
    sender = "<sip:+8613912340010@127.0.0.2>"
    async with WildCaller(centre.asterisk.ports.sip, sender, NUMBER):
        entered = await centre.facts.first("call_entered", since=mark)
        ended = await centre.facts.first("call_ended", call=entered["call"])
    assert ended["outcome"] == "blacklisted"
