"""An upgrade of a running site, with its writers, and the way back."""

import re
import threading
import urllib.error
import urllib.request
from urllib.parse import urlencode

import pytest
from flask import Flask

from hcpov.ops import revisions
from tests.conftest import POSTGRES
from tests.forms import hidden, right_code
from tests.live import answers, get, wait_until
from tests.ops.upgrades.conftest import MOOD, Home, source


class Writer:
    """Somebody who goes on commenting, and what they were told: taken, kept with the words, or nothing of it."""

    def __init__(self, home: Home, app: Flask) -> None:
        self.home, self.app = home, app
        self.taken: list[str] = []
        self.kept: list[str] = []
        self.told: set[int] = set()
        self.path = (re.findall(r'href="(/[a-z0-9-]+/\d{4}/\d{2}/[a-z0-9-]+/)"', get(home.address, "/")[1]))[0]
        slug = self.path.split("/")[-2]
        self.post = home.asked(f"SELECT id FROM post WHERE slug = '{slug}'")[0]
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._write)

    def __enter__(self) -> "Writer":
        self.thread.start()
        wait_until(lambda: bool(self.taken))
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join()

    def _write(self) -> None:
        number = 0
        while not self.over.wait(0.02):
            number += 1
            words = f"What the night shift saw, {number} times."
            status, page = self._send(words)
            self.told.add(status)
            if status == 303:
                self.taken.append(words)
            elif status == 503:
                assert words in page and "Try again" in page and "brought up to date" in page
                self.kept.append(words)

    def _send(self, words: str) -> tuple[int, str]:
        try:
            token = hidden(get(self.home.address, f"/captcha?for={self.post}")[1])
            fields = {"name": "A. Nurse", "title": "RN", "place": "Here", "body": words}
            fields |= {"challenge": token, "code": right_code(self.app, token) if token else ""}
            return send(self.home.address + self.path + "comments", fields)
        except (OSError, AssertionError):  # the moment in which the service is started anew
            return 0, ""


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def send(address: str, fields: dict[str, str]) -> tuple[int, str]:
    """Sends a form; returns the status and the page."""
    try:
        with urllib.request.build_opener(_Stay).open(address, urlencode(fields).encode(), timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code, answer.read().decode()


def test_a_running_site_goes_to_another_version_and_back_and_nobodys_words_are_lost(home: Home, app: Flask) -> None:
    home.service()
    wait_until(lambda: answers(home.port))
    before = home.revision
    new = source(home.folder.parent / "new", "0.3.0")
    with Writer(home, app) as writer:
        code, said = home.run("upgrade", str(new))
    assert code == 0, said
    steps = ["From 0.1.0 to 0.3.0", MOOD, "Installing", "Taking a backup", "on a copy", "Holding writers", "Switching"]
    assert [said.index(each) for each in steps] == sorted(said.index(each) for each in steps), said
    assert home.code.name.startswith("0.3.0-") and home.revision == MOOD
    assert home.asked("SELECT count(*) FROM mood") == home.asked("SELECT count(*) FROM post")
    bodies = set(home.asked("SELECT body FROM comment"))
    assert writer.taken and set(writer.taken) <= bodies
    assert not bodies & set(writer.kept) and writer.told <= {0, 303, 503}, writer.told
    assert writer.kept, "no one wrote while the tables changed"
    assert len(list((home.instance / "backups").glob("hcpov-*.tar.gz"))) == 1
    with Writer(home, app) as writer:  # the new version takes words
        pass
    code, said = home.run("upgrade", "--back")
    assert code == 0, said
    assert "no row is lost" in said and home.code == home.folder and home.revision == before == revisions.head()
    assert set(writer.taken) <= set(home.asked("SELECT body FROM comment"))
    with Writer(home, app):
        pass


def test_the_way_back_says_what_would_be_lost_and_asks(home: Home, app: Flask) -> None:
    """A migration that cannot be taken back: the tables of before come back, and what was written since is told."""
    new = home.folder / "releases" / "0.2.0-new"
    migration = new / "hcpov" / "migrations" / "versions" / "2027_01_01_mood.py"
    migration.write_text(
        migration.read_text().replace('    op.drop_table("mood")', '    raise ValueError("no way back")')
    )
    assert home.run("upgrade", "0.2.0")[0] == 0
    before = home.state()
    code, said = home.run("upgrade", "--back", "--dry-run")
    assert code == 0 and "Written since then: nothing" in said and home.state() == before, said
    now = "CURRENT_TIMESTAMP" if POSTGRES else "datetime('now', '+1 seconds')"
    home.write(
        f"UPDATE comment SET body = 'Written since.', edited_at = {now} WHERE id = (SELECT max(id) FROM comment)"
    )
    before = home.state()
    code, said = home.run("upgrade", "--back")
    assert code == 1 and "1 comments" in said and "--yes" in said and home.state() == before, said
    code, said = home.run("upgrade", "--back", "--yes")
    assert code == 0, said
    assert home.revision == revisions.head() and home.code == home.folder
    assert "Written since." not in home.asked("SELECT body FROM comment")
    assert len(list((home.instance / "backups").glob("hcpov-*.tar.gz"))) == 2


def test_a_checkout_comes_up_to_date_in_place(home: Home) -> None:
    (home.folder / "hcpov" / "migrations" / "versions" / "2027_01_01_mood.py").write_text(
        (home.folder / "releases/0.2.0-new/hcpov/migrations/versions/2027_01_01_mood.py").read_text()
    )
    code, said = home.run("upgrade")
    assert code == 0, said
    assert home.revision == MOOD and not (home.folder / "current").is_symlink()
    assert "Stop the site and start it anew" in said


@pytest.mark.parametrize("dry", [["--dry-run"], []])
def test_an_older_version_is_no_upgrade(home: Home, dry: list[str]) -> None:
    assert home.run("upgrade", "0.2.0")[0] == 0
    before = home.state()
    old = source(home.folder.parent / "old", "0.0.9", migration=False)
    code, said = home.run("upgrade", str(old), *dry)
    assert code == 1 and "--back" in said and home.state() == before
