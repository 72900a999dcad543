"""What follows a change of how somebody signs in: mail, a line in the log, the end of other sessions.

Nothing here commits: what caused it does.
"""

from typing import Any

from flask import Flask, session
from flask_security.signals import tf_code_confirmed, tf_disabled, wan_deleted, wan_registered
from flask_security.tf_plugin import tf_clean_session

from hcpov.audit.actions import note
from hcpov.auth import actions, letters, sessions
from hcpov.auth.models import Account


def install(app: Flask) -> None:
    """Listens to what Flask-Security's views change."""
    tf_code_confirmed.connect(_code_right, app)
    tf_disabled.connect(_switched_off, app)
    wan_registered.connect(_passkey_added, app)
    wan_deleted.connect(_passkey_removed, app)


def tell(account: Account, what: str) -> None:
    """Notes a change, and tells the member of it by mail."""
    note(account.id, what, f"account {account.id}")
    letters.factor_changed(account, what)


def keep_authenticator(account: Account, secret: str) -> None:
    """Keeps an authenticator that has shown a right code, in the place of the one before. Commits."""
    tf_clean_session()
    _authenticator_set(account)
    session[sessions.PROVEN] = True
    actions.keep_authenticator(account, secret)


def _authenticator_set(account: Account) -> None:
    tell(account, "authenticator set up")
    sessions.leave_others(account)


def _code_right(_app: Flask, user: Account, **_more: Any) -> None:
    """A code at sign-in; the first one of an authenticator that was set up on the way ends what began without it."""
    if session.get("tf_state") == "validating_profile":
        _authenticator_set(user)


def _switched_off(_app: Flask, user: Account, **_more: Any) -> None:
    user.mf_recovery_codes = None
    tell(user, "authenticator removed")
    sessions.leave_others(user)
    session.pop(sessions.PROVEN, None)


def _passkey_added(_app: Flask, user: Account, **_more: Any) -> None:
    tell(user, "passkey added")
    session[sessions.PROVEN] = True


def _passkey_removed(_app: Flask, user: Account, **_more: Any) -> None:
    tell(user, "passkey removed")
    sessions.leave_others(user)
