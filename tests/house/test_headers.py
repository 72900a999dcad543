"""Every kind of answer carries the headers that protect its reader."""

import base64
import hashlib
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hcpov.config import HTMX_URL, Settings
from hcpov.web.assets import readers_styles
from hcpov.web.headers import content_security_policy
from tests.make import MadeAccount, MadePost, Make

STYLES = base64.b64encode(hashlib.sha256(readers_styles().encode()).digest()).decode()
POLICY = (
    "default-src 'none'; "
    "script-src 'self' https://cdn.jsdelivr.net/npm/htmx.org@4.0.1/dist/htmx.min.js; "
    f"style-src 'self' 'sha256-{STYLES}'; "
    "img-src 'self' data:; "
    "media-src 'self'; "
    "connect-src 'self'; "
    "font-src 'self'; "
    "form-action 'self'; "
    "base-uri 'none'; "
    "frame-ancestors 'none'"
)
SETS_A_COOKIE = {"the sign-in page"}  # Flask-Security begins a session there
HTMX = {"HX-Request": "true"}


def _broken() -> None:
    raise RuntimeError("broken on purpose")


def _sound(browser: FlaskClient, post: MadePost) -> TestResponse:
    token = re.search(r'name="challenge" value="([^"]+)"', browser.get(f"/captcha?for={post.id}").text)
    assert token
    return browser.get(f"/captcha/{token[1]}/audio")


ANSWERS: dict[str, tuple[int, Callable[[FlaskClient, MadePost], TestResponse]]] = {
    "a page": (200, lambda browser, post: browser.get(post.path)),
    "a page that has not changed": (304, lambda browser, post: browser.get(post.path, headers={"If-None-Match": "*"})),
    "the head of a page": (200, lambda browser, post: browser.head(post.path)),
    "a feed": (200, lambda browser, post: browser.get("/feed.atom")),
    "a file": (200, lambda browser, post: browser.get("/static/css/pov.css")),
    "a fragment": (200, lambda browser, post: browser.get(f"/captcha?for={post.id}", headers=HTMX)),
    "a sound": (200, _sound),
    "a form sent": (422, lambda browser, post: browser.post(post.comments, data={"body": "I agree."})),
    "a form sent by htmx": (422, lambda browser, post: browser.post("/updates", data={"email": "no"}, headers=HTMX)),
    "a form from elsewhere": (
        403,
        lambda browser, post: browser.post("/updates", headers={"Origin": "https://a.example"}),
    ),
    "a redirect": (308, lambda browser, post: browser.get(post.path.rstrip("/"))),
    "the sign-in page": (200, lambda browser, post: browser.get("/sign-in")),
    "sign-out": (302, lambda browser, post: browser.post("/sign-out")),
    "no such page": (404, lambda browser, post: browser.get("/no-such-page/")),
    "no such file": (404, lambda browser, post: browser.get("/static/no-such-file.css")),
    "not for visits": (405, lambda browser, post: browser.get(post.comments)),
    "something broke": (500, lambda browser, post: browser.get("/blogs/")),
}


@pytest.mark.parametrize("what", ANSWERS)
def test_every_answer_is_protected(
    what: str, app: Flask, client: FlaskClient, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.view_functions, "blog.blogs", _broken)
    status, ask = ANSWERS[what]
    with ask(client, make.post()) as answer:
        assert answer.status_code == status
        assert answer.headers.get_all("Content-Security-Policy") == [POLICY]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        if what not in SETS_A_COOKIE:
            assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("path", ["/", "/no-such-page/", "/blogs/"])
def test_the_policy_lets_in_the_very_styles_of_the_page(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setitem(app.view_functions, "blog.blogs", _broken)
    answer = client.get(path)
    [styles] = re.findall("<style[^>]*>(.*?)</style>", answer.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(styles.encode()).digest()).decode()
    assert f"style-src 'self' 'sha256-{digest}';" in answer.headers["Content-Security-Policy"]


def test_members_pages_are_protected_and_never_stored(
    make: Make, sign_in: Callable[[MadeAccount], FlaskClient]
) -> None:
    answer = sign_in(make.account()).get("/")
    assert answer.headers["Content-Security-Policy"] == POLICY
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_the_policy_names_the_script_and_not_its_host() -> None:
    assert f"script-src 'self' {HTMX_URL};" in content_security_policy(Settings())


def test_the_policy_needs_no_other_site_when_the_script_is_ours() -> None:
    policy = content_security_policy(Settings(htmx_url="/static/js/htmx.min.js"))
    assert policy == POLICY.replace(f" {HTMX_URL}", "")


def test_the_policy_lets_in_the_pictures_that_were_named() -> None:
    policy = content_security_policy(Settings(picture_hosts="https://pictures.example.org"))
    assert policy == POLICY.replace("data:", "data: https://pictures.example.org")


@pytest.mark.parametrize("weak", ["unsafe-inline", "unsafe-eval", "*", "https:;", "http:"])
def test_nothing_weakens_the_policy(weak: str) -> None:
    assert weak not in POLICY
    assert weak not in content_security_policy(Settings(htmx_url="/static/js/htmx.min.js"))
