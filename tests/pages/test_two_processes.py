"""Two server processes with one store: what one changes, the other shows, and a slow rendering never wins."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hcpov import config
from hcpov.comments.subjects import publishing
from hcpov.config import Settings
from hcpov.pages import files
from hcpov.pages.counters import slot
from hcpov.pages.store import Store
from tests import live
from tests.forms import WORDS, new_code
from tests.make import MadePost, Make

Kept = Callable[[], set[str]]


@contextmanager
def braked(settings: Settings) -> Iterator[str]:
    """Runs the application with its brake in a process of its own, and yields its address."""
    port = live.free_port()
    env = live.environment_of(settings)
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "1", "--blocking-threads", "1"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--no-ws", "tests.pages.slow:app"]
    with (settings.instance / f"slow-{port}.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=config.ROOT, env=env, stdout=log, stderr=log)
        try:
            live.wait_until(lambda: live.answers(port))
            yield f"http://127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=live.SECONDS)


@pytest.fixture
def pair(settings: Settings, store: Store) -> Iterator[tuple[str, str]]:
    with braked(settings) as one, braked(settings) as other:
        yield one, other


@pytest.fixture
def hold(settings: Settings) -> Iterator[Path]:
    """The file that keeps a rendering from its end."""
    yield settings.instance / "hold"
    for name in ("hold", "held"):
        (settings.instance / name).unlink(missing_ok=True)


def leave(app: Flask, client: FlaskClient, address: str, post: MadePost, body: str) -> None:
    status, _ = live.post(address, post.comments, WORDS | new_code(app, client, post) | {"body": body})
    assert status == 303


def test_what_one_changes_the_other_shows(app: Flask, client: FlaskClient, make: Make, pair: tuple[str, str]) -> None:
    post, (one, other) = make.post(), pair
    for number in range(6):
        words, writer, readers = f"Comment number {number}.", pair[number % 2], (one, other, one)
        leave(app, client, writer, post, words)
        for reader in readers:
            assert words in live.get(reader, post.path)[1]
            assert f"{number + 1} comment" in live.get(reader, "/")[1]


def test_a_slow_rendering_is_not_kept(
    app: Flask, client: FlaskClient, make: Make, pair: tuple[str, str], hold: Path, kept: Kept
) -> None:
    post, (one, other) = make.post(), pair
    with ThreadPoolExecutor(1) as crowd:
        hold.touch()
        slow = crowd.submit(live.get, one, post.path)
        live.wait_until(hold.with_name("held").exists)
        leave(app, client, other, post, "Said meanwhile.")
        hold.unlink()
        status, page = slow.result()
    assert status == 200
    assert "Said meanwhile." not in page  # it was asked for before
    assert post.path not in kept()
    for reader in (one, other, one):
        assert "Said meanwhile." in live.get(reader, post.path)[1]
    assert post.path in kept()


def apart(make: Make, store: Store, address: str, post: MadePost) -> MadePost:
    """Returns a post on another blog, whose comments change no slot of what the page of `post` shows.

    Two subjects in some thousands share a slot by chance, and numbers of rows differ from run to run.
    """
    live.get(address, post.path)
    page = store.find(files.name(post.path, "") or "")
    assert page is not None
    store.clear()
    while True:
        other = make.post(blog="night-shift")
        if page.slots.isdisjoint(map(slot, publishing(other.id, None))):
            return other


def test_a_slow_rendering_is_kept_when_something_else_changed(
    app: Flask, client: FlaskClient, make: Make, pair: tuple[str, str], hold: Path, kept: Kept, store: Store
) -> None:
    post, (one, other) = make.post(), pair
    elsewhere = apart(make, store, one, post)
    with ThreadPoolExecutor(1) as crowd:
        hold.touch()
        slow = crowd.submit(live.get, one, post.path)
        live.wait_until(hold.with_name("held").exists)
        leave(app, client, other, elsewhere, "Said elsewhere.")
        hold.unlink()
        assert slow.result()[0] == 200
    assert post.path in kept()


def test_readers_and_writers_at_once(app: Flask, client: FlaskClient, make: Make, pair: tuple[str, str]) -> None:
    post = make.post()
    forms = [WORDS | new_code(app, client, post) | {"body": f"Comment number {number}."} for number in range(12)]

    def write(number: int) -> str:
        """Posts a comment, and asks both for the page as soon as it was answered."""
        status, _ = live.post(pair[number % 2], post.comments, forms[number])
        pages = [live.get(each, post.path)[1] for each in pair]
        return "" if status == 303 and all(f"Comment number {number}." in page for page in pages) else f"{number}"

    with ThreadPoolExecutor(4) as crowd:
        assert [each for each in crowd.map(write, range(12)) if each] == []
