"""Reads about where pictures are used. Each function says how many queries it makes; tests hold them to it."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from hcpov.blog.models import Post
from hcpov.blog.rows import post_path
from hcpov.extensions import db
from hcpov.languages import gettext
from hcpov.media.queries import PictureRow

MOST = 100
ANYWHERE = "/media/"


@dataclass(frozen=True)
class UseRow:
    """A post that shows a picture; `path` is empty for one that is not public."""

    title: str
    blog: str
    path: str
    state: str


def uses(rows: list[PictureRow]) -> dict[int, int]:
    """Returns how many posts name each picture. One query, which reads the posts once; none for no pictures."""
    if not rows:
        return {}
    counts = [func.count().filter(Post.body.contains(_mark(row), autoescape=True)) for row in rows]
    # Most posts have no picture, and looking for one thing is quicker than looking for all of them.
    found = db.session.execute(select(*counts).where(Post.body.contains(ANYWHERE, autoescape=True))).one()
    return {row.id: number for row, number in zip(rows, found, strict=True)}


def used_in(row: PictureRow) -> list[UseRow]:
    """Returns the posts that name a picture, newest first, MOST of them. One query."""
    wanted = select(Post).where(Post.body.contains(_mark(row), autoescape=True)).options(joinedload(Post.blog))
    posts = db.session.scalars(wanted.order_by(Post.id.desc()).limit(MOST))
    return [
        UseRow(post.title or gettext("Untitled"), post.blog.name, post_path(post) if post.is_public else "", post.state)
        for post in posts
    ]


def _mark(row: PictureRow) -> str:
    """Returns what every form's address of a picture begins with."""
    return row.path.removesuffix(".webp")
