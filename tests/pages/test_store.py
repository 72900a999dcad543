"""The store by itself: bounds, changes under way, what breaks, and what it presses smaller."""

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient

from hcpov import config
from hcpov.config import Settings
from hcpov.pages import files, tasks
from hcpov.pages.counters import EVERYTHING, slot
from hcpov.pages.encodings import encoded
from hcpov.pages.entry import Entry
from hcpov.pages.memory import Memory
from hcpov.pages.store import PAGE_BYTES, UNDER_WAY, Store
from tests import live
from tests.make import Make

MEGABYTE = 1024 * 1024
ENDS = ("", ".gz", ".br")
Kept = Callable[[], set[str]]


@pytest.fixture
def own(tmp_path: Path) -> Store:
    """A store of the test's own."""
    return Store(tmp_path / "pages", MEGABYTE)


def entry(store: Store, words: str, *subjects: str, number: int | None = None) -> Entry:
    page = encoded(words.encode())
    number = store.counters.newest if number is None else number
    return Entry(page, [("Content-Type", "text/html")], number, frozenset(map(slot, subjects)))


def keep(store: Store, name: str, *subjects: str, words: str = "A page.", number: int | None = None) -> bool:
    return store.keep(name, entry(store, words, *subjects, number=number), subjects, public=True)


def test_a_page_is_found_until_what_it_shows_changes(own: Store) -> None:
    assert keep(own, "a@index.html", "text:1", "count:1")
    assert keep(own, "b@index.html", "text:2")
    found = own.find("a@index.html")
    assert found and found.body.plain == b"A page."
    own.throw_away({"count:1", "unknown"})
    assert own.find("a@index.html") is None
    assert own.find("b@index.html")
    assert {file.name for file in (own.folder / own.site).iterdir()} == {f"b@index.html{end}" for end in ENDS}
    own.clear()
    assert own.find("b@index.html") is None
    assert list((own.folder / own.site).rglob("*.html*")) == []


def test_what_was_begun_before_a_change_is_not_kept(own: Store) -> None:
    number = own.counters.newest
    own.throw_away({"text:1"})
    assert not keep(own, "a@index.html", "text:1", number=number)
    assert keep(own, "b@index.html", "text:2", number=number)
    own.throw_away({EVERYTHING})
    assert not keep(own, "c@index.html", "text:3", number=number)
    assert list((own.folder / "new").iterdir()) == []


def test_nothing_is_kept_while_a_change_is_under_way(own: Store) -> None:
    assert keep(own, "a@index.html", "text:1")
    begun = own.begin({"text:1"})
    assert own.find("a@index.html") is None
    assert not keep(own, "a@index.html", "text:1")
    assert keep(own, "b@index.html", "text:2")
    own.end({"text:1"}, begun)
    assert keep(own, "a@index.html", "text:1")


def test_two_changes_at_once_are_both_waited_for(own: Store, travel: Callable[[float], None]) -> None:
    first = own.begin({"text:1"})
    travel(1)
    second = own.begin({"text:1"})
    own.end({"text:1"}, first)
    assert not keep(own, "a@index.html", "text:1")
    own.end({"text:1"}, second)
    assert keep(own, "a@index.html", "text:1")


def test_a_change_whose_process_was_killed_is_over_after_a_while(own: Store, travel: Callable[[float], None]) -> None:
    own.begin({"text:1"})
    assert not keep(own, "a@index.html", "text:1")
    travel(UNDER_WAY + 1)
    assert keep(own, "a@index.html", "text:1")


def test_a_writer_killed_right_behind_its_commit_leaves_no_old_page(
    app: Flask, client: FlaskClient, make: Make, settings: Settings, store: Store, kept: Kept
) -> None:
    post = make.post("Before")
    client.get(post.path)
    program = f"""
import os, signal
from hcpov.app import create_app
from hcpov.extensions import db
from hcpov.blog.models import Post
app = create_app()
with app.app_context():
    db.event.listen(db.session, "after_commit", lambda _: os.kill(os.getpid(), signal.SIGKILL), insert=True)
    db.session.get_one(Post, {post.id}).title = "Behind"
    db.session.commit()
"""
    env = live.environment_of(settings)
    done = subprocess.run([sys.executable, "-c", program], cwd=config.ROOT, env=env, check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert kept() == set()
    for _ in range(2):
        assert "Behind" in client.get(post.path).text


def test_there_is_a_bound_on_pages(tmp_path: Path) -> None:
    own = Store(tmp_path / "pages", 100 * MEGABYTE, most_pages=60)
    for number in range(400):
        assert keep(own, f"p{number}@index.html", "posts", words=f"Page {number}.")
    pages, _ = own.size()
    assert pages <= 60 + 50
    assert len(list((own.folder / own.site).glob("*.html"))) == pages
    assert own.find("p399@index.html")
    assert own.find("p0@index.html") is None


def test_there_is_a_bound_on_bytes(tmp_path: Path) -> None:
    own = Store(tmp_path / "pages", MEGABYTE)
    for number in range(200):
        assert keep(own, f"p{number}@index.html", "posts", words=os.urandom(4000).hex())
    assert own.size()[1] <= MEGABYTE + 50 * 20_000


def test_what_is_read_is_kept_longest(tmp_path: Path) -> None:
    own = Store(tmp_path / "pages", 100 * MEGABYTE, most_pages=60)
    keep(own, "favourite@index.html", "posts")
    for number in range(300):
        keep(own, f"p{number}@index.html", "posts", words=f"Page {number}.")
        ahead = time.time() + number  # as nginx's reading leaves it
        file = own.folder / own.site / "favourite@index.html.gz"
        os.utime(file, (ahead, file.stat().st_mtime))
    assert own.find("favourite@index.html")


def test_a_page_that_is_too_large_is_not_kept(own: Store) -> None:
    assert not keep(own, "a@index.html", "text:1", words="x" * (PAGE_BYTES + 1))
    assert keep(own, "b@index.html", "text:1", words="x" * PAGE_BYTES)


def test_a_file_that_is_another_pages_is_not_read(own: Store) -> None:
    keep(own, "a@index.html", "text:1")
    place = own.folder / own.site / "a@index.html.br"
    place.write_bytes(brotli.compress(b"Something else."))
    assert own.find("a@index.html") is None
    keep(own, "b@index.html", "text:1")
    (own.folder / own.site / "b@index.html.gz").unlink()
    assert own.find("b@index.html") is None


def test_an_index_that_was_removed_throws_everything_away(
    app: Flask, client: FlaskClient, make: Make, store: Store, kept: Kept
) -> None:
    post = make.post("Before")
    client.get(post.path)
    for end in ("", "-wal", "-shm"):
        (store.folder / f"index.sqlite3{end}").unlink(missing_ok=True)
    for words in ("After all.", "Once more."):
        make.comment(post, words)
        for _ in range(3):
            assert words in client.get(post.path).text
        pages = [file.read_text() for file in (store.folder / store.site).rglob("*.html")]
        assert len(pages) == 1 and words in pages[0]


@pytest.mark.parametrize("broken", [b"", b"no database at all, but long enough to be taken for one" * 100])
def test_an_index_that_a_crash_broke_throws_everything_away(tmp_path: Path, broken: bytes) -> None:
    own = Store(tmp_path / "pages", MEGABYTE)
    keep(own, "a@index.html", "text:1")
    own._index.close()
    (own.folder / "index.sqlite3").write_bytes(broken)
    again = Store(tmp_path / "pages", MEGABYTE)
    assert again.find("a@index.html") is None
    assert list((own.folder / own.site).rglob("*.html*")) == []
    assert keep(again, "a@index.html", "text:1", words="Another page.")
    found = again.find("a@index.html")
    assert found and found.body.plain == b"Another page."


def test_a_full_disk_keeps_nothing_and_breaks_nothing(
    app: Flask, client: FlaskClient, make: Make, store: Store, kept: Kept
) -> None:
    post = make.post()
    new, aside = store.folder / "new", store.folder / "aside"
    new.rename(aside)  # whatever other processes are about to put in place
    new.touch()  # nothing can be written there now
    try:
        assert client.get(post.path).status_code == 200
        assert kept() == set()
    finally:
        new.unlink()
        aside.rename(new)
    client.get(post.path)
    assert kept() == {post.path}


def test_pages_that_last_are_pressed_smaller(
    app: Flask, client: FlaskClient, make: Make, store: Store, travel: Callable[[float], None]
) -> None:
    post = make.post(body="Words about wards at night, said in another order each time. " * 40)
    headers = {"Accept-Encoding": "br"}
    quick = client.get(post.path, headers=headers)
    with app.app_context():
        assert tasks.polish() == 0
        travel(tasks.LASTED + 1)
        assert tasks.polish() == 1
        assert tasks.polish() == 0
    file = next((store.folder / store.site).rglob("@index.html.br"))
    assert file.stat().st_size < len(quick.data)
    assert brotli.decompress(file.read_bytes()) == brotli.decompress(quick.data)
    assert f'"{int(file.stat().st_mtime):x}-' == quick.headers["ETag"].partition("-")[0] + "-"


def test_a_page_pressed_too_late_is_gone(own: Store, travel: Callable[[float], None]) -> None:
    keep(own, "a@index.html", "text:1", words="Words. " * 100)
    [row] = own._index.rough(time.time() + 1, 10)
    own.throw_away({"text:1"})
    own._exchange(row, encoded(b"Words. " * 100, 11))
    assert list((own.folder / own.site).rglob("*.html*")) == []
    assert list((own.folder / "new").iterdir()) == []


def test_what_is_over_is_swept_away(own: Store, travel: Callable[[float], None]) -> None:
    page = entry(own, "Until then.", "text:1")
    page.until = datetime.now(UTC).timestamp() + 60
    assert own.keep("a@index.html", page, {"text:1"}, public=True)
    keep(own, "b@index.html", "text:1")
    assert own.sweep() == 0
    travel(61)
    assert own.find("a@index.html") is None
    assert own.sweep() == 1
    assert {file.name for file in (own.folder / own.site).iterdir()} == {f"b@index.html{end}" for end in ENDS}


def test_what_a_killed_process_never_put_in_place_is_swept_away(own: Store, travel: Callable[[float], None]) -> None:
    files.write(own.folder / "new", encoded(b"A page."))  # and here it is killed
    own.sweep()
    assert len(list((own.folder / "new").iterdir())) == len(ENDS)  # it may be about to
    travel(UNDER_WAY + 1)
    own.sweep()
    assert list((own.folder / "new").iterdir()) == []


def test_a_page_that_cannot_be_written_whole_leaves_no_part(own: Store) -> None:
    body = encoded(b"A page.")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    signals = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # the system answers EFBIG instead
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(body.plain), before[1]))
        with pytest.raises(OSError, match="File too large"):
            files.write(own.folder / "new", body)  # the plain one fits, pressed ones of so few words are larger
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, signals)
    assert list((own.folder / "new").iterdir()) == []


def test_nginx_can_read_what_was_kept(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        own = Store(tmp_path / "pages", MEGABYTE)
        assert own.keep("a/b/@index.html", entry(own, "A page.", "text:1"), {"text:1"}, public=True)
    finally:
        os.umask(before)
    for path in (own.folder, own.folder / own.site, own.folder / own.site / "a", own.folder / own.site / "a/b"):
        assert path.stat().st_mode & 0o777 == 0o755
    assert (own.folder / own.site / "a/b/@index.html.br").stat().st_mode & 0o777 == 0o644
    assert (own.folder / "index.sqlite3").stat().st_mode & 0o077 == 0


def test_memory_is_bounded_and_forgets_what_is_used_least(own: Store) -> None:
    memory = Memory(60_000)
    for number in range(20):
        memory.keep(f"p{number}", entry(own, f"Page {number}.", "posts"))
        assert memory.find("p0", own.counters)
    assert memory.find("p1", own.counters) is None
    assert memory.find("p19", own.counters)
    own.throw_away({"posts"})
    assert memory.find("p19", own.counters) is None


def test_the_command_throws_all_away(
    app: Flask, client: FlaskClient, make: Make, settings: Settings, store: Store, kept: Kept
) -> None:
    post = make.post()
    client.get(post.path)
    env = live.environment_of(settings)
    command = [sys.executable, "-m", "hcpov.cli", "pages", "clear"]
    done = subprocess.run(command, cwd=config.ROOT, env=env, check=True, capture_output=True, text=True)
    assert done.stdout == "Thrown away: 1 page.\n"
    assert kept() == set()
    assert (store.folder / "static" / "css" / "pov.css.br").exists()
