"""Where somebody is signed in: seen, ended, and ended by itself."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hcpov.auth.actions import end_old_sessions
from hcpov.auth.models import LoginSession
from hcpov.auth.sessions import device
from hcpov.extensions import db
from tests.forms import hidden
from tests.make import MadeAccount, Make

SignIn = Callable[[MadeAccount], FlaskClient]
Travel = Callable[[float], None]
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"


def signed_in(browser: FlaskClient) -> bool:
    """Says whether the browser's session is good."""
    return "Signed in" in browser.get("/").text


def places(app: Flask) -> list[LoginSession]:
    """Returns all sessions."""
    with app.app_context():
        return list(db.session.scalars(db.select(LoginSession).order_by(LoginSession.id)))


def sign_in_at(app: Flask, member: MadeAccount, remember: bool = False, agent: str = FIREFOX) -> FlaskClient:
    """Signs in with a browser that says what it is."""
    browser = app.test_client()
    fields = {"email": member.email, "password": member.password} | ({"remember": "y"} if remember else {})
    answer = browser.post("/sign-in", data=fields, headers={"User-Agent": agent})
    assert answer.status_code == 302
    return browser


def token(browser: FlaskClient) -> str:
    """Returns the session's CSRF token."""
    return hidden(browser.get("/account/sessions").text, "csrf_token")


def test_each_place_is_listed_with_device_and_last_use(app: Flask, make: Make) -> None:
    member = make.account()
    here = sign_in_at(app, member)
    sign_in_at(app, member, agent="Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/605.1")
    sign_in_at(app, make.account("Another"), agent="curl/8")
    page = here.get("/account/sessions").text
    assert "Firefox on Linux" in page and "Safari on iPhone" in page and "A browser" not in page
    assert page.count("this one") == 1


def test_one_place_is_ended_and_the_cookie_opens_nothing_more(app: Flask, make: Make) -> None:
    member = make.account()
    here, there = sign_in_at(app, member), sign_in_at(app, member)
    other = places(app)[1]
    data = {"csrf_token": token(here)}
    assert here.post(f"/account/sessions/{other.id}").status_code == 400
    assert here.get(f"/account/sessions/{other.id}").status_code == 405
    assert here.post(f"/account/sessions/{other.id}", data=data).status_code == 303
    assert signed_in(here) and not signed_in(there)
    assert here.post(f"/account/sessions/{other.id}", data=data).status_code == 303


def test_the_place_of_another_member_is_not_ended(app: Flask, make: Make) -> None:
    here, theirs = sign_in_at(app, make.account()), sign_in_at(app, make.account("Another"))
    here.post(f"/account/sessions/{places(app)[1].id}", data={"csrf_token": token(here)})
    assert signed_in(theirs)


def test_all_other_places_are_ended_at_once(app: Flask, make: Make) -> None:
    member = make.account()
    here, *others = [sign_in_at(app, member) for _ in range(4)]
    stranger = sign_in_at(app, make.account("Another"))
    here.post("/account/sessions", data={"csrf_token": token(here)})
    assert signed_in(here) and signed_in(stranger)
    assert not any(signed_in(each) for each in others)


def test_a_cookie_kept_from_before_signing_out_opens_nothing(app: Flask, make: Make) -> None:
    browser = sign_in_at(app, make.account())
    kept = browser.get_cookie("session")
    assert kept is not None
    browser.post("/sign-out", data={"csrf_token": token(browser)})
    thief = app.test_client()
    thief.set_cookie("session", kept.value)
    assert not signed_in(thief)
    assert places(app) == []


def test_the_database_holds_no_key(app: Flask, make: Make) -> None:
    browser = sign_in_at(app, make.account())
    with browser.session_transaction() as session:
        key = session["key"]
    assert key not in {place.key for place in places(app)}


def test_a_sign_in_ends_the_session_that_was_there(app: Flask, make: Make) -> None:
    first, second = make.account(), make.account("Another")
    browser = sign_in_at(app, first)
    browser.post("/sign-out", data={"csrf_token": token(browser)})
    browser.post("/sign-in", data={"email": second.email, "password": second.password})
    [place] = places(app)
    assert place.account_id == second.id


def test_a_shared_workstation_is_forgotten_after_half_a_day(app: Flask, make: Make, travel: Travel) -> None:
    member = make.account()
    brief, long = sign_in_at(app, member), sign_in_at(app, member, remember=True)
    cookies = [browser.get_cookie("session") for browser in (brief, long)]
    assert cookies[0] is not None and cookies[1] is not None
    assert cookies[0].max_age is None and cookies[0].expires is None
    assert cookies[1].expires is not None
    assert long.get_cookie("remember_token") is None
    travel(12 * 3600 + 5)
    assert not signed_in(brief) and signed_in(long)


def test_an_idle_session_ends_and_a_used_one_lives(app: Flask, make: Make, travel: Travel) -> None:
    member = make.account()
    used, idle = sign_in_at(app, member, remember=True), sign_in_at(app, member, remember=True)
    for _ in range(2):
        travel(13 * 86400)
        assert signed_in(used)
    assert not signed_in(idle)
    travel(5 * 86400)
    assert not signed_in(used)  # thirty days are the most, however it is used


def test_what_has_ended_is_forgotten(app: Flask, make: Make, travel: Travel) -> None:
    member = make.account()
    sign_in_at(app, member)
    travel(11 * 3600)
    sign_in_at(app, member, remember=True)
    with app.app_context():
        end_old_sessions()
    assert len(places(app)) == 2
    travel(2 * 3600)
    with app.app_context():
        end_old_sessions()
    [left] = places(app)
    assert left.remembered


def test_last_use_is_noted_every_five_minutes(app: Flask, make: Make, travel: Travel) -> None:
    browser = sign_in_at(app, make.account())
    [before] = places(app)
    browser.get("/")
    assert places(app)[0].seen_at == before.seen_at
    travel(301)
    browser.get("/")
    assert places(app)[0].seen_at > before.seen_at


def test_who_is_signed_in_costs_two_queries(app: Flask, make: Make, queries: Callable[[], object]) -> None:
    browser = sign_in_at(app, make.account(roles=("moderator", "admin")))
    with queries() as said:  # type: ignore[attr-defined]
        browser.get("/blogs/")
    assert len([text for text in said if "login_session" in text]) == 1
    assert not [text for text in said if "UPDATE" in text]


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit Chrome/130 Safari/537 Edg/130", "Edge on Windows"),
        ("Mozilla/5.0 (Macintosh) Version/17 Safari/605", "Safari on Mac"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/130 Mobile Safari/537", "Chrome on Android"),
        ("", "A browser"),
        ("x" * 100_000, "A browser"),
        ("<script>alert(1)</script> Firefox/1", "Firefox"),
    ],
)
def test_a_device_in_words(agent: str, words: str) -> None:
    assert device(agent) == words
