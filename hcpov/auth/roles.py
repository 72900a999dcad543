"""The site's roles, and whether somebody can sign in at all: given and taken so that an admin is always left.

Nothing here commits. `by` is the account that does it, None for the ops team at a terminal.
"""

from sqlalchemy import delete, update

from hcpov.audit.actions import note
from hcpov.auth import letters, queries
from hcpov.auth.models import ADMIN, EDITOR, Account, LoginSession, Role
from hcpov.extensions import db
from hcpov.languages import gettext
from hcpov.text.messages import mark

LAST_ADMIN = mark("This is the last admin who can sign in. Make somebody else an admin first.")
NO_ADMIN = mark("You are no admin any more, so nothing was changed.")
ONESELF = mark("Nobody switches off the account they are signed in with. Ask another admin.")
NO_MEMBER = mark("This person cannot sign in yet: the account is switched off, or its address was never confirmed.")


class Refused(Exception):
    """What cannot be done now, in words for whoever asked."""


def give(account: Account, name: str, by: int | None, reason: str = "") -> None:
    """Gives a role on the whole site; twice is once. Raises Refused."""
    hold(account, by)
    must_be_member(account)
    role = queries.role_named(name)
    if role not in account.roles:
        account.roles.append(role)
        tell(account, in_words(name), True, by, reason, role=name)


def take(account: Account, name: str, by: int | None, reason: str = "") -> None:
    """Takes a role on the whole site back; twice is once. Raises Refused for the last admin's."""
    hold(account, by)
    role = queries.role_named(name)
    if name == ADMIN:
        _must_leave_an_admin(account)
    if role in account.roles:
        account.roles.remove(role)
        tell(account, in_words(name), False, by, reason, role=name)


def switch(account: Account, on: bool, by: int | None, reason: str) -> None:
    """Lets somebody sign in again, or not any more: then all their sessions end. Raises Refused."""
    hold(account, by)
    if account.active == on:
        return
    if not on:
        if account.id == by:
            raise Refused(gettext(ONESELF))
        _must_leave_an_admin(account)
        db.session.execute(delete(LoginSession).where(LoginSession.account_id == account.id))
    account.active = on
    note(by, "account switched on" if on else "account switched off", f"account {account.id}", reason)
    letters.switched(account, on, reason)


def hold(account: Account, by: int | None) -> None:
    """Locks all roles until the transaction ends, and reads the account anew. Raises Refused when `by` is no admin now.

    The update changes nothing: it takes the lock, on SQLite the only one there is. Of two admins who take each other's
    role the second waits here, and what is read from then on is what the first has left.
    """
    db.session.execute(
        update(Role).where(Role.name == ADMIN).values(name=Role.name).execution_options(synchronize_session=False)
    )
    db.session.refresh(account)
    if by is not None and by not in queries.working_admins():
        raise Refused(gettext(NO_ADMIN))


def in_words(role: str, blog: str = "") -> str:
    """Returns a role as it is said of somebody: `admin of the site`, or `editor of` a blog."""
    if blog:
        return gettext("editor of %(blog)s", blog=blog) if role == EDITOR else gettext("author of %(blog)s", blog=blog)
    return gettext("admin of the site") if role == ADMIN else gettext("moderator of the site")


def must_be_member(account: Account) -> None:
    """Raises Refused for somebody who could not use a role."""
    if not account.active or account.confirmed_at is None:
        raise Refused(gettext(NO_MEMBER))


def tell(account: Account, what: str, given: bool, by: int | None, reason: str, **details: object) -> None:
    """Notes in the log and writes to a member that a role was given or taken. `what` is the role in words."""
    note(by, "role given" if given else "role taken", f"account {account.id}", reason, **details)
    letters.role(account, what, given, reason)


def _must_leave_an_admin(account: Account) -> None:
    """Raises Refused when no admin but this one could sign in."""
    if queries.working_admins() == {account.id}:
        raise Refused(gettext(LAST_ADMIN))
