"""WordPress's own format (WXR 1.2), a blog in parts that its importer can take in one after the other."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from email.utils import format_datetime
from typing import Any
from xml.sax.saxutils import escape

from sqlalchemy import select

from hcpov import config
from hcpov.auth.models import Account
from hcpov.blog.feeds.models import FeedName
from hcpov.blog.feeds.rows import name_of
from hcpov.blog.models import UNPUBLISHED, Blog, Kind, Post, State, Tag, post_tag
from hcpov.comments.models import State as CommentState
from hcpov.extensions import db
from hcpov.media.models import Picture
from hcpov.text import pictures
from hcpov.text.absolute_links import absolute
from hcpov.text.plain import storable
from hcpov.text.slugs import slug_for
from hcpov.transfer.site import rows
from hcpov.transfer.site.packing import Package

PART = 20 * 1024 * 1024  # characters, after which another part begins; hosts limit what can be sent up
ATTACHMENTS = 1_000_000_000  # above the numbers of posts: WordPress numbers pictures and posts together
_NEVER = "0000-00-00 00:00:00"
_STATUS = {
    State.DRAFT: "draft",
    State.REVIEW: "pending",
    State.SCHEDULED: "future",
    State.PUBLISHED: "publish",
    State.WITHDRAWN: "private",
}
_APPROVED = {CommentState.PUBLISHED: "1", CommentState.SPAM: "spam", CommentState.REMOVED: "trash"}
# What WordPress has no place for, kept beside the post and the comment.
_REVIEW = ("reviewer_name", "reviewer_title", "reviewer_place", "reviewed_on")
_POST_META = ("editors_note", "disclosure", "byline_title", "byline_place", "lang", *_REVIEW)
_COMMENT_META = ("title", "place", "disclosure")
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:wfw="http://wellformedweb.org/CommentAPI/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/">
<channel>
"""
_TAIL = "</channel>\n</rss>\n"


def write(package: Package, private: bool, step: Callable[[int], None]) -> int:
    """Writes all blogs; returns how many parts there are."""
    parts = 0
    for blog in db.session.execute(select(Blog.id, Blog.slug, Blog.name, Blog.tagline).order_by(Blog.id)).all():
        whole = _Whole(blog, private, step)
        number = 0
        while number == 0 or whole.has_more:
            number += 1
            package.put(f"wordpress/{blog.slug}-{number}.xml", whole.part())
        parts += number
    return parts


class _Whole:
    """A blog's posts, pages and pictures, of which one part after the other is taken."""

    def __init__(self, blog: Any, private: bool, step: Callable[[int], None]) -> None:
        self._private, self._step = private, step
        self._site = config.current().site_url
        self._namer = db.session.scalars(select(FeedName.name)).one()
        self._seen: set[int] = set()
        self._head = _HEAD + "".join(self._channel(blog))
        self._items = self._all(blog.id)
        self._next = next(self._items, None)

    @property
    def has_more(self) -> bool:
        """Says whether something is left for another part."""
        return self._next is not None

    def part(self) -> Iterator[bytes]:
        """Yields the next part. What belongs together stays together, however long."""
        yield self._head.encode()
        length = 0
        while self._next is not None and length < PART:
            for piece in self._next:
                length += len(piece)
                yield piece.encode()
            self._next = next(self._items, None)
        yield _TAIL.encode()

    def _channel(self, blog: Any) -> Iterator[str]:
        yield _element("title", blog.name) + _element("link", f"{self._site}/{blog.slug}/")
        yield _element("description", blog.tagline) + _element("language", config.current().language)
        yield "<wp:wxr_version>1.2</wp:wxr_version>\n"
        yield f"{_element('wp:base_site_url', self._site)}{_element('wp:base_blog_url', self._site)}"
        written = select(Post.author_id).where(Post.blog_id == blog.id, Post.byline_name == "")
        wanted = select(Account.id, Account.handle, Account.name, Account.email).where(Account.id.in_(written))
        for row in db.session.execute(wanted.order_by(Account.id)):
            yield _author(row.id, _login(row.id, row.handle), row.name, row.email if self._private else "")
        guests = select(Post.byline_name).where(Post.blog_id == blog.id, Post.byline_name != "").distinct()
        for number, name in enumerate(db.session.scalars(guests.order_by(Post.byline_name)), start=ATTACHMENTS):
            yield _author(number, _guest(name), name, "")
        filed = select(post_tag.c.tag_id).join(Post, Post.id == post_tag.c.post_id).where(Post.blog_id == blog.id)
        for tag in db.session.execute(select(Tag.id, Tag.slug, Tag.name).where(Tag.id.in_(filed)).order_by(Tag.id)):
            inside = _element("wp:term_id", tag.id) + _cdata("wp:tag_slug", tag.slug) + _words("wp:tag_name", tag.name)
            yield f"<wp:tag>{inside}</wp:tag>\n"

    def _all(self, blog_id: int) -> Iterator[Iterator[str]]:
        for some in rows.posts(blog_id):
            tags, comments = rows.tags_of(some), rows.comments_of(some)
            for post in some:
                yield self._item(post, tags.get(post["id"], []), comments.of(post["id"]))
            self._step(len(some))

    def _item(self, post: dict[str, Any], tags: Iterable[rows.Row], comments: Iterable[rows.Row]) -> Iterator[str]:
        shown = self._pictures(post["html"])
        for picture in shown:
            if picture.id not in self._seen:
                self._seen.add(picture.id)
                yield self._attachment(picture, post["id"])
        yield from self._post(post, tags)
        for name in _POST_META:
            yield _meta("wp:postmeta", name, str(post[name] or ""))
        if shown:
            yield _meta("wp:postmeta", "_thumbnail_id", str(ATTACHMENTS + shown[0].id))
        for comment in comments:
            if comment["body"]:  # of one that was erased only its place is left
                yield _comment(comment, self._private)
        yield "</item>\n"

    def _post(self, post: dict[str, Any], tags: Iterable[rows.Row]) -> Iterator[str]:
        address, at = self._address(post), post["published_at"]
        # The mark keeps WordPress from making paragraphs of what has some.
        html = f"<!-- wp:html -->\n{absolute(post['html'], address)}\n<!-- /wp:html -->"
        creator = _guest(post["byline_name"]) if post["byline_name"] else _login(post["author_id"], post["author"])
        yield f"<item>\n{_words('title', post['title'])}{_element('link', address)}"
        yield _element("pubDate", format_datetime(at) if at else "") + _cdata("dc:creator", creator)
        yield f'<guid isPermaLink="false">{escape(name_of(self._namer, "post/" + str(post["id"])))}</guid>\n'
        yield _element("description", "") + _cdata("content:encoded", html) + _words("excerpt:encoded", post["summary"])
        yield from _standing(post["id"], post["slug"], at, post["updated_at"])
        yield _element("wp:comment_status", "open" if post["comments_open"] else "closed")
        yield _element("wp:ping_status", "closed") + _element("wp:status", _STATUS[State(post["state"])])
        yield _element("wp:post_parent", 0) + _element("wp:menu_order", 0) + _element("wp:post_type", post["kind"])
        yield _element("wp:post_password", "") + _element("wp:is_sticky", 0)
        for tag in tags:
            yield f'<category domain="post_tag" nicename="{tag["slug"]}">{_marked(escape(tag["name"]))}</category>\n'

    def _address(self, post: dict[str, Any]) -> str:
        if post["state"] in UNPUBLISHED or (post["kind"] != Kind.PAGE and not post["year"]):
            return f"{self._site}/?p={post['id']}"
        if post["kind"] == Kind.PAGE:
            return f"{self._site}/pages/{post['slug']}/"
        return f"{self._site}/{post['blog']}/{post['year']:04}/{post['month']:02}/{post['slug']}/"

    def _pictures(self, html: str) -> list[Any]:
        """Returns the pictures of ours in a text, each once."""
        found: list[Any] = []
        for start in dict.fromkeys(match[1] for match in pictures.NAME.finditer(html)):
            columns = (Picture.id, Picture.name, Picture.alt, Picture.digest, Picture.width, Picture.height)
            wanted = select(*columns, Picture.created_at).where(Picture.digest.between(start, f"{start}g"))
            found += db.session.execute(wanted.order_by(Picture.id)).all()
        return found

    def _attachment(self, picture: Any, post_id: int) -> str:
        name = pictures.names(picture.digest, picture.width, picture.height)[picture.width]
        address = f"{self._site}{pictures.address(name)}"
        inside = [_words("title", picture.name), _element("link", address), _cdata("dc:creator", "")]
        inside += [_cdata("content:encoded", ""), _cdata("excerpt:encoded", "")]
        inside += _standing(ATTACHMENTS + picture.id, name.removesuffix(".webp"), picture.created_at, None)
        inside += [_element("wp:comment_status", "closed"), _element("wp:ping_status", "closed")]
        inside += [_element("wp:status", "inherit"), _element("wp:post_parent", post_id), _element("wp:menu_order", 0)]
        inside += [_element("wp:post_type", "attachment"), _element("wp:attachment_url", address)]
        inside += [_meta("wp:postmeta", "_wp_attachment_image_alt", picture.alt)]
        return f"<item>\n{''.join(inside)}</item>\n"


def _author(number: int, login: str, name: str, email: str) -> str:
    inside = _element("wp:author_id", number) + _cdata("wp:author_login", login) + _cdata("wp:author_email", email)
    return f"<wp:author>{inside}{_words('wp:author_display_name', name)}</wp:author>\n"


def _login(account_id: int | None, handle: str | None) -> str:
    return "" if account_id is None else handle or f"member-{account_id}"


def _guest(name: str) -> str:
    return f"guest-{slug_for(name, 'writer')}"


def _standing(number: int, slug: str, at: datetime | None, changed: datetime | None) -> Iterator[str]:
    local = at or changed
    shown = _moment(local.astimezone(config.current().zone)) if local else _NEVER
    yield _element("wp:post_id", number) + _element("wp:post_date", shown)
    yield _element("wp:post_date_gmt", _moment(at) if at else _NEVER) + _cdata("wp:post_name", slug)


def _comment(comment: rows.Row, private: bool) -> str:
    at = comment["created_at"]
    fields = {
        "comment_id": comment["id"],
        "comment_author": escape(comment["name"]),
        "comment_author_email": comment["email"] if private else "",
        "comment_author_url": "",
        "comment_author_IP": "",
        "comment_date": _moment(at.astimezone(config.current().zone)),
        "comment_date_gmt": _moment(at),
        "comment_content": comment["html"],
        "comment_approved": _APPROVED.get(CommentState(comment["state"]), "0"),
        "comment_type": "comment",
        "comment_parent": comment["parent_id"] or 0,
        "comment_user_id": comment["account_id"] or 0,
    }
    inside = "".join(_cdata(f"wp:{name}", value) for name, value in fields.items())
    inside += "".join(_meta("wp:commentmeta", name, comment[name]) for name in _COMMENT_META)
    return f"<wp:comment>{inside}</wp:comment>\n"


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S")


def _meta(kind: str, name: str, value: str) -> str:
    if not value:
        return ""
    return f"<{kind}>{_cdata('wp:meta_key', name)}{_cdata('wp:meta_value', value)}</{kind}>\n"


def _element(name: str, value: object) -> str:
    return f"<{name}>{escape(storable(str(value)))}</{name}>\n"


def _cdata(name: str, value: object) -> str:
    return f"<{name}>{_marked(str(value))}</{name}>\n"


def _words(name: str, words: str) -> str:
    """Returns plain words where WordPress has HTML."""
    return _cdata(name, escape(words))


def _marked(text: str) -> str:
    return "<![CDATA[" + storable(text).replace("]]>", "]]]]><![CDATA[>") + "]]>"
