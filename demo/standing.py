"""`make run`: the system of the demonstration, left running to be dialled into with any softphone."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

from rich.console import Console
from rich.table import Table

from asterisk.lab.root import ensure_root
from config.load import load
from demo.stage import routing_text, stage


async def keep_running(folder: Path, console: Console) -> int:
    """Start everything, say how to dial in, and wait for Ctrl-C."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    root = ensure_root(console.print)
    async with stage(root, folder, console.print, routing=routing_text()) as made:
        plan = load(folder / "routing.yaml").routing
        server = f"127.0.0.1:{made.asterisk.ports.sip}"
        accounts = Table("account", "password", "who", title=f"SIP accounts at {server} (UDP or TCP)")
        for phone in plan.phones.values():
            accounts.add_row(phone.id, made.secrets[phone.id], f"{phone.name}, calls as {phone.number}")
        for agent in plan.agents.values():
            accounts.add_row(agent.id, made.secrets[agent.id], f"agent: {agent.name}")
        numbers = Table("dial", "what happens")
        for route in plan.numbers.values():
            numbers.add_row(route.number or "", f"queue {route.queue}")
        for code, what in CODES:
            numbers.add_row(code, f"from an agent's phone: {what}")
        console.print(accounts, numbers)
        console.print(f"API: {made.engine.api_url}/api/v1, token {made.token}")
        console.print(f"why: STROWGER_DATA_DIR={folder} .venv/bin/acd calls, then acd explain CALL_ID")
        console.print(f"engine log: {made.engine.log}; Ctrl-C ends everything")
        await stop.wait()
    return 0


CODES = (
    ("*11", "log in"),
    ("*12", "log out"),
    ("*13", "pause"),
    ("*14", "resume"),
    ("*15", "end wrap-up"),
    ("*16", "extend wrap-up"),
)
