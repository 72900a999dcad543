"""Writes about the blogs themselves and the pages of the site."""

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from hcpov import clock
from hcpov.audit.actions import note
from hcpov.blog.actions import BadSlug, new_blog, publish
from hcpov.blog.history import record
from hcpov.blog.models import Blog, Kind, OldSlug, Post
from hcpov.blog.writing import write_about, write_body
from hcpov.extensions import db
from hcpov.languages import gettext
from hcpov.text import markdown
from hcpov.text.slugs import RESERVED, slug_for


class TakenSlug(ValueError):
    """A word that another blog or page has in its address, or had before it was renamed."""


def open_blog(slug: str, name: str, account_id: int) -> Blog:
    """Adds a blog behind all others. Raises BadSlug and TakenSlug. Commits."""
    check_slug(slug)
    last = db.session.scalar(select(func.max(Blog.position)))
    blog = new_blog(slug, name, position=0 if last is None else last + 1)
    _flush()
    note(account_id, "blog made", f"blog {blog.id}", name=name, address=slug)
    db.session.commit()
    return blog


def write_texts(blog: Blog, tagline: str, about: str, write_for_us: str, account_id: int) -> None:
    """Sets what a blog says of itself. Commits."""
    blog.tagline = tagline
    write_about(blog, about)
    blog.write_for_us, blog.write_for_us_html = write_for_us, markdown.render_comment(write_for_us)
    note(account_id, "blog changed", f"blog {blog.id}")
    db.session.commit()


def rename(blog: Blog, slug: str, name: str, account_id: int) -> None:
    """Gives a blog another name or address, to which the old one leads. Raises BadSlug and TakenSlug. Commits."""
    if slug == blog.slug and name == blog.name:
        return
    details = {"name": name} | ({"address": slug, "was": blog.slug} if slug != blog.slug else {})
    if slug != blog.slug:
        check_slug(slug, blog.id)
        db.session.execute(delete(OldSlug).where(OldSlug.slug == slug))
        db.session.add(OldSlug(slug=blog.slug, blog_id=blog.id))
        blog.slug = slug
    blog.name = name
    note(account_id, "blog renamed", f"blog {blog.id}", **details)
    _flush()
    db.session.commit()


def move(blog_id: int, up: bool, account_id: int) -> None:
    """Moves a blog one place up or down in the order of all; at the end it stays. Commits."""
    blogs = list(db.session.scalars(select(Blog).order_by(Blog.position, Blog.id).with_for_update()))
    place = next(number for number, blog in enumerate(blogs) if blog.id == blog_id)
    other = place + (-1 if up else 1)
    if 0 <= other < len(blogs):
        blogs[place], blogs[other] = blogs[other], blogs[place]
        note(account_id, "blog moved", f"blog {blog_id}", place=other + 1)
    for number, blog in enumerate(blogs):
        blog.position = number
    db.session.commit()


def open_page(blog_id: int, slug: str, title: str, body: str, account_id: int) -> Post:
    """Publishes a page of the site, without comments and without telling subscribers. Raises TakenSlug. Commits."""
    if db.session.scalar(select(Post.id).where(Post.kind == Kind.PAGE, Post.slug == slug)) is not None:
        raise TakenSlug(gettext("There is a page at /pages/%(slug)s/ already.", slug=slug))
    page = Post(blog_id=blog_id, author_id=account_id, kind=Kind.PAGE, slug=slug, title=title)
    page.comments_open, page.announce = False, False
    db.session.add(page)
    write_body(page, body)
    publish(page, clock.now())
    _flush()
    record(page, account_id)
    note(account_id, "page made", f"post {page.id}", address=slug)
    db.session.commit()
    return page


def check_slug(slug: str, blog_id: int | None = None) -> None:
    """Raises BadSlug or TakenSlug for a word that a blog, or this one, cannot have in its address. Two queries."""
    if not slug or slug in RESERVED or slug != slug_for(slug, ""):
        raise BadSlug(
            gettext("Use lower case letters, digits and hyphens, and no word that is an address of the site itself.")
        )
    if db.session.scalar(select(Blog.id).where(Blog.slug == slug, Blog.id != (blog_id or 0))) is not None:
        raise TakenSlug(gettext("There is a blog at /%(slug)s/ already.", slug=slug))
    led_to = db.session.scalar(select(OldSlug.blog_id).where(OldSlug.slug == slug))
    if led_to is not None and led_to != blog_id:
        raise TakenSlug(gettext("/%(slug)s/ was the address of another blog, and leads to it for ever.", slug=slug))


def _flush() -> None:
    """Asks the database for its word: somebody else may have taken the address just now. Raises TakenSlug."""
    try:
        db.session.flush()
    except IntegrityError:
        db.session.rollback()
        raise TakenSlug(gettext("Somebody took this address just now.")) from None
