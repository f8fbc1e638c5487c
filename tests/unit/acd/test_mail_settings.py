"""How the mail server is set."""

from __future__ import annotations

import pytest

from acd.app import _mail
from acd.mail import MailSettings
from config.settings import SettingsErrors, load_settings


@pytest.fixture(autouse=True)
def _host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STROWGER_MAIL_HOST", "mail.example.org")
    monkeypatch.setenv("STROWGER_MAIL_FROM", "acd@example.org")


def test_a_host_and_a_sender_are_enough() -> None:
    expected = MailSettings(
        host="mail.example.org", port=587, security="starttls", sender="acd@example.org"
    )
    assert _mail(load_settings()) == expected


def test_without_a_host_no_mail_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STROWGER_MAIL_HOST")
    assert _mail(load_settings()) is None


def test_a_user_needs_a_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STROWGER_MAIL_USER", "acd")
    with pytest.raises(SettingsErrors, match="STROWGER_MAIL_PASSWORD is not set"):
        _mail(load_settings())
    monkeypatch.setenv("STROWGER_MAIL_PASSWORD", "secret")
    settings = _mail(load_settings())
    assert settings is not None
    assert (settings.user, settings.password) == ("acd", "secret")


def test_a_sender_is_needed_and_must_be_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STROWGER_MAIL_FROM", "acd")
    with pytest.raises(SettingsErrors, match="STROWGER_MAIL_FROM"):
        load_settings()
    monkeypatch.delenv("STROWGER_MAIL_FROM")
    with pytest.raises(SettingsErrors, match="STROWGER_MAIL_FROM is not set"):
        _mail(load_settings())
