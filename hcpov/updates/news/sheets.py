"""What letters say: of one post, of one comment, of a day or a week. What is held or returned is in none of them."""

from collections.abc import Sequence

from hcpov import config, languages
from hcpov.blog.models import Post
from hcpov.blog.notices import titled
from hcpov.blog.rows import post_path, post_row
from hcpov.comments.models import Comment
from hcpov.languages import gettext, ngettext
from hcpov.text.excerpts import excerpt, lines_of
from hcpov.updates.letters import Piece, Sheet, sheet
from hcpov.updates.models import Cadence, Place
from hcpov.updates.queries import on_post

SHOWN = 20  # posts or comments that a digest names
EXCERPT = 600


def of_post(post: Post, place: Place) -> Sheet:
    """Tells of a new post, for those who asked for its blog or for the whole site. Reads the post's blog and author."""
    subject = f"{post.blog.name}: {titled(post)}"
    return sheet(subject, _post(post), place, Cadence.AT_ONCE, about(place, post.blog.name, ""))


def of_comment(comment: Comment, place: Place) -> Sheet:
    """Tells of a new comment, for those who asked for its thread or for the answers to one."""
    title = titled(comment.post)
    subject = (
        gettext("New comment on “%(title)s”", title=title)
        if place.comment_id is None
        else gettext("An answer to your comment on “%(title)s”", title=title)
    )
    pieces = [
        Piece("words", gettext("%(who)s wrote on “%(title)s”:", who=_signed(comment), title=title)),
        Piece("quotation", excerpt(lines_of(comment.html), EXCERPT)),
        Piece("link", gettext("Read it in its place, and answer"), _here(f"/comments/{comment.id}/")),
    ]
    return sheet(subject, pieces, place, Cadence.AT_ONCE, about(place, "", title))


def of_posts(posts: Sequence[Post], place: Place, cadence: str) -> Sheet:
    """Tells of the posts of a day or a week, the newest first."""
    name = posts[0].blog.name if place.blog_id is not None else config.current().site_name
    pieces = [piece for post in posts[:SHOWN] for piece in _post(post)]
    pieces += _more(len(posts), _here(f"/{posts[0].blog.slug}/" if place.blog_id is not None else "/"))
    what = titled(posts[0]) if len(posts) == 1 else ngettext("%(num)s new post", "%(num)s new posts", len(posts))
    subject = f"{name}: {what}"
    return sheet(subject, pieces, place, cadence, about(place, name, ""))


def of_comments(comments: Sequence[Comment], place: Place, cadence: str) -> Sheet:
    """Tells who said something in a day or a week. What they said is read in its place, as it is by then."""
    post = comments[0].post
    title, number = titled(post), len(comments)
    pieces = []
    for each in comments[:SHOWN]:
        pieces.append(Piece("words", f"{_signed(each)}, {languages.long_moment(each.created_at)}"))
        pieces.append(Piece("link", gettext("Read it"), _here(f"/comments/{each.id}/")))
    pieces += _more(number, f"{_here(post_path(post))}#talk")
    if place.comment_id is None:
        subject = ngettext(
            "%(num)s new comment on “%(title)s”", "%(num)s new comments on “%(title)s”", number, title=title
        )
    else:
        subject = ngettext(
            "%(num)s new answer to your comment on “%(title)s”",
            "%(num)s new answers to your comment on “%(title)s”",
            number,
            title=title,
        )
    return sheet(subject, pieces, place, cadence, about(place, "", title))


def about(place: Place, blog: str, title: str) -> str:
    """Returns in words what is asked for with a place."""
    if place.post_id is not None:
        return on_post(title, place.comment_id is not None)
    return gettext("New posts on %(name)s", name=blog if place.blog_id is not None else config.current().site_name)


def _post(post: Post) -> list[Piece]:
    row = post_row(post)
    named = {"blog": row.blog_name, "day": row.published, "author": row.author}
    by = (
        gettext("By %(author)s in %(blog)s, %(day)s", **named)
        if row.author
        else gettext("In %(blog)s, %(day)s", **named)
    )
    pieces = [Piece("heading", row.title), Piece("words", by)]
    if row.summary:
        pieces.append(Piece("words", row.summary))
    return [*pieces, Piece("link", gettext("Read it"), _here(row.path))]


def _signed(comment: Comment) -> str:
    return ", ".join(each for each in (comment.name, comment.title, comment.place) if each)


def _more(number: int, address: str) -> list[Piece]:
    return [Piece("link", gettext("And %(number)s more", number=number - SHOWN), address)] if number > SHOWN else []


def _here(path: str) -> str:
    return config.current().site_url + path
