"""The status strip: for staff by default, for everyone or nobody by setting."""

import dataclasses
import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hcpov.ops.build import BUILD
from tests.forms import HTMX, hidden
from tests.make import MadeAccount, Make

SignIn = Callable[[MadeAccount], FlaskClient]


@pytest.fixture
def shown_to(app: Flask) -> Iterator[Callable[[str], None]]:
    """Returns a way to set HCPOV_STRIP."""
    before = app.config["HCPOV"]

    def change(value: str) -> None:
        app.config["HCPOV"] = dataclasses.replace(before, strip=value, server_name="KOPWWW05")

    change("staff")
    yield change
    app.config["HCPOV"] = before


def test_staff_see_server_name_and_cost(make: Make, sign_in: SignIn, shown_to: Callable[[str], None]) -> None:
    page = sign_in(make.account("Ada Admin", roles=("admin",))).get("/").text
    assert f"<span>server KOPWWW05 · {BUILD}</span>" in page
    assert "signed in: Ada Admin" in page
    assert re.search(r"<span>\d+ quer(y|ies) · [\d.]+ ms</span>", page)


def test_strangers_and_members_see_none(
    client: FlaskClient, make: Make, sign_in: SignIn, shown_to: Callable[[str], None]
) -> None:
    for browser in (client, sign_in(make.account())):
        assert "KOPWWW05" not in browser.get("/").text
        assert "server_name" not in str(browser.get("/").headers)


def test_everyone_may_see_it_and_pages_stay_the_same(app: Flask, shown_to: Callable[[str], None]) -> None:
    shown_to("everyone")
    one, other = app.test_client().get("/"), app.test_client().get("/")
    assert "server KOPWWW05" in one.text and "not signed in" in one.text and "3 queries" in one.text
    assert one.data == other.data


def test_off_is_off_for_staff(make: Make, sign_in: SignIn, shown_to: Callable[[str], None]) -> None:
    shown_to("off")
    assert "KOPWWW05" not in sign_in(make.account(roles=("admin",))).get("/").text


def test_closing_lasts_and_can_be_undone(make: Make, sign_in: SignIn, shown_to: Callable[[str], None]) -> None:
    browser = sign_in(make.account(roles=("moderator",)))
    token = hidden(browser.get("/blogs/").text, "csrf_token")
    answer = browser.post("/strip", data={"csrf_token": token, "next": "/blogs/"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/blogs/")
    page = browser.get("/").text
    assert "KOPWWW05" not in page and "Show the server strip" in page
    browser.post("/strip", data={"csrf_token": token, "show": "yes", "next": "//evil.example"})
    assert "KOPWWW05" in browser.get("/").text


def test_close_refuses_get_strangers_and_missing_tokens(
    client: FlaskClient, make: Make, sign_in: SignIn, shown_to: Callable[[str], None]
) -> None:
    assert client.get("/strip").status_code in {404, 405, 308}
    assert client.post("/strip").status_code == 404
    staff = sign_in(make.account(roles=("admin",)))
    assert staff.post("/strip").status_code == 400
    assert staff.post("/strip", headers=HTMX).status_code == 400
    assert "KOPWWW05" in staff.get("/").text
