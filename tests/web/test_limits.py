"""Limits on how often: counted together by the processes of the real server, and by a file that may be lost."""

import importlib.util
import multiprocessing
import sqlite3
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.cookiejar import CookieJar
from multiprocessing.synchronize import Barrier
from pathlib import Path
from urllib.parse import urlencode

import pytest
import redis
from flask import Flask
from flask_limiter import Limiter
from flask_security.recoverable import generate_reset_password_token

from hcpov import extensions
from hcpov.app import create_app
from hcpov.auth.models import Account
from hcpov.config import SettingError, Settings
from hcpov.extensions import db
from hcpov.web.limits import FILE, SharedCounts, address
from tests import live
from tests.forms import hidden
from tests.make import Make

TRIES, ALLOWED = 300, 30
WRONG = "not the password, but a secret"
NETWORK, OTHER, FAR = "203.0.113", "198.51.100", "2001:db8:77:88"


def ask(page: str, fields: dict[str, str] | None = None, sender: str = "") -> tuple[int, str, str]:
    """Returns the status, the time to wait, and the page."""
    data = urlencode(fields).encode() if fields else None
    request = urllib.request.Request(page, data, {"X-Forwarded-For": sender} if sender else {})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, "", answer.read().decode()
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.headers.get("Retry-After", ""), refusal.read().decode()


def guess(site: str, email: str, sender: str) -> tuple[int, str, str]:
    """Tries to sign in with a wrong password."""
    return ask(f"{site}/sign-in", {"email": email, "password": WRONG}, sender)


class Browser:
    """A browser that keeps cookies, on a network of its own."""

    def __init__(self, site: str, sender: str) -> None:
        self.site, self.cookies = site, CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))
        self.opener.addheaders = [("X-Forwarded-For", sender)]

    def post(self, path: str, fields: dict[str, str]) -> str:
        """Sends a form; returns the address of the page it leads to."""
        try:
            with self.opener.open(f"{self.site}{path}", urlencode(fields).encode(), timeout=30) as answer:
                return str(answer.url)
        except urllib.error.HTTPError as refusal:
            with refusal:
                return str(refusal.code)

    def token(self) -> dict[str, str]:
        """Returns the session's token."""
        with self.opener.open(f"{self.site}/", timeout=30) as answer:
            return {"csrf_token": hidden(answer.read().decode(), "csrf_token")}

    def signs_in(self, fields: dict[str, str]) -> bool:
        """Tries to sign in, without the session it had."""
        for cookie in list(self.cookies):
            if cookie.name == "session":
                self.cookies.clear(cookie.domain, cookie.path, cookie.name)
        return self.post("/sign-in", fields) == f"{self.site}/"


def counts(path: Path) -> SharedCounts:
    """Opens the counts, as each process does."""
    return SharedCounts(f"hcpov://{path}")


def count_many(path: Path, barrier: Barrier, times: int) -> None:
    """Counts one thing, in a process of its own."""
    mine = counts(path)
    barrier.wait()
    for _ in range(times):
        mine.incr("one thing", 60)


@pytest.fixture(autouse=True)
def nothing_counted(settings: Settings) -> None:
    for file in settings.instance.glob(f"{FILE}*"):
        file.unlink()


def test_a_crowd_from_one_network_is_slowed_down(settings: Settings, make: Make) -> None:
    make.blog()
    with live.serving(settings, HCPOV_RATE_LIMITS="on") as site:
        answers = [ask(f"{site}/captcha/forged/audio") for _ in range(30)]
        status, retry, page = answers[-1]
        assert [answer[0] for answer in answers] == [404] * 20 + [429] * 10
        assert (status, 0 < int(retry) <= 60) == (429, True)
        assert "Wait a minute" in page
        assert ask(f"{site}/")[0] == 200


def test_300_guesses_a_minute_from_one_network_are_stopped_by_all_processes_together(
    settings: Settings, make: Make
) -> None:
    make.account(email="maeve@example.org")
    make.account(email="aoife@example.org")
    emails = [f"person{number}@example.org" for number in range(TRIES - 8)] + ["maeve@example.org"] * 8
    with live.serving(settings, HCPOV_RATE_LIMITS="on", HCPOV_PROXIES="1") as site:
        with ThreadPoolExecutor(8) as pool:
            each = enumerate(emails)
            answers = list(pool.map(lambda one: guess(site, one[1], f"{NETWORK}.{one[0] % 256}"), each))
        read = [answer for answer in answers if answer[0] == 200]
        refused = [answer for answer in answers if answer[0] == 429]
        assert (len(read), len(refused)) == (ALLOWED, TRIES - ALLOWED)
        assert all("Wait a minute" in page and 0 < int(retry) <= 60 for _, retry, page in refused)
        assert guess(site, "aoife@example.org", f"{OTHER}.9")[0] == 200
        assert guess(site, "aoife@example.org", f"{FAR}::9")[0] == 200
        assert ask(f"{site}/sign-in", sender=f"{NETWORK}.9")[0] == 200
    log = max(settings.instance.glob("serve-*.log"), key=lambda path: path.stat().st_mtime).read_text()
    assert [word for word in (WRONG, "example.org", NETWORK, OTHER, FAR) if word in log] == []
    kept = b"".join(path.read_bytes() for path in settings.instance.glob(f"{FILE}*"))
    if settings.redis_url:
        with redis.Redis.from_url(settings.redis_url) as client:
            kept = b"".join(client.keys("LIMITS*"))
    assert kept
    assert [word for word in (WRONG, "example.org", NETWORK, OTHER, FAR) if word.encode() in kept] == []


def test_guesses_on_one_address_are_stopped_from_wherever_they_come(settings: Settings, make: Make) -> None:
    member = make.account(email="maeve@example.org")
    with live.serving(settings, HCPOV_RATE_LIMITS="on", HCPOV_PROXIES="1") as site:
        said = []
        for email in ("maeve@example.org", "nobody@example.org"):
            spellings = [email, email.upper(), email.title()]
            answers = [guess(site, spellings[number % 3], f"10.0.{number}.1") for number in range(13)]
            assert [answer[0] for answer in answers] == [200] * 10 + [429] * 3
            assert all(60 < int(retry) <= 900 and "Forgotten?" in page for _, retry, page in answers[10:])
            said.append(answers[-1][2])
        assert said[0] == said[1]
        assert guess(site, "aoife@example.org", "10.0.99.1")[0] == 200
        right = {"email": member.email, "password": member.password}
        assert ask(f"{site}/sign-in", right, "10.0.98.1")[0] == 429
        assert ask(f"{site}/reset", {"email": member.email}, "10.0.98.1")[0] == 200


def test_guesses_of_others_do_not_shut_out_a_browser_that_is_known(settings: Settings, app: Flask, make: Make) -> None:
    member, other = make.account(email="maeve@example.org"), make.account(email="aoife@example.org")
    right = {"email": member.email, "password": member.password, "remember": "y"}
    with app.test_request_context():
        token = generate_reset_password_token(db.session.get(Account, member.id))
    with live.serving(settings, HCPOV_RATE_LIMITS="on", HCPOV_PROXIES="1") as site:
        remembered, by_mail, stranger, lent = [Browser(site, f"10.1.{number}.1") for number in range(4)]
        assert remembered.signs_in(right)
        assert lent.signs_in(right | {"remember": ""})
        assert remembered.signs_in({"email": other.email, "password": other.password})
        for number in range(11):
            guess(site, member.email, f"10.2.{number}.1")
        assert not stranger.signs_in(right)
        assert not lent.signs_in(right)
        assert remembered.signs_in(right)
        new = right | {"password": "a new one, from the mailbox"}
        assert by_mail.post(f"/reset/{token}", new).endswith("/reset/done")
        assert by_mail.signs_in(new)
        assert [remembered.signs_in(right) for _ in range(11)] == [False] * 11
        assert not remembered.signs_in(new)


@pytest.mark.parametrize("path", ["/account/verify", "/account/password"])
def test_guesses_in_a_session_that_was_left_open_are_stopped(settings: Settings, make: Make, path: str) -> None:
    member, new = make.account(email="maeve@example.org"), {"new_password": "nineteen blue trolleys"}
    with live.serving(settings, HCPOV_RATE_LIMITS="on", HCPOV_PROXIES="1") as site:
        browser = Browser(site, "10.3.0.1")
        assert browser.signs_in({"email": member.email, "password": member.password})
        said = []
        for number in range(12):
            browser.opener.addheaders = [("X-Forwarded-For", f"10.4.{number}.1")]
            said.append(browser.post(path, browser.token() | new | {"password": WRONG}))
        assert said == [f"{site}{path}"] * 10 + ["429"] * 2
        assert browser.post(path, browser.token() | new | {"password": member.password}) == "429"
        assert Browser(site, "10.3.1.1").signs_in({"email": member.email, "password": member.password})


def test_processes_count_together(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(3)
    many = [context.Process(target=count_many, args=(tmp_path / FILE, barrier, 100)) for _ in range(3)]
    for each in many:
        each.start()
    for each in many:
        each.join()
    assert counts(tmp_path / FILE).get("one thing") == 300


def test_a_window_ends(tmp_path: Path, travel: Callable[[float], None]) -> None:
    mine = counts(tmp_path / FILE)
    assert [mine.incr("a", 60), mine.incr("a", 60), mine.incr("b", 600)] == [1, 2, 1]
    travel(59)
    assert (mine.get("a"), mine.incr("a", 60)) == (2, 3)
    travel(2)
    assert (mine.get("a"), mine.get("b")) == (0, 1)
    assert mine.incr("a", 60) == 1


def test_counts_that_are_over_leave_the_file(tmp_path: Path, travel: Callable[[float], None]) -> None:
    mine = counts(tmp_path / FILE)
    for number in range(100):
        mine.incr(str(number), 60)
    travel(120)
    mine.incr("last", 60)
    with sqlite3.connect(tmp_path / FILE) as file:
        assert file.execute("SELECT key FROM tally").fetchall() == [("last",)]
    file.close()


def test_a_file_that_was_deleted_is_made_anew_for_all(tmp_path: Path) -> None:
    path = tmp_path / FILE
    one, other = counts(path), counts(path)
    assert [one.incr("a", 60), other.incr("a", 60)] == [1, 2]
    for file in tmp_path.iterdir():
        file.unlink()
    assert [one.incr("a", 60), other.incr("a", 60), one.incr("a", 60)] == [1, 2, 3]


@pytest.mark.parametrize("rubbish", [b"", b"no database", b"SQLite format 3\0" + b"\xff" * 9000])
def test_a_broken_file_is_made_anew(tmp_path: Path, rubbish: bytes) -> None:
    path = tmp_path / FILE
    path.write_bytes(rubbish)
    mine = counts(path)
    assert [mine.incr("a", 60), mine.incr("a", 60)] == [1, 2]
    path.write_bytes(rubbish or b"x" * 5000)
    assert mine.incr("a", 60) in {1, 3}  # what is kept in memory may outlive the file
    assert counts(path).check()


def test_counts_out_of_reach_break_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    app = Flask(__name__)
    app.config["RATELIMIT_STORAGE_URI"] = f"hcpov://{tmp_path}/file/{FILE}"
    app.config["RATELIMIT_IN_MEMORY_FALLBACK_ENABLED"] = True
    app.config["RATELIMIT_SWALLOW_ERRORS"] = True
    limiter = Limiter(key_func=lambda: "everybody", app=app)
    app.route("/")(limiter.limit("3 per hour")(lambda: "read"))
    browser = app.test_client()
    assert [browser.get("/").status_code for _ in range(5)] == [200, 200, 200, 429, 429]


def test_networks_are_counted_by_their_prefix(app: Flask) -> None:
    def key(sender: str) -> str:
        with app.test_request_context(environ_base={"REMOTE_ADDR": sender}):
            return extensions.limiter._key_func()

    assert key("203.0.113.1") == key("203.0.113.254") == key("::ffff:203.0.113.7") != key("203.0.114.1")
    assert key("2001:db8:77:8800::1") == key("2001:db8:77:88ff:1:2:3:4") != key("2001:db8:77:8900::1")
    assert "203.0.113" not in key("203.0.113.1")
    assert key("") == key("nonsense")


def test_redis_without_its_package_refuses_to_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    settings = Settings(instance=tmp_path, redis_url="redis://counts.example.org:6379")
    with pytest.raises(SettingError, match="HCPOV_REDIS_URL needs a package that is not installed: run "):
        create_app(settings)


def test_redis_counts_when_it_can_be_spoken_to(tmp_path: Path) -> None:
    url = "redis://counts.example.org:6379"
    assert address(Settings(instance=tmp_path, redis_url=url)) == url
