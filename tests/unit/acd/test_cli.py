"""Each command ends in an exit code and plain words: 0 done, 2 it cannot be, 1 something hinders it."""

from __future__ import annotations

import runpy
import signal
import sys
from importlib.metadata import version

import pytest

from acd import app as application
from acd.errors import AcdError, TakenOver
from config.settings import Settings
from tests.unit.acd.console.installation import Installation


def test_without_a_command_it_says_what_there_is(installation: Installation) -> None:
    outcome = installation.acd()
    assert outcome.code == 2
    said = outcome.out + outcome.err
    for command in ("run", "check", "schema", "explain", "calls", "import", "provision", "reload"):
        assert f" {command} " in said
    assert "create" in installation.good("token", "--help")


def test_a_word_that_is_no_command(installation: Installation) -> None:
    assert "No such command 'dance'" in installation.bad("dance")


def test_an_environment_that_cannot_be_used(installation: Installation) -> None:
    installation.set(api_port="many", log_level="loud")
    said = installation.bad("calls")
    assert "STROWGER_API_PORT: 'many' does not fit" in said
    assert "STROWGER_LOG_LEVEL: 'loud' does not fit" in said


def test_a_misspelled_setting(installation: Installation) -> None:
    installation.set(data_dirr="/tmp")
    assert "STROWGER_DATA_DIRR is no setting, did you mean STROWGER_DATA_DIR?" in installation.bad(
        "token", "list"
    )


def test_run_hands_the_settings_over(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[Settings] = []
    monkeypatch.setattr(application, "run", ran.append)
    installation.good("run")
    installation.good("run", "other.yaml")
    assert [str(settings.routing_file) for settings in ran] == [str(installation.routing), "other.yaml"]


def test_run_is_not_ended_by_a_hang_up_signal_from_the_first(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[object] = []
    monkeypatch.setattr(application, "run", lambda _: seen.append(signal.getsignal(signal.SIGHUP)))
    installation.good("run")
    assert seen == [signal.SIG_IGN]


def test_run_without_what_it_needs(installation: Installation) -> None:
    """The real thing, as far as it gets: it ends before it listens anywhere."""
    said = installation.bad("run")
    assert said.splitlines()[-1] == (
        "STROWGER_ARI_PASSWORD is not set, expected it or STROWGER_ARI_PASSWORD_FILE"
    )
    commands, engine = installation.logging
    assert commands == {"form": "console", "level": "warning", "mask_numbers": True}
    assert engine == {"form": "console", "level": "info", "mask_numbers": True}
    installation.routing.write_text("version: 2\n")
    assert f"{installation.routing}:1:10: " in installation.bad("run")


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (AcdError("the sky fell"), 1, "acd: the sky fell\n"),
        (OSError(28, "No space left on device"), 1, "acd: [Errno 28] No space left on device\n"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_what_is_in_the_way_is_told_in_a_line(
    installation: Installation,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    code: int,
    said: str,
) -> None:
    def fail(settings: Settings) -> None:
        raise error

    monkeypatch.setattr(application, "run", fail)
    outcome = installation.acd("run")
    assert outcome.code == code
    assert outcome.err.strip() == said.strip()


def test_a_database_that_cannot_be_reached(installation: Installation) -> None:
    (installation.folder / "file").write_text("not a folder")
    installation.set(data_dir=installation.folder / "file")
    outcome = installation.acd("calls")
    assert outcome.code == 1
    assert outcome.err.startswith("acd: ")
    installation.set(database_url="postgresql+asyncpg://nobody:no@127.0.0.1:1/none")
    outcome = installation.acd("calls")
    assert outcome.code == 1
    assert "The database cannot be reached" in outcome.err


def test_an_engine_that_was_replaced_says_so_by_its_exit_code(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(settings: Settings) -> None:
        raise TakenOver("another engine has the calls now")

    monkeypatch.setattr(application, "run", run)
    outcome = installation.acd("run")
    assert outcome.code == 3
    assert outcome.err == "acd: another engine has the calls now\n"


def test_python_m_acd_is_the_command(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["acd", "check", str(installation.routing)])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("acd", run_name="__main__")
    assert ended.value.code == 0
    assert "good" in capsys.readouterr().out


def test_it_says_which_version_it_is(installation: Installation) -> None:
    assert installation.good("--version") == f"acd {version('strowger')}\n"
