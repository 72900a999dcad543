"""The log: a line for each request, and nobody's words, addresses or tokens in it."""

import json
import logging
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import IntegrityError

from hcpov.captcha import challenges
from hcpov.comments import receipts
from hcpov.config import Settings
from hcpov.ops import logs
from hcpov.web import requests
from tests.forms import HTMX
from tests.live import get, post
from tests.make import MadeAccount, Make

EMAIL, BODY, NAME, READER = "gwendolyn@secret.example", "Unspeakable hippogriff words.", "Gwendolyn Ash", "203.0.113.77"
PERSONAL = ("gwendolyn", "secret.example", "hippogriff", READER, "203.0.113", "Ash")


def lines(said: str) -> list[dict[str, Any]]:
    """Returns the lines of a log."""
    return [json.loads(line) for line in said.splitlines() if line.startswith("{")]


def test_one_line_for_a_request(client: FlaskClient, make: Make, capsys: pytest.CaptureFixture[str]) -> None:
    made = make.post()
    capsys.readouterr()
    answer = client.post(f"{made.comments}?x=hippogriff", data={"body": BODY})
    [line] = lines(capsys.readouterr().err)
    assert line.pop("ms") > 0 and line.pop("queries") > 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00", line.pop("timestamp"))
    assert line.pop("request") == answer.headers["X-Request-Id"]
    route = "/<blog>/<year>/<month>/<slug>/comments"
    assert line == {"event": "request", "method": "POST", "route": route, "status": answer.status_code}


def test_each_request_has_a_number_of_its_own(client: FlaskClient) -> None:
    numbers = {client.get("/no-such-page").headers["X-Request-Id"] for _ in range(20)}
    assert len(numbers) == 20
    assert all(re.fullmatch("[0-9a-f]{8}", each) for each in numbers)


def test_a_number_from_outside_is_not_taken(client: FlaskClient) -> None:
    assert client.get("/nope", headers={"X-Request-Id": "mine"}).headers["X-Request-Id"] != "mine"


def test_what_caches_keep_has_no_number(client: FlaskClient, make: Make) -> None:
    made = make.post()
    for path in (made.path, made.path, "/", "/feed.atom", "/static/css/pov.css"):
        with client.get(path) as answer:
            assert "X-Request-Id" not in answer.headers, path


def test_a_members_page_is_one_request(
    app: Flask,
    make: Make,
    sign_in: Callable[[MadeAccount], FlaskClient],
    unkept: Callable[[], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    browser, made = sign_in(make.account()), make.post()
    unkept()
    capsys.readouterr()
    assert browser.get(made.path).status_code == 200
    assert len(lines(capsys.readouterr().err)) == 1


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/receipts/abc.DEF-123", "/receipts/<token>"),
        ("/updates/abc.DEF-123", "/updates/<token>"),
        ("/receipts/abc.DEF-123/elsewhere/", "/receipts/…/elsewhere/"),
        ("/reset/IkFCQyI.zQ/", "/reset/…/"),
        ("/gwendolyn@secret.example", "/…"),
        ("/wp-login.php", "/wp-login.php"),
        ("/a/b/555-0123456/c/d", "/a/b/…/c/d"),
        ("/%0a%7b%22fake%22:1%7d/x/y/z/w/v", "/…/x/y/z/w/v"),
    ],
)
def test_addresses_lose_what_may_be_a_token(app: Flask, path: str, shown: str) -> None:
    with app.test_request_context(path):
        assert requests.route() == shown


def test_an_odd_method_is_not_repeated(client: FlaskClient, capsys: pytest.CaptureFixture[str]) -> None:
    client.open("/nope", method="HIPPOGRIFF")
    said = capsys.readouterr().err
    assert '"other"' in said and "HIPPOGRIFF" not in said


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_an_error_tells_its_number(
    app: Flask,
    client: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    headers: dict[str, str],
) -> None:
    def broken() -> None:
        raise RuntimeError(f"{EMAIL} wrote: {BODY}") from ValueError(BODY)

    monkeypatch.setitem(app.view_functions, "blog.blogs", broken)
    answer = client.get("/blogs/", headers=headers)
    number = answer.headers["X-Request-Id"]
    assert f"tell us this number: <b>{number}</b>" in answer.text
    error, line = lines(capsys.readouterr().err)
    assert error["request"] == line["request"] == number
    assert (error["level"], error["event"], line["status"]) == ("error", "unexpected error", 500)
    assert error["exception"].endswith("RuntimeError") and "ValueError\n\nand then" in error["exception"]
    assert "in broken" in error["exception"]
    assert "hippogriff" not in str(error) and EMAIL not in str(error)


def test_a_page_that_is_not_there_tells_no_number(client: FlaskClient) -> None:
    answer = client.get("/nope/")
    assert "this number" not in answer.text


def test_messages_of_ours_are_told_and_peoples_are_not() -> None:
    refused = IntegrityError("INSERT", {"email": EMAIL}, psycopg.errors.UniqueViolation(f"Key (email)=({EMAIL})"))
    assert "gwendolyn" not in logs.told(refused)
    assert logs.told(KeyError(EMAIL)) == "KeyError"
    assert logs.told(AttributeError("no attribute x")) == "AttributeError: no attribute x"
    assert logs.told(OSError(28, "No space left on device", f"/{EMAIL}")) == "OSError: No space left on device"


def test_libraries_and_our_own_words_come_the_same_way(
    app: Flask, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    logging.getLogger("a.library").warning("%d things", 3)
    logging.getLogger("a.library").info("nobody need know")
    logging.getLogger("hcpov.mail").info("known")
    told = [(line["level"], line["logger"], line["event"]) for line in lines(capsys.readouterr().err)]
    assert told == [("warning", "a.library", "3 things"), ("info", "hcpov.mail", "known")]


def test_words_where_somebody_looks(settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    logs.lines(settings).info("request", status=200)
    said = capsys.readouterr().err
    assert "request" in said and not said.startswith("{")
    logs.lines(Settings(site_url="https://pov.example.org")).info("request", status=200)
    assert capsys.readouterr().err.startswith("{")


def test_nobody_is_in_the_log(app: Flask, make: Make, settings: Settings, server: str) -> None:
    made, member = make.post(), make.account(email=EMAIL, name=NAME)
    with app.app_context():
        receipt = receipts.issue(make.comment(made, BODY, name=NAME, email=EMAIL))
        challenge = challenges.issue(made.id).token
    fields = {"name": NAME, "title": "Nurse", "place": "Tulsa", "email": EMAIL, "body": BODY, "challenge": challenge}
    here = {"X-Forwarded-For": READER, "User-Agent": "hippogriff"}
    for path in (
        f"/search?q={BODY.replace(' ', '+')}",
        f"/{EMAIL}",
        f"/{EMAIL}/{BODY.split()[1]}9/",
        f"/receipts/{receipt}",
        f"/receipts/{receipt}/nothing",
        f"/receipts/{receipt[:-3]}",
        f"/updates/{receipt}",
        f"/reset/{receipt}",
        f"/join/confirm/{receipt}?email={EMAIL}",
        f"/captcha/{challenge}x/audio",
        f"/people/{'gwendolyn'}/",
        f"/tags/{'hippogriff'}/",
    ):
        get(server, path, here)
    for path, form in (
        (made.comments, fields),
        (made.comments, fields | {"code": "000000"}),
        (made.comments, fields | {"body": "x" * 2_000_000}),
        (f"/receipts/{receipt}/edit", {"body": BODY}),
        (f"/receipts/{receipt}/answers", {"email": EMAIL}),
        (f"/receipts/{receipt}/erase", {}),
        ("/updates", {"email": EMAIL}),
        ("/updates", {"email": f"{EMAIL} hippogriff"}),
        ("/sign-in", {"email": EMAIL, "password": "hippogriff wrong"}),
        ("/sign-in", {"email": EMAIL, "password": member.password}),
        ("/join", {"email": EMAIL, "name": NAME, "password": "hippogriff hippogriff"}),
        ("/reset", {"email": EMAIL}),
        ("/my-data", {"email": EMAIL}),
    ):
        post(server, path, form)
    said = Path(settings.instance / f"serve-{server.rpartition(':')[2]}.log").read_text(encoding="utf-8")
    assert len(lines(said)) >= 25
    for word in (*PERSONAL, receipt, receipt[:20], challenge[:20], member.password):
        assert word not in said, word
