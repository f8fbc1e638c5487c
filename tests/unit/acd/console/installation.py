"""An installation in a temporary folder, and the command `acd` as a person gives it."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from acd import logs
from acd.cli import main
from acd.console import screen
from config.settings import Settings, load_settings
from tests.unit.config.files import text, write


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a command said, and its exit code."""

    code: int | str | None
    out: str
    err: str


class Installation:
    """A routing file, a data folder, nothing else; everything is set by STROWGER_... variables."""

    def __init__(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        for variable in [name for name in os.environ if name.startswith("STROWGER_")]:
            monkeypatch.delenv(variable)
        for console in (screen.out, screen.err):
            monkeypatch.setattr(console, "width", 200)
        # Loggers keep for good what they are configured to be when first used.
        self.logging: list[dict[str, object]] = []
        monkeypatch.setattr(logs, "configure", lambda **given: self.logging.append(given))
        self.folder = folder
        self.monkeypatch = monkeypatch
        self._capsys = capsys
        self.routing = write(folder, text())
        self.set(routing_file=self.routing, data_dir=folder / "var")

    def set(self, **settings: object) -> None:
        """Set STROWGER_... variables."""
        for name, value in settings.items():
            self.monkeypatch.setenv(f"STROWGER_{name.upper()}", str(value))

    def settings(self) -> Settings:
        return load_settings()

    def acd(self, *arguments: object) -> Outcome:
        """Give a command. Nothing but an exit may come out of it."""
        self.monkeypatch.setattr(sys, "argv", ["acd", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = self._capsys.readouterr()
        assert "Traceback" not in said.err
        return Outcome(code=ended.value.code, out=said.out, err=said.err)

    def said(self) -> str:
        """What has been written to standard output since the last look."""
        return self._capsys.readouterr().out

    def good(self, *arguments: object) -> str:
        """Give a command that works; what it said."""
        outcome = self.acd(*arguments)
        assert outcome.code == 0, outcome.err
        return outcome.out

    def bad(self, *arguments: object) -> str:
        """Give a command that asks for something impossible; what it complained of."""
        outcome = self.acd(*arguments)
        assert outcome.code == 2
        return outcome.err
