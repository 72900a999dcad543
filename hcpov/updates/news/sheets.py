"""What letters say: of one post, of one comment, of a day or a week. What is held or returned is in none of them."""

from collections.abc import Sequence

from hcpov import config, languages
from hcpov.blog.models import Post
from hcpov.blog.notices import titled
from hcpov.blog.rows import post_path, post_row
from hcpov.comments.models import Comment
from hcpov.text.excerpts import excerpt, text_of
from hcpov.updates.letters import Piece, Sheet, sheet
from hcpov.updates.models import Cadence, Place

SHOWN = 20  # posts or comments that a digest names
EXCERPT = 600


def of_post(post: Post, place: Place) -> Sheet:
    """Tells of a new post, for those who asked for its blog or for the whole site. Reads the post's blog and author."""
    subject = f"{post.blog.name}: {titled(post)}"
    return sheet(subject, _post(post), place, Cadence.AT_ONCE, about(place, post.blog.name, ""))


def of_comment(comment: Comment, place: Place) -> Sheet:
    """Tells of a new comment, for those who asked for its thread or for the answers to one."""
    title = titled(comment.post)
    subject = f"New comment on “{title}”" if place.comment_id is None else f"An answer to your comment on “{title}”"
    pieces = [
        Piece("words", f"{_signed(comment)} wrote on “{title}”:"),
        Piece("quotation", excerpt(text_of(comment.html), EXCERPT)),
        Piece("link", "Read it in its place, and answer", _here(f"/comments/{comment.id}/")),
    ]
    return sheet(subject, pieces, place, Cadence.AT_ONCE, about(place, "", title))


def of_posts(posts: Sequence[Post], place: Place, cadence: str) -> Sheet:
    """Tells of the posts of a day or a week, the newest first."""
    name = posts[0].blog.name if place.blog_id is not None else config.current().site_name
    pieces = [piece for post in posts[:SHOWN] for piece in _post(post)]
    pieces += _more(len(posts), _here(f"/{posts[0].blog.slug}/" if place.blog_id is not None else "/"))
    subject = f"{name}: {titled(posts[0])}" if len(posts) == 1 else f"{name}: {len(posts)} new posts"
    return sheet(subject, pieces, place, cadence, about(place, name, ""))


def of_comments(comments: Sequence[Comment], place: Place, cadence: str) -> Sheet:
    """Tells who said something in a day or a week. What they said is read in its place, as it is by then."""
    post = comments[0].post
    title, number = titled(post), len(comments)
    what = "comment" if place.comment_id is None else "answer"
    on = "on" if place.comment_id is None else "to your comment on"
    pieces = []
    for each in comments[:SHOWN]:
        pieces.append(Piece("words", f"{_signed(each)}, {languages.long_moment(each.created_at)}"))
        pieces.append(Piece("link", "Read it", _here(f"/comments/{each.id}/")))
    pieces += _more(number, f"{_here(post_path(post))}#talk")
    subject = f"{number} new {what}{'' if number == 1 else 's'} {on} “{title}”"
    return sheet(subject, pieces, place, cadence, about(place, "", title))


def about(place: Place, blog: str, title: str) -> str:
    """Returns in words what is asked for with a place."""
    if place.comment_id is not None:
        return f"Answers to your comment on “{title}”"
    if place.post_id is not None:
        return f"Comments on “{title}”"
    return f"New posts on {blog if place.blog_id is not None else config.current().site_name}"


def _post(post: Post) -> list[Piece]:
    row = post_row(post)
    by = f"By {row.author} in {row.blog_name}" if row.author else f"In {row.blog_name}"
    pieces = [Piece("heading", row.title), Piece("words", f"{by}, {row.published}")]
    if row.summary:
        pieces.append(Piece("words", row.summary))
    return [*pieces, Piece("link", "Read it", _here(row.path))]


def _signed(comment: Comment) -> str:
    return ", ".join(each for each in (comment.name, comment.title, comment.place) if each)


def _more(number: int, address: str) -> list[Piece]:
    return [Piece("link", f"And {number - SHOWN} more", address)] if number > SHOWN else []


def _here(path: str) -> str:
    return config.current().site_url + path
