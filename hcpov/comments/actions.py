"""Writes about comments: the only place that commits them."""

from dataclasses import dataclass, fields, replace

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from hcpov import clock
from hcpov.auth.models import Account
from hcpov.blog.models import Post
from hcpov.captcha import actions as captcha
from hcpov.captcha.challenges import CODE, Challenge
from hcpov.comments import queries
from hcpov.comments.models import Comment, State
from hcpov.extensions import db
from hcpov.text import markdown


@dataclass(frozen=True)
class Words:
    """What somebody wrote, and under which name."""

    name: str
    title: str
    place: str
    email: str
    body: str
    disclosure: str


WORDS = tuple(each.name for each in fields(Words))


def signed(words: Words, account: Account) -> Words:
    """Returns a member's words under the name, title and place the account has now, whatever was typed."""
    return replace(words, name=account.name, title=account.title, place=account.place, email="")


def publish(
    post_id: int, words: Words, challenge: Challenge, parent: Comment | None, account_id: int | None
) -> Comment | None:
    """Commits a comment, its used challenge and the post's count in one transaction; returns it.

    Where the same form was committed before, by a request that ran beside this one, returns that comment. Returns None
    when the challenge was burnt without leaving a comment.
    """
    now = clock.now()
    comment = Comment(
        post_id=post_id,
        parent_id=parent.id if parent else None,
        account_id=account_id,
        name=words.name,
        title=words.title,
        place=words.place,
        email=words.email,
        body=words.body,
        html=markdown.render_comment(words.body),
        disclosure=words.disclosure,
        state=State.PUBLISHED,
        submission_key=challenge.nonce,
        created_at=now,
        published_at=now,
    )
    db.session.add(comment)
    if challenge.kind == CODE:
        db.session.add(captcha.used(challenge, right=True))
    try:
        db.session.flush()
        count_in(post_id, comment)
        db.session.commit()
    except IntegrityError:
        # Two unique keys may have refused it, the comment's and the challenge's. Asking who was first is what counts.
        db.session.rollback()
        return queries.by_submission_key(challenge.nonce)
    return comment


def count_in(post_id: int, comment: Comment) -> None:
    """Counts a published comment in its post. In SQL, so that two writers cannot lose one. Does not commit."""
    db.session.execute(
        update(Post)
        .where(Post.id == post_id)
        .values(comment_count=Post.comment_count + 1, last_comment_at=comment.created_at)
    )
