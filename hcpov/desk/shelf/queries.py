"""Reads about the blogs themselves and the pages of the site, for the desk."""

import hashlib

from sqlalchemy import select
from sqlalchemy.orm import undefer

from hcpov.auth.models import Account
from hcpov.blog.models import Blog, BlogRole, Kind, Post, State
from hcpov.extensions import db


def blog(number: int) -> Blog | None:
    """Returns a blog with all its texts. One query."""
    return db.session.scalar(select(Blog).where(Blog.id == number).options(undefer(Blog.write_for_us)))


def people(blog_id: int) -> dict[str, list[str]]:
    """Returns the names of a blog's editors and authors, by role. One query."""
    wanted = select(BlogRole.role, Account.name).join(Account, Account.id == BlogRole.account_id)
    named: dict[str, list[str]] = {}
    for role, name in db.session.execute(wanted.where(BlogRole.blog_id == blog_id).order_by(Account.name)):
        named.setdefault(role, []).append(name)
    return named


def site_pages() -> list[Post]:
    """Returns the pages of the site without their texts, by address. One query."""
    columns = (Post.id, Post.slug, Post.title, Post.state, Post.updated_at)
    public = Post.state.in_([State.PUBLISHED, State.WITHDRAWN])
    wanted = select(*columns).where(Post.kind == Kind.PAGE, public)
    return list(db.session.execute(wanted.order_by(Post.slug)))  # type: ignore[arg-type]


def mark_of(found: Blog) -> str:
    """Returns a mark of a blog's texts, which changes with them."""
    texts = "\0".join((found.tagline, found.about, found.write_for_us))
    return hashlib.sha256(texts.encode()).hexdigest()[:16]
