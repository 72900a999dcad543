"""Posts and blogs made ready to show: what templates get instead of tables."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from hcpov import clock, config, languages
from hcpov.blog.models import Blog, CommentRule, Kind, Post, Tag
from hcpov.blog.notices import NoticeRow, notice_rows, titled
from hcpov.text import dates
from hcpov.text.excerpts import reading_minutes


@dataclass(frozen=True)
class BlogRow:
    """A blog."""

    id: int
    slug: str
    name: str
    tagline: str
    about_html: str
    path: str
    comments_open: bool
    comment_rule: str
    write_for_us_html: str


@dataclass(frozen=True)
class Byline:
    """Who a text is by."""

    name: str
    title: str = ""
    place: str = ""


@dataclass(frozen=True)
class ReviewRow:
    """Who reviewed a post, and on which day."""

    by: Byline
    on: str
    on_machine: str


@dataclass(frozen=True)
class TagRow:
    """A word that posts are filed under."""

    id: int
    slug: str
    name: str

    @property
    def path(self) -> str:
        """The address of its posts."""
        return f"/tags/{self.slug}/"


@dataclass(frozen=True)
class PostRow:
    """A post in a list."""

    id: int
    path: str
    title: str
    summary: str
    blog_name: str
    blog_path: str
    author: str
    published: str
    published_machine: str
    minutes: int
    comment_count: int
    lang: str


@dataclass(frozen=True)
class LinkRow:
    """As much of a post as a link to it needs."""

    id: int
    path: str
    title: str


@dataclass(frozen=True)
class ArticleRow:
    """A post, whole. `published_on` is the day it has in the site's zone."""

    id: int
    path: str
    kind: str
    title: str
    summary: str
    description: str
    editors_note: str
    html: str
    disclosure: str
    blog: BlogRow
    author_id: int | None
    author: str
    author_title: str
    author_page: str
    byline: Byline | None
    published: str
    published_at: datetime
    published_machine: str
    published_on: date
    updated_at: datetime
    updated_machine: str
    minutes: int
    tags: list[TagRow]
    comment_count: int
    comments_open: bool
    withdrawn: bool
    retracted: bool
    notices: list[NoticeRow]
    lang: str
    review: ReviewRow | None


def written_by(article: ArticleRow) -> Byline | None:
    """Returns who is named as a post's author: the guest who wrote it, else whose account it is; None for nobody."""
    return article.byline or (Byline(article.author, article.author_title) if article.author else None)


def blog_row(blog: Blog) -> BlogRow:
    """Makes a blog ready to show."""
    return BlogRow(
        blog.id,
        blog.slug,
        blog.name,
        blog.tagline,
        blog.about_html,
        f"/{blog.slug}/",
        comments_are_open(blog),
        blog.comment_rule,
        blog.write_for_us_html,
    )


def tag_row(tag: Tag) -> TagRow:
    """Makes a tag ready to show."""
    return TagRow(tag.id, tag.slug, tag.name)


def comments_are_open(blog: Blog) -> bool:
    """Says whether a blog takes comments at all."""
    return blog.comment_rule != CommentRule.CLOSED


def takes_comments(chosen: bool, rule: str, end: datetime | None) -> bool:
    """Says whether a post takes comments today: its own choice, its blog's rule, and the end of its days."""
    return chosen and rule != CommentRule.CLOSED and (end is None or clock.now() < end)


def closing(published_at: datetime | None, days: int | None) -> datetime | None:
    """Returns when a post closes by its blog's rule of days; None when it never does."""
    return published_at + timedelta(days=days) if days is not None and published_at is not None else None


def post_path(post: Post) -> str:
    """Returns a post's permanent address. The post must be published; reads its blog."""
    return address(post.kind, post.blog.slug, post.year, post.month, post.slug)


def address(kind: str, blog: str, year: int | None, month: int | None, slug: str) -> str:
    """Returns the permanent address of a published post or page."""
    return f"/pages/{slug}/" if kind == Kind.PAGE else f"/{blog}/{year:04}/{month:02}/{slug}/"


def post_row(post: Post) -> PostRow:
    """Makes a post ready for a list."""
    assert post.published_at is not None
    return PostRow(
        id=post.id,
        path=post_path(post),
        title=titled(post),
        summary=post.summary or post.excerpt,
        blog_name=post.blog.name,
        blog_path=f"/{post.blog.slug}/",
        author=post.byline_name or (post.author.name if post.author else ""),
        published=languages.long_date(post.published_at),
        published_machine=dates.machine(post.published_at),
        minutes=reading_minutes(post.words),
        comment_count=post.comment_count,
        lang=languages.foreign(post.lang),
    )


def article_row(post: Post, tags: list[TagRow]) -> ArticleRow:
    """Makes a whole post ready to show."""
    assert post.published_at is not None
    # What was scheduled was last written before it was published; a feed's entry cannot be older than itself.
    updated = max(post.updated_at, post.published_at)
    end = closing(post.published_at, post.blog.close_after_days)
    guest = Byline(post.byline_name, post.byline_title, post.byline_place) if post.byline_name else None
    return ArticleRow(
        id=post.id,
        path=post_path(post),
        kind=post.kind,
        title=titled(post),
        summary=post.summary,
        description=post.summary or post.excerpt,
        editors_note=post.editors_note,
        html=post.html,
        disclosure=post.disclosure,
        blog=blog_row(post.blog),
        author_id=post.author_id,
        author=post.author.name if post.author else "",
        author_title=post.author.title if post.author else "",
        author_page=post.author.page if post.author else "",
        byline=guest,
        published=languages.long_moment(post.published_at),
        published_at=post.published_at,
        published_machine=dates.machine(post.published_at),
        published_on=post.published_at.astimezone(config.current().zone).date(),
        updated_at=updated,
        updated_machine=dates.machine(updated),
        minutes=reading_minutes(post.words),
        tags=tags,
        comment_count=post.comment_count,
        comments_open=takes_comments(post.comments_open, post.blog.comment_rule, end),
        withdrawn=not post.is_public,
        retracted=post.retracted,
        notices=notice_rows(post),
        lang=languages.foreign(post.lang),
        review=_review(post),
    )


def _review(post: Post) -> ReviewRow | None:
    if post.reviewed_on is None:
        return None
    by = Byline(post.reviewer_name, post.reviewer_title, post.reviewer_place)
    return ReviewRow(by, languages.long_day(post.reviewed_on), post.reviewed_on.isoformat())
