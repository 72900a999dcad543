"""Who is signed in where: a row in the database for each place, so that it can be seen and ended."""

import hashlib
import re
import secrets
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Request, after_this_request, g, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_login import user_logged_out
from flask_security.signals import password_changed, password_reset, user_authenticated
from flask_security.tf_plugin import tf_verify_validity_token
from flask_security.utils import set_request_attr

from hcpov import clock, config
from hcpov.auth import actions, guesses, queries
from hcpov.auth.models import DEVICE_LENGTH, Account, LoginSession
from hcpov.languages import gettext

KEY = "key"
PROVEN = "proven"
BROWSERS = (
    ("Edge", r"Edg(?:e|A|iOS)?/"),
    ("Opera", r"OPR/"),
    ("Samsung Internet", r"SamsungBrowser/"),
    ("Firefox", r"Firefox/|FxiOS/"),
    ("Chrome", r"Chrome/|CriOS/|Chromium/"),
    ("Safari", r"Safari/"),
)
SYSTEMS = (
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Android", r"Android"),
    ("Windows", r"Windows"),
    ("Mac", r"Macintosh"),
    ("Chromebook", r"CrOS"),
    ("Linux", r"Linux|X11"),
)


class Cookie(SecureCookieSessionInterface):
    """Flask's session, which makes all that it needs to read a cookie even where there is none."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Returns what the cookie says; an empty session for a stranger."""
        if self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)


def install(app: Flask, login_manager: Any) -> None:
    """Reads who is signed in from our rows, and writes them when Flask-Security signs somebody in or out."""
    app.session_interface = Cookie()
    login_manager.user_loader(load)
    login_manager.request_loader(lambda _request: None)  # no tokens in headers or addresses: browsers only
    login_manager.session_protection = None  # its mark of address and browser is personal and stops nobody
    user_authenticated.connect(_begin, app)
    user_logged_out.connect(_end, app)
    password_changed.connect(_changed, app)
    password_reset.connect(_reset, app)


def load(uniquifier: str) -> Account | None:
    """Returns the account of this request's session; None, and no session any more, when it has ended."""
    found = queries.live_session(digest(session.get(KEY, "")))
    if found is None or not _is_live(found) or found.account.fs_uniquifier != uniquifier or not found.account.active:
        session.clear()
        return None
    if clock.now() - found.seen_at > actions.TOUCHED_EVERY:
        actions.touch(found.id)
    g.login_session_id = found.id
    set_request_attr("fs_authn_via", "session")
    set_request_attr("fs_paa", session.get("fs_paa", 0))
    return found.account


def digest(key: str) -> str:
    """Returns what the database keeps of a key."""
    return hashlib.sha256(key.encode()).hexdigest()


def here() -> str:
    """Returns the digest of this request's own key."""
    return digest(session.get(KEY, ""))


def device(agent: str) -> str:
    """Returns a browser and a system in words, such as `Firefox on Windows`; never the header itself."""
    browser = next((name for name, pattern in BROWSERS if re.search(pattern, agent[:500])), gettext("A browser"))
    system = next((name for name, pattern in SYSTEMS if re.search(pattern, agent[:500])), "")
    if system:
        return gettext("%(browser)s on %(system)s", browser=browser, system=system)[:DEVICE_LENGTH]
    return browser[:DEVICE_LENGTH]


def proven() -> bool:
    """Says whether this session began with a second factor, or has shown one since."""
    return bool(session.get(PROVEN))


def owes_second_factor(account: Account) -> bool:
    """Says whether somebody works here who must have a second factor, and this session has not shown one."""
    return account.needs_second_factor and not (proven() and account.has_second_factor)


def way_to_second_factor(account: Account, back: str) -> str:
    """Returns where to show a second factor, and then go back; or where to set one up, when there is none."""
    if account.has_second_factor:
        return f"/account/verify/passkey?{urlencode({'next': back})}"
    return "/account/second-factor"


def leave_others(account: Account) -> None:
    """Ends all that somebody began elsewhere: sessions, remembered devices, half-finished sign-ins. Does not commit."""
    actions.renew(account, but=here())
    if "_user_id" in session:
        session["_user_id"] = account.get_id()


def end_others(account: Account) -> None:
    """Ends what `leave_others` ends. Commits."""
    actions.end_others(account, but=here())
    session["_user_id"] = account.get_id()


def _is_live(found: LoginSession) -> bool:
    settings, now = config.current(), clock.now()
    longest = timedelta(days=settings.session_days) if found.remembered else actions.UNREMEMBERED
    return now - found.seen_at <= timedelta(hours=settings.idle_hours) and now - found.created_at <= longest


def _begin(_app: Flask, user: Account, authn_via: list[str] | None = None, **_more: Any) -> None:
    """Gives the browser a new key. Its old one, if any, opens nothing any more: a planted session is of no use.

    Flask-Login would set a cookie of its own to remember by, which no row could end; ours lasts longer instead.
    """
    asked = session.pop("_remember", None) == "set"
    if authn_via == ["change"]:
        remembered = session.permanent
    else:
        remembered, session[PROVEN] = asked, _is_proven(user, authn_via)
    if KEY in session:
        actions.drop_session(here())
    session[KEY] = secrets.token_urlsafe(32)
    session.permanent = remembered
    actions.begin_session(user, here(), device(_agent()), remembered)
    if asked:
        after_this_request(partial(guesses.know_browser, account=user))


def _is_proven(user: Account, via: list[str] | None) -> bool:
    """A passkey is both factors; Flask-Security names no way after a code; a remembered device has shown one before."""
    return via in (None, ["webauthn"]) or tf_verify_validity_token(user.fs_uniquifier)


def _agent() -> str:
    return request.headers.get("User-Agent", "")


def _end(_app: Flask, **_more: Any) -> None:
    if KEY in session:
        actions.end_session(digest(session.pop(KEY)))


def _changed(_app: Flask, user: Account, **_more: Any) -> None:
    actions.drop_sessions(user.id, but=here())


def _reset(_app: Flask, user: Account, **_more: Any) -> None:
    """A new password by mail proves the mailbox, and ends whatever the old password had opened."""
    actions.drop_sessions(user.id)
    user.confirmed_at = user.confirmed_at or clock.now()
