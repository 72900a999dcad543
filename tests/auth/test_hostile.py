"""What comes to the sign-in pages and should not: stolen links, old cookies, foreign hosts, rubbish in every field.

Whatever happens, no log line may hold a secret, an address or a password; a fixture looks after each test.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from threading import Barrier, BrokenBarrierError, Thread
from typing import Any
from urllib.parse import quote, urlencode, urljoin, urlsplit

import flask_login
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from flask_security.confirmable import generate_confirmation_token
from flask_security.proxies import _security
from flask_security.recoverable import generate_reset_password_token
from werkzeug.test import TestResponse

from hcpov.auth.models import Account
from hcpov.config import Settings
from hcpov.extensions import db
from hcpov.mail.letters import written
from hcpov.mail.models import Message
from tests import live
from tests.forms import hidden
from tests.make import PASSWORD, MadeAccount, Make

NEW = "nineteen blue trolleys"
EVIL = "evil.example"
SignIn = Callable[[MadeAccount], FlaskClient]
JOIN = {"name": "Ada", "title": "Pharmacist", "place": "Tulsa OK", "email": "ada@example.org", "password": PASSWORD}
ELSEWHERE = [
    f"https://{EVIL}/",
    f"HTTPS://{EVIL}/",
    f"//{EVIL}",
    f"///{EVIL}",
    f"////{EVIL}/a",
    f"/\\{EVIL}",
    f"\\\\{EVIL}",
    f"\\/{EVIL}",
    f"/\t/{EVIL}",
    f"/\n/{EVIL}",
    f"\t//{EVIL}",
    f" //{EVIL}",
    f"\x00//{EVIL}",
    f"\u00a0//{EVIL}",
    f"https:{EVIL}",
    f"https:/{EVIL}",
    f"http://localhost@{EVIL}/",
    f"http://localhost.{EVIL}/",
    f"//localhost:80@{EVIL}",
    f"/account/?next=https://{EVIL}",
    "javascript:alert(1)",
    "data:text/html,hello",
    "http://[::1",
    "https://[evil",
    "//",
    "\ufffd\ufffd",
    f"\uff0f\uff0f{EVIL}",
    f"/%09/{EVIL}",
]
RUBBISH = [
    "",
    "\0",
    "a\0b@example.org",
    "%",
    "' OR 1=1 --",
    "{{ 7 * 7 }}",
    "a\r\nBcc: b@example.org",
    "\u202eneddih",
    "\u0130\u0131\ufb03\U0001d49c",
    "x" * 1_000_000,
    b"\xff\xfe",
    b"\xed\xa0\x80",  # half of a character: what a lone surrogate looks like in UTF-8
    b"a\xc0\x80b",
]

OF_ONE_ANSWER = {"Set-Cookie", "Content-Length", "X-Request-Id"}


@pytest.fixture(autouse=True)
def nothing_is_told(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fails a test that wrote a secret, an address or a password into the log."""
    caplog.set_level(0)
    yield
    told = [word for word in (PASSWORD, NEW, "ada@", "maeve@", "example.org") if word.lower() in caplog.text.lower()]
    assert told == []


@pytest.fixture
def maeve(make: Make) -> MadeAccount:
    """A member."""
    return make.account("Maeve", email="maeve@example.org")


def token_for(app: Flask, member: MadeAccount, make_token: Callable[[Account], str]) -> str:
    """Returns a token such as letters bring."""
    with app.app_context():
        return make_token(db.session.get_one(Account, member.id))


def letters(app: Flask) -> list[Message]:
    """Returns what was written, oldest first."""
    with app.app_context():
        return list(db.session.scalars(sa.select(Message).order_by(Message.id)))


def is_signed_in(browser: FlaskClient) -> bool:
    """Says whether a browser opens an account."""
    return browser.get("/account/").status_code == 200


def signs_in(app: Flask, email: str, password: str) -> bool:
    """Tries to sign in with a new browser."""
    browser = app.test_client()
    browser.post("/sign-in", data={"email": email, "password": password})
    return is_signed_in(browser)


def with_token(browser: FlaskClient, path: str, **fields: str) -> TestResponse:
    """Sends a form of a member's."""
    return browser.post(path, data=fields | {"csrf_token": hidden(browser.get("/").text, "csrf_token")})


def leads_away(location: str) -> bool:
    """Says whether a browser would leave the site: it drops control characters, and takes a backslash for a slash."""
    seen = re.sub(r"[\t\r\n]", "", location.strip("".join(map(chr, range(33))))).replace("\\", "/")
    return urlsplit(urljoin("http://localhost/", seen)).netloc != "localhost" or seen[:1] != "/"


def test_a_reset_link_opens_once(app: Flask, client: FlaskClient, maeve: MadeAccount, sign_in: SignIn) -> None:
    mine, link = sign_in(maeve), f"/reset/{token_for(app, maeve, generate_reset_password_token)}"
    assert [client.get(link).status_code, client.head(link).status_code, client.get(link).status_code] == [200] * 3
    assert is_signed_in(mine)
    assert client.post(link, data={"password": NEW}).status_code == 303
    assert not is_signed_in(mine) and not is_signed_in(client)
    for answer in (client.get(link), client.post(link, data={"password": "another of its kind"})):
        assert answer.status_code == 404 and "Ask for a new one" in answer.text
    assert signs_in(app, maeve.email, NEW)
    assert not signs_in(app, maeve.email, maeve.password)


def test_two_links_are_not_two_passwords(app: Flask, client: FlaskClient, maeve: MadeAccount) -> None:
    first, second = [token_for(app, maeve, generate_reset_password_token) for _ in range(2)]
    assert client.post(f"/reset/{first}", data={"password": NEW}).status_code == 303
    assert client.post(f"/reset/{second}", data={"password": "another of its kind"}).status_code == 404


@pytest.mark.parametrize(
    "what", ["too old", "changed", "cut short", "another kind", "switched off", "password changed"]
)
def test_a_link_that_is_not_good_opens_nothing(
    app: Flask, client: FlaskClient, make: Make, sign_in: SignIn, travel: Callable[[float], None], what: str
) -> None:
    member = make.account("Maeve", email="maeve@example.org")
    token, other = [
        token_for(app, member, each) for each in (generate_reset_password_token, generate_confirmation_token)
    ]
    if what == "too old":
        travel(2 * 3600 + 5)
    elif what == "password changed":
        changed = with_token(sign_in(member), "/account/password", password=member.password, new_password=NEW)
        assert changed.status_code == 302
    elif what == "switched off":
        with app.app_context():
            db.session.get_one(Account, member.id).active = False
            db.session.commit()
    token = {
        # not the last letter: some of its bits belong to no byte, and changing those changes nothing
        "changed": token[:-5] + ("A" if token[-5] != "A" else "B") + token[-4:],
        "cut short": token[:-9],
        "another kind": other,
    }.get(what, token)
    for answer in (client.get(f"/reset/{token}"), client.post(f"/reset/{token}", data={"password": "one more word"})):
        assert answer.status_code == 404 and "This link opens nothing" in answer.text
    with app.app_context():
        assert not _security.pwd_context.verify("one more word", db.session.get_one(Account, member.id).password)


def test_a_confirmation_is_a_yes_once_and_opens_nothing(
    app: Flask, client: FlaskClient, make: Make, travel: Callable[[float], None]
) -> None:
    new = make.account("Nell", email="ada@example.org", confirmed_at=None)
    link = f"/join/confirm/{token_for(app, new, generate_confirmation_token)}"
    assert [client.get(link).status_code, client.head(link).status_code] == [200, 200]
    assert not signs_in(app, new.email, new.password)
    assert client.post(link).status_code == 303
    assert not is_signed_in(client)
    assert client.post(link).status_code == 303 and "confirmed already" in client.get(link).text
    assert client.post(f"/join/confirm/{token_for(app, new, generate_reset_password_token)}").status_code == 404
    assert signs_in(app, new.email, new.password)
    travel(2 * 24 * 3600 + 5)
    assert client.post(link).status_code == 404


def test_looking_at_a_link_is_no_yes(app: Flask, client: FlaskClient, maeve: MadeAccount, sign_in: SignIn) -> None:
    with_token(sign_in(maeve), "/account/email", email="ada@example.org")
    [link] = [found for letter in letters(app) for found in re.findall(r"/account/email/\S+", letter.text)]
    for method in ("GET", "HEAD", "OPTIONS"):
        assert client.open(link, method=method).status_code == 200
    assert signs_in(app, maeve.email, maeve.password)
    assert client.post(link).status_code == 303
    assert [client.get(link).status_code, client.post(link).status_code] == [404, 404]
    assert signs_in(app, "ada@example.org", maeve.password)


def test_two_who_join_at_once_under_one_name_both_join(app: Flask) -> None:
    both = Barrier(2)

    def meet(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        """Lets both look for a free handle before either takes it."""
        if statement.startswith("INSERT INTO account "):
            with suppress(BrokenBarrierError):
                both.wait(2)

    answers = []

    def join(email: str) -> None:
        answers.append(app.test_client().post("/join", data=JOIN | {"email": email}).location)

    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", meet)
    try:
        threads = [Thread(target=join, args=(f"ada{number}@example.org",)) for number in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sa.event.remove(engine, "before_cursor_execute", meet)
    assert answers == ["/join/sent"] * 2
    with app.app_context():
        assert set(db.session.scalars(sa.select(Account.handle))) == {"ada", "ada-2"}
    assert sorted(letter.to for letter in letters(app)) == ["ada0@example.org", "ada1@example.org"]


@pytest.mark.parametrize("path", ["/reset/", "/join/confirm/", "/account/email/", "/receipts/", "/updates/"])
@pytest.mark.parametrize(
    "token", ["x" * 10_000, "." * 10_000, "%00", "a%00b", "%FF%FE", "%ED%A0%80", "eyJ9.e30.x", "'"]
)
def test_tokens_that_are_none(client: FlaskClient, path: str, token: str) -> None:
    for method in ("GET",) if path == "/receipts/" else ("GET", "POST"):
        answer = client.open(f"{path}{token}", method=method, data={"password": NEW})
        assert answer.status_code == 404
        assert token not in answer.text or token == "'"


def test_a_cookie_opens_nothing_after_signing_out(app: Flask, maeve: MadeAccount, sign_in: SignIn) -> None:
    browser, thief = sign_in(maeve), app.test_client()
    cookie = browser.get_cookie("session")
    assert cookie
    assert with_token(browser, "/sign-out").status_code == 302
    thief.set_cookie("session", cookie.value)
    assert not is_signed_in(thief)
    assert "Sign in" in thief.get("/").text


def test_two_tabs_sign_out_and_in(app: Flask, maeve: MadeAccount, sign_in: SignIn) -> None:
    browser = sign_in(maeve)
    old = hidden(browser.get("/").text, "csrf_token")
    for _ in range(2):
        assert browser.post("/sign-out", data={"csrf_token": old}).status_code == 302
    assert not is_signed_in(browser)
    fields = {"email": maeve.email, "password": maeve.password}
    assert [browser.post("/sign-in", data=fields).status_code for _ in range(2)] == [302, 400]
    assert browser.post("/sign-out", data={"csrf_token": old}).status_code == 400
    assert is_signed_in(browser)


@pytest.mark.parametrize("way", ["OPTIONS", "HEAD", "GET"])
def test_looking_signs_nobody_out(maeve: MadeAccount, sign_in: SignIn, way: str) -> None:
    browser = sign_in(maeve)
    browser.open("/sign-out", method=way)
    assert is_signed_in(browser)


@pytest.mark.parametrize(
    "change", [lambda text: text[:-2], lambda text: "x" + text, lambda text: "", lambda text: "é" * 9]
)
def test_a_cookie_that_was_changed_opens_nothing(
    app: Flask, maeve: MadeAccount, sign_in: SignIn, change: Callable[[str], str]
) -> None:
    cookie, thief = sign_in(maeve).get_cookie("session"), app.test_client()
    assert cookie
    thief.set_cookie("session", change(cookie.value))
    assert not is_signed_in(thief)
    assert thief.get("/").status_code == 200


def test_the_secret_can_be_changed(settings: Settings, app: Flask, maeve: MadeAccount) -> None:
    old, new = "the-key-of-yesterday-which-somebody-saw", "the-key-of-tomorrow-which-nobody-knows"
    fields = {"email": maeve.email, "password": maeve.password}
    web = "--web-only"  # a worker would send the letter, which then loses its words
    with live.serving(settings, web, HCPOV_SECRET_KEY=old) as site:
        sign = {"Cookie": live.signed_in(site, fields)}
        assert live.post(site, "/reset", {"email": maeve.email})[0] == 303
        assert live.get(site, "/account/", sign)[0] == 200
        [letter] = letters(app)
        reset = re.findall(r"/reset/\S+", letter.text)[0]
    with live.serving(settings, web, HCPOV_SECRET_KEY=new, HCPOV_OLD_SECRET_KEYS=old) as site:
        assert [live.get(site, path, sign)[0] for path in ("/account/", reset, "/")] == [200, 200, 200]
        assert live.get(site, "/account/", {"Cookie": live.signed_in(site, fields)})[0] == 200
    with live.serving(settings, web, HCPOV_SECRET_KEY=new) as site:
        assert [live.get(site, path, sign)[0] for path in ("/account/", "/")] == [302, 200]
        status, page = live.get(site, reset)
        assert (status, "Ask for a new one" in page) == (404, True)
        assert live.get(site, "/account/", {"Cookie": live.signed_in(site, fields)})[0] == 200


def test_letters_and_answers_name_our_own_address(app: Flask, make: Make, maeve: MadeAccount, sign_in: SignIn) -> None:
    make.account("Nell", email="nell@example.org", confirmed_at=None)
    member, stranger = sign_in(maeve), app.test_client()
    token, cookie = hidden(member.get("/").text, "csrf_token"), member.get_cookie("session")
    assert cookie
    hosts = {"Host": EVIL, "X-Forwarded-Host": EVIL, "X-Forwarded-Proto": "gopher", "Forwarded": f"host={EVIL}"}
    answers = [
        stranger.post("/join", data=JOIN, headers=hosts),
        stranger.post("/join", data=JOIN | {"email": "maeve@example.org"}, headers=hosts),
        stranger.post("/join/confirm", data={"email": "nell@example.org"}, headers=hosts),
        stranger.post("/reset", data={"email": "maeve@example.org"}, headers=hosts),
        stranger.post("/reset", data={"email": "nobody@example.org"}, headers=hosts),
        stranger.get("/account/", headers=hosts),
        app.test_client(use_cookies=False).post(
            "/account/email",
            data={"email": "new@example.org", "csrf_token": token},
            headers=hosts | {"Cookie": f"session={cookie.value}"},
        ),
    ]
    assert [answer for answer in answers if EVIL in answer.text + str(answer.headers)] == []
    texts = [letter.text for letter in letters(app)]
    assert len(texts) == 6
    assert [text for text in texts if EVIL in text] == []
    links = [link for text in texts for link in re.findall(r"\w+://\S+", text)]
    assert links and all(link.startswith("http://localhost/") for link in links)


@pytest.mark.parametrize(
    "name", ["Ada\r\nBcc: b@evil.example", "Ada\nSubject: x", "Ada\u2028x", "Ada\x0bx", "https://evil.example/a b"]
)
def test_a_name_writes_no_header_and_no_letter(app: Flask, client: FlaskClient, name: str) -> None:
    for path, fields in (("/join", JOIN | {"name": name}), ("/reset", {"email": "ada@example.org"})):
        client.post(path, data=fields)
    with app.app_context():
        assert len(db.session.scalars(sa.select(Account.name)).one().splitlines()) == 1
        for letter in letters(app):
            mail = written(letter)
            assert mail["Bcc"] is None and mail.get_all("Subject") == [letter.subject]
            assert mail["To"] == "ada@example.org"
            assert EVIL not in mail.as_string()  # nobody's mailbox is written to in a stranger's words


@pytest.mark.parametrize(
    "email",
    [
        "ada@example.org\r\nBcc: b@example.org",
        "ada@example.org,b@example.org",
        "<ada@example.org>",
        '"a b"@example.org',
        "ada@",
        "@example.org",
        "ada@[127.0.0.1]",
        "a" * 300 + "@example.org",
    ],
)
def test_an_address_is_one_address(app: Flask, client: FlaskClient, email: str) -> None:
    for path in ("/join", "/reset", "/join/confirm"):
        assert client.post(path, data=JOIN | {"email": email}).status_code in {200, 422}
    assert letters(app) == []


@pytest.mark.parametrize("target", ELSEWHERE)
def test_nothing_leads_to_another_site(
    app: Flask, make: Make, client: FlaskClient, sign_in: SignIn, target: str
) -> None:
    member, asked = make.account(), urlencode({"next": target})
    fields = {"email": member.email, "password": member.password}
    answers = [
        app.test_client().post("/sign-in", data=fields | {"next": target}),
        app.test_client().post(f"/sign-in?{asked}", data=fields),
        client.post("/join", data=JOIN | {"next": target}),
        app.test_client().post(f"/join?{asked}", data=JOIN | {"email": "other@example.org"}),
    ]
    browser = sign_in(member)
    answers += [
        browser.get(f"/sign-in?{asked}"),
        browser.get(f"/join?{asked}"),
        with_token(browser, "/account/verify", password=member.password, next=target),
        with_token(browser, f"/account/verify?{asked}", password=member.password),
        with_token(browser, f"/sign-out?{asked}", next=target),
    ]
    answers += list(second_factor(app, make, target))
    for answer in answers:
        assert answer.status_code in {200, 302, 303}, answer.request.path
        assert not leads_away(answer.headers.get("Location", "/")), answer.request.path
    staff = sign_in(make.account(roles=("moderator",)))
    assert not leads_away(with_token(staff, "/strip", next=target).headers["Location"])


def second_factor(app: Flask, make: Make, target: str) -> Iterator[TestResponse]:
    """Signs in with a code, and yields the answers on the way."""
    member, browser = make.account(), app.test_client()
    with app.app_context():
        account = db.session.get_one(Account, member.id)
        secret = _security.totp_factory.generate_totp_secret()
        account.tf_primary_method, account.tf_totp_secret = "authenticator", secret
        db.session.commit()
        code = _security.totp_factory.generate_totp_password(secret)
    yield browser.post("/sign-in", data={"email": member.email, "password": member.password, "next": target})
    yield browser.post(f"/sign-in/code?{urlencode({'next': target})}", data={"code": code, "next": target})
    assert is_signed_in(browser)


def test_only_forms_are_read(app: Flask, client: FlaskClient, maeve: MadeAccount) -> None:
    fields = {"email": maeve.email, "password": maeve.password}
    for path in ("/sign-in", "/sign-in?include_auth_token", "/join", "/reset", "/sign-out", "/updates"):
        answer = client.post(path, json=fields | JOIN)
        assert (answer.status_code, "token" in answer.text) == (415, False)
    answer = client.post("/sign-in?include_auth_token=1", data=fields, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.mimetype) == (302, "text/html")
    assert letters(app) == []


def test_no_token_opens_an_account(app: Flask, client: FlaskClient, maeve: MadeAccount) -> None:
    token = token_for(app, maeve, lambda account: str(account.get_auth_token()))
    for path, headers in (
        (f"/account/?auth_token={quote(token)}", {}),
        ("/account/", {"Authentication-Token": token}),
        ("/account/", {"Authorization": f"Bearer {token}"}),
        ("/account/", {"Authorization": "Basic bWFldmVAZXhhbXBsZS5vcmc6c2V2ZW4gd2FyZHMsIG9uZSBrZXR0bGU="}),
    ):
        assert client.get(path, headers=headers).status_code == 302
    assert client.post("/account/sessions", data={"auth_token": token}).status_code == 302


def test_no_cookie_of_the_librarys_opens_an_account(app: Flask, client: FlaskClient, maeve: MadeAccount) -> None:
    with app.app_context():
        uniquifier = db.session.get_one(Account, maeve.id).fs_uniquifier
        forged = flask_login.encode_cookie(uniquifier)  # even with the site's own secret
    for value in (forged, uniquifier, "1|x", "|", "é", "x" * 4000):
        client.set_cookie("remember_token", value)
        assert not is_signed_in(client)
    assert "Signed in" not in client.get("/").text


@pytest.mark.parametrize("rubbish", RUBBISH, ids=range(len(RUBBISH)))
def test_rubbish_in_every_field_is_answered(
    app: Flask, client: FlaskClient, maeve: MadeAccount, make: Make, sign_in: SignIn, rubbish: str | bytes
) -> None:
    reset = f"/reset/{token_for(app, make.account(), generate_reset_password_token)}"
    forms = {
        "/sign-in": {"email": maeve.email, "password": maeve.password, "remember": "y", "next": "/"},
        "/join": JOIN | {"next": "/"},
        "/reset": {"email": maeve.email},
        "/join/confirm": {"email": maeve.email},
        reset: {"password": NEW},
        "/sign-in/code": {"code": "123456"},
    }
    private = {
        "/account/verify": {"password": maeve.password, "next": "/"},
        "/account/password": {"password": maeve.password, "new_password": NEW},
        "/account/email": {"email": "new@example.org"},
    }
    for path, fields in forms.items():
        for name in fields:
            assert client.post(path, data=encoded(fields | {name: rubbish})).status_code < 500, (path, name)
    browser = sign_in(maeve)
    token = hidden(browser.get("/").text, "csrf_token")
    for path, fields in private.items():
        for name in [*fields, "csrf_token"]:
            answer = browser.post(path, data=encoded({"csrf_token": token} | fields | {name: rubbish}))
            assert answer.status_code < 500, (path, name)


def encoded(fields: dict[str, str | bytes] | dict[str, str]) -> bytes:
    """Returns a form as it travels, bytes that are no text included."""
    return urlencode(list(fields.items())).encode()


def test_an_address_is_known_however_it_is_written(app: Flask, client: FlaskClient) -> None:
    client.post("/join", data=JOIN | {"email": "José.Ada@Exämple.org"})
    with app.app_context():
        [account] = db.session.scalars(sa.select(Account))
        account.confirmed_at = account.created_at
        db.session.commit()
    for email in ("José.Ada@exämple.org", "Jose\u0301.ADA@EXÄMPLE.org", "José.ada@xn--exmple-cua.org"):
        assert signs_in(app, email, PASSWORD), email
        client.post("/join", data=JOIN | {"email": email})
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Account)) == 1


def test_a_plus_makes_another_address(app: Flask, client: FlaskClient) -> None:
    for email in ("ada@example.org", "ADA@Example.ORG", "ada+pov@example.org"):
        client.post("/join", data=JOIN | {"email": email})
    with app.app_context():
        assert set(db.session.scalars(sa.select(Account.email))) == {"ada@example.org", "ada+pov@example.org"}


def test_answers_tell_nobody_who_is_here(app: Flask, make: Make, maeve: MadeAccount) -> None:
    make.account("Nell", email="nell@example.org", confirmed_at=None)
    make.account("Otto", email="gone@example.org", active=False)
    forms = {
        "/sign-in": {"password": "not the password"},
        "/join": JOIN,
        "/reset": {},
        "/join/confirm": {},
    }
    for path, fields in forms.items():
        said = set()
        for name in ("maeve", "nell", "gone", "nobody"):
            answer = app.test_client().post(path, data=fields | {"email": f"{name}@example.org"})
            headers = {key: value for key, value in answer.headers if key not in OF_ONE_ANSWER}
            said.add((answer.status_code, answer.text.replace(name, "who"), tuple(sorted(headers.items()))))
        assert len(said) == 1, path
