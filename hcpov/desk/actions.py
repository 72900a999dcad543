"""Writes of the members' pages, which stand over people and blogs alike.

Each is one transaction with its line in the log and its letter; what is refused leaves nothing behind.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from hcpov.auth import roles
from hcpov.auth.models import EDITOR, Account
from hcpov.blog.models import Blog, BlogRole
from hcpov.desk.policy import Keeper
from hcpov.extensions import db
from hcpov.languages import lazy

NO_EDITOR = lazy("You are no editor of this blog any more, so nothing was changed.")
EDITS_HERE = lazy("An editor of a blog can write there already.")


def give_site_role(keeper: Keeper, account: Account, role: str, reason: str) -> None:
    """Makes somebody a moderator or an admin. Commits. Raises Refused."""
    with _whole():
        roles.give(account, role, keeper.account_id, reason)


def take_site_role(keeper: Keeper, account: Account, role: str, reason: str) -> None:
    """Takes a role on the site back. Commits. Raises Refused for the last admin's."""
    with _whole():
        roles.take(account, role, keeper.account_id, reason)


def give_blog_role(keeper: Keeper, account: Account, blog: Blog, role: str, reason: str) -> None:
    """Makes somebody an author or an editor of a blog, in the place of what they were. Commits. Raises Refused."""
    with _whole():
        _hold(keeper, account, blog)
        roles.must_be_member(account)
        found = db.session.get(BlogRole, (account.id, blog.id), populate_existing=True)
        if found is None:
            found = BlogRole(account_id=account.id, blog_id=blog.id, role="")
            db.session.add(found)
        if found.role == EDITOR and role != EDITOR:
            raise roles.Refused(EDITS_HERE)
        if found.role != role:
            found.role = role
            _tell(keeper, account, blog, role, True, reason)


def take_blog_role(keeper: Keeper, account: Account, blog: Blog, role: str, reason: str) -> None:
    """Takes a role on a blog back; when it is not there, or another, nothing happens. Commits. Raises Refused."""
    with _whole():
        _hold(keeper, account, blog)
        found = db.session.get(BlogRole, (account.id, blog.id), populate_existing=True)
        if found is not None and found.role == role:
            db.session.delete(found)
            _tell(keeper, account, blog, role, False, reason)


def switch(keeper: Keeper, account: Account, on: bool, reason: str) -> None:
    """Switches an account off or on. Commits. Raises Refused."""
    with _whole():
        roles.switch(account, on, keeper.account_id, reason)


@contextmanager
def _whole() -> Iterator[None]:
    """Commits all of it or nothing."""
    try:
        yield
        db.session.commit()
    except Exception:
        db.session.rollback()
        raise


def _hold(keeper: Keeper, account: Account, blog: Blog) -> None:
    """Locks all roles, and asks again whether whoever does this still may."""
    roles.hold(account, keeper.account_id if keeper.admin else None)
    if not keeper.admin:
        own = db.session.get(BlogRole, (keeper.account_id, blog.id), populate_existing=True)
        if own is None or own.role != EDITOR:
            raise roles.Refused(NO_EDITOR)


def _tell(keeper: Keeper, account: Account, blog: Blog, role: str, given: bool, reason: str) -> None:
    what = roles.in_words(role, blog.name)
    roles.tell(account, what, given, keeper.account_id, reason, role=role, blog=blog.id)
