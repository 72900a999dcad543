"""Writes about blogs and posts."""

from datetime import datetime

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from hcpov import clock, config
from hcpov.auth.models import FORMER, Account
from hcpov.blog.models import Blog, CommentRule, Kind, Post, State, Tag
from hcpov.extensions import db
from hcpov.text import markdown
from hcpov.text.excerpts import excerpt, text_of
from hcpov.text.slugs import RESERVED, slug_for

EXCERPT = 220


class BadSlug(ValueError):
    """A blog's slug that is an address of ours already."""


def write_about(blog: Blog, about: str) -> None:
    """Sets a blog's About text and its HTML. Does not commit."""
    blog.about, blog.about_html = about, markdown.render_comment(about)


def write_body(post: Post, body: str) -> None:
    """Sets a post's text with what is derived from it: HTML, excerpt, number of words. Does not commit."""
    post.body, post.html = body, markdown.render_post(body)
    text = text_of(post.html)
    post.excerpt, post.words = excerpt(text, EXCERPT), len(text.split())
    post.updated_at = clock.now()


def publish(post: Post, at: datetime) -> None:
    """Makes a post public and fixes its address by the month it has in the site's zone. Does not commit."""
    post.state, post.published_at = State.PUBLISHED, at
    if post.kind != Kind.PAGE and post.year is None:
        local = at.astimezone(config.current().zone)
        post.year, post.month = local.year, local.month


def new_blog(slug: str, name: str, tagline: str = "", about: str = "", position: int = 0) -> Blog:
    """Adds a blog. Raises BadSlug for a word that is an address of ours. Does not commit."""
    if not slug or slug in RESERVED or slug != slug_for(slug, ""):
        raise BadSlug(
            f"“{slug}” cannot be a blog's address: use lower case letters, digits and hyphens, no word of ours"
        )
    blog = Blog(slug=slug, name=name, tagline=tagline, position=position)
    write_about(blog, about)
    db.session.add(blog)
    return blog


def tag_named(name: str, session: Session) -> Tag:
    """Returns the tag with this name, adding it when there is none. Does not commit."""
    slug = slug_for(name, "tag")
    tag = session.scalar(select(Tag).where(Tag.slug == slug))
    if tag is None:
        tag = Tag(slug=slug, name=name)
        session.add(tag)
        session.flush()
    return tag


def set_comment_rule(blog_id: int, rule: CommentRule, days: int | None) -> None:
    """Commits whose comments a blog publishes at once, and after how many days its posts close; None never."""
    blog = db.session.get_one(Blog, blog_id)
    blog.comment_rule, blog.close_after_days = rule, days
    db.session.commit()


def let_go(account: Account, keep_name: bool) -> None:
    """Readies a writer's posts for the end of the account: what was public stays, drafts and scheduled posts go.

    What the account brought in for a guest writer is the guest's, and stays as it is. The database takes the author
    out of posts when the account is deleted. Does not commit.
    """
    by_them = Post.author_id == account.id
    own = or_(Post.byline_name.in_(["", account.name]), func.lower(Post.byline_name) == account.name.lower())
    unseen = Post.state.in_([State.DRAFT, State.SCHEDULED])
    byline = {"byline_name": FORMER, "byline_title": "", "byline_place": ""}
    if keep_name:
        byline = {"byline_name": account.name, "byline_title": account.title, "byline_place": account.place}
    for statement in (
        delete(Post).where(by_them, own, unseen),
        update(Post).where(by_them, own).values(byline),
    ):
        db.session.execute(statement.execution_options(synchronize_session=False))
