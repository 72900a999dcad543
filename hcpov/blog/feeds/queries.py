"""Reads for feeds. A feed of posts costs three queries: what it is of, the posts, their tags."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select, tuple_
from sqlalchemy.orm import defer, joinedload

from hcpov import config
from hcpov.auth.subjects import account
from hcpov.blog import queries, subjects
from hcpov.blog.feeds.models import FeedName
from hcpov.blog.models import Blog, Kind, Post, State, Tag, post_tag
from hcpov.blog.notices import titled
from hcpov.blog.rows import ArticleRow, article_row, post_path, tag_row
from hcpov.extensions import db
from hcpov.pages.recording import show

PAGE = 20


@dataclass(frozen=True)
class Source:
    """What a feed is of. `changed` is when the newest post was taken back from it, or when the site began.

    `newer` begins the page of newer posts before the one that was asked for, None for the newest of all.
    """

    namer: str
    changed: datetime
    newer: int | None
    thing: str
    title: str
    subtitle: str
    path: str
    blog_id: int | None = None
    tag_id: int | None = None


@dataclass(frozen=True)
class ThreadSource:
    """The post whose comments a feed is of."""

    namer: str
    began: datetime
    post_id: int
    title: str
    path: str
    withdrawn: bool


def site(before: int | None) -> Source:
    """Returns the whole site. One query."""
    show(subjects.POSTS, subjects.MASTHEAD)
    found = db.session.execute(select(*_facts(before))).one()
    return Source(*_read(found), "site", config.current().site_name, "", "/")


def blog(slug: str, before: int | None) -> Source | None:
    """Returns the blog at an address. One query."""
    here = Post.blog_id == Blog.id
    found = db.session.execute(select(Blog, *_facts(before, here)).where(Blog.slug == slug)).first()
    if found is None:
        return None
    blog = found[0]
    show(subjects.posts_of(blog.id), subjects.blog(blog.id))
    return Source(*_read(found[1:]), f"blog/{blog.id}", blog.name, blog.tagline, f"/{blog.slug}/", blog_id=blog.id)


def tag(slug: str, before: int | None) -> Source | None:
    """Returns the tag at an address. One query."""
    here = (post_tag.c.tag_id == Tag.id, post_tag.c.published_at.is_not(None))
    gone = select(func.max(post_tag.c.withdrawn_at)).where(post_tag.c.tag_id == Tag.id).correlate(Tag)
    above = select(post_tag.c.post_id).where(*here).correlate(Tag)
    wanted = select(Tag, *_site(), gone.scalar_subquery(), *_newer(before, above, queries.FILED))
    found = db.session.execute(wanted.where(Tag.slug == slug)).first()
    if found is None:
        return None
    row = tag_row(found[0])
    show(subjects.TAGGED, subjects.MASTHEAD)
    title = f"{row.name} · {config.current().site_name}"
    return Source(*_read(found[1:]), f"tag/{found[0].id}", title, "", row.path, tag_id=found[0].id)


def posts(source: Source, before: int | None) -> tuple[list[ArticleRow], int | None]:
    """Returns a page of posts whole, newest first, and where the next older one begins. Two queries."""
    numbers, place = select(Post.id).where(*_public()), queries.PLACE
    if source.blog_id is not None:
        numbers = numbers.where(Post.blog_id == source.blog_id)
    if source.tag_id is not None:
        numbers, place = queries.filed(numbers, source.tag_id), queries.FILED
    if before is not None:
        numbers = numbers.where(tuple_(*place) < queries.place_of(before))
    # The numbers first, from an index: to sort whole posts, the database would read every text.
    page = queries.newest(numbers, place).limit(PAGE + 1).correlate(None)
    wanted = queries.articles().where(Post.id.in_(page))
    found = list(db.session.scalars(queries.newest(wanted)))
    for post in found:
        show(subjects.text(post.id), account(post.author_id))
    shown = found[:PAGE]
    tags = queries.tags_of([post.id for post in shown])
    rows = [article_row(post, tags.get(post.id, [])) for post in shown]
    return rows, shown[-1].id if len(found) > PAGE else None


def post(blog_slug: str, year: int, month: int, slug: str) -> ThreadSource | None:
    """Returns the post at an address, public or withdrawn. One query."""
    here = (Blog.slug == blog_slug, Post.year == year, Post.month == month, Post.slug == slug, Post.kind == Kind.POST)
    return _thread(_articles().where(*here))


def site_page(slug: str) -> ThreadSource | None:
    """Returns the site page at an address, public or withdrawn. One query."""
    return _thread(_articles().where(Post.slug == slug, Post.kind == Kind.PAGE))


def _thread(wanted: "Select[Any]") -> ThreadSource | None:
    found = db.session.execute(wanted).first()
    if found is None:
        return None
    post, namer, began = found
    show(subjects.text(post.id))
    return ThreadSource(namer, began, post.id, titled(post), post_path(post), not post.is_public)


def _articles() -> "Select[Any]":
    wanted = queries.articles().add_columns(*_site())
    return wanted.options(defer(Post.html), joinedload(Post.blog))


def _site() -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    return select(FeedName.name).scalar_subquery(), select(FeedName.made_at).scalar_subquery()


def _facts(before: int | None, *here: ColumnElement[bool]) -> "list[ColumnElement[Any]]":
    """The site's name and beginning, when a post was last taken back here, and where the page of newer posts begins."""
    gone = select(func.max(Post.updated_at)).where(Post.kind == Kind.POST, Post.state == State.WITHDRAWN, *here)
    return [*_site(), gone.scalar_subquery(), *_newer(before, select(Post.id).where(*_public(), *here), queries.PLACE)]


def _newer(before: int | None, shown: Select[int], place: queries.Place) -> "list[ColumnElement[Any]]":
    """Selects where the page of newer posts begins, when a page below the newest was asked for."""
    if before is None:
        return []
    above = shown.where(tuple_(*place) >= queries.place_of(before)).order_by(*place)
    return [above.offset(PAGE).limit(1).scalar_subquery()]


def _read(facts: "Row[Any] | tuple[Any, ...]") -> tuple[str, datetime, int | None]:
    namer, began, gone, *newer = tuple(facts)
    return namer, max(began, gone) if gone else began, newer[0] if newer else None


def _public() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Post.kind == Kind.POST, Post.state == State.PUBLISHED
