"""What is typed becomes columns, and what is derived from it. Nothing here commits."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hcpov import clock, config
from hcpov.blog import texts
from hcpov.blog.models import UNPUBLISHED, Blog, Post, Tag
from hcpov.extensions import db
from hcpov.text import markdown
from hcpov.text.excerpts import excerpt, text_of
from hcpov.text.slugs import SLUG_LENGTH, slug_for

EXCERPT = 220


def write_about(blog: Blog, about: str) -> None:
    """Sets a blog's About text and its HTML. Does not commit."""
    blog.about, blog.about_html = about, markdown.render_comment(about)


def write_body(post: Post, body: str) -> None:
    """Sets a post's text with what is derived from it: HTML, excerpt, number of words. Does not commit."""
    post.body, post.html = body, markdown.render_post(body)
    text = text_of(post.html)
    post.excerpt, post.words = excerpt(text, EXCERPT), len(text.split())
    post.updated_at = clock.now()


def write(post: Post, fields: dict[str, str]) -> None:
    """Sets the typed fields of a post, and what is derived from them. Does not commit.

    What can be said only before publication is left alone afterwards: a public address and moment are fixed.
    """
    before, chosen = post.state in UNPUBLISHED, "" if post.slug == slug_for(post.title, "") else post.slug
    for name, text in fields.items():
        if name not in {"tags", "body", *texts.BEFORE}:
            setattr(post, name, text)
    if before:
        post.slug = slug_for(fields.get("slug", chosen) or post.title, "")[:SLUG_LENGTH]
    if before and "announce" in fields:
        post.announce = fields["announce"] != "no"
    if before and "author" in fields:
        post.author_id = int(fields["author"]) if fields["author"] else None
    if before and "at" in fields:
        post.published_at = _moment(fields["at"])
    if "tags" in fields:
        found = [tag_named(name, db.session()) for name in texts.tag_names(fields["tags"])]
        post.tags = list({tag.id: tag for tag in found}.values())
    write_body(post, fields.get("body", post.body))


def tag_named(name: str, session: Session) -> Tag:
    """Returns the tag with this name, adding it when there is none. Does not commit."""
    slug = slug_for(name, "tag")
    tag = session.scalar(select(Tag).where(Tag.slug == slug))
    if tag is None:
        tag = Tag(slug=slug, name=name)
        session.add(tag)
        session.flush()
    return tag


def _moment(text: str) -> datetime | None:
    """Returns the moment that a form was checked to mean."""
    return datetime.fromisoformat(text).replace(tzinfo=config.current().zone) if text else None
