"""What somebody wrote, and under which name."""

import hashlib
from dataclasses import dataclass, fields, replace

from hcpov.auth.models import Account


@dataclass(frozen=True)
class Words:
    """A comment's words before they are a comment."""

    name: str
    title: str
    place: str
    email: str
    body: str
    disclosure: str


FIELDS = tuple(each.name for each in fields(Words))


def signed(words: Words, account: Account) -> Words:
    """Returns a member's words under the name, title and place the account has now, whatever was typed."""
    return replace(words, name=account.name, title=account.title, place=account.place, email="")


def mark(body: str) -> str:
    """Returns a digest by which the same text is known again, whatever its case and white space."""
    return hashlib.sha256(" ".join(body.casefold().split()).encode()).hexdigest()
