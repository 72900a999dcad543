"""Mail about accounts: rows in the outbox, written with what causes them. Nothing here commits.

What somebody asked for at the keyboard, or must know about how they sign in, is tried even at an address that refused
mail: whoever is locked out for a relay's mistake has no other way back.

Links are made from HCPOV_SITE_URL, never from the request: a foreign Host header must not choose where a secret goes.
"""

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from flask import render_template
from flask_security import MailUtil
from flask_security.confirmable import generate_confirmation_token
from flask_security.recoverable import generate_reset_password_token
from sqlalchemy import select

from hcpov import clock, config
from hcpov.auth import tokens
from hcpov.auth.models import Account
from hcpov.extensions import db
from hcpov.languages import gettext
from hcpov.mail.actions import enqueue
from hcpov.mail.models import Message

CONFIRM_DAYS, RESET_HOURS, EMAIL_HOURS, DATA_HOURS = 2, 2, 24, 24
ONE_EACH = timedelta(minutes=5)  # asking again within it is asking once: nobody's mailbox is filled from here


class Letters(MailUtil):
    """Puts what Flask-Security sends into the outbox, in the transaction that causes it."""

    def send_mail(self, template: str, subject: str, recipient: Any, *rest: Any, **_more: Any) -> None:
        """Adds a message. `rest` is the sender, which is ours to say, the text, and HTML, of which there is none."""
        enqueue(recipient, str(subject), rest[1] or "", _key(template, recipient), asked_for=True)


def render(template: str, **context: Any) -> str:
    """Returns the words of a letter."""
    settings = config.current()
    return render_template(template, site=settings.site_name, site_url=settings.site_url, **context)


def reset(email: str, account: Account | None) -> None:
    """Writes the way to a new password; to an address without an account, that there is none.

    A token is made for nobody too: the answer takes as long for every address.
    """
    token = generate_reset_password_token(account or _nobody())
    if account is None or not account.active:
        text = render("auth/mail/unknown.txt", what=gettext("a new password"))
    else:
        text = render("auth/mail/reset.txt", user=account, token=token, hours=RESET_HOURS)
    enqueue(email, gettext("A new password"), text, _key("reset", email), asked_for=True)


def confirmation(email: str, account: Account | None) -> None:
    """Writes the link that confirms an address once more, or what else there is to say. Takes as long for nobody."""
    token = generate_confirmation_token(account or _nobody())
    if account is None or not account.active:
        text = render("auth/mail/unknown.txt", what=gettext("a new confirmation"))
    elif account.confirmed_at:
        text = render("auth/mail/known.txt", user=account)
    else:
        text = render("auth/mail/confirm.txt", user=account, confirmation_token=token)
    enqueue(email, gettext("Please confirm your address"), text, _key("confirm", email), asked_for=True)


def new_email(account: Account, email: str, owner: Account | None) -> None:
    """Asks a mailbox whether it is the new address of an account, or tells its owner of the mistake."""
    token = tokens.for_new_email(account)
    if owner is not None:
        text = render("auth/mail/known.txt", user=owner)
    else:
        text = render("auth/mail/new_email.txt", user=account, token=token, hours=EMAIL_HOURS)
    enqueue(
        email, gettext("Please confirm your new address"), text, _key(f"new email {account.id}", email), asked_for=True
    )


def email_changed(account: Account, old: str) -> None:
    """Tells the old address that it is one no more. The new one is left out: the old mailbox may be another's now."""
    text = render("auth/mail/email_changed.txt", user=account)
    enqueue(old, gettext("Your e-mail address was changed"), text, f"changed {secrets.token_hex(16)}", asked_for=True)


def my_data(email: str, token: str, account: Account | None) -> None:
    """Brings the link to what is held under an address, and says where an account's part is found."""
    text = render("auth/mail/my_data.txt", token=token, has_account=account is not None, hours=DATA_HOURS)
    enqueue(email, gettext("What we hold about you"), text, _key("my-data", email), asked_for=True)


def erased(email: str) -> None:
    """Tells an address that it was erased. The outbox forgets the address when the letter is sent."""
    enqueue(
        email,
        gettext("Your data was erased"),
        render("auth/mail/erased.txt"),
        f"erased {secrets.token_hex(16)}",
        asked_for=True,
    )


def mark(email: str) -> str:
    """Returns how an address stands in the keys of letters."""
    return hashlib.sha256(email.casefold().encode()).hexdigest()[:24]


def factor_changed(account: Account, what: str) -> None:
    """Tells that something was changed about how somebody signs in; `what` is the audit log's word for it."""
    text = render("auth/mail/factor.txt", user=account, what=what)
    subject = (
        gettext("A recovery code was used") if what == "recovery code used" else gettext("How you sign in was changed")
    )
    enqueue(account.email, subject, text, f"factor {secrets.token_hex(16)}", asked_for=True)


def role(account: Account, what: str, given: bool, reason: str) -> None:
    """Tells a member that a role was given to them or taken back."""
    text = render("auth/mail/role.txt", user=account, what=what, given=given, reason=reason)
    _tell(account, gettext("Your part at %(site)s", site=config.current().site_name), text)


def switched(account: Account, on: bool, reason: str) -> None:
    """Tells a member that the account was switched off, or on again."""
    text = render("auth/mail/switched.txt", user=account, on=on, reason=reason)
    _tell(account, gettext("Your account at %(site)s", site=config.current().site_name), text)


def _nobody() -> Account:
    """Returns an account that is never stored."""
    return Account(email="nobody@example.org", fs_uniquifier=secrets.token_hex(32), password=secrets.token_hex(32))


def _tell(account: Account, subject: str, text: str) -> None:
    """Adds a message about something that happens as often as it is done."""
    enqueue(account.email, subject, text, f"told {secrets.token_hex(16)}")


def _key(kind: str, email: str) -> str:
    """Names a letter that is written once in ONE_EACH, however often it is asked for.

    The name holds a number that changes with the clock, so that two who ask at once write one row. A letter from just
    before the change is looked for by its own name: two within seconds of it would be two otherwise.
    """
    now = clock.now()
    window = int(now.timestamp() // ONE_EACH.total_seconds())
    current, earlier = (f"{kind} {mark(email)} {number}"[-120:] for number in (window, window - 1))
    lately = select(Message.id).where(Message.dedupe_key == earlier, Message.created_at > now - ONE_EACH)
    return current if db.session.scalar(lately) is None else earlier
