"""Reads for readers: rows made ready to show, dates as strings.

Each function says how many queries it makes; tests hold them to it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from sqlalchemy import ColumnElement, ScalarSelect, Select, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, defer, joinedload
from sqlalchemy.orm.strategy_options import _AbstractLoad

from hcpov import languages
from hcpov.auth.models import Account
from hcpov.auth.subjects import account
from hcpov.blog import subjects
from hcpov.blog.models import Blog, BlogMonth, BlogRole, Kind, OldAddress, OldSlug, Post, State, Tag, post_tag
from hcpov.blog.rows import (
    ArticleRow,
    BlogRow,
    PostRow,
    TagRow,
    article_row,
    blog_row,
    closing,
    post_path,
    post_row,
    tag_row,
)
from hcpov.extensions import db
from hcpov.pages.recording import show, show_until
from hcpov.text.slugs import SLUG_LENGTH

PAGE = 20
MORE = 5
T = TypeVar("T")
Place = tuple[ColumnElement[Any] | InstrumentedAttribute[Any], ...]
PLACE: Place = (Post.published_at, Post.id)  # where a post stands among the newest
FILED: Place = (post_tag.c.published_at, post_tag.c.post_id)  # the same, under a tag


@dataclass(frozen=True)
class Page:
    """One page of a list; `before` leads to the next older one, None when there is none."""

    posts: list[PostRow]
    before: int | None


def masthead() -> list[BlogRow]:
    """Returns all blogs in their order. One query."""
    show(subjects.MASTHEAD)
    return [blog_row(blog) for blog in db.session.scalars(select(Blog).order_by(Blog.position, Blog.id))]


def blog_named(slug: str) -> BlogRow | None:
    """Returns the blog at an address. One query."""
    blog = db.session.scalar(select(Blog).where(Blog.slug == slug))
    if blog is None:
        return None
    show(subjects.blog(blog.id))
    return blog_row(blog)


def editors(blog_id: int) -> list[str]:
    """Returns the names of a blog's editors. One query."""
    wanted = select(Account.id, Account.name).join(BlogRole, BlogRole.account_id == Account.id)
    wanted = wanted.where(BlogRole.blog_id == blog_id, BlogRole.role == "editor").order_by(Account.name)
    found = db.session.execute(wanted).all()
    show(subjects.editors(blog_id), *(account(row.id) for row in found))
    return [row.name for row in found]


def latest(before: int | None = None, blog_id: int | None = None, size: int = PAGE) -> Page:
    """Returns published posts, newest first, of the site or of one blog. One query."""
    wanted = _published()
    show(subjects.POSTS if blog_id is None else subjects.posts_of(blog_id))
    if blog_id is not None:
        wanted = wanted.where(Post.blog_id == blog_id)
    return _page(wanted, before, size)


def month(blog_id: int, year: int, month_: int, before: int | None = None) -> Page:
    """Returns the posts whose address lies in one month of a blog. One query."""
    show(subjects.posts_of(blog_id))
    return _page(_published().where(Post.blog_id == blog_id, Post.year == year, Post.month == month_), before, PAGE)


def tag_named(slug: str) -> TagRow | None:
    """Returns the tag at an address. One query."""
    tag = db.session.scalar(select(Tag).where(Tag.slug == slug))
    return tag_row(tag) if tag else None


def tagged(tag_id: int, before: int | None = None) -> Page:
    """Returns published posts of all blogs under a tag. One query."""
    show(subjects.TAGGED)
    return _page(filed(_published(), tag_id), before, PAGE, FILED)


def months(blog_id: int) -> list[tuple[str, str, int]]:
    """Returns for a blog's archive (address part, name, number of posts), newest first. One query."""
    show(subjects.posts_of(blog_id))
    wanted = select(BlogMonth.year, BlogMonth.month, BlogMonth.posts)
    wanted = wanted.where(BlogMonth.blog_id == blog_id, BlogMonth.posts > 0)
    newest_ = wanted.order_by(BlogMonth.year.desc(), BlogMonth.month.desc()).limit(240)
    return [
        (f"{year:04}/{month_:02}/", languages.month_name(year, month_), count)
        for year, month_, count in db.session.execute(newest_)
    ]


def article(blog_slug: str, year: int, month_: int, slug: str) -> ArticleRow | None:
    """Returns the post at an address, published or withdrawn. Two queries: the post, its tags."""
    wanted = articles().where(
        Blog.slug == blog_slug, Post.year == year, Post.month == month_, Post.slug == slug, Post.kind == Kind.POST
    )
    return _article(wanted)


def site_page(slug: str) -> ArticleRow | None:
    """Returns the site page at an address, published or withdrawn. Two queries."""
    return _article(articles().where(Post.slug == slug, Post.kind == Kind.PAGE))


def article_by_id(post_id: int) -> ArticleRow | None:
    """Returns a published or withdrawn post. Two queries."""
    return _article(articles().where(Post.id == post_id))


def more_from(blog_id: int, but: Collection[int], size: int = MORE) -> list[PostRow]:
    """Returns a blog's newest posts, without the one being read and others that are shown beside it. One query.

    The number of their comments is not for showing: each comment would change the pages of all posts of the blog.
    """
    there = _published().where(Post.blog_id == blog_id, Post.id.not_in(but))
    posts = db.session.scalars(newest(there).limit(size)).all()
    show(subjects.posts_of(blog_id), *(subjects.title(post.id) for post in posts))
    return [post_row(post) for post in posts]


def being_discussed() -> list[PostRow]:
    """Returns the posts with the newest comments. One query."""
    show(subjects.DISCUSSED)
    wanted = _published().where(Post.last_comment_at.is_not(None))
    return _rows(wanted.order_by(Post.last_comment_at.desc(), Post.id.desc()).limit(MORE))


def by_author(author_id: int, below: tuple[datetime, int] | None, size: int) -> list[tuple[datetime, PostRow]]:
    """Returns somebody's published posts with their moments, newest first, from below a moment and row. One query."""
    wanted = _published().where(Post.author_id == author_id)
    if below is not None:
        wanted = wanted.where(tuple_(Post.published_at, Post.id) < below)
    show(subjects.posts_by(author_id))
    posts = _shown(newest(wanted).limit(size))
    return [(post.published_at, post_row(post)) for post in posts if post.published_at]


def published_at(post_id: int, author_id: int) -> datetime | None:
    """Returns when somebody's post was published; None for what is not public or not theirs. One query."""
    wanted = select(Post.published_at).where(Post.id == post_id, Post.author_id == author_id)
    return db.session.scalar(wanted.where(Post.kind == Kind.POST, Post.state == State.PUBLISHED))


def due_before(end: datetime) -> list[datetime]:
    """Returns when scheduled posts are to be published, up to `end`. One query."""
    wanted = select(Post.published_at).where(Post.state == State.SCHEDULED, Post.published_at <= end).distinct()
    return [moment for moment in db.session.scalars(wanted) if moment]


def moved(path: str, arguments: Mapping[str, str]) -> str | None:
    """Returns where an old address leads, `/?p=12` included, or one of a blog that was renamed. Two queries."""
    numbered = next((f"/?{name}={arguments[name]}" for name in ("p", "page_id") if name in arguments), None)
    key = numbered if path == "/" and numbered else path.rstrip("/") or "/"
    if not key.isprintable():  # NUL among them, which PostgreSQL refuses to compare
        return None
    wanted = select(OldAddress).where(OldAddress.path == key)
    old = db.session.scalar(wanted.options(joinedload(OldAddress.post).joinedload(Post.blog)))
    return post_path(old.post) if old and old.post.is_public else renamed(path, arguments)


def renamed(path: str, arguments: Mapping[str, str]) -> str | None:
    """Returns where an address in a renamed blog leads, with what was asked for there. One query."""
    _, slug, rest = [*path.split("/", 2), "", ""][:3]
    if not path.isprintable() or len(slug) > SLUG_LENGTH:
        return None
    now = db.session.scalar(select(Blog.slug).join(OldSlug, OldSlug.blog_id == Blog.id).where(OldSlug.slug == slug))
    asked = f"?{urlencode(dict(arguments))}" if arguments else ""
    return f"/{now}/{quote(rest)}{asked}" if now else None


def articles() -> Select[Post]:
    """Selects whole posts and pages that are or were public, with their blogs and authors."""
    wanted = select(Post).join(Post.blog).where(Post.state.in_([State.PUBLISHED, State.WITHDRAWN]))
    return wanted.options(joinedload(Post.blog), _author(), defer(Post.body))


def newest(wanted: Select[T], place: Place = PLACE) -> Select[T]:
    """Puts posts in order, the newest first."""
    return wanted.order_by(*(column.desc() for column in place))


def tags_of(post_ids: list[int]) -> dict[int, list[TagRow]]:
    """Returns the tags of posts by their numbers, in the order of their names. One query."""
    wanted = select(post_tag.c.post_id, Tag).join(Tag, Tag.id == post_tag.c.tag_id)
    found: dict[int, list[TagRow]] = {}
    for post_id, tag in db.session.execute(wanted.where(post_tag.c.post_id.in_(post_ids)).order_by(Tag.name)):
        found.setdefault(post_id, []).append(tag_row(tag))
    return found


def filed(wanted: Select[T], tag_id: int) -> Select[T]:
    """Narrows published posts to those under a tag, whose order an index holds by FILED."""
    wanted = wanted.join(post_tag, post_tag.c.post_id == Post.id)
    return wanted.where(post_tag.c.tag_id == tag_id, post_tag.c.published_at.is_not(None))


def place_of(before: int) -> ScalarSelect[Any]:
    """Selects where a post stands among the newest, to begin a page below it; nowhere while it was never public."""
    public = Post.state.in_([State.PUBLISHED, State.WITHDRAWN])
    return select(Post.published_at, Post.id).where(Post.id == before, public).correlate(None).scalar_subquery()


def _published() -> Select[Post]:
    wanted = select(Post).where(Post.kind == Kind.POST, Post.state == State.PUBLISHED)
    # Whole texts stay where they are: a list of twenty long posts would carry a megabyte to show twenty summaries.
    return wanted.options(joinedload(Post.blog), _author(), defer(Post.body), defer(Post.html))


def _author() -> _AbstractLoad:
    return joinedload(Post.author).load_only(
        Account.id, Account.name, Account.title, Account.handle, Account.active, Account.confirmed_at
    )


def _rows(wanted: Select[Post]) -> list[PostRow]:
    return [post_row(post) for post in _shown(wanted)]


def _shown(wanted: Select[Post]) -> Sequence[Post]:
    """Returns the posts of a list, the one behind its end among them: whether there is one is shown as well."""
    posts = db.session.scalars(wanted).all()
    for post in posts:
        show(subjects.text(post.id), subjects.count(post.id), account(post.author_id))
    return posts


def _page(wanted: Select[Post], before: int | None, size: int, place: Place = PLACE) -> Page:
    if before is not None:
        wanted = wanted.where(tuple_(*place) < place_of(before))
    rows = _rows(newest(wanted, place).limit(size + 1))
    return Page(rows[:size], rows[size - 1].id if len(rows) > size else None)


def _article(wanted: Select[Post]) -> ArticleRow | None:
    post = db.session.scalar(wanted)
    if post is None:
        return None
    show(subjects.text(post.id), subjects.blog(post.blog_id), account(post.author_id))
    show_until(closing(post.published_at, post.blog.close_after_days))
    return article_row(post, tags_of([post.id]).get(post.id, []))
