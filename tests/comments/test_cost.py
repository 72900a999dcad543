"""What a comment on its way in asks of the database, and to which page of a long thread it leads."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import ORMExecuteState

from hcpov.comments.models import Comment, State
from hcpov.comments.queries import THREADS
from hcpov.extensions import db
from tests.forms import HTMX, WORDS, new_code
from tests.make import START, Make

Queries = Callable[[], Any]


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "fragment"])
def test_a_comment_is_seven_statements(
    app: Flask, client: FlaskClient, make: Make, headers: dict[str, str], queries: Queries
) -> None:
    """The post with what is known of form, code, network and words; comment, code and count written.

    Three are the search's: what is to come in is taken, read and put in.
    """
    post = make.post()
    data = WORDS | new_code(app, client, post)
    with queries() as said:
        answer = client.post(post.comments, data=data, headers=headers, environ_base={"REMOTE_ADDR": "192.0.2.7"})
    assert answer.status_code == (200 if headers else 303)
    written = [each for each in said if not each.startswith("SELECT")]
    assert (len(said), len(written)) == (7, 5), said


def test_a_comment_on_the_second_page_is_found_there(
    app: Flask, client: FlaskClient, make: Make, queries: Queries
) -> None:
    post = make.post()
    numbers = [make.comment(post) for _ in range(THREADS - 1)]
    for after in ("", f"?after={numbers[-1] + 1}"):
        data = WORDS | new_code(app, client, post)
        with queries() as said:
            place = client.post(post.comments, data=data).headers["Location"]
        number = int(place.partition("#comment-")[2])
        assert place == f"{post.path}{after}#comment-{number}"
        assert client.get(f"/comments/{number}/").headers["Location"] == place
        assert f'id="comment-{number}"' in client.get(place).text
    assert len(said) == 9  # two for the page


def test_a_stub_takes_the_place_of_one_that_counts(app: Flask, client: FlaskClient, make: Make) -> None:
    """Removed comments count in no post, but stand in its thread while somebody answered them."""
    post = make.post()
    half = THREADS // 2
    for _ in range(half):
        removed = make.comment(post, state=State.REMOVED)
        make.comment(post, "An answer.", parent=removed)
    numbers = [make.comment(post) for _ in range(half)]
    data = WORDS | new_code(app, client, post)
    place = client.post(post.comments, data=data).headers["Location"]
    assert place.startswith(f"{post.path}?after={numbers[-1]}#")
    assert client.get(f"/comments/{numbers[-1]}/").headers["Location"] == f"{post.path}#comment-{numbers[-1]}"


@pytest.mark.parametrize("apart", [timedelta(0), timedelta(seconds=1)], ids=["at once", "in turn"])
def test_each_comment_of_a_long_thread_is_found_on_its_page(
    app: Flask, client: FlaskClient, make: Make, apart: timedelta
) -> None:
    """In whatever order they came, and when all of one moment were taken in at once.

    However long the thread is above one, no more than a page of it is passed over to find where its own begins.
    """
    post = make.post()
    passed: list[int] = []
    make.comment(make.post("Another"), at=START)
    for _ in range(2):
        make.comment(post, at=START + apart)
    make.comment(post, state=State.SPAM, at=START)
    with app.app_context():
        columns = [column for column in Comment.__table__.c if column.name not in {"id", "created_at"}]
        like = sa.select(*columns).where(Comment.post_id == post.id, Comment.state == State.PUBLISHED).limit(1)
        row = dict(db.session.execute(like).mappings().one())
        more = [row | {"created_at": START + apart * (number % 7)} for number in range(2 * THREADS + 5)]
        db.session.execute(sa.insert(Comment), more)
        db.session.execute(sa.text("UPDATE post SET comment_count = :count"), {"count": len(more) + 2})
        db.session.commit()
        shown = sa.select(Comment.id).where(Comment.post_id == post.id, Comment.state == State.PUBLISHED)
        numbers = list(db.session.scalars(shown.order_by(Comment.created_at, Comment.id)))

    def note(state: ORMExecuteState) -> None:
        passed.extend(value for name, value in (state.parameters or {}).items() if name == "passed")  # type: ignore[union-attr]

    sa.event.listen(db.session, "do_orm_execute", note)
    for place in (0, THREADS - 1, THREADS, THREADS + 1, 2 * THREADS - 1, 2 * THREADS, 2 * THREADS + 6):
        page = place // THREADS
        after = f"?after={numbers[page * THREADS - 1]}" if page else ""
        led = client.get(f"/comments/{numbers[place]}/").headers["Location"]
        assert led == f"{post.path}{after}#comment-{numbers[place]}"
    sa.event.remove(db.session, "do_orm_execute", note)
    assert passed == [0, 1, THREADS - 1, 0, 6]
