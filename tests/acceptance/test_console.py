"""The command `acd` beside a running centre: check, schema, explain, import, token."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import jsonschema
import pytest
import pytest_asyncio
import yaml

from asterisk.lab.root import Root
from demo.engine import Api, EngineTrouble
from demo.stage import Stage
from tests.acceptance.hall import crowd, empty, hall, new_number, rows, stored, waiting

pytestmark = pytest.mark.asyncio(loop_scope="module")

EXAMPLE = Path("config/examples/tv-shopping.yaml").absolute()
NUMBER, AGENT = "4008001001", "2001"

ROUTING = """
version: 1
timezone: Asia/Shanghai
languages: [en]
skills: [orders]
tiers: [vip]
numbers:
  default: {queue: orders}
agents:
  "2001": {skills: {orders: 2}}
rules:
  - name: VIP
    when: {customer: {tier: vip}}
    then: {head_start: 10m}
queues:
  orders: {needs: {orders: 3}, widen: [{after: 1s, needs: {orders: 1}}]}
trunks:
  carrier: {match: ["127.0.0.2"]}
"""
BROKEN = """
version: 1
timezone: Asia/Shanghai
languages: [en]
skills: [orders]
numbers:
  default: {queue: oders}
agents:
  "2001": {skils: {orders: 2}}
queues:
  orders: {ring: 20}
  orders: {ring: 20s}
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def made(root: Root, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with hall(root, tmp_path_factory.mktemp("console"), ROUTING) as made:
        await made.script("agents", AGENT, talk_ms=100)
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def centre(made: Stage) -> AsyncIterator[Stage]:
    await made.staff()
    yield made
    await empty(made)


async def test_check_says_all_that_is_wrong_and_where(centre: Stage, tmp_path: Path) -> None:
    file = tmp_path / "broken.yaml"
    file.write_text(BROKEN, encoding="utf-8")
    code, said, complaint = await centre.engine.command("check", str(file))
    assert (code, said) == (2, "")
    for place, what in (("7:20", "did you mean 'orders'"), ("9:12", "skills"), ("12:3", "orders")):
        assert any(f"{file}:{place}: " in line and what in line for line in complaint.splitlines())
    code, said, _ = await centre.engine.command("check", str(EXAMPLE))
    assert code == 0
    assert "good" in said


async def test_the_schema_fits_the_example(centre: Stage) -> None:
    schema = json.loads(await centre.engine.acd("schema"))
    with EXAMPLE.open(encoding="utf-8") as file:
        document = yaml.safe_load(file)
    jsonschema.validate(document, schema)
    document["queues"]["orders"]["rign"] = "20s"
    with pytest.raises(jsonschema.ValidationError, match="rign"):
        jsonschema.validate(document, schema)


async def test_explain_tells_the_story_of_a_call(centre: Stage) -> None:
    """What the API says while he waits, and the command afterwards."""
    await centre.staff(AGENT)
    number = new_number()
    await centre.api.put(f"customers/{number}", {"tier": "vip"})
    caller = await crowd(centre, [number], NUMBER)
    assert await waiting(centre, "orders") == caller.ids
    why = await centre.api.get(f"calls/{caller.ids[0]}/why")
    assert why["call"]["asks_for"] == ["orders ≥ 3"]
    assert "orders ≥ 3" in why["summary"]
    await stored(centre, caller.ids)
    story = (await centre.engine.acd("explain", caller.ids[0])).splitlines()
    assert story[0].startswith(f"{caller.ids[0]}: {number} dialled {NUMBER}")
    told = iter(story)
    for part in (
        "rule VIP matches",
        "joins queue orders",
        "widened to step 1: asks for orders ≥ 1",
        "2001 is chosen by longest_idle",
        "2001 answered after a wait of 1.",
        "ended: answered",
    ):
        assert any(part in line for line in told), part
    code, _, complaint = await centre.engine.command("explain", "no-such-call")
    assert code == 2
    assert "no-such-call" in complaint


async def test_explain_tells_of_a_call_that_does_not_exist(centre: Stage) -> None:
    """The dialled number, the caller and the time are given; neither Asterisk nor database is asked."""
    evening = ("--dialled", "4008001001", "--caller", "13800000001", "--at")
    nowhere = {
        "STROWGER_DATABASE_URL": "postgresql+asyncpg://nobody@127.0.0.1:1/none",
        "STROWGER_ARI_URL": "http://127.0.0.1:1",
    }
    _, said, _ = await centre.engine.command(
        "explain", *evening, "2026-11-21 20:15", "--tier", "vip", str(EXAMPLE), **nowhere
    )
    assert "knives is open" in said
    assert "rule VIP matches" in said
    assert "is chosen by longest_idle" in said
    code, said, complaint = await centre.engine.command(
        "explain", *evening, "2026-11-21 03:00", str(EXAMPLE), **nowhere
    )
    assert code == 0, complaint
    assert "knives is closed" in said


async def test_import_takes_all_or_nothing(centre: Stage, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    numbers = [str(13700000000 + number) for number in range(2000)]
    lines = ["number,name,tier", *(f"{number},客户,vip" for number in numbers)]
    bad.write_text("\n".join([*lines, "nobody,x,vip", "13712345678,y,platinum"]), encoding="utf-8")
    code, said, complaint = await centre.engine.command("import", "customers", str(bad))
    assert code == 2
    assert "nothing was imported" in complaint
    assert "line 2002: number: " in complaint
    assert "line 2003: tier: " in complaint
    known = "SELECT count(*) AS many FROM customers WHERE number LIKE '1370000%'"
    assert rows(centre, known)[0]["many"] == 0
    good.write_text("\n".join(lines), encoding="utf-8")
    code, said, complaint = await centre.engine.command("import", "customers", str(good))
    assert code == 0, complaint
    assert "2000 customers imported" in said
    assert "100 %" in complaint  # the progress bar
    assert rows(centre, known)[0]["many"] == 2000


async def test_tokens_are_made_listed_and_revoked(centre: Stage) -> None:
    secret = (
        await centre.engine.acd("token", "create", "desk 1", "--role", "agent", "--agent", AGENT)
    ).strip()
    listed = await centre.engine.acd("token", "list")
    assert "desk 1" in listed
    assert secret not in listed
    held = rows(centre, "SELECT * FROM tokens WHERE name = 'desk 1'")[0]
    assert secret.encode() not in bytes(held["secret_hash"])
    async with Api(centre.engine.api_url, secret) as desk:
        assert (await desk.post(f"agents/{AGENT}/log-in"))["agent"] == AGENT
        with pytest.raises(EngineTrouble, match="403"):
            await desk.post("configuration/reload")
    await centre.engine.acd("token", "revoke", str(held["id"]))
    assert rows(centre, "SELECT revoked_at FROM tokens WHERE id = ?", held["id"])[0]["revoked_at"]
    code, _, _ = await centre.engine.command("token", "revoke", str(held["id"]))
    assert code == 2
