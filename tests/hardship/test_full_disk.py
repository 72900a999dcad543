"""A disk that is full, as the real site meets it: everybody reads, no word is lost, and it heals by itself."""

import http.client
import os
import re
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from flask import Flask

from hcpov import clock
from hcpov.auth.actions import TOUCHED_EVERY
from hcpov.auth.models import LoginSession
from hcpov.comments.models import Comment
from hcpov.extensions import db
from hcpov.pages import tasks as pages
from hcpov.pages.changes import STORE
from hcpov.pages.counters import slot
from hcpov.pages.encodings import encoded
from hcpov.pages.entry import Entry
from hcpov.pages.store import Store
from hcpov.updates.tasks import tell_soon
from tests.conftest import POSTGRES
from tests.forms import HTMX, WORDS, hidden, right_code
from tests.hardship import checks, supervisor
from tests.hardship.conftest import own_site
from tests.hardship.supervisor import Site
from tests.live import SECONDS, signed_in, wait_until
from tests.make import MadePost, Make
from tests.web.test_no_room import sent_again

MEGABYTES = 112  # more than /readyz wants free, so that it is ready again when there is room
LONG = "Words that nobody may lose. " * 300
pytestmark = pytest.mark.skipif(bool(POSTGRES), reason="asks no database of the tests")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m,mode=0700", "hcpov-test", str(folder)]
    done = subprocess.run(words, capture_output=True, text=True) if os.getuid() == 0 else None
    if done is None or done.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {done.stderr.strip() if done else 'that takes root'}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    text: str


@dataclass
class Browser:
    """Somebody who asks the site."""

    app: Flask
    site: Site
    cookie: str = ""

    def get(self, path: str) -> Answer:
        """Asks for a page."""
        return self._ask("GET", path, None, {})

    def send(self, path: str, form: dict[str, str], headers: dict[str, str] | None = None) -> Answer:
        """Posts a form."""
        return self._ask("POST", path, form, headers or {})

    def code(self, post: MadePost) -> dict[str, str]:
        """Asks for a code and answers it rightly."""
        asked = self.get(f"/captcha?for={post.id}")
        assert asked.status == 200 and ("<svg" in asked.text or "<img" in asked.text)
        token = hidden(asked.text)
        return {"challenge": token, "code": right_code(self.app, token)}

    def _ask(self, method: str, path: str, form: dict[str, str] | None, headers: dict[str, str]) -> Answer:
        if form is not None:
            headers = headers | {"Content-Type": "application/x-www-form-urlencoded"}
        if self.cookie:
            headers = headers | {"Cookie": self.cookie}
        host = self.site.address.removeprefix("http://")
        with closing(http.client.HTTPConnection(host, timeout=SECONDS)) as line:
            line.request(method, path, None if form is None else urlencode(form), headers)
            answer = line.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            if self.cookie and "session=" in found.get("set-cookie", ""):
                self.cookie = found["set-cookie"].partition(";")[0]
            return Answer(answer.status, found, answer.read().decode())


@contextmanager
def full(disk: Path) -> Iterator[None]:
    """Leaves no byte free."""
    filler = disk / "filler"
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12):
            with suppress(OSError):
                while True:
                    file.write(b"x" * size)
    assert os.statvfs(disk).f_bavail == 0
    try:
        yield
    finally:
        filler.unlink()


def use_up(guest: Browser, post: MadePost) -> dict[str, str]:
    """Comments until no room is left: what SQLite's log has taken before is used again. Returns what was refused."""
    for number in range(400):
        form = WORDS | {"body": f"{number}: {LONG}", "disclosure": ""} | guest.code(post)
        if guest.send(post.comments, form).status != 303:
            return form
    raise AssertionError("there is always room")


def use_up_drafts(author: Browser, number: int, draft: dict[str, str]) -> Answer:
    """Writes on until the editor cannot keep it any more, for which less room will do; returns what it is told."""
    for count in range(100):
        typed = draft | {"body": f"{draft['body']} {count}"}
        if (answer := author.send(f"/desk/posts/{number}/draft", typed, HTMX)).status != 200:
            return answer
    raise AssertionError("there is always room")


def test_a_full_disk_costs_no_word_and_heals_by_itself(disk: Path, tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    with own_site(disk) as (app, settings):
        make = Make(app)
        posts = [make.post(f"Ward round {number}") for number in range(4)]
        member, admin = make.account("Maeve Neil"), make.account("Ada Admin", ("admin",))
        number = make.draft(author_id=admin.id, title="Ninety days", body="Short.")
        checks.let_go(app)
        with supervisor.running(settings, logs=logs, HCPOV_RATE_LIMITS="on") as site:
            guest = Browser(app, site)
            people = [
                Browser(app, site, signed_in(site.address, {"email": each.email, "password": each.password}))
                for each in (member, admin)
            ]
            assert guest.get(posts[0].path).status == 200
            page, editor = people[0].get(posts[0].path).text, people[1].get(f"/desk/posts/{number}").text
            of_member = {"body": LONG} | {name: hidden(page, name) for name in ("challenge", "csrf_token")}
            draft = {name: hidden(editor, name) for name in ("csrf_token", "base")}
            draft |= {"title": "Ninety days", "body": LONG, "tab": "tab-1", "do": "save"}
            _age_sessions(app)
            with app.app_context():
                tell_soon()  # something waits for the worker
                tell_soon.schedule(delay=1)
            with full(disk):
                refused, autosaved = use_up(guest, posts[0]), use_up_drafts(people[1], number, draft)
                began = time.monotonic()
                _everybody_reads(guest, people, posts)
                answer = guest.send(posts[0].comments, refused)
                said = guest.send(posts[0].comments, refused, HTMX)
                kept = people[0].send(posts[0].comments, of_member)
                saved = people[1].send(f"/desk/posts/{number}", draft)
                for each in (answer, said, kept, saved, autosaved):
                    assert each.status == 503 and each.headers["retry-after"] == "60"
                    assert "We have no room just now" in each.text and "ry again in a few minutes" in each.text
                assert "<form" not in said.text + autosaved.text
                again = [sent_again(each.text) for each in (answer, kept, saved)]
                assert [fields for _, fields in again] == [refused, of_member, draft]
                _lives_on(guest, site, logs, began)
            (where, fields), (members, words), (desk, text) = again
            places = {guest.send(where, fields).headers.get("location") for _ in range(2)}
            assert len(places) == 1 and "#comment-" in str(places)
            assert people[0].send(members, words).status == 303
            assert people[1].send(desk, text).status in {200, 303}
            assert LONG.strip() in people[1].get(f"/desk/posts/{number}").text
            for body in (refused["body"].strip(), of_member["body"].strip()):
                assert _times(app, body) == 1
                assert body[:40] in guest.get(posts[0].path).text or "after=" in guest.get(posts[0].path).text
            assert guest.get("/readyz").status == 200
            assert [service.starts for service in site.services] == [1, 1]
            assert checks.structure(settings, None) == []
        assert not re.search("nobody may lose|ada@example|Maeve", _log(logs))


def _age_sessions(app: Flask) -> None:
    """Lets the use of all sessions be due to be noted."""
    with app.app_context():
        db.session.execute(sa.update(LoginSession).values(seen_at=clock.now() - 2 * TOUCHED_EVERY))
        db.session.commit()
    checks.let_go(app)


def _everybody_reads(guest: Browser, people: list[Browser], posts: list[MadePost]) -> None:
    """Finished pages and those that are yet to be made, as strangers and as members; and the page to sign in."""
    for _ in range(3):  # two processes answer
        for path in ("/", "/boardroom-buzz/", "/sign-in", *(post.path for post in posts)):
            assert guest.get(path).status == 200, path
            assert all(each.get(path).status in {200, 302} for each in people), path
    assert people[1].get("/desk/held").status == people[1].get("/desk/posts").status == 200


def _lives_on(guest: Browser, site: Site, logs: Path, began: float) -> None:
    """Nothing has died, and nothing fills the log either."""
    ready = guest.get("/readyz")
    assert ready.status == 503 and "disk: full" in ready.text and "database: reachable" in ready.text
    assert guest.get("/healthz").status == 200
    wait_until(lambda: time.monotonic() > began + 5)
    assert [service.starts for service in site.services] == [1, 1]
    assert len((logs / "worker.log").read_text(encoding="utf-8").splitlines()) < 6


def _times(app: Flask, body: str) -> int:
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).where(Comment.body == body)) or 0


def _log(logs: Path) -> str:
    return "".join(each.read_text(encoding="utf-8") for each in sorted(logs.iterdir()))


def test_finished_pages_on_a_full_disk_are_never_old(disk: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = Store(disk / "pages", 1 << 20)
    names = [f"{number}@index.html" for number in range(20)]
    assert all(_keep(store, name, "text:1") for name in names)
    with full(disk):
        assert not _keep(store, "more@index.html", "text:2"), "there was room"
        assert all(store.find(name) for name in names)
        with suppress(sqlite3.Error):  # as a writer does, who is not stopped by it
            begun = store.begin({"text:1"})
            store.end({"text:1"}, begun)
        assert not any(store.find(name) for name in names)
        assert list((disk / "pages" / store.site).rglob("*.html*")) == []
        assert len(caplog.records) < 5
    assert _keep(store, "again@index.html", "text:2") and store.find("again@index.html")
    begun = store.begin({"text:2"})
    store.end({"text:2"}, begun)
    assert not store.find("again@index.html")
    store.close()


def test_the_thread_that_looks_after_pages_outlives_a_full_disk(disk: Path, caplog: pytest.LogCaptureFixture) -> None:
    with own_site(disk) as (app, _):
        store: Store = app.extensions[STORE]
        assert _keep(store, "0@index.html", "text:1", until=time.time() + 3)
        thread, stopped = pages.begin(app) or pytest.fail("no pages are kept")
        try:
            with full(disk):
                wait_until(lambda: "cannot be looked after" in caplog.text or not thread.is_alive())
                stopped.wait(1.2)  # two more looks
                assert thread.is_alive() and len(caplog.records) < 3
            wait_until(lambda: _keep(store, "again@index.html", "text:1"))
            assert thread.is_alive()
        finally:
            pages.end((thread, stopped))


def _keep(store: Store, name: str, subject: str, until: float | None = None) -> bool:
    page = Entry(encoded(b"A page. " * 500), [], store.counters.newest, frozenset({slot(subject)}))
    page.until = until
    return store.keep(name, page, {subject}, public=True)
