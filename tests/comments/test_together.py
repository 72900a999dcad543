"""Comments that come at once share a transaction, and each has its own answer."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from hcpov.blog.models import Post
from hcpov.captcha.models import Challenge
from hcpov.comments.models import Comment
from hcpov.extensions import db
from hcpov.turns import turns
from tests.crowds import queued
from tests.forms import HTMX, WORDS, new_code
from tests.make import MadePost, Make


def at_once(app: Flask, sent: list[tuple[MadePost, dict[str, str]]], headers: dict[str, str]) -> tuple[int, list[Any]]:
    """Sends comments that all wait for their turn; returns how many transactions wrote them, and the answers."""
    commits: list[object] = []

    def note(connection: object) -> None:
        commits.append(connection)

    def send(post: MadePost, data: dict[str, str]) -> Any:
        return app.test_client().post(post.comments, data=data, headers=headers)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "commit", note)
    try:
        with ThreadPoolExecutor(len(sent)) as crowd:
            with turns.one():
                begun = []
                for number, each in enumerate(sent, 1):
                    begun.append(crowd.submit(send, *each))
                    queued(turns, number)
            answers = [each.result() for each in begun]
    finally:
        event.remove(engine, "commit", note)
    return len(commits), answers


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "fragment"])
def test_comments_that_wait_are_one_transaction(
    app: Flask, client: FlaskClient, make: Make, headers: dict[str, str]
) -> None:
    one, other = make.post(), make.post("Another")
    sent = [
        (post, WORDS | new_code(app, client, post) | {"body": f"Word {number}."})
        for number, post in enumerate((one, other, one, one))
    ]
    commits, answers = at_once(app, sent, headers)
    assert commits == 1
    with app.app_context():
        stored = {each.body: each for each in db.session.scalars(db.select(Comment))}
        assert len(stored) == 4
        for (post, data), answer in zip(sent, answers, strict=True):
            comment = stored[data["body"]]
            assert comment.post_id == post.id
            if headers:
                assert f'data-posted="{comment.id}"' in answer.text and data["body"] in answer.text
                assert f"{3 if post is one else 1} comment" in answer.text
            else:
                assert answer.headers["Location"] == f"{post.path}#comment-{comment.id}"
        for post, count in ((one, 3), (other, 1)):
            row = db.session.get_one(Post, post.id)
            newest = max(each.created_at for each in stored.values() if each.post_id == post.id)
            assert (row.comment_count, row.last_comment_at) == (count, newest)
        assert len(list(db.session.scalars(db.select(Challenge)))) == 4


def test_one_that_is_refused_takes_nobody_with_it(app: Flask, client: FlaskClient, make: Make) -> None:
    """Of a form that was sent twice there is one comment, and both hear of it."""
    post = make.post()
    first, twice = (WORDS | new_code(app, client, post) | {"body": body} for body in ("Once.", "Twice."))
    _, answers = at_once(app, [(post, first), (post, twice), (post, twice)], {})
    assert [answer.status_code for answer in answers] == [303] * 3
    assert answers[0].headers["Location"] != answers[1].headers["Location"] == answers[2].headers["Location"]
    with app.app_context():
        assert sorted(db.session.scalars(db.select(Comment.body))) == ["Once.", "Twice."]
        assert db.session.get_one(Post, post.id).comment_count == 2


def test_held_and_published_ones_are_told_apart(app: Flask, client: FlaskClient, make: Make) -> None:
    post = make.post()
    plain, linked = (WORDS | new_code(app, client, post) for _ in range(2))
    linked["body"] = " ".join(f"https://example.org/{number}" for number in range(3))
    commits, answers = at_once(app, [(post, plain), (post, linked)], HTMX)
    assert commits == 1
    assert ['data-posted="held"' in answer.text for answer in answers] == [False, True]
    with app.app_context():
        assert db.session.get_one(Post, post.id).comment_count == 1
