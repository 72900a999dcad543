"""The addresses that a relay refused for good, and are not written to again. Nothing here commits."""

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import delete, select

from hcpov import clock
from hcpov.extensions import db, keyed
from hcpov.mail.models import RefusedAddress

REMEMBERED = timedelta(days=90)  # by then a mailbox may be somebody's again


def remember(email: str, code: str) -> None:
    """Notes that a relay refused an address for good."""
    db.session.merge(RefusedAddress(digest=digest(email), at=clock.now(), code=code))


def known(email: str) -> str:
    """Returns the code with which an address was refused, empty for one that was not. One query."""
    since = clock.now() - REMEMBERED
    wanted = select(RefusedAddress.code).where(RefusedAddress.digest == digest(email), RefusedAddress.at > since)
    return db.session.scalar(wanted) or ""


def known_among(emails: Collection[str]) -> set[str]:
    """Returns those of some addresses that were refused. One query, none for no address."""
    digests = [digest(each) for each in emails]
    if not digests:
        return set()
    since = clock.now() - REMEMBERED
    wanted = select(RefusedAddress.digest).where(RefusedAddress.digest.in_(digests), RefusedAddress.at > since)
    found = set(db.session.scalars(wanted))
    return {each for each in emails if digest(each) in found}


def lift(email: str) -> bool:
    """Forgets that an address was refused; says whether it was."""
    gone = delete(RefusedAddress).where(RefusedAddress.digest == digest(email)).returning(RefusedAddress.digest)
    return db.session.scalar(gone.execution_options(synchronize_session=False)) is not None


def digest(email: str) -> str:
    """Returns how an address stands among those that were refused."""
    return keyed(f"refused {email.casefold()}")
