"""The worker as ops run it: what is new is told within seconds, by nudge and not by the clock."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from hcpov.app import create_app
from hcpov.config import Settings
from hcpov.extensions import db, huey
from hcpov.ops.schema import upgrade
from hcpov.updates import tasks
from hcpov.updates.models import Subscription
from tests.live import post, serving
from tests.make import Make
from tests.post_office import PostOffice, link, words
from tests.updates.readers import wish


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Flask]:
    """An instance of its own, for a worker would tell of other tests' posts as well."""
    settings = Settings(
        instance=tmp_path, secret_key="the worker's own secret, known to all of them", rate_limits="off"
    )
    bound = (huey.app, huey.storage) if hasattr(huey, "app") else None
    app = create_app(settings)
    with app.app_context():
        upgrade()
    yield app
    if bound:
        huey.app, huey.storage = bound


def test_from_asking_to_leaving(own: Flask, post_office: PostOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of it by HTTP and SMTP, as a mail program and its scanner do."""
    settings: Settings = own.config["HCPOV"]
    make = Make(own)
    make.blog()
    with serving(settings, HCPOV_SMTP_URL=f"smtp://127.0.0.1:{post_office.port}") as address:
        assert post(address, "/boardroom-buzz/updates", {"email": "reader@example.org"})[0] == 200
        [question] = post_office.wait_for(1)
        path = link(words(question), f"{address}/updates/")
        assert post(address, path, {}) == (303, f"{path}?done=confirm")
        monkeypatch.setitem(tasks._nudged, "at", float("-inf"))
        make.post("What a clinic learns")
        [_, letter] = post_office.wait_for(2, seconds=15)
        assert letter["Subject"] == "Boardroom Buzz: What a clinic learns"
        one_click = str(letter["List-Unsubscribe"]).strip("<>").removeprefix(address)
        assert post(address, one_click, {"List-Unsubscribe": "One-Click"}) == (200, "")
    with own.app_context():
        assert db.session.query(Subscription).one().left_at is not None


def test_a_hundred_changes_are_one_nudge(own: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    make = Make(own)
    wish(own)
    first = make.post(announced_at=None, announce=False)
    monkeypatch.setitem(tasks._nudged, "at", float("-inf"))
    huey.flush()
    for _ in range(20):
        make.comment(first)
    assert [task.name for task in huey.pending()].count("tell_soon") == 1
