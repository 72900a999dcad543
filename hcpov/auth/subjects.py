"""What pages show of people, and which changes touch it."""

from collections.abc import Iterator

from hcpov.auth.models import Account, Credential
from hcpov.pages import changes
from hcpov.pages.changes import Before

_SEEN = {"name", "title", "place", "about", "handle", "active", "confirmed_at"}
_UNSEEN = {column.key for column in Account.__table__.columns} - _SEEN


def account(number: int | None) -> str:
    """Names what a member says of themselves, and whether they have a page."""
    return f"account:{number}"


def badges(account_id: int) -> str:
    """Names a member's badges."""
    return f"badges:{account_id}"


@changes.of(Account, {*_UNSEEN, "roles", "webauthn"})
def _account(row: Account, _before: Before | None) -> Iterator[str]:
    yield account(row.id)


@changes.of(Credential)
def _credential(row: Credential, _before: Before | None) -> Iterator[str]:
    yield badges(row.account_id)
