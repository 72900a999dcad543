"""What pages show of blogs and posts, and which changes touch it.

A list of posts shows `posts` of its kind, and of each post in it `text` and `count`. Comments change counts all day,
and the rest changes seldom; so a list may be thrown away when a post joins it on another page of it.
"""

from collections.abc import Iterator

from hcpov.auth.models import Account
from hcpov.blog.models import UNPUBLISHED, Blog, BlogRole, Kind, Post, Revision, State, Tag
from hcpov.pages import changes
from hcpov.pages.changes import Before
from hcpov.pages.counters import EVERYTHING

MASTHEAD = "masthead"  # the blogs' names, addresses and order, which stand on every page
BLOGS = "blogs"  # what all blogs say of themselves
POSTS = "posts"  # which posts there are
TAGGED = "tagged"  # which posts have which tags
PAGES = "pages"  # which pages of the site there are
TITLES = "titles"  # what the titles of public posts are
DISCUSSED = "discussed"  # when posts were commented on last
LISTED = "listed"  # when anything of any post changed
PART = 1000  # numbers of posts to one part of the sitemap

_UNSEEN = {"version", "preview", "embargo", "announce", "announced_at", "body", "origin"}
_PLACES = {"state", "published_at", "year", "month", "slug", "blog_id", "kind"}
_TALK = {"comment_count", "last_comment_at"}
_TITLE = {"title", "retracted", "lang"}


def blog(number: int) -> str:
    """Names what a blog says of itself, and its rules."""
    return f"blog:{number}"


def editors(blog_id: int) -> str:
    """Names who edits a blog."""
    return f"editors:{blog_id}"


def posts_of(blog_id: int) -> str:
    """Names which posts a blog has."""
    return f"posts:{blog_id}"


def posts_by(account_id: int | None) -> str:
    """Names which posts somebody wrote."""
    return f"posts by:{account_id}"


def text(post_id: int) -> str:
    """Names all that a post says, but for the number of its comments."""
    return f"text:{post_id}"


def title(post_id: int) -> str:
    """Names a post's title, address and moment."""
    return f"title:{post_id}"


def count(post_id: int) -> str:
    """Names the number of a post's comments."""
    return f"count:{post_id}"


def listed(post_id: int) -> str:
    """Names the part of the sitemap that a post stands in: when anything of its posts changed."""
    return f"listed:{post_id // PART}"


def revisions(post_id: int) -> str:
    """Names a post's history."""
    return f"revisions:{post_id}"


@changes.of(Blog, {"write_for_us", "about"})
def _blog(row: Blog, before: Before | None) -> Iterator[str]:
    if before is None or before.keys() & {"slug", "name", "position"}:
        yield MASTHEAD
    yield from (blog(row.id), BLOGS)


@changes.of(BlogRole)
def _role(row: BlogRole, _before: Before | None) -> Iterator[str]:
    yield editors(row.blog_id)


@changes.of(Tag)
def _tag(_row: Tag, before: Before | None) -> Iterator[str]:
    if before is not None:
        yield EVERYTHING


@changes.of(Revision, {"account_id"})
def _revision(row: Revision, _before: Before | None) -> Iterator[str]:
    yield revisions(row.post_id)


@changes.of(Post, _UNSEEN)
def _post(row: Post, before: Before | None) -> Iterator[str]:
    was_public = before is not None and before.get("state", row.state) not in UNPUBLISHED
    if row.state in UNPUBLISHED and not was_public:
        return
    yield from (LISTED, listed(row.id))
    # Feeds are as new as the newest post that was taken back, so what happens to one is a change of all its lists.
    if before is None or before.keys() & _PLACES or row.state == State.WITHDRAWN:
        yield from _places(row)
        yield from (posts_of(before["blog_id"]),) if before and before.get("blog_id") else ()
    elif before.keys() - _TALK:
        yield text(row.id)
    if before is not None:
        yield from _parts(row, before)


def _places(row: Post) -> Iterator[str]:
    """Names all lists that a post stands in, and the post."""
    yield from (text(row.id), title(row.id), count(row.id))
    if row.kind == Kind.PAGE:
        yield PAGES
    else:
        yield from (POSTS, TAGGED, DISCUSSED, posts_of(row.blog_id), posts_by(row.author_id))


def _parts(row: Post, before: Before) -> Iterator[str]:
    if before.keys() & _TITLE:
        yield from (title(row.id), TITLES)
    if "comment_count" in before:
        yield count(row.id)
    if "last_comment_at" in before:
        yield DISCUSSED
    if "tags" in before:
        yield TAGGED
    if before.keys() & {"author_id", "author"}:
        was = before.get("author_id")
        yield from (posts_by(row.author_id), posts_by(was.id if isinstance(was, Account) else was))
