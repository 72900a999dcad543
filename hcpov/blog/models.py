"""Blogs, posts and their tags."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, Column, ForeignKey, Index, String, Table, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hcpov import clock
from hcpov.auth.models import NAME_LENGTH, PLACE_LENGTH, TITLE_LENGTH, Account
from hcpov.extensions import Model, UtcDateTime
from hcpov.text.slugs import SLUG_LENGTH
from hcpov.text.tongues import TAG_LENGTH as LANG_LENGTH

BLOG_NAME_LENGTH = 80
TAGLINE_LENGTH = 200
POST_TITLE_LENGTH = 300
SUMMARY_LENGTH = 500
TAG_LENGTH = 80
ORIGIN_LENGTH = 500
ADDRESS_LENGTH = 500
EMBARGO_LENGTH = 300
REASON_LENGTH = 500
NOTE_LENGTH = 2000
DISCLOSURE_LENGTH = 2000
BODY_LENGTH = 200_000  # some thirty thousand words; a post of 2,000 is a long one
TAGS = 20


class State(StrEnum):
    """Where a post is on its way."""

    DRAFT = "draft"
    REVIEW = "review"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


UNPUBLISHED = (State.DRAFT, State.REVIEW, State.SCHEDULED)


class Kind(StrEnum):
    """A post of a blog, or a page of the site."""

    POST = "post"
    PAGE = "page"


class Change(StrEnum):
    """What a revision of a published post is (COPE and ICMJE on corrections). All but minor ones carry a notice.

    A withdrawal takes the whole post back for as long as it is not followed by a return.
    """

    PUBLICATION = "publication"
    MINOR = "minor"
    CORRECTION = "correction"
    CONCERN = "concern"
    RETRACTION = "retraction"
    REMOVAL = "removal"
    WITHDRAWAL = "withdrawal"
    RETURN = "return"


class CommentRule(StrEnum):
    """Whose comments a blog publishes at once."""

    OPEN = "open"
    FIRST = "hold the first"
    ALL = "hold all"
    CLOSED = "closed"


class Blog(Model):
    """A named blog. `close_after_days` closes the comments of a post so many days after publication; null never."""

    __tablename__ = "blog"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(SLUG_LENGTH), unique=True)
    name: Mapped[str] = mapped_column(String(BLOG_NAME_LENGTH))
    tagline: Mapped[str] = mapped_column(String(TAGLINE_LENGTH), default="")
    about: Mapped[str] = mapped_column(Text, default="")
    about_html: Mapped[str] = mapped_column(Text, default="")
    position: Mapped[int] = mapped_column(default=0)
    write_for_us: Mapped[str] = mapped_column(Text, default="", deferred=True)  # readers get its HTML
    write_for_us_html: Mapped[str] = mapped_column(Text, default="")
    comment_rule: Mapped[str] = mapped_column(String(20), default=CommentRule.OPEN)
    close_after_days: Mapped[int | None]


class OldSlug(Model):
    """A word that a blog had in its address before it was renamed: it leads to the blog, for ever."""

    __tablename__ = "old_blog_slug"

    slug: Mapped[str] = mapped_column(String(SLUG_LENGTH), primary_key=True)
    blog_id: Mapped[int] = mapped_column(ForeignKey("blog.id", ondelete="CASCADE"), index=True)


class BlogRole(Model):
    """What an account may do on one blog: author or editor."""

    __tablename__ = "blog_role"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    blog_id: Mapped[int] = mapped_column(ForeignKey("blog.id", ondelete="CASCADE"), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(String(20))

    account: Mapped[Account] = relationship()


class BlogMonth(Model):
    """How many published posts a month of a blog has; kept by lists.py, so that an archive counts nothing."""

    __tablename__ = "blog_month"

    blog_id: Mapped[int] = mapped_column(ForeignKey("blog.id", ondelete="CASCADE"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    month: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    posts: Mapped[int]


# The moments are the post's own, kept by lists.py: when it was published, while it is; when it was withdrawn, while it
# is. So an index holds a tag's posts in order.
post_tag = Table(
    "post_tag",
    Model.metadata,
    Column("post_id", ForeignKey("post.id", ondelete="CASCADE"), primary_key=True),
    Column("tag_id", ForeignKey("tag.id", ondelete="CASCADE"), primary_key=True),
    Column("published_at", UtcDateTime),
    Column("withdrawn_at", UtcDateTime),
    Index("ix_post_tag_newest", "tag_id", "published_at", "post_id"),
    Index("ix_post_tag_withdrawn", "tag_id", "withdrawn_at"),
)


class Tag(Model):
    """A word that posts are filed under."""

    __tablename__ = "tag"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(SLUG_LENGTH), unique=True)
    name: Mapped[str] = mapped_column(String(TAG_LENGTH))


class Post(Model):
    """A post, or a page of the site. `html`, `excerpt` and `words` are made from `body` once, when it is written.

    `year` and `month` are part of the address and fixed at publication, so that a change of the site's time zone moves
    no address. `published_at` of a post that is not public yet is when it is meant to be. `version` counts what was
    saved: who saves what was read at an older one is shown both. `preview` counts the preview links that were taken
    back. `notices` are those of the public revisions, kept by actions so that reading a post asks for no revisions.
    `reviewed_on` is the day on which the reviewer, if an editor named one, reviewed it.
    `disclosure` of a guest's post is empty until it was answered.
    """

    __tablename__ = "post"
    __table_args__ = (
        UniqueConstraint("blog_id", "year", "month", "slug"),
        Index(
            "uq_post_page_slug",
            "slug",
            unique=True,
            sqlite_where=text("kind = 'page'"),
            postgresql_where=text("kind = 'page'"),
        ),
        Index("ix_post_site", "kind", "state", "published_at", "id"),
        Index("ix_post_blog", "blog_id", "kind", "state", "published_at", "id"),
        Index("ix_post_month", "blog_id", "kind", "state", "year", "month", "published_at", "id"),
        Index("ix_post_changed", "kind", "state", "updated_at"),
        Index("ix_post_changed_there", "blog_id", "kind", "state", "updated_at"),
        Index("ix_post_talk", "kind", "state", "last_comment_at", "id"),
        Index("ix_post_announced", "announced_at"),
        Index("ix_post_author", "author_id", "kind", "state", "published_at", "id"),
        {"sqlite_autoincrement": True},  # an erased post's number never names another
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    blog_id: Mapped[int] = mapped_column(ForeignKey("blog.id"))
    kind: Mapped[str] = mapped_column(String(10), default=Kind.POST)
    slug: Mapped[str] = mapped_column(String(SLUG_LENGTH))
    year: Mapped[int | None]
    month: Mapped[int | None]
    title: Mapped[str] = mapped_column(String(POST_TITLE_LENGTH))
    summary: Mapped[str] = mapped_column(String(SUMMARY_LENGTH), default="")
    editors_note: Mapped[str] = mapped_column(Text, default="")
    body: Mapped[str] = mapped_column(Text, default="")
    html: Mapped[str] = mapped_column(Text, default="")
    excerpt: Mapped[str] = mapped_column(String(SUMMARY_LENGTH), default="")
    words: Mapped[int] = mapped_column(default=0)
    disclosure: Mapped[str] = mapped_column(Text, default="")
    author_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    byline_name: Mapped[str] = mapped_column(String(NAME_LENGTH), default="")
    byline_title: Mapped[str] = mapped_column(String(TITLE_LENGTH), default="")
    byline_place: Mapped[str] = mapped_column(String(PLACE_LENGTH), default="")
    reviewer_name: Mapped[str] = mapped_column(String(NAME_LENGTH), default="")
    reviewer_title: Mapped[str] = mapped_column(String(TITLE_LENGTH), default="")
    reviewer_place: Mapped[str] = mapped_column(String(PLACE_LENGTH), default="")
    reviewed_on: Mapped[date | None]
    state: Mapped[str] = mapped_column(String(10), default=State.DRAFT)
    version: Mapped[int] = mapped_column(default=1)
    preview: Mapped[int] = mapped_column(default=1)
    embargo: Mapped[str] = mapped_column(String(EMBARGO_LENGTH), default="")
    lang: Mapped[str] = mapped_column(String(LANG_LENGTH), default="")  # a BCP 47 tag; empty is the site's language
    announce: Mapped[bool] = mapped_column(default=True)
    announced_at: Mapped[datetime | None]
    retracted: Mapped[bool] = mapped_column(default=False)
    notices: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)
    published_at: Mapped[datetime | None]
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)
    comments_open: Mapped[bool] = mapped_column(default=True)
    comment_count: Mapped[int] = mapped_column(default=0)
    last_comment_at: Mapped[datetime | None]
    origin: Mapped[str | None] = mapped_column(String(ORIGIN_LENGTH), unique=True)

    blog: Mapped[Blog] = relationship()
    author: Mapped[Account | None] = relationship()
    tags: Mapped[list[Tag]] = relationship(secondary=post_tag, order_by=Tag.name)

    @property
    def is_public(self) -> bool:
        """Says whether anybody may read it."""
        return self.state == State.PUBLISHED


class Revision(Model):
    """A text as it was published or changed, whole. `public` ones are at `/history`, `erased_at` ones have no text."""

    __tablename__ = "revision"
    __table_args__ = (UniqueConstraint("post_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(REASON_LENGTH), default="")
    public: Mapped[bool] = mapped_column(default=True)
    title: Mapped[str] = mapped_column(String(POST_TITLE_LENGTH))
    summary: Mapped[str] = mapped_column(String(SUMMARY_LENGTH), default="")
    editors_note: Mapped[str] = mapped_column(Text, default="")
    body: Mapped[str] = mapped_column(Text, default="")
    disclosure: Mapped[str] = mapped_column(Text, default="")
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"), index=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    erased_at: Mapped[datetime | None]

    post: Mapped[Post] = relationship()


class Draft(Model):
    """What somebody types into one tab, kept until it is saved or thrown away. `base` is the version it began from.

    Who has a post open is seen by these rows: from `began_at` until some minutes after `saved_at`.
    """

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("post_id", "account_id", "tab"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    tab: Mapped[str] = mapped_column(String(32))
    base: Mapped[int]
    fields: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    began_at: Mapped[datetime] = mapped_column(default=clock.now)
    saved_at: Mapped[datetime] = mapped_column(default=clock.now)

    account: Mapped[Account] = relationship()


class Earlier(Model):
    """A text that was saved over, for whoever still has it open: a merge starts from it. Forgotten at publication.

    `account_id` is who saved over it.
    """

    __tablename__ = "earlier"

    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"), index=True)
    fields: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)


class OldAddress(Model):
    """An address on another or an earlier site that leads to a post here, for ever."""

    __tablename__ = "old_address"

    path: Mapped[str] = mapped_column(String(ADDRESS_LENGTH), primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), index=True)

    post: Mapped[Post] = relationship()
