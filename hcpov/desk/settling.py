"""Who is at the desk, which comments are theirs, and what they can do with one."""

from dataclasses import dataclass
from datetime import UTC, datetime

from flask import abort, request
from flask_login import current_user
from sqlalchemy.orm.exc import ObjectDeletedError

from hcpov.auth import sessions
from hcpov.auth.models import ADMIN, MODERATOR
from hcpov.comments import actions, queue
from hcpov.comments.models import Comment, Decision, State
from hcpov.desk import policy
from hcpov.desk.policy import Keeper
from hcpov.languages import lazy
from hcpov.web.redirects import see_other

TICKED = 100
SECOND_FACTOR = lazy(
    "This form needs your second factor. Open your account, set one up or show it, then send the form again."
)


@dataclass(frozen=True)
class Act:
    """What an editor can do with a comment: its word in the log, and where the comment then stands."""

    what: str
    state: State


ACTS = {
    "publish": Act("published", State.PUBLISHED),
    "edit": Act("edited", State.PUBLISHED),
    "return": Act("returned", State.RETURNED),
    "spam": Act("spam", State.SPAM),
    "remove": Act("removed", State.REMOVED),
    "keep": Act("kept", State.PUBLISHED),
}
ALLOWED = {
    State.HELD: {"published", "edited", "returned", "spam", "removed"},
    State.PUBLISHED: {"kept", "edited", "returned", "spam", "removed"},
}
FOR_MANY = {"publish", "spam", "remove"}


def keeper_here() -> Keeper:
    """Returns who is at the desk. A stranger is told of no such page, a member that it is not theirs. Two queries.

    Who works here and has not shown the second factor they need is led to it first.
    """
    if not current_user.is_authenticated:
        abort(404)
    roles = {role.name for role in current_user.roles}
    everywhere = bool(roles & {MODERATOR, ADMIN})
    own = frozenset[int]() if everywhere else queue.edited_blogs(current_user.id)
    keeper = Keeper(current_user.id, everywhere, ADMIN in roles, own)
    if not policy.may_enter(keeper):
        abort(403)
    ask_second_factor()
    return keeper


def ask_second_factor() -> None:
    """Leads whoever works here and has not shown the second factor they need to it.

    A page leads there and back; what was sent as a form cannot wait, so it is refused in words.
    """
    if not sessions.owes_second_factor(current_user):
        return
    if request.method not in {"GET", "HEAD"}:
        abort(403, SECOND_FACTOR)
    abort(see_other(sessions.way_to_second_factor(current_user, request.full_path.rstrip("?"))))


def moderator_here() -> Keeper:
    """Returns who is at the desk and works for the whole site. Two queries."""
    keeper = keeper_here()
    if not policy.may_keep_words(keeper):
        abort(403)
    return keeper


def theirs(keeper: Keeper, numbers: list[int]) -> list[Comment]:
    """Returns the comments an editor may settle; one of another blog refuses all of them, one that is none is 404."""
    comments = queue.found(numbers)
    if not all(policy.may_settle(keeper, comment.post.blog_id) for comment in comments):
        abort(403)
    return comments or abort(404)


def ticked(keeper: Keeper) -> list[Comment]:
    """Returns the comments that were ticked, none when none was."""
    ids = request.form.getlist("ids")
    if len(ids) > TICKED or not all(each.isascii() and each.isdecimal() and len(each) < 10 for each in ids):
        abort(400)
    return theirs(keeper, [int(each) for each in ids]) if ids else []


def settle(keeper: Keeper, comment: Comment, act: Act, reason: str = "", body: str | None = None) -> Decision | None:
    """Settles a comment that still waits as it was read; None when it does not."""
    try:
        allowed = ALLOWED.get(State(comment.state), ())
    except ObjectDeletedError:  # of several, one was erased while another was settled
        return None
    if act.what not in allowed or not queue.claim(comment, read_at()):
        return None
    if act.state == State.PUBLISHED:
        actions.dismiss_reports(comment)
    return actions.settle(comment, keeper.account_id, act.what, act.state, reason, body)


def read_at() -> datetime | None:
    """Returns when the page was made that the form was on; None for a tool outside, which has read no page."""
    text = request.form.get("read", "")
    if not text.isascii() or not text.isdecimal() or len(text) > 17:
        return None
    return datetime.fromtimestamp(int(text) / 1e6, UTC)
