"""Who may change what is published, and which post they opened."""

from flask import abort

from hcpov.blog import revisions
from hcpov.blog.models import Kind, Post, State
from hcpov.blog.policy import Writer, may_publish
from hcpov.comments import queue
from hcpov.desk.policy import Keeper
from hcpov.desk.settling import keeper_here


def writer_of(keeper: Keeper) -> Writer:
    """Returns somebody at the desk as their posts see them. One query for a moderator: they may edit a blog as well."""
    edits = queue.edited_blogs(keeper.account_id) if keeper.everywhere and not keeper.admin else keeper.own
    return Writer(keeper.account_id, keeper.admin, edits, frozenset())


def may_change(writer: Writer, post: Post) -> bool:
    """A blog's editors change its posts once these are public; pages of the site are the admins'."""
    return writer.everywhere or (post.kind == Kind.POST and may_publish(writer, post.blog_id))


def post_here(number: int) -> tuple[Keeper, Post]:
    """Returns who is at the desk and the post they may change: 404 for none, 403 for one of another blog.

    Three queries, for a moderator four. The post may be in any state.
    """
    keeper = keeper_here()
    post = revisions.post_with_blog(number) or abort(404)
    if not may_change(writer_of(keeper), post):
        abort(403)
    return keeper, post


def admin_here() -> Keeper:
    """Returns the admin at the desk; nobody else gets in. One query."""
    keeper = keeper_here()
    if not keeper.admin:
        abort(403)
    return keeper


def was_public(post: Post) -> bool:
    """Says whether a post was published, and so is changed in the open."""
    return post.state in {State.PUBLISHED, State.WITHDRAWN} and post.published_at is not None
