"""The command `acd`: run the engine, check and try routing files, ask why, import, provision."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from acd.errors import AcdError, OperatorError

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

RoutingFile = Annotated[Path, typer.Argument(help="The routing YAML.", show_default=False)]


@app.command()
def run(
    routing: Annotated[
        Path | None, typer.Argument(help="The routing YAML; else STROWGER_ROUTING_FILE.")
    ] = None,
) -> None:
    """Run the engine. Everything else is set by STROWGER_... variables (docs/operating.md)."""
    from acd import app as application
    from config.settings import load_settings

    application.run(load_settings(routing_file=routing))


def main() -> None:
    """Run a command; what the operator did wrong is told in plain words, with exit code 2."""
    try:
        app()
    except OperatorError as error:
        err.print(str(error), markup=False)
        sys.exit(2)
    except AcdError as error:
        err.print(f"{type(error).__name__}: {error}", markup=False)
        sys.exit(1)
