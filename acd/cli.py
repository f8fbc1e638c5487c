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
