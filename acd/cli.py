"""The command `acd`: run the engine, check and try routing files, ask why, import, provision, agents."""

from __future__ import annotations

import asyncio
import signal
import sys
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from acd import logs
from acd.archive import Role
from acd.cli_callbacks import callbacks
from acd.console.screen import err
from acd.core.message_words import MessageState
from acd.errors import AcdError, OperatorError, TakenOver
from config.settings import Settings, load_settings

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)
token = typer.Typer(no_args_is_help=True, help="API tokens: create, list, revoke.")
app.add_typer(token, name="token")
app.add_typer(callbacks, name="callbacks")

RoutingFile = Annotated[Path, typer.Argument(help="The routing YAML.", show_default=False)]


class Importable(StrEnum):
    """What `acd import` takes."""

    CUSTOMERS = "customers"
    BLACKLIST = "blacklist"
    DO_NOT_CALL = "do-not-call"


class Act(StrEnum):
    """What `acd agent` asks for: the API's words."""

    LOG_IN = "log-in"
    LOG_OUT = "log-out"
    PAUSE = "pause"
    RESUME = "resume"
    END_WRAP_UP = "end-wrap-up"
    EXTEND_WRAP_UP = "extend-wrap-up"


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"acd {version('strowger')}")
        raise typer.Exit


@app.callback()
def about(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """An automatic call distributor for Asterisk that can explain every decision it makes."""


def _settings(routing: Path | None = None) -> Settings:
    return load_settings(routing_file=routing)


@app.command()
def run(
    routing: Annotated[
        Path | None, typer.Argument(help="The routing YAML; else STROWGER_ROUTING_FILE.")
    ] = None,
) -> None:
    """Run the engine. Everything else is set by STROWGER_... variables (docs/operating.md)."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # until the engine listens: to end is the default
    from acd import app as application

    application.run(_settings(routing))


@app.command()
def check(
    file: RoutingFile,
    show: Annotated[
        bool, typer.Option("--print", help="Show the file as the engine understands it.")
    ] = False,
) -> None:
    """Check a routing file: exit code 0 when it is good, 2 with all problems when it is not."""
    from acd.console import routing

    routing.check(_settings(), file, show=show)


@app.command()
def schema() -> None:
    """Print the JSON Schema of the routing file, so that editors complete and check."""
    from acd.console import routing

    routing.schema()


@app.command()
def explain(
    what: Annotated[
        str,
        typer.Argument(help="A call's id; with --dialled, the routing YAML.", metavar="CALL_ID|FILE"),
    ],
    dialled: Annotated[
        str | None, typer.Option(help="The number dialled, of a call to imagine.")
    ] = None,
    caller: Annotated[str | None, typer.Option(help="The caller's number; else withheld.")] = None,
    at: Annotated[str | None, typer.Option(help="When, such as '2026-11-21 20:15'; else now.")] = None,
    tier: Annotated[str | None, typer.Option(help="The caller is a customer of this tier.")] = None,
    last_agent: Annotated[str | None, typer.Option(help="Who served the caller last.")] = None,
    last_agent_at: Annotated[str | None, typer.Option(help="When; else just now.")] = None,
    blacklisted: Annotated[
        bool, typer.Option("--blacklisted", help="The caller is blacklisted.")
    ] = False,
    logged_in: Annotated[
        str | None, typer.Option(help="Agents who are logged in, as 1001,1002; else all.")
    ] = None,
    busy: Annotated[str | None, typer.Option(help="Those of them who are busy; else nobody.")] = None,
) -> None:
    """Tell the story of a call, or what would happen to one that doesn't exist."""
    if dialled is None:
        if Path(what).is_file():
            raise OperatorError(
                f"{what} is a file: expected --dialled NUMBER too, for what would happen to a call "
                "(or the id of a call instead)"
            )
        from acd.console import store

        asyncio.run(store.explain_call(_settings(), what))
        return
    from acd.console import routing

    routing.explain_imagined(
        _settings(),
        Path(what),
        routing.Imagined(
            dialled=dialled,
            caller=caller,
            at=at,
            tier=tier,
            last_agent=last_agent,
            last_agent_at=last_agent_at,
            blacklisted=blacklisted,
            logged_in=logged_in,
            busy=busy,
        ),
    )


@app.command()
def ivr(
    file: RoutingFile,
    flow: Annotated[str, typer.Argument(help="The name of the flow.", show_default=False)],
    caller: Annotated[str | None, typer.Option(help="The caller's number; else withheld.")] = None,
    dialled: Annotated[str | None, typer.Option(help="The number that he dialled.")] = None,
    tier: Annotated[str | None, typer.Option(help="He is a customer of this tier.")] = None,
    at: Annotated[str | None, typer.Option(help="When, such as '2026-11-21 20:15'; else now.")] = None,
    language: Annotated[str | None, typer.Option(help="Else that of the number dialled.")] = None,
    in_: Annotated[
        list[str] | None, typer.Option("--in", help="He is in this list, such as blacklist.")
    ] = None,
    answer: Annotated[
        list[str] | None,
        typer.Option(help="A field that look-ups answer, as FIELD=VALUE; else each is asked for."),
    ] = None,
    graph: Annotated[
        Path | None, typer.Option(help="Draw the flow into this file (SVG) instead.", metavar="OUT.svg")
    ] = None,
) -> None:
    """Walk through an IVR flow: type the keys that the caller would press, a line at a time."""
    from acd.console import ivr as flows

    if graph is not None:
        flows.draw(_settings(), file, flow, language, graph)
        return
    flows.walk(
        _settings(),
        file,
        flow,
        flows.Imagined(
            caller=caller,
            dialled=dialled,
            tier=tier,
            at=at,
            language=language,
            lists=tuple(in_ or ()),
            answers=tuple(answer or ()),
        ),
    )


@app.command()
def calls(limit: Annotated[int, typer.Option(min=1, max=1000)] = 20) -> None:
    """List the latest calls."""
    from acd.console import store

    asyncio.run(store.list_calls(_settings(), limit))


@app.command()
def messages(
    box: Annotated[str | None, typer.Option(help="Only those in this voicemail box.")] = None,
    state: Annotated[
        MessageState | None, typer.Option(help="Only those in this state; else all but deleted ones.")
    ] = None,
    agent: Annotated[
        str | None, typer.Option(help="Only those that this agent took, or called back for.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 20,
    path: Annotated[
        str | None, typer.Option(help="Show where the file of this message is.", metavar="MESSAGE_ID")
    ] = None,
) -> None:
    """List the latest voicemail messages, or show where the sound of one is."""
    from acd.console import messages as voicemail

    if path is not None:
        asyncio.run(voicemail.show_path(_settings(), path))
        return
    asyncio.run(voicemail.list_messages(_settings(), box=box, state=state, agent=agent, limit=limit))


@app.command("import")
def import_(
    what: Importable,
    file: Annotated[Path, typer.Argument(metavar="FILE.csv")],
    author: Annotated[str, typer.Option(help="Who lists the numbers.")] = "import",
) -> None:
    """Import customers, blacklist or do-not-call list from a CSV file: all of it or nothing."""
    from acd.console import store

    asyncio.run(store.import_file(_settings(), what.value, file, author))


@app.command()
def provision(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show the files.")] = False,
    prompts: Annotated[
        bool, typer.Option(help="Also speak the prompts (needs espeak-ng and sox).")
    ] = True,
    media_address: Annotated[
        str | None, typer.Option(help="Bind the phones' sound to this address.")
    ] = None,
) -> None:
    """Render phones, dialplan, fallback queues and prompts into Asterisk, and reload it over AMI."""
    from acd.console import asterisk

    asyncio.run(
        asterisk.provision(_settings(), dry_run=dry_run, prompts=prompts, media_address=media_address)
    )


@app.command()
def reload() -> None:
    """Let the running engine take over the changed routing, customers and blacklist."""
    from acd.console import remote

    asyncio.run(remote.reload(_settings()))


@app.command()
def agent(
    id: Annotated[str, typer.Argument(help="The agent's account.", metavar="ID")],
    what: Act,
    reason: Annotated[str | None, typer.Option(help="Of a pause: one of the pause reasons.")] = None,
) -> None:
    """Log an agent in or out, pause him, ... in the running engine, with the token in STROWGER_TOKEN."""
    if reason is not None and what is not Act.PAUSE:
        raise OperatorError("--reason goes with pause, and only with it")
    from acd.console import remote

    asyncio.run(remote.act(_settings(), id, what.value, reason))


@app.command()
def replay(file: Annotated[Path, typer.Argument(help="A flight recording.")]) -> None:
    """Replay a flight recording offline: the same events must give the same commands."""
    from acd.console import flight

    flight.replay_file(file)


@token.command("create")
def token_create(
    name: Annotated[str, typer.Argument(help="Whose it is; shown in what is recorded of his acts.")],
    role: Annotated[Role, typer.Option()] = Role.READONLY,
    agent: Annotated[str | None, typer.Option(help="The agent, with --role agent.")] = None,
) -> None:
    """Create a token and print it: this is the only time that it can be seen."""
    from acd.console import store

    asyncio.run(store.create_token(_settings(), name, role, agent))


@token.command("list")
def token_list() -> None:
    """List all tokens."""
    from acd.console import store

    asyncio.run(store.list_tokens(_settings()))


@token.command("revoke")
def token_revoke(id: int) -> None:
    """Revoke a token."""
    from acd.console import store

    asyncio.run(store.revoke_token(_settings(), id))


def main() -> None:
    """Run a command; what the operator did wrong is told in plain words, with exit code 2.

    Exit code 1: something else is in the way, such as the database, Asterisk, or a full disk. Exit
    code 3: another engine has the calls now, and starting this one again would be wrong.
    """
    logs.configure(form="console", level="warning", mask_numbers=True)
    try:
        app()
    except OperatorError as error:
        err.print(str(error))
        sys.exit(2)
    except TakenOver as error:
        err.print(f"acd: {error}")
        sys.exit(3)
    except (AcdError, OSError) as error:
        err.print(f"acd: {error}")
        sys.exit(1)
