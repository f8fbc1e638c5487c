"""The settings of an installation: where things are and how to reach them, from the environment.

Each setting is the environment variable STROWGER_ and its name in capitals. A secret may stand in a
file instead, named by the variable with _FILE at its end (STROWGER_ARI_PASSWORD_FILE).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ByteSize,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from acd.errors import OperatorError
from config.fields import MAIL_PATTERN

PREFIX = "STROWGER_"
SECRETS = ("ari_password", "ami_secret", "database_url", "mail_password")
"""Settings that may be read from a file."""
MAX_SECRET_BYTES = 64 * 1024


class SettingsErrors(OperatorError):
    """The environment holds settings that cannot be used; `problems` has one line for each."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problems))


def _http_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise ValueError("expected an address such as http://127.0.0.1:8088, without user and password")
    return value.rstrip("/")


def _async_database_url(value: SecretStr) -> SecretStr:
    if value.get_secret_value().partition("://")[0] not in ("sqlite+aiosqlite", "postgresql+asyncpg"):
        raise ValueError(
            "expected sqlite+aiosqlite:///PATH or postgresql+asyncpg://USER:PASSWORD@HOST/NAME"
        )
    return value


Port = Annotated[int, Field(ge=1, le=65535)]
Word = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$")]


class Settings(BaseSettings):
    """All settings, with their defaults."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
    )

    routing_file: Path = Path("routing.yaml")
    """The routing YAML."""
    data_dir: Path = Path("var")
    """Where everything is kept that has no place of its own."""
    database_url: Annotated[SecretStr, AfterValidator(_async_database_url)] = SecretStr("")
    """The database, as SQLAlchemy writes it; else an SQLite file in data_dir. May hold a password."""
    spool_dir: Path = Path("spool")
    """Where facts wait while the database is away; else the folder spool in data_dir."""
    prompts_dir: Path = Path("prompts")
    """Where an installation's own prompts are; else the folder prompts in data_dir."""

    ari_url: Annotated[str, AfterValidator(_http_url)] = "http://127.0.0.1:8088"
    """Asterisk's HTTP server, to which /ari is added."""
    ari_user: Word = "strowger"
    ari_password: SecretStr | None = None
    ari_app: Word = "strowger"
    """The name of the Stasis application."""
    node: Word = "asterisk"
    """The name of the Asterisk node (`systemname` in its asterisk.conf)."""

    ami_host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    ami_port: Port = 5038
    ami_user: Word = "strowger"
    ami_secret: SecretStr | None = None

    asterisk_etc: Path = Path("/etc/asterisk")
    """Asterisk's configuration folder, as `acd provision` sees it."""
    asterisk_sounds: Path = Path("/usr/share/asterisk/sounds")
    """Asterisk's sounds, as `acd provision` sees them."""

    recordings_dir: Path = Path("/var/spool/asterisk/recording")
    """Where Asterisk keeps recordings (`recording` in its astspooldir), as the engine sees it."""
    recordings_min_free: Annotated[ByteSize, Field(ge=0)] = ByteSize(1024**3)
    """A talk is recorded only while so much is free there; with 0 nobody looks."""

    api_host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    """The address that the HTTP API listens on: only this machine, unless told otherwise."""
    api_port: Port = 8480
    open_metrics: bool = False
    """/metrics needs no token from this machine. Leave it off behind a proxy on the same machine: all
    its clients come from there."""

    mail_host: Annotated[str, Field(min_length=1)] | None = None
    """The mail server that sends voicemail messages; without it, none are sent."""
    mail_port: Port = 587
    """Where it listens: usually 587, with tls from the beginning 465."""
    mail_security: Literal["none", "starttls", "tls"] = "starttls"
    """How the connection to it is secured: not at all, after its beginning, or from the beginning."""
    mail_user: Annotated[str, Field(min_length=1)] | None = None
    """With whom to log in there; without it, nobody does."""
    mail_password: SecretStr | None = None
    """His password; needed with mail_user."""
    mail_from: Annotated[str, Field(pattern=MAIL_PATTERN)] | None = None
    """The address that mails come from; needed with mail_host."""

    log_format: Literal["console", "json"] = "console"
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], BeforeValidator(lambda value: str(value).lower())
    ] = "info"
    mask_numbers: bool = True
    """Callers' numbers are masked in logs and in the flight recorder."""

    flight_dir: Path | None = None
    """Where the flight recorder writes the event stream; without it, it is off."""
    flight_max_size: Annotated[ByteSize, Field(ge=1024 * 1024)] = ByteSize(256 * 1024 * 1024)
    """So much the flight recorder keeps at most, such as 256MiB."""

    def secret(
        self, name: Literal["ari_password", "ami_secret", "database_url", "mail_password"]
    ) -> str:
        """A secret in plain text. Raises SettingsErrors where it is needed and not set."""
        value: SecretStr | None = getattr(self, name)
        if value is None:
            variable = f"{PREFIX}{name.upper()}"
            raise SettingsErrors([f"{variable} is not set, expected it or {variable}_FILE"])
        return value.get_secret_value()

    @model_validator(mode="before")
    @classmethod
    def _places_in_data_dir(cls, values: Any) -> Any:
        folder = Path(values.get("data_dir") or "var").absolute()
        url = f"sqlite+aiosqlite:///{folder / 'strowger.db'}"
        own = {"database_url": url, "spool_dir": folder / "spool", "prompts_dir": folder / "prompts"}
        return own | {key: value for key, value in values.items() if value is not None}

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is given in code, then the environment, then the files that it names."""
        return init_settings, env_settings, _SecretFiles(settings_cls)


class _SecretFiles(PydanticBaseSettingsSource):
    """Reads the secrets that the environment names by file."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The content of the file that STROWGER_..._FILE names, without the line break at its end."""
        variable = f"{PREFIX}{field_name.upper()}_FILE"
        path = os.environ.get(variable)
        if field_name not in SECRETS or not path:
            return None, field_name, False
        if os.environ.get(f"{PREFIX}{field_name.upper()}"):
            raise SettingsErrors([f"{variable} and {variable[:-5]} are both set, expected one of them"])
        try:
            with open(path, "rb") as stream:
                content = stream.read(MAX_SECRET_BYTES + 1)
            secret = content.decode().rstrip("\r\n")
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            raise SettingsErrors([f"{variable}: {path} cannot be read: {why}"]) from error
        if not secret or len(content) > MAX_SECRET_BYTES:
            raise SettingsErrors([f"{variable}: {path} is empty or too big, expected one secret"])
        return secret, field_name, False

    def __call__(self) -> dict[str, Any]:
        """All secrets that stand in files."""
        found = {
            name: self.get_field_value(field, name)[0]
            for name, field in self.settings_cls.model_fields.items()
        }
        return {name: secret for name, secret in found.items() if secret is not None}


def load_settings(**given: Any) -> Settings:
    """The settings from the environment; `given` (from a command line) count before it.

    Raises SettingsErrors with a line for each variable that cannot be used.
    """
    problems = _misspelled()
    try:
        settings = Settings(**{key: value for key, value in given.items() if value is not None})
    except ValidationError as error:
        problems += [_told(item) for item in error.errors(include_url=False)]
    except SettingsErrors as error:
        problems += error.problems
    else:
        if not problems:
            return settings
    raise SettingsErrors(problems)


def _told(item: ErrorDetails) -> str:
    name = str(item["loc"][0]) if item["loc"] else ""
    secret = name in SECRETS
    message = item["msg"].removeprefix("Value error, ")
    shown = "the value" if secret else repr(item["input"])[:80]
    return f"{PREFIX}{name.upper()}: {shown} does not fit: {message}"


def _misspelled() -> list[str]:
    """Variables that are none of ours but nearly; others with our prefix belong to somebody else."""
    names = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    names |= {f"{PREFIX}{name.upper()}_FILE" for name in SECRETS}
    known = {name.removeprefix(PREFIX): name for name in names}
    problems = []
    for variable in sorted(os.environ):
        if variable.startswith(PREFIX) and variable not in names:
            near = get_close_matches(variable.removeprefix(PREFIX), known, n=1, cutoff=0.8)
            if near:
                problems.append(f"{variable} is no setting, did you mean {known[near[0]]}?")
    return problems
