"""Settings come from the environment; a mistake names its variable, a secret is never shown."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from config.settings import Settings, SettingsErrors, load_settings


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in [name for name in os.environ if name.startswith("STROWGER_")]:
        monkeypatch.delenv(variable)


def problems(**given: object) -> tuple[str, ...]:
    with pytest.raises(SettingsErrors) as caught:
        load_settings(**given)
    assert str(caught.value) == "\n".join(caught.value.problems)
    return caught.value.problems


def test_defaults_need_nothing_and_listen_on_this_machine_only() -> None:
    settings = load_settings()
    assert settings.api_host == settings.ami_host == "127.0.0.1"
    assert settings.ari_url == "http://127.0.0.1:8088"
    assert settings.secret("database_url") == f"sqlite+aiosqlite:///{Path('var/strowger.db').absolute()}"
    assert settings.spool_dir == Path("var/spool").absolute()
    assert settings.mask_numbers
    assert settings.flight_dir is None


def test_everything_in_the_data_dir_follows_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("STROWGER_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("STROWGER_PROMPTS_DIR", "/srv/prompts")
    settings = load_settings()
    assert settings.secret("database_url") == f"sqlite+aiosqlite:///{tmp_path}/strowger.db"
    assert settings.spool_dir == tmp_path / "spool"
    assert settings.prompts_dir == Path("/srv/prompts")


def test_the_environment_sets_and_the_command_line_counts_before_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("STROWGER_API_PORT", "9000")
    monkeypatch.setenv("STROWGER_LOG_LEVEL", "WARNING")
    monkeypatch.setenv("STROWGER_LOG_FORMAT", "json")
    monkeypatch.setenv("STROWGER_MASK_NUMBERS", "false")
    monkeypatch.setenv("STROWGER_FLIGHT_MAX_SIZE", "2MiB")
    monkeypatch.setenv("STROWGER_ARI_URL", "https://pbx.example:8089/")
    monkeypatch.setenv("STROWGER_DATABASE_URL", "postgresql+asyncpg://acd:word@db/acd")
    settings = load_settings(log_format="console", api_host=None)
    assert (settings.api_port, settings.log_level, settings.log_format) == (9000, "warning", "console")
    assert not settings.mask_numbers
    assert settings.flight_max_size == 2 * 1024 * 1024
    assert settings.ari_url == "https://pbx.example:8089"
    assert settings.secret("database_url") == "postgresql+asyncpg://acd:word@db/acd"


def test_an_empty_variable_is_no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STROWGER_AMI_SECRET", "")
    assert load_settings().ami_secret is None


def test_a_secret_is_read_from_its_file_without_the_line_break(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "ari").write_text("correct horse\n")
    monkeypatch.setenv("STROWGER_ARI_PASSWORD_FILE", str(tmp_path / "ari"))
    settings = load_settings()
    assert settings.secret("ari_password") == "correct horse"
    assert "horse" not in repr(settings)


def test_a_secret_that_is_needed_and_not_set_names_both_variables() -> None:
    with pytest.raises(
        SettingsErrors, match="STROWGER_AMI_SECRET is not set, expected it or STROWGER_AMI_SECRET_FILE"
    ):
        load_settings().secret("ami_secret")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read: No such file"),
        (b"", "is empty or too big"),
        (b"\n", "is empty or too big"),
        (b"x" * 70_000, "is empty or too big"),
        (b"\xff\xfe", "cannot be read: it is not UTF-8"),
    ],
)
def test_a_secret_file_that_is_no_use(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None, said: str
) -> None:
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    monkeypatch.setenv("STROWGER_AMI_SECRET_FILE", str(file))
    (problem,) = problems()
    assert problem.startswith(f"STROWGER_AMI_SECRET_FILE: {file} ")
    assert said in problem


def test_a_secret_given_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STROWGER_AMI_SECRET", "a")
    monkeypatch.setenv("STROWGER_AMI_SECRET_FILE", "/a")
    assert problems() == (
        "STROWGER_AMI_SECRET_FILE and STROWGER_AMI_SECRET are both set, expected one of them",
    )


def test_all_mistakes_are_told_at_once_and_no_secret_with_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STROWGER_API_PORT", "http")
    monkeypatch.setenv("STROWGER_ARI_URL", "ftp://pbx")
    monkeypatch.setenv("STROWGER_DATABASE_URL", "mysql://acd:hunter2@db")
    monkeypatch.setenv("STROWGER_ARI_PASWORD", "hunter2")
    found = problems()
    assert [problem.split(":")[0].split(" ")[0] for problem in found] == [
        "STROWGER_ARI_PASWORD", "STROWGER_DATABASE_URL", "STROWGER_ARI_URL", "STROWGER_API_PORT",
    ]  # fmt: skip
    assert found[0] == "STROWGER_ARI_PASWORD is no setting, did you mean STROWGER_ARI_PASSWORD?"
    assert "hunter2" not in "".join(found)


def test_a_misspelled_variable_alone_is_a_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STROWGER_API_PROT", "9000")
    assert problems() == ("STROWGER_API_PROT is no setting, did you mean STROWGER_API_PORT?",)


def test_variables_of_others_with_the_prefix_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STROWGER_LONG", "1")
    load_settings()


def test_an_unknown_setting_in_code_is_a_mistake() -> None:
    (problem,) = problems(colour="red")
    assert problem.startswith("STROWGER_COLOUR: ")


def test_every_setting_but_the_accounts_is_described() -> None:
    undescribed = {name for name, field in Settings.model_fields.items() if not field.description}
    assert undescribed == {
        "ari_user", "ari_password", "ami_host", "ami_port", "ami_user", "ami_secret",
        "api_port", "log_format", "log_level",
    }  # fmt: skip
