"""`make run`: the system of the demonstration, left running to be dialled into with any softphone."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from acd.core.routing import Routing
from asterisk.lab.root import ensure_root
from asterisk.translate import FEATURE_CODES, MAILBOX_CODE
from config.load import load
from demo.stage import Stage, routing_text, stage

AWAY_S = 15
"""How long a killed engine stays away, so that the fallback can be heard."""


async def keep_running(folder: Path, console: Console) -> int:
    """Start everything, say how to dial in, and wait for Ctrl-C. A killed engine is started again."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    root = await asyncio.to_thread(ensure_root, console.print)
    async with stage(root, folder, console.print, routing=routing_text()) as made:
        plan = load(folder / "routing.yaml").routing
        console.print(_accounts(made, plan), _numbers(plan))
        _explain(made, folder, console)
        stopped = asyncio.ensure_future(stop.wait())
        while not await _died(made, stopped):
            console.print(
                f"the engine is gone; callers keep their places, new calls go to app_queue. "
                f"The next engine starts in {AWAY_S} s"
            )
            await asyncio.wait({stopped}, timeout=AWAY_S)
            if not stopped.done():
                await made.restart_engine()
                console.print(f"the engine runs again, pid {made.engine.pid}")
    return 0


async def _died(made: Stage, stopped: asyncio.Future[Any]) -> bool:
    """Wait for the engine's end or ours; whether it is ours."""
    ended: asyncio.Future[Any] = asyncio.ensure_future(made.engine.ended())
    await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
    ended.cancel()
    return stopped.done()


def _accounts(made: Stage, plan: Routing) -> Table:
    server = f"127.0.0.1:{made.asterisk.ports.sip}"
    table = Table("account", "password", "who", title=f"SIP accounts at {server} (UDP or TCP)")
    for phone in plan.phones.values():
        table.add_row(phone.id, made.secrets[phone.id], f"{phone.name}, calls as {phone.number}")
    for agent in plan.agents.values():
        table.add_row(agent.id, made.secrets[agent.id], f"agent: {agent.name}")
    return table


def _numbers(plan: Routing) -> Table:
    table = Table("dial", "what happens")
    for route in plan.numbers.values():
        business = plan.businesses.get(route.business or "")
        closed = " (closed today)" if business is not None and business.hours is not None else ""
        label = f"{business.label}{closed}, " if business is not None else ""
        goes = f"queue {route.queue}" if route.flow is None else f"flow {route.flow}: a menu"
        table.add_row(route.number or "", f"{label}{goes}")
    table.add_row("any other", f"queue {plan.default_route.queue}")
    for code, act in FEATURE_CODES.items():
        table.add_row(code, f"from an agent's phone: {act.replace('_', ' ')}")
    table.add_row(MAILBOX_CODE, "from an agent's phone: hear the messages of his boxes")
    return table


def _explain(made: Stage, folder: Path, console: Console) -> None:
    acd = ".venv/bin/acd"
    for line in (
        f"API         {made.engine.api_url}/api/v1, Authorization: Bearer {made.token}",
        f"why         export STROWGER_DATA_DIR={folder} STROWGER_ROUTING_FILE={folder}/routing.yaml",
        f"            {acd} calls, then {acd} explain CALL_ID",
        "try         4008001011 while all agents talk, then 1: you are called back in your turn, if you",
        "            call from an account that is a number, such as 13800000002; 4008001013 takes a",
        f"            message while 1005 is logged out; his lamp is lit, and {MAILBOX_CODE} plays it",
        f"engine      pid {made.engine.pid}: kill -9 it while somebody waits; log {made.engine.log}",
        "end         Ctrl-C",
    ):
        console.print(line, soft_wrap=True)
