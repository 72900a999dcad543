"""How a person goes: what is deleted, what stays without a name. Nothing here commits."""

from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, delete, select, update

from hcpov.audit import actions as audit
from hcpov.audit.models import Audit
from hcpov.auth import letters, tombstones
from hcpov.auth.models import ADMIN, FORMER, Account, Role, account_role
from hcpov.auth.tombstones import ACCOUNT, ANONYMOUS, COMMENT, MESSAGE, NAMED, REMOVED, SUBSCRIPTION, Buried
from hcpov.blog.actions import let_go
from hcpov.comments import erasing
from hcpov.extensions import db
from hcpov.languages import gettext
from hcpov.mail import actions as mail
from hcpov.media import actions as media
from hcpov.updates import actions as updates


@dataclass
class Gone:
    """What was erased, by number. `kept` are comments that stay and are nobody's; `how` is for the account.

    `texts` are posts that were taken back, for a restored backup brought their older text.
    `left` are subscriptions that stay and are not written to.
    """

    accounts: list[int] = field(default_factory=list)
    comments: list[int] = field(default_factory=list)
    kept: list[int] = field(default_factory=list)
    subscriptions: list[int] = field(default_factory=list)
    messages: list[int] = field(default_factory=list)
    texts: list[int] = field(default_factory=list)
    left: list[int] = field(default_factory=list)
    how: str = ""

    def bury(self) -> list[Buried]:
        """Adds the tombstones that are not there yet, and returns them."""
        buried = tombstones.bury_all(ACCOUNT, self.accounts, self.how)
        buried += tombstones.bury_all(COMMENT, self.comments, REMOVED)
        buried += tombstones.bury_all(COMMENT, self.kept, ANONYMOUS)
        buried += tombstones.bury_all(SUBSCRIPTION, self.subscriptions)
        return buried + tombstones.bury_all(MESSAGE, self.messages)

    def add(self, more: "Gone") -> None:
        """Adds what else was erased."""
        for name in ("accounts", "comments", "kept", "subscriptions", "messages", "texts"):
            getattr(self, name).extend(getattr(more, name))


def hold(account_id: int) -> Account | None:
    """Returns an account that nobody else can change or refer to until the transaction ends; None when it is gone.

    The first statement takes SQLite's lock for writing, the second PostgreSQL's for the row.
    """
    db.session.execute(update(Account).where(Account.id == account_id).values(active=Account.active))
    wanted = select(Account).where(Account.id == account_id).with_for_update(of=Account)
    return db.session.scalar(wanted.execution_options(populate_existing=True))


def is_last_admin(account_id: int) -> bool:
    """Says whether nobody would be left to look after the site. Locks the role: the last two cannot go at once."""
    db.session.execute(update(Role).where(Role.name == ADMIN).values(name=ADMIN))
    admins = (
        select(Account.id)
        .join(account_role, account_role.c.account_id == Account.id)
        .join(Role, Role.id == account_role.c.role_id)
        .where(Role.name == ADMIN, Account.active, Account.confirmed_at.is_not(None))
    )
    return list(db.session.scalars(admins)) == [account_id]


def erase_account(account: Account, how: str) -> Gone:
    """Erases an account and all that is held about it; `how` says what stays of comments and posts.

    The words of the log about it go; what was done and when stays, without a name.
    """
    choice = how.split()
    theirs = erasing.of_account(account.id, account.email)
    removed, kept = erasing.erase_all(theirs, ANONYMOUS if ANONYMOUS in choice else REMOVED, gettext(FORMER))
    let_go(account, NAMED in choice)
    media.let_go(account.id)
    audit.forget(account.id, about(account.id))
    gone = Gone([account.id], removed, kept, *_forget(account.email, account.id), how=how)
    db.session.execute(delete(Account).where(Account.id == account.id).execution_options(synchronize_session=False))
    return gone


def erase_address(email: str, how: str) -> Gone:
    """Erases what is held under an address without an account: a guest's comments, wishes, messages."""
    removed, kept = erasing.erase_all(erasing.of_address(email), how, gettext(erasing.FORMER_READER))
    return Gone([], removed, kept, *_forget(email), how=how)


def about(account_id: int) -> ColumnElement[bool]:
    """Says which lines of the log are about an account."""
    return Audit.about == f"account {account_id}"


def _forget(email: str, account_id: int | None = None) -> tuple[list[int], list[int]]:
    return updates.forget(email), mail.forget(email, letters.mark(email), account_id)
