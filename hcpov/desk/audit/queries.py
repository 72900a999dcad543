"""Reads of people's names for the audit log, which knows them by number."""

from collections.abc import Collection

from sqlalchemy import select

from hcpov.auth.models import Account
from hcpov.extensions import db

MOST = 200


def names(numbers: Collection[int]) -> dict[int, str]:
    """Returns the names of accounts by their numbers. One query."""
    wanted = select(Account.id, Account.name).where(Account.id.in_(numbers))
    return {row.id: row.name for row in db.session.execute(wanted)}


def accounts_named(text: str) -> list[int]:
    """Returns the accounts whose name has these letters, or whose number it is. One query."""
    wanted = select(Account.id)
    if text.isascii() and text.isdecimal() and len(text) < 10:
        wanted = wanted.where(Account.id == int(text))
    else:
        wanted = wanted.where(Account.name.icontains(text, autoescape=True))
    return list(db.session.scalars(wanted.order_by(Account.id).limit(MOST)))
