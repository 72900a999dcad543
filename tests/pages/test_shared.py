"""Several machines on one database: what one changes, the others throw away when they look."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from hcpov import config
from hcpov.app import create_app
from hcpov.blog.models import Post
from hcpov.config import Settings
from hcpov.extensions import db
from hcpov.pages import actions, shared, tasks
from hcpov.pages.changes import STORE
from hcpov.pages.models import Purge
from hcpov.pages.shared import Follower
from tests import live
from tests.make import Make


@pytest.fixture
def machines(app: Flask, settings: Settings, tmp_path: Path) -> Iterator[tuple[Flask, Flask]]:
    """Two machines: each with an instance folder of its own, on the tests' database."""
    database = settings.database
    made = [
        create_app(replace(settings, instance=tmp_path / name, database_url=database, machines=2))
        for name in ("one", "other")
    ]
    yield made[0], made[1]
    for each in made:
        with each.app_context():
            db.engine.dispose()


def retitle(machine: Flask, post_id: int, title: str) -> None:
    with machine.app_context():
        db.session.get_one(Post, post_id).title = title
        db.session.commit()


def test_what_one_changes_the_other_throws_away(machines: tuple[Flask, Flask], make: Make) -> None:
    (one, other), post, left = machines, make.post("Before"), make.post("Elsewhere", blog="night-shift")
    readers = one.test_client(), other.test_client()
    with other.app_context():
        follower = Follower(other.extensions[STORE])
        follower.look()
    for reader in readers:
        for path in (post.path, left.path):
            reader.get(path)
    retitle(one, post.id, "Behind")
    assert "Behind" in readers[0].get(post.path).text
    with other.app_context():
        assert follower.look() == 1
        assert follower.look() == 0
    assert "Behind" in readers[1].get(post.path).text
    kept = [str(file) for file in other.extensions[STORE].folder.rglob("site/*/night-shift/**/*.html")]
    assert len(kept) == 1


def test_a_change_that_is_committed_late_is_followed_too(machines: tuple[Flask, Flask], make: Make) -> None:
    (one, other), post = machines, make.post("Before")
    with other.app_context():
        follower = Follower(other.extensions[STORE])
        retitle(one, post.id, "First")
        assert follower.look() == 1
    with one.app_context():  # its moment and its number are older than the newest that was seen
        newest = db.session.scalars(db.select(Purge).order_by(Purge.id.desc())).first()
        assert newest
        db.session.add(Purge(id=newest.id + 1, subjects=["text:7"], at=newest.at))
        db.session.commit()
    with other.app_context():
        assert follower.look() == 1


def test_what_is_not_committed_is_told_to_nobody(machines: tuple[Flask, Flask], make: Make) -> None:
    (one, _), post = machines, make.post("Before")
    with one.app_context():
        db.session.get_one(Post, post.id).title = "Never"
        db.session.flush()
        db.session.rollback()
        assert db.session.scalar(db.select(db.func.count()).select_from(Purge)) == 0


def test_one_machine_writes_no_rows(app: Flask, make: Make) -> None:
    make.post()
    with app.app_context():
        assert db.session.scalar(db.select(db.func.count()).select_from(Purge)) == 0


def test_the_worker_follows_within_a_second(machines: tuple[Flask, Flask], make: Make) -> None:
    (one, other), post, stopped = machines, make.post("Before"), threading.Event()
    reader = other.test_client()
    reader.get(post.path)
    thread = threading.Thread(target=shared.follow, args=(other, other.extensions[STORE], stopped))
    thread.start()
    try:
        retitle(one, post.id, "Behind")
        live.wait_until(lambda: "Behind" in reader.get(post.path).text, seconds=5)
    finally:
        stopped.set()
        thread.join()


def test_rows_that_all_have_followed_are_forgotten(machines: tuple[Flask, Flask], make: Make) -> None:
    (one, _), post = machines, make.post("Before")
    retitle(one, post.id, "Behind")
    with one.app_context():
        assert actions.forget_old() == 0
        db.session.execute(db.update(Purge).values(at=Purge.at))
        for row in db.session.scalars(db.select(Purge)):
            row.at -= actions.KEPT * 2
        db.session.commit()
        assert actions.forget_old() == 1


def test_without_room_no_pages_are_kept(settings: Settings, make: Make, tmp_path: Path) -> None:
    post = make.post()
    app = create_app(replace(settings, instance=tmp_path / "none", database_url=settings.database, pages_mb=0))
    client = app.test_client()
    assert client.get(post.path).data == client.get(post.path).data
    assert not (tmp_path / "none" / "pages").exists()
    assert tasks.begin_anew(app) == 0
    with app.app_context():
        db.engine.dispose()


def test_a_folder_that_cannot_be_written_to_takes_no_page_with_it(
    settings: Settings, make: Make, tmp_path: Path
) -> None:
    post, instance = make.post(), tmp_path / "blocked"
    instance.mkdir()
    (instance / "pages").write_text("in the way")
    app = create_app(replace(settings, instance=instance, database_url=settings.database))
    assert app.test_client().get(post.path).status_code == 200
    env = live.environment_of(settings, HCPOV_INSTANCE=str(instance), HCPOV_DATABASE_URL=settings.database)
    command = [sys.executable, "-m", "hcpov.cli", "pages", "clear"]
    done = subprocess.run(command, cwd=config.ROOT, env=env, check=False, capture_output=True, text=True)
    assert "No finished pages are kept" in done.stderr
    with app.app_context():
        db.engine.dispose()
