"""A post as a comment on it needs to know it: where it is and what its rules are, without its text.

Taking a comment reads this and no article: that alone would cost half as much as all the rest.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, and_, bindparam, func, or_, select

from hcpov.auth.models import Account
from hcpov.blog.models import Blog, Kind, Post, State
from hcpov.blog.rows import address, closing, takes_comments
from hcpov.extensions import db


@dataclass(frozen=True)
class Head:
    """As much of a post as a comment needs. `names` are its author's, and a guest's with their place."""

    id: int
    path: str
    author_id: int | None
    names: tuple[str, ...]
    comment_rule: str
    comments_open: bool
    withdrawn: bool


_post, _blog, _author = Post.__table__.c, Blog.__table__.c, Account.__table__.c
_HEAD = (
    select(
        *(_post.id, _post.kind, _post.slug, _post.year, _post.month, _post.state, _post.published_at),
        *(_post.comments_open, _post.author_id, _post.byline_name, _post.byline_place),
        *(_blog.slug.label("blog"), _blog.comment_rule, _blog.close_after_days),
        func.coalesce(_author.name, "").label("author"),
    )
    .join_from(Post.__table__, Blog.__table__, _post.blog_id == _blog.id)
    .outerjoin(Account.__table__, _post.author_id == _author.id)
    .where(or_(_post.state == State.PUBLISHED, _post.state == State.WITHDRAWN))
)
_MONTH = and_(_post.year == bindparam("year"), _post.month == bindparam("month"))
# The post at an address, the page of the site at one, either by its number: published or withdrawn.
POST = _HEAD.where(
    _blog.slug == bindparam("blog"), _MONTH, _post.slug == bindparam("slug"), _post.kind == Kind.POST.value
)
PAGE = _HEAD.where(_post.slug == bindparam("slug"), _post.kind == Kind.PAGE.value)
NUMBERED = _HEAD.where(_post.id == bindparam("id"))
_COUNT = select(_post.comment_count).where(_post.id == bindparam("id"))


def comment_count(post_id: int) -> int:
    """Returns how many comments of a post are published. One query."""
    return db.session.scalar(_COUNT, {"id": post_id}) or 0


def made(row: Row[Any]) -> Head:
    """Returns the head in a row of one of these questions, whatever else was asked with it."""
    return Head(
        id=row.id,
        path=address(row.kind, row.blog, row.year, row.month, row.slug),
        author_id=row.author_id,
        names=(row.author, row.byline_name, row.byline_place if row.byline_name else ""),
        comment_rule=row.comment_rule,
        comments_open=takes_comments(
            row.comments_open, row.comment_rule, closing(row.published_at, row.close_after_days)
        ),
        withdrawn=row.state != State.PUBLISHED,
    )
