"""What was taken in comes into the search in portions, each whole, whoever is killed between two of them."""

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import OperationalError

from hcpov.comments.models import Comment
from hcpov.extensions import db
from hcpov.schedule import index_what_was_left
from hcpov.search import actions, index
from hcpov.search.models import Due
from hcpov.transfer import remainder
from hcpov.transfer import terminal as wordpress
from hcpov.transfer.site import terminal
from tests.make import MadePost, Make
from tests.search.test_finding import titles
from tests.search.test_index import indexed, public
from tests.transfer.site.conftest import Bar, Give, Take
from tests.transfer.wxr import export, item, said, saved

MANY = index.AT_ONCE + 20
_LEFT = sa.select(Due.later, sa.func.count().label("number")).group_by(Due.later)


@pytest.fixture
def taken(everything: int, app: Flask, give: Give, take: Take, begin_anew: Callable[[], None], tmp_path: Path) -> Flask:
    """A site just taken in, with more comments than are put in at once."""
    with app.app_context():
        columns = [each for each in Comment.__table__.c if each.name not in {"id", "submission_key", "origin"}]
        one = dict(
            db.session.execute(sa.select(*columns).where(Comment.post_id == everything)).mappings().first() or {}
        )
        kettle = one | {"body": "A kettle.", "html": "<p>A kettle.</p>", "state": "published", "parent_id": None}
        db.session.execute(sa.insert(Comment), [kettle] * MANY)
        db.session.commit()
    give(tmp_path / "out")
    begin_anew()
    take(tmp_path / "out")
    return app


def left() -> dict[bool, int]:
    """Returns how much waits to come in, by whether it is left for later."""
    found = {row.later: row.number for row in db.session.execute(_LEFT)}
    db.session.rollback()
    return found


def killed(_some: int) -> None:
    raise KeyboardInterrupt


def test_it_goes_on_where_somebody_was_killed(taken: Flask, make: Make) -> None:
    with taken.app_context():
        whole = public()
        assert left() == {True: len(whole)} and titles(taken, "kettle") == []
        with pytest.raises(KeyboardInterrupt):
            actions.catch_up(killed)
        db.session.rollback()
        assert left() == {True: len(whole) - index.AT_ONCE}
        post = db.session.scalars(sa.select(Comment.post_id).where(Comment.body == "A kettle.")).first()
        assert post
        make.comment(MadePost(post, "", 0, ""), "A teapot.")
        assert titles(taken, "teapot") == ["A teapot."] and left() == {True: len(whole) - index.AT_ONCE}
        index_what_was_left.call_local()
        assert indexed() == public() and len(public()) == len(whole) + 1


def test_what_changes_meanwhile_is_found_as_it_is(taken: Flask) -> None:
    with taken.app_context():
        comment = db.session.scalars(sa.select(Comment).where(Comment.body == "A kettle.")).first()
        assert comment
        comment.html = "<p>A teapot.</p>"
        db.session.commit()
        assert titles(taken, "teapot") == ["A teapot."]
        db.session.execute(sa.delete(Comment).where(Comment.id == comment.id))
        db.session.commit()
        remainder.make_found(Bar())
        assert titles(taken, "teapot") == [] and indexed() == public()


def test_a_failure_is_not_the_imports(
    taken: Flask, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(_step: object) -> int:
        db.session.execute(sa.delete(Due))
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    monkeypatch.setattr(actions, "catch_up", full)
    with taken.app_context():
        remainder.make_found(Bar())
        assert "the worker goes on" in capsys.readouterr().out and left() == {True: len(public())}


def test_the_commands_put_it_in(
    everything: int,
    app: Flask,
    give: Give,
    begin_anew: Callable[[], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(terminal, "_clear_up_when_stopped", lambda: None)  # a signal's handler of the whole process
    give(tmp_path / "out")
    begin_anew()
    with app.app_context():
        terminal.take(tmp_path / "out", Bar())
        assert indexed() == public() and len(public()) > 1
        before = len(public())
        wordpress.take_wordpress(saved(tmp_path, export(item(1, "x", said(1, "A kettle.")))), "the-ward", "", Bar())
        assert indexed() == public() and len(public()) == before + 2
