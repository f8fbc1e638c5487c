"""`make run`: the lines that it prints can be given as they stand."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

from rich.console import Console

from demo.stage import Stage
from demo.standing import _explain


def test_the_command_finds_data_and_routing(tmp_path: Path) -> None:
    engine = SimpleNamespace(api_url="http://127.0.0.1:1", pid=7, log=tmp_path / "log")
    console = Console(record=True, quiet=False, width=400)
    _explain(cast(Stage, SimpleNamespace(engine=engine, token="word")), tmp_path, console)
    said = console.export_text()
    settings = f"STROWGER_DATA_DIR={tmp_path} STROWGER_ROUTING_FILE={tmp_path}/routing.yaml"
    assert f"why         export {settings}\n            .venv/bin/acd calls, then" in said
