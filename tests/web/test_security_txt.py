"""Whom to tell of a hole: a file from settings, refused when it would be wrong, gone when it is out of date."""

import dataclasses
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hcpov import clock
from hcpov.config import SettingError, Settings
from hcpov.text import dates
from hcpov.web import security_txt

PATH = "/.well-known/security.txt"
AHEAD = clock.now() + timedelta(days=300)
GOOD = {"security_contact": "security@example.org", "security_expires": f"{AHEAD:%Y-%m-%d}"}


@pytest.fixture
def told(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[..., FlaskClient]:
    """Returns a way to give the application settings that were looked at as they are at the start."""

    def given(**settings: str) -> FlaskClient:
        own = replaced(app.config["HCPOV"], **settings)
        security_txt.check(own)
        monkeypatch.delitem(app.extensions, security_txt.WARNED, raising=False)
        monkeypatch.setitem(app.config, "HCPOV", own)
        return app.test_client()

    return given


def replaced(settings: Settings, **given: Any) -> Settings:
    """Returns settings with others in their place."""
    return dataclasses.replace(settings, **given)


def test_without_settings_there_is_no_file(client: FlaskClient) -> None:
    assert client.get(PATH).status_code == 404


def test_the_file_says_what_rfc_9116_asks_for(told: Callable[..., FlaskClient]) -> None:
    contacts = "security@example.org https://pov.example.org/report tel:+1-201-555-0123"
    browser = told(
        site_url="https://pov.example.org",
        security_contact=contacts,
        security_expires=AHEAD.isoformat(),
        security_policy="https://pov.example.org/pages/security/",
        security_languages="en, es-MX",
    )
    answer = browser.get(PATH)
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.text.splitlines() == [
        "Contact: mailto:security@example.org",
        "Contact: https://pov.example.org/report",
        "Contact: tel:+1-201-555-0123",
        f"Expires: {dates.machine(AHEAD)}",
        "Preferred-Languages: en, es-MX",
        f"Canonical: https://pov.example.org{PATH}",
        "Policy: https://pov.example.org/pages/security/",
    ]
    assert answer.text.endswith("\n") and "Set-Cookie" not in answer.headers
    assert "Content-Security-Policy" in answer.headers and answer.headers["Cache-Control"] == "public, no-cache"
    unchanged = browser.get(PATH, headers={"If-None-Match": answer.headers["ETag"]})
    assert unchanged.status_code == 304


def test_two_settings_are_enough(told: Callable[..., FlaskClient]) -> None:
    lines = told(**GOOD).get(PATH).text.splitlines()
    assert lines == ["Contact: mailto:security@example.org", f"Expires: {AHEAD:%Y-%m-%d}T00:00:00Z"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("security_contact", "nobody"),
        ("security_contact", "http://pov.example.org/report"),
        ("security_contact", "https://"),
        ("security_contact", "https://[half"),
        ("security_contact", "security@example.org nobody"),
        ("security_contact", "tel:12345"),
        ("security_contact", "javascript:alert(1)"),
        ("security_expires", ""),
        ("security_expires", "next year"),
        ("security_expires", "2100-13-01"),
        ("security_expires", "2100-01-01T00:00:00"),
        ("security_expires", "0001-01-01T00:00:00+23:00"),
        ("security_policy", "http://pov.example.org/"),
        ("security_policy", "https://a.example/ https://b.example/"),
        ("security_languages", "English, please!"),
        ("security_languages", "e"),
    ],
)
def test_what_does_not_fit_refuses_to_start(told: Callable[..., FlaskClient], name: str, value: str) -> None:
    with pytest.raises(SettingError, match=rf"^HCPOV_{name.upper()} does not fit: write "):
        told(**GOOD | {name: value})


@pytest.mark.parametrize("name", ["security_expires", "security_policy", "security_languages"])
def test_half_of_it_refuses_to_start(told: Callable[..., FlaskClient], name: str) -> None:
    with pytest.raises(SettingError, match=rf"^HCPOV_{name.upper()} says nothing without HCPOV_SECURITY_CONTACT"):
        told(**{name: "2100-01-01"})


@pytest.mark.parametrize("over", ["2026-11-01", "2026-11-01T12:00:00+01:00", "1970-01-01"])
def test_what_is_over_is_no_file_and_no_reason_to_stay_away(told: Callable[..., FlaskClient], over: str) -> None:
    client = told(**GOOD | {"security_expires": over})
    assert client.get(PATH).status_code == 404
    assert client.get("/").status_code == 200


def test_a_file_that_goes_out_of_date_is_gone_and_one_line_says_so(
    told: Callable[..., FlaskClient], travel: Callable[[float], None], caplog: pytest.LogCaptureFixture
) -> None:
    browser = told(**GOOD | {"security_expires": (clock.now() + timedelta(hours=1)).isoformat()})
    assert browser.get(PATH).status_code == 200
    travel(3600)
    with caplog.at_level(logging.WARNING):
        assert [browser.get(PATH).status_code for _ in range(3)] == [404] * 3
    said = [record for record in caplog.records if "HCPOV_SECURITY_EXPIRES" in record.getMessage()]
    assert len(said) == 1 and "example.org" not in said[0].getMessage()
