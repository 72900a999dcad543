"""Writes of whole people: each in one transaction, so that a failure leaves nothing half-written."""

from sqlalchemy.exc import IntegrityError

from hcpov.audit.actions import note
from hcpov.auth import letters, tombstones
from hcpov.auth.models import Account
from hcpov.auth.queries import account_with
from hcpov.extensions import db
from hcpov.transfer import departure, restored, tokens


def note_export(account: Account) -> None:
    """Notes that a member took their data. Commits."""
    note(account.id, "data exported", f"account {account.id}")
    db.session.commit()


def send_data_link(email: str) -> None:
    """Writes the link to what is held under an address, whether that is anything or not. Commits."""
    letters.my_data(email, tokens.issue(email), account_with(email))
    try:
        db.session.commit()
    except IntegrityError:  # the same letter was written by another request a moment ago
        db.session.rollback()


def erase_account(account_id: int, how: str) -> bool:
    """Erases a member, and writes to them that it is done; False when nobody would be left to administer. Commits.

    `how` says what stays: words of `auth.tombstones` with blanks between them. Twice is once.
    """
    account = departure.hold(account_id)
    if account is None or departure.is_last_admin(account_id):
        db.session.rollback()
        return account is None
    email = account.email
    buried = departure.erase_account(account, how).bury()
    letters.erased(email)
    note(None, "account erased", f"account {account_id}")
    db.session.commit()
    tombstones.write_down(buried)
    return True


def erase_guest(email: str, how: str) -> None:
    """Erases what is held under an address, apart from an account; where there was anything, a letter says so. Commits.

    The letter that brought the link is among what goes, and is no reason for another.
    """
    gone = departure.erase_address(email, how)
    buried = gone.bury()
    if gone.comments or gone.kept or gone.subscriptions:
        letters.erased(email)
    db.session.commit()
    tombstones.write_down(buried)


def erase_again() -> departure.Gone:
    """Erases what tombstones name and a restored backup brought back; returns it. Commits. Twice is once."""
    named = tombstones.newest([*tombstones.in_table(), *tombstones.in_file()])
    gone = restored.erase(named)
    db.session.commit()
    tombstones.catch_up()
    return gone
