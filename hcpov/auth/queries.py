"""Reads about people."""

from collections.abc import Collection
from functools import cache

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import contains_eager

from hcpov.auth.models import ADMIN, Account, LoginSession, Role
from hcpov.extensions import db
from hcpov.text.slugs import numbered, slug_for


def live_session(key: str) -> LoginSession | None:
    """Returns the session with that key, with its account and all its roles. One query."""
    return db.session.scalar(_live_session(), {"key": key})


@cache
def _live_session() -> Select[LoginSession]:
    """Returns the statement that every request of a member makes: put together once, it costs a third less."""
    return (
        select(LoginSession)
        .join(LoginSession.account)
        .outerjoin(Account.roles)
        .outerjoin(Account.blog_roles)
        .options(
            contains_eager(LoginSession.account).contains_eager(Account.roles),
            contains_eager(LoginSession.account).contains_eager(Account.blog_roles),
        )
        .where(LoginSession.key == bindparam("key"))
    )


def sessions_of(account_id: int) -> list[LoginSession]:
    """Returns where somebody is signed in, last used first."""
    found = db.session.scalars(
        select(LoginSession).where(LoginSession.account_id == account_id).order_by(LoginSession.seen_at.desc())
    )
    return list(found)


def account_marked(uniquifier: str) -> Account | None:
    """Returns the account that a half-finished sign-in names."""
    return db.session.scalar(select(Account).where(Account.fs_uniquifier == uniquifier))


def account_with(email: str) -> Account | None:
    """Returns the account of an address, however it is written."""
    return db.session.scalar(select(Account).where(func.lower(Account.email) == email.lower()).limit(1))


def names(account_ids: Collection[int]) -> dict[int, str]:
    """Returns the names of accounts by their numbers. One query, none for none."""
    if not account_ids:
        return {}
    found = db.session.execute(select(Account.id, Account.name).where(Account.id.in_(account_ids)))
    return {row.id: row.name for row in found}


def free_handle(name: str) -> str:
    """Returns a handle for a name that nobody has."""
    slug = slug_for(name, "member")[:50].strip("-")
    taken = set(db.session.scalars(select(Account.handle).where(Account.handle.startswith(slug, autoescape=True))))
    return numbered(slug, {handle for handle in taken if handle})


def role_named(name: str) -> Role:
    """Returns the site's role of that name, adding it when there is none yet. Does not commit."""
    found = db.session.scalar(select(Role).where(Role.name == name))
    if found is None:
        found = Role(name=name)
        db.session.add(found)
    return found


def working_admins() -> set[int]:
    """Returns the numbers of the admins who can sign in, as the database has them now. One query."""
    wanted = select(Account.id).join(Account.roles).where(Role.name == ADMIN)
    return set(db.session.scalars(wanted.where(Account.active, Account.confirmed_at.is_not(None))))
