"""Writes about people. Flask-Security's own views commit what they did; what says so here does not."""

import secrets
from contextlib import suppress
from datetime import datetime, timedelta

from flask_security import hash_password
from flask_security.recoverable import update_password
from sqlalchemy import delete, or_, update
from sqlalchemy.exc import IntegrityError, OperationalError

from hcpov import clock, config
from hcpov.audit.actions import note
from hcpov.auth import letters, queries, roles
from hcpov.auth.models import ADMIN, Account, LoginSession, Passkey
from hcpov.extensions import db

UNREMEMBERED = timedelta(hours=12)  # a session without "stay signed in" on a shared workstation
TOUCHED_EVERY = timedelta(minutes=5)
UNCONFIRMED = timedelta(days=7)


def begin_session(account: Account, key: str, device: str, remembered: bool) -> None:
    """Adds a session. Does not commit: the sign-in that causes it does."""
    db.session.add(LoginSession(account_id=account.id, key=key, device=device, remembered=remembered))


def touch(session_id: int) -> None:
    """Notes that a session is used, in a transaction of its own: nothing of the reader's request waits in it.

    A database that takes no writes just now, such as on a full disk, keeps nobody from reading.
    """
    with suppress(OperationalError), db.engine.begin() as connection:
        connection.execute(update(LoginSession).where(LoginSession.id == session_id).values(seen_at=clock.now()))


def drop_session(key: str) -> None:
    """Ends the session with that key. Does not commit."""
    db.session.execute(delete(LoginSession).where(LoginSession.key == key))


def end_session(key: str) -> None:
    """Ends the session with that key. Commits."""
    drop_session(key)
    db.session.commit()


def end_one(account_id: int, session_id: int) -> bool:
    """Ends one of somebody's sessions; False when it is not theirs or has ended. Commits."""
    ended = db.session.execute(
        delete(LoginSession).where(LoginSession.id == session_id, LoginSession.account_id == account_id)
    )
    db.session.commit()
    return bool(ended.rowcount)  # type: ignore[attr-defined]


def drop_sessions(account_id: int, but: str = "") -> None:
    """Ends all of somebody's sessions but the one with the key `but`. Does not commit."""
    db.session.execute(delete(LoginSession).where(LoginSession.account_id == account_id, LoginSession.key != but))


def renew(account: Account, but: str = "") -> None:
    """Ends what somebody began anywhere, but for the session with the key `but`. Does not commit.

    Remembered devices, half-finished sign-ins and links in letters name the uniquifier, and end with it.
    """
    account.fs_uniquifier = secrets.token_hex(32)
    drop_sessions(account.id, but)


def end_others(account: Account, but: str) -> None:
    """Ends what `renew` ends. Commits."""
    renew(account, but)
    db.session.commit()


def end_old_sessions() -> None:
    """Forgets sessions that are over. Commits."""
    now, settings = clock.now(), config.current()
    db.session.execute(
        delete(LoginSession).where(
            or_(
                LoginSession.seen_at < now - timedelta(hours=settings.idle_hours),
                LoginSession.created_at < now - timedelta(days=settings.session_days),
                LoginSession.remembered.is_(False) & (LoginSession.created_at < now - UNREMEMBERED),
            )
        )
    )
    db.session.commit()


def forget_unconfirmed() -> None:
    """Forgets who joined and never confirmed the address, so that it is free again. Commits.

    Imported writers have no password and stay: their posts name them.
    """
    db.session.execute(
        delete(Account)
        .where(
            Account.confirmed_at.is_(None),
            Account.password.is_not(None),
            Account.created_at < clock.now() - UNCONFIRMED,
        )
        .execution_options(touches=())  # nobody could see them
    )
    db.session.commit()


def keep_join() -> None:
    """Commits a new account, or the letter to an address that has one. Raises IntegrityError when another was first."""
    db.session.commit()


def confirm(account: Account) -> None:
    """Notes that an address's owner said yes; twice is once. Commits."""
    account.confirmed_at = account.confirmed_at or clock.now()
    db.session.commit()


def ask_new_email(account: Account, email: str) -> None:
    """Notes the address that somebody wants to have, and asks its mailbox. Commits.

    When it is another member's already, that mailbox is told so, and nothing else happens.
    """
    account.new_email = email
    letters.new_email(account, email, queries.account_with(email))
    keep_letters()


def take_new_email(account: Account) -> bool:
    """Puts the address that answered in the place of the old one, and tells both; False when it was taken. Commits."""
    assert account.new_email is not None
    old, number = account.email, account.id
    account.email, account.new_email = account.new_email, None
    account.confirmed_at = clock.now()
    try:
        letters.email_changed(account, old)
        note(number, "email changed", f"account {number}")
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        return False
    return True


def use_code(account: Account, counter: int) -> bool:
    """Notes that a code of the authenticator was used; False when it, or a later one, was used already.

    Does not commit. The database itself compares, so that two requests cannot use one code.
    """
    used = db.session.execute(
        update(Account)
        .where(Account.id == account.id, (Account.tf_last_counter.is_(None)) | (Account.tf_last_counter < counter))
        .values(tf_last_counter=counter)
    )
    return bool(used.rowcount)  # type: ignore[attr-defined]


def use_recovery_code(account: Account, digest: str) -> bool:
    """Uses a recovery code up; False when there is none such. Does not commit.

    The first statement takes the row's lock, so that a second request with the same code reads what is left of them.
    """
    db.session.execute(update(Account).where(Account.id == account.id).values(tf_last_counter=Account.tf_last_counter))
    db.session.refresh(account, ["mf_recovery_codes"])
    left = list(account.mf_recovery_codes or [])
    if digest not in left:
        return False
    left.remove(digest)
    account.mf_recovery_codes = left
    return True


def keep_authenticator(account: Account, secret: str) -> None:
    """Keeps the seed of an authenticator that has shown a right code, and what was noted of it. Commits."""
    account.tf_primary_method, account.tf_totp_secret = "authenticator", secret
    db.session.commit()


def use_passkey(passkey_id: int, made_at: datetime) -> bool:
    """Notes that a passkey is used; False when it was used since `made_at`. Does not commit.

    So each challenge opens once, whoever sends the answer again.
    """
    used = db.session.execute(
        update(Passkey)
        .where(Passkey.id == passkey_id, Passkey.lastuse_datetime < made_at)
        .values(lastuse_datetime=clock.now())
    )
    return bool(used.rowcount)  # type: ignore[attr-defined]


def send_reset(email: str) -> None:
    """Writes the way to a new password to an address, or that there is no account with it. Commits."""
    letters.reset(email, queries.account_with(email))
    keep_letters()


def send_confirmation(email: str) -> None:
    """Writes once more to an address that was not confirmed yet, or what else there is to say to it. Commits."""
    letters.confirmation(email, queries.account_with(email))
    keep_letters()


def keep_letters() -> None:
    """Commits the letters that were written, and drops what another request wrote a moment ago."""
    try:
        db.session.commit()
    except IntegrityError:
        db.session.rollback()


def reset_password(account: Account, password: str) -> None:
    """Gives an account the password that somebody chose by mail: all sessions end, the mailbox is told. Commits."""
    update_password(account, password)
    note(account.id, "password reset", f"account {account.id}")
    db.session.commit()


def create_admin(email: str, name: str, password: str) -> Account:
    """Makes a confirmed admin for the ops team. Commits. Raises IntegrityError when the address is taken."""
    account = Account(
        email=email,
        name=name,
        password=hash_password(password),
        fs_uniquifier=secrets.token_hex(32),
        fs_webauthn_user_handle=secrets.token_hex(32),
        confirmed_at=clock.now(),
        handle=queries.free_handle(name),
        roles=[queries.role_named(ADMIN)],
    )
    db.session.add(account)
    db.session.flush()
    note(None, "account made", f"account {account.id}", role=ADMIN)
    db.session.commit()
    return account


def promote(account: Account, role: str) -> None:
    """Gives somebody a role on the site, for the ops team. Commits. Raises Refused for who could not use it."""
    roles.give(account, role, None)
    db.session.commit()


def reset_access(account: Account, password: str, second_factor: bool) -> None:
    """Lets somebody in again, for the ops team: a new password, all sessions end, the mailbox is told. Commits.

    With `second_factor`, the authenticator, recovery codes and passkeys are forgotten as well.
    """
    update_password(account, password)
    if second_factor:
        account.tf_primary_method = account.tf_totp_secret = account.tf_last_counter = None
        account.mf_recovery_codes = None
        account.webauthn.clear()
    note(None, "password reset", f"account {account.id}", second_factor=second_factor)
    db.session.commit()
