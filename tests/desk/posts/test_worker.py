"""Scheduled posts publish themselves: by the real worker, also when it was down at their moment."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from hcpov import clock
from hcpov.app import create_app
from hcpov.blog import actions
from hcpov.blog.models import Post, State
from hcpov.config import Settings
from hcpov.extensions import db
from hcpov.ops.schema import upgrade
from tests.conftest import POSTGRES
from tests.live import serving, wait_until
from tests.make import Make

PROMISE = 10  # seconds


@pytest.fixture
def own(tmp_path: Path) -> tuple[Flask, Settings]:
    """An instance of its own, for a worker would publish other tests' posts as well."""
    if POSTGRES:
        pytest.skip("the worker's database is SQLite here; publishing what is due is tested on both")
    settings = Settings(
        instance=tmp_path, secret_key="the worker's own secret, known to all of them", rate_limits="off"
    )
    app = create_app(settings)
    with app.app_context():
        upgrade()
    return app, settings


def schedule(app: Flask, seconds: float) -> int:
    """Makes a post that is to be published so many seconds from now, as the desk does."""
    make = Make(app)
    editor = make.account()
    number = make.draft(title="Ninety days", body="Words.")
    with app.app_context():
        post = db.session.get_one(Post, number)
        post.published_at = clock.now() + timedelta(seconds=seconds)
        db.session.commit()
        assert actions.set_state(post, State.SCHEDULED, editor.id)
    return number


def is_public(app: Flask, number: int) -> bool:
    """Says whether a post was published."""
    with app.app_context():
        return db.session.get_one(Post, number).state == State.PUBLISHED


def test_a_post_publishes_itself_within_its_promise(own: tuple[Flask, Settings]) -> None:
    app, settings = own
    with serving(settings):
        number = schedule(app, 3)
        assert not is_public(app, number)
        wait_until(lambda: is_public(app, number), 3 + PROMISE)
    with app.app_context():
        post = db.session.get_one(Post, number)
        assert post.published_at is not None and post.updated_at - post.published_at < timedelta(seconds=PROMISE)


@pytest.mark.parametrize("queue", ["kept", "lost"])
def test_a_moment_that_passed_while_the_worker_was_down_is_made_up_for(own: tuple[Flask, Settings], queue: str) -> None:
    app, settings = own
    number = schedule(app, -1)
    if queue == "lost":
        for file in settings.instance.glob("jobs.sqlite3*"):
            file.unlink()
    assert not is_public(app, number)
    with serving(settings):
        wait_until(lambda: is_public(app, number), PROMISE)
