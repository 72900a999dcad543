"""Writes about profiles and badges."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, update

from hcpov import clock
from hcpov.audit.actions import note
from hcpov.auth.models import Account, Credential, CredentialState
from hcpov.auth.subjects import badges
from hcpov.extensions import db
from hcpov.languages import gettext
from hcpov.profiles import asks, letters, terms

ASKS, ASK_DAYS = 5, 30  # each ask is a moderator's time, those withdrawn again included


def write_profile(account: Account, name: str, title: str, place: str, about: str) -> None:
    """Keeps what a member says of themselves. Commits.

    Comments keep the name they were given with. A badge vouches for a name, so with another one it waits to be checked
    again.
    """
    if name != account.name:
        _check_again(account.id)
    account.name, account.title, account.place, account.about = name, title, place, about
    db.session.commit()


def ask(account_id: int, profession: str, region: str, body: str, number: str, link: str) -> str:
    """Asks for a badge; returns why not, or "" when it was asked for. Commits.

    One waits at a time, and ASKS can be made in ASK_DAYS days.
    """
    # The update changes nothing: it takes the account's lock, so that of two asks at once the second sees the first.
    locked = update(Account).where(Account.id == account_id).values(name=Account.name)
    db.session.execute(locked.execution_options(synchronize_session=False))
    refusal = ""
    if asks.waits(account_id):
        refusal = gettext("You have a badge that waits already. A moderator looks at it first.")
    elif asks.asked_lately(account_id, ASK_DAYS) >= ASKS:
        refusal = gettext(
            "You asked %(times)s times in %(days)s days. Please wait a while, then ask again.",
            times=ASKS,
            days=ASK_DAYS,
        )
    if refusal:
        db.session.rollback()
        return refusal
    db.session.add(
        Credential(account_id=account_id, profession=profession, region=region, body=body, number=number, link=link)
    )
    note(account_id, "badge asked", f"account {account_id}", profession=profession, region=region)
    db.session.commit()
    return ""


def withdraw(account_id: int, number: int) -> bool:
    """Takes back what a member asked for or was granted; False when there is no such. Commits.

    The number and the link were given for the check only, and are forgotten.
    """
    open_ = (CredentialState.ASKED, CredentialState.GRANTED)
    taken = db.session.execute(
        update(Credential)
        .where(Credential.id == number, Credential.account_id == account_id, Credential.state.in_(open_))
        .values(state=CredentialState.WITHDRAWN, decided_at=clock.now(), number="", link="")
        .execution_options(touches=[badges(account_id)])
    )
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        db.session.rollback()
        return False
    note(account_id, "badge withdrawn", f"account {account_id}", badge=number)
    db.session.commit()
    return True


def grant(credential: Credential, by: int, until: date, reason: str, read: datetime | None = None) -> bool:
    """Grants a badge that waits, up to and with a day. See `_decide`. Commits."""
    changes = {"state": CredentialState.GRANTED, "expires_on": until}
    return _decide(credential, CredentialState.ASKED, by, "granted", reason, read, changes)


def refuse(credential: Credential, by: int, reason: str, read: datetime | None = None) -> bool:
    """Refuses a badge that waits. See `_decide`. Commits."""
    changes = {"state": CredentialState.REFUSED, "expires_on": None}
    return _decide(credential, CredentialState.ASKED, by, "refused", reason, read, changes)


def revoke(credential: Credential, by: int, reason: str, read: datetime | None = None) -> bool:
    """Takes back a badge that was granted; the day it would have ended stays. See `_decide`. Commits."""
    return _decide(credential, CredentialState.GRANTED, by, "revoked", reason, read, {"state": CredentialState.REFUSED})


def _decide(
    credential: Credential,
    stood: CredentialState,
    by: int,
    what: str,
    reason: str,
    read: datetime | None,
    changes: dict[str, Any],
) -> bool:
    """Decides, writes the audit line and the letter, and commits all three; False when there is nothing to decide.

    The database compares: of two moderators one decides, and nobody decides on a name that changed after they `read`
    it. The number goes into neither log nor letter.
    """
    where = [Credential.id == credential.id, Credential.state == stood]
    if read is not None:
        where.append(Credential.asked_at <= read)
    decided = {"decided_at": clock.now(), "decided_by": by, "reason": reason}
    claim = update(Credential).where(*where).values(**changes, **decided)
    claim = claim.execution_options(synchronize_session=False, touches=[badges(credential.account_id)])
    if db.session.execute(claim).rowcount != 1:  # type: ignore[attr-defined]
        db.session.rollback()
        return False
    db.session.refresh(credential)
    until = credential.expires_on.isoformat() if credential.expires_on else ""
    facts = {"badge": credential.id, "profession": credential.profession, "region": credential.region, "until": until}
    note(by, f"badge {what}", f"account {credential.account_id}", reason, **facts)
    letters.decided(credential, what)
    db.session.commit()
    return True


def _check_again(account_id: int) -> None:
    """Puts a member's badges back among those that wait, and what waits at the end of them. Does not commit."""
    lives = or_(
        Credential.state == CredentialState.ASKED,
        (Credential.state == CredentialState.GRANTED) & (Credential.expires_on >= terms.today()),
    )
    again = {"state": CredentialState.ASKED, "asked_at": clock.now()}
    cleared = {"decided_at": None, "decided_by": None, "expires_on": None, "reason": ""}
    changed = update(Credential).where(Credential.account_id == account_id, lives).values(**again, **cleared)
    changed = changed.execution_options(synchronize_session=False, touches=[badges(account_id)])
    if db.session.execute(changed).rowcount:  # type: ignore[attr-defined]
        note(account_id, "badge to check again", f"account {account_id}", gettext("the member changed their name"))
