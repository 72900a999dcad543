"""What a writer does while somebody else does something with the same comment."""

from collections.abc import Iterator

import pytest
from flask import Flask

from hcpov.blog.models import Post
from hcpov.comments import actions
from hcpov.comments.models import Comment, State
from hcpov.extensions import db
from tests.make import MadePost, Make


@pytest.fixture
def post(make: Make) -> MadePost:
    """A post."""
    return make.post()


@pytest.fixture
def context(app: Flask) -> Iterator[None]:
    """A request's session, as far as the database knows."""
    with app.app_context():
        yield


def meanwhile(number: int, **values: object) -> None:
    """Changes a comment and its post's count from another connection; without values the comment is erased."""
    change = db.update(Comment).values(**values) if values else db.delete(Comment)
    with db.engine.begin() as another:
        another.execute(change.where(Comment.id == number))
        another.execute(db.update(Post).values(comment_count=int(values.get("state") == State.PUBLISHED)))


def test_words_held_anew_are_not_left_published(context: None, make: Make, post: MadePost) -> None:
    comment = db.session.get_one(Comment, make.comment(post, state=State.HELD))
    assert comment.state == State.HELD  # as the writer's request read it
    meanwhile(comment.id, state=State.PUBLISHED)
    assert actions.edit(comment, "DOB 4/12/1961", ["may identify a patient: a date"]) is True
    assert (comment.state, db.session.get_one(Post, post.id).comment_count) == (State.HELD, 0)


def test_a_removed_comment_is_not_brought_back(context: None, make: Make, post: MadePost) -> None:
    comment = db.session.get_one(Comment, make.comment(post))
    assert comment.state == State.PUBLISHED
    meanwhile(comment.id, state=State.REMOVED)
    assert actions.edit(comment, "Other words, with three links.", ["3 links"]) is False
    assert (comment.state, comment.body) == (State.REMOVED, "I agree.")
    assert db.session.get_one(Post, post.id).comment_count == 0


def test_an_erased_comment_is_edited_and_erased_no_more(context: None, make: Make, post: MadePost) -> None:
    first = db.session.get_one(Comment, make.comment(post))
    meanwhile(first.id)
    assert actions.edit(first, "Other words.") is False
    second = db.session.get_one(Comment, make.comment(post))
    meanwhile(second.id)
    actions.erase(second)
    assert db.session.get_one(Post, post.id).comment_count == 0


def test_an_erasure_counts_what_was_published_meanwhile(context: None, make: Make, post: MadePost) -> None:
    comment = db.session.get_one(Comment, make.comment(post, state=State.HELD))
    assert comment.state == State.HELD
    meanwhile(comment.id, state=State.PUBLISHED)
    actions.erase(comment)
    assert db.session.get_one(Post, post.id).comment_count == 0
