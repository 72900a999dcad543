"""A post as it will look, and the links that show it to people without an account."""

from datetime import timedelta

from flask import current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer

from hcpov import clock, config
from hcpov.blog import texts
from hcpov.blog.models import Post
from hcpov.blog.rows import ArticleRow, TagRow, article_row
from hcpov.blog.writing import write_body
from hcpov.desk.posts import queries
from hcpov.text import local_times
from hcpov.text.slugs import slug_for
from hcpov.text.tongues import known

DAYS = 14
LONGEST = 300


def as_it_will_look(post: Post, fields: dict[str, str]) -> ArticleRow:
    """Makes a post with these words ready to show, by the renderer and the rows that readers get. Writes nothing."""
    zone = config.current().zone
    at = local_times.planned(fields["at"], zone) or post.published_at or clock.now()
    local = at.astimezone(zone)
    shown = Post(id=post.id, blog=post.blog, author=post.author, author_id=post.author_id, kind=post.kind)
    for name in (*texts.REVISED, "byline_name", "byline_title", "byline_place"):
        setattr(shown, name, fields[name])
    shown.lang = known(fields["lang"])  # it may be typed by half
    shown.slug, shown.year, shown.month, shown.published_at = post.slug or "preview", local.year, local.month, at
    shown.state, shown.retracted, shown.notices = post.state, post.retracted, post.notices
    shown.comment_count, shown.comments_open = post.comment_count, post.comments_open
    write_body(shown, fields["body"])
    tags = [TagRow(0, slug_for(name, "tag"), name) for name in texts.tag_names(fields["tags"])]
    return article_row(shown, tags)


def link(post: Post) -> str:
    """Returns the address that shows the saved text for DAYS from now."""
    return f"{config.current().site_url}/preview/{_serializer().dumps([post.id, post.preview])}"


def opened_by(token: str) -> Post | None:
    """Returns the post of a preview link; None for one that is foreign, old or taken back. One query at most."""
    try:
        number, preview = _serializer().loads(token[:LONGEST], max_age=int(timedelta(days=DAYS).total_seconds()))
    except (BadSignature, ValueError, TypeError):
        return None
    post = queries.post(number)
    return post if post and post.preview == preview else None


def _serializer() -> URLSafeTimedSerializer:
    keys = [*current_app.config["SECRET_KEY_FALLBACKS"], current_app.secret_key]
    return URLSafeTimedSerializer(keys, salt="preview")  # the last key signs
