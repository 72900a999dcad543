"""Exactly once, on the real server: several processes, one database."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hcpov.blog.models import Post
from hcpov.captcha.models import Challenge
from hcpov.comments.models import Comment
from hcpov.extensions import db
from tests import live
from tests.forms import WORDS, new_code
from tests.make import Make


@pytest.mark.parametrize("_round", range(8))  # the ways in which two requests can overtake each other are many
def test_twenty_at_once_are_one_comment(app: Flask, client: FlaskClient, make: Make, server: str, _round: int) -> None:
    post = make.post()
    data = WORDS | new_code(app, client, post)
    with ThreadPoolExecutor(20) as crowd:
        answers = list(crowd.map(lambda _: live.post(server, post.comments, data), range(20)))
    with app.app_context():
        [comment] = db.session.scalars(db.select(Comment))
        assert answers == [(303, f"{post.path}#comment-{comment.id}")] * 20
        assert db.session.get_one(Post, post.id).comment_count == 1
        assert len(list(db.session.scalars(db.select(Challenge)))) == 1


def test_twenty_writers_at_once_are_twenty_comments(app: Flask, client: FlaskClient, make: Make, server: str) -> None:
    post = make.post()
    forms = [WORDS | new_code(app, client, post) for _ in range(20)]
    with ThreadPoolExecutor(20) as crowd:
        answers = list(crowd.map(lambda data: live.post(server, post.comments, data), forms))
    assert [status for status, _ in answers] == [303] * 20
    assert len({where for _, where in answers}) == 20
    with app.app_context():
        assert db.session.get_one(Post, post.id).comment_count == 20


def test_ten_megabytes_get_an_answer(make: Make, server: str) -> None:
    assert live.post(server, make.post().comments, WORDS | {"body": "x" * 10_000_000})[0] == 413
