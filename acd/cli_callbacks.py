"""The commands `acd callbacks ...`: what is owed to customers, and what is done about it."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import Annotated

import typer

from config.settings import load_settings

callbacks = typer.Typer(help="Callbacks of the running engine: list, show, ask for one, act.")
CallbackId = Annotated[str, typer.Argument(help="The callback.", metavar="ID")]
Why = Annotated[str | None, typer.Option(help="Kept with it.")]


class CallbackStanding(StrEnum):
    """What `acd callbacks` lists."""

    OPEN = "open"
    CLOSED = "closed"
    ALL = "all"


@callbacks.callback(invoke_without_command=True)
def callbacks_list(
    context: typer.Context,
    state: Annotated[CallbackStanding, typer.Option(help="Which.")] = CallbackStanding.OPEN,
    queue: Annotated[str | None, typer.Option(help="Of this queue.")] = None,
    business: Annotated[str | None, typer.Option(help="Of this business.")] = None,
    number: Annotated[str | None, typer.Option(help="Of this customer.")] = None,
    agent: Annotated[
        str | None, typer.Option(help="For this agent alone, or who reached the customer.")
    ] = None,
    outcome: Annotated[str | None, typer.Option(help="Which ended so, such as expired.")] = None,
    source: Annotated[str | None, typer.Option(help="Which come from there, such as abandoned.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 20,
) -> None:
    """List callbacks, newest first, with the token in STROWGER_TOKEN; or one of the commands below."""
    if context.invoked_subcommand is not None:
        return
    from acd.console import callbacks as console

    query = {"limit": str(limit)}
    if state is not CallbackStanding.ALL:
        query["state"] = state.value
    if outcome is not None and state is CallbackStanding.OPEN:
        query.pop("state")  # what is open has none
    given = {
        "queue": queue,
        "business": business,
        "number": number,
        "agent": agent,
        "outcome": outcome,
        "source": source,
    }
    query |= {name: value for name, value in given.items() if value is not None}
    asyncio.run(console.list_them(load_settings(), query))


@callbacks.command("show")
def callbacks_show(id: CallbackId) -> None:
    """Tell the story of a callback: where it comes from, each attempt, how it stands."""
    from acd.console import callbacks as console

    asyncio.run(console.show(load_settings(), id))


@callbacks.command("ask")
def callbacks_ask(
    number: Annotated[str, typer.Argument(help="The customer's.")],
    queue: Annotated[str, typer.Argument(help="Whose agents call.")],
    at: Annotated[str | None, typer.Option(help="Not before, such as '2026-11-21 20:15'.")] = None,
    agent: Annotated[str | None, typer.Option(help="Only this one calls.")] = None,
    note: Annotated[str | None, typer.Option(help="Told to the agent.")] = None,
) -> None:
    """Ask for a customer to be called."""
    from acd.console import callbacks as console

    asyncio.run(console.ask_for(load_settings(), number, queue, at, agent, note))


@callbacks.command("close")
def callbacks_close(id: CallbackId, reason: Why = None) -> None:
    """Close a callback: nobody needs to call any more."""
    _callback_act(id, "close", reason)


@callbacks.command("retry")
def callbacks_retry(id: CallbackId, reason: Why = None) -> None:
    """Let a callback be due now."""
    _callback_act(id, "retry-now", reason)


@callbacks.command("postpone")
def callbacks_postpone(
    id: CallbackId,
    until: Annotated[str, typer.Argument(help="Such as '2026-11-21 20:15'.")],
    reason: Why = None,
) -> None:
    """Let a callback be due at another time."""
    _callback_act(id, "postpone", reason, until)


@callbacks.command("wrong-number")
def callbacks_wrong_number(id: CallbackId, reason: Why = None) -> None:
    """Close a callback whose number is not the customer's; also up to an hour after the talk."""
    _callback_act(id, "wrong-number", reason)


@callbacks.command("decline")
def callbacks_decline(id: CallbackId, reason: Why = None) -> None:
    """Decline a callback that is offered: it goes to another agent; else, with a reason, close it."""
    _callback_act(id, "decline", reason)


def _callback_act(id: str, act: str, reason: str | None, until: str | None = None) -> None:
    from acd.console import callbacks as console

    asyncio.run(console.act(load_settings(), id, act, reason, until))
