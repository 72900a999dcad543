"""Reads for the desk's posts. Each function says how many queries it makes; tests hold them to it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, false, or_, select, true, tuple_
from sqlalchemy.orm import contains_eager, joinedload, load_only

from hcpov import clock
from hcpov.audit.models import Audit
from hcpov.auth.models import EDITOR, Account
from hcpov.blog.actions import OPEN
from hcpov.blog.models import UNPUBLISHED, Blog, BlogRole, Draft, Earlier, Kind, Post, State, Tag
from hcpov.blog.policy import Writer
from hcpov.extensions import db
from hcpov.languages import gettext
from hcpov.text.slugs import slug_for

PAGE = 30
SUGGESTED = 8
SHOWN = {
    "open": UNPUBLISHED,
    **{state.value: (state,) for state in (*UNPUBLISHED, State.PUBLISHED, State.WITHDRAWN)},
}


@dataclass(frozen=True)
class Row:
    """A post in the desk's list; `at` is when it was published or is meant to be."""

    id: int
    title: str
    blog: str
    writer: str
    state: str
    words: int
    updated_at: datetime
    at: datetime | None
    embargo: str


@dataclass(frozen=True)
class Page:
    """One page of the list; `before` leads to the next, None when there is none."""

    rows: list[Row]
    before: int | None


def blogs_to_start(writer: Writer) -> list[tuple[int, str, str]]:
    """Returns number, name and slug of the blogs where somebody may begin a post. One query."""
    wanted = select(Blog.id, Blog.name, Blog.slug).order_by(Blog.position, Blog.id)
    if not writer.everywhere:
        wanted = wanted.where(Blog.id.in_(writer.edits | writer.writes))
    return [(number, name, slug) for number, name, slug in db.session.execute(wanted)]


def listing(writer: Writer, show: str, mine: bool, blog_id: int | None, before: int | None) -> Page:
    """Returns posts that somebody may see. What is not public comes by its last change, the rest by its day. One query.

    An earlier page's last row that is gone ends the list.
    """
    public = show in {State.PUBLISHED, State.WITHDRAWN}
    order = (Post.published_at if public else Post.updated_at, Post.id)
    wanted = select(Post).join(Post.blog).outerjoin(Post.author)
    wanted = wanted.where(Post.kind == Kind.POST, Post.state.in_(SHOWN[show]), _theirs(writer))
    if mine:
        wanted = wanted.where(Post.author_id == writer.account_id)
    if blog_id is not None:
        wanted = wanted.where(Post.blog_id == blog_id)
    if before is not None:
        wanted = wanted.where(tuple_(*order) < select(*order).where(Post.id == before).scalar_subquery())
    loaded = load_only(
        Post.id,
        Post.title,
        Post.state,
        Post.words,
        Post.updated_at,
        Post.published_at,
        Post.byline_name,
        Post.embargo,
    )
    wanted = wanted.options(
        loaded,
        contains_eager(Post.blog).load_only(Blog.name),
        contains_eager(Post.author).load_only(Account.name),
    )
    found = list(db.session.scalars(wanted.order_by(*(each.desc() for each in order)).limit(PAGE + 1)))
    return Page([_row(post) for post in found[:PAGE]], found[PAGE - 1].id if len(found) > PAGE else None)


def post(number: int) -> Post | None:
    """Returns a post with its blog and writer. One query."""
    return db.session.get(Post, number, options=[joinedload(Post.blog), joinedload(Post.author)])


def drafts_of(post_id: int, account_id: int) -> list[Draft]:
    """Returns what somebody typed into a post and did not save, newest first. One query."""
    wanted = select(Draft).where(Draft.post_id == post_id, Draft.account_id == account_id)
    return list(db.session.scalars(wanted.order_by(Draft.saved_at.desc(), Draft.id.desc())))


def open_elsewhere(post_id: int, account_id: int) -> list[tuple[str, datetime]]:
    """Returns who else has a post open, and since when. One query."""
    wanted = select(Account.name, Draft.began_at).join(Draft.account)
    lately = Draft.saved_at > clock.now() - OPEN
    wanted = wanted.where(Draft.post_id == post_id, Draft.account_id != account_id, lately).order_by(Draft.began_at)
    first: dict[str, datetime] = {}
    for name, began in db.session.execute(wanted):
        first.setdefault(name, began)
    return list(first.items())


def writers(blog_id: int, author_id: int | None) -> list[tuple[int, str, bool]]:
    """Returns number, name and whether they are an editor, of those a post of a blog can be by. One query."""
    role = (BlogRole.account_id == Account.id) & (BlogRole.blog_id == blog_id)
    wanted = select(Account.id, Account.name, BlogRole.role).outerjoin(BlogRole, role)
    wanted = wanted.where(or_(BlogRole.role.is_not(None), Account.id == (author_id or 0)))
    return [(number, name, role == EDITOR) for number, name, role in db.session.execute(wanted.order_by(Account.name))]


def said_on_return(post_id: int) -> str:
    """Returns what an editor said when a post came back last. One query."""
    wanted = select(Audit.reason).where(Audit.about == f"post {post_id}", Audit.what == "post returned")
    return db.session.scalar(wanted.order_by(Audit.id.desc()).limit(1)) or ""


def saved_last_by(post_id: int, reader_id: int) -> str:
    """Returns who saved a post last, in words for a reader; empty when that is not known. One query."""
    wanted = select(Account.id, Account.name).join(Earlier, Earlier.account_id == Account.id)
    found = db.session.execute(wanted.where(Earlier.post_id == post_id).order_by(Earlier.version.desc()).limit(1))
    for number, name in found:
        return gettext("You, in another tab,") if number == reader_id else str(name)
    return ""


def earlier(post_id: int, version: int) -> dict[str, str] | None:
    """Returns the text of a version that was saved over, if it is still kept. One query."""
    return db.session.scalar(select(Earlier.fields).where(Earlier.post_id == post_id, Earlier.version == version))


def is_taken(post: Post, slug: str, year: int, month: int) -> bool:
    """Says whether another post of the blog has an address in a month, or another page has the slug. One query."""
    wanted = select(Post.id).where(Post.slug == slug, Post.id != post.id).limit(1)
    if post.kind == Kind.PAGE:
        wanted = wanted.where(Post.kind == Kind.PAGE)
    else:
        wanted = wanted.where(Post.blog_id == post.blog_id, Post.year == year, Post.month == month)
    return db.session.scalar(wanted) is not None


def tags_like(start: str) -> list[str]:
    """Returns tags whose name begins like what was typed. One query; none for nothing."""
    slug = slug_for(start, "")
    if not slug:
        return []
    wanted = select(Tag.name).where(Tag.slug.startswith(slug, autoescape=True)).order_by(Tag.slug).limit(SUGGESTED)
    return list(db.session.scalars(wanted))


def _theirs(writer: Writer) -> ColumnElement[bool]:
    if writer.everywhere:
        return true()
    edited = Post.blog_id.in_(writer.edits) if writer.edits else false()
    own = (Post.author_id == writer.account_id) & Post.blog_id.in_(writer.writes) if writer.writes else false()
    return or_(edited, own)


def _row(post: Post) -> Row:
    return Row(
        post.id,
        post.title or gettext("Untitled"),
        post.blog.name,
        post.byline_name or (post.author.name if post.author else ""),
        post.state,
        post.words,
        post.updated_at,
        post.published_at,
        post.embargo,
    )
