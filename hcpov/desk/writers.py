"""Who may change what is published, and which post they opened."""

from flask import abort
from flask_login import current_user

from hcpov.auth.models import ADMIN, EDITOR
from hcpov.blog import revisions
from hcpov.blog.models import Kind, Post, State
from hcpov.blog.policy import Writer, may_publish
from hcpov.comments import queue
from hcpov.desk.policy import Keeper
from hcpov.desk.settling import ask_second_factor, keeper_here


def writer_here() -> Writer:
    """Returns who writes here. A stranger is told of no such page, a member that it is not theirs. No query.

    Whoever works for the site comes in, also with no blog to write on. Who has not shown the second factor they need
    is led to it first.
    """
    if not current_user.is_authenticated:
        abort(404)
    roles = current_user.blog_roles
    if not (current_user.is_staff or roles):
        abort(403)
    edits = frozenset(each.blog_id for each in roles if each.role == EDITOR)
    writes = frozenset(each.blog_id for each in roles if each.role != EDITOR)
    ask_second_factor()
    return Writer(current_user.id, any(role.name == ADMIN for role in current_user.roles), edits, writes)


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
