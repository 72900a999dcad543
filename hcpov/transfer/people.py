"""The writers of an export, as accounts here."""

import secrets

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import func, select

from hcpov.auth.models import EMAIL_LENGTH, NAME_LENGTH, Account
from hcpov.auth.queries import free_handle
from hcpov.extensions import db
from hcpov.transfer.export import Author, Export, Said
from hcpov.transfer.text import fitted


class People:
    """The writers by login. An account is matched by e-mail, or made without a password when it is first needed."""

    def __init__(self, export: Export) -> None:
        self.by_login = {author.login: author for author in export.authors if author.login}
        self.by_number = {author.number: author for author in export.authors if author.number}
        self.emails = {email: author for author in export.authors if (email := address(author.email))}
        self.accounts: dict[str, Account] = {}
        self.made = 0

    def author(self, creator: str) -> Author | None:
        """Returns the writer a post names; a slip of the pen around the name is looked over."""
        return self.by_login.get(creator) or self.by_login.get(creator.strip("<>\"'` "))

    def account(self, author: Author) -> Account | None:
        """Returns a writer's account; None where the export has no e-mail to know it by. Adds, does not commit."""
        email = address(author.email)
        if not email:
            return None
        if email not in self.accounts:
            known = db.session.scalar(select(Account).where(func.lower(Account.email) == email.lower()).limit(1))
            self.accounts[email] = known or self._new(email, author)
        return self.accounts[email]

    def speaker(self, said: Said) -> Account | None:
        """Returns the account of a comment that a writer made while signed in.

        An e-mail alone is no proof: anybody could have typed it. WordPress's own user number says who was signed in.
        """
        author = self.by_number.get(said.user) if said.user else None
        if said.user and author is None:
            author = self.emails.get(address(said.email))
        return self.account(author) if author else None

    def _new(self, email: str, author: Author) -> Account:
        name = display_name(author)
        account = Account(email=email, name=name, handle=free_handle(name), fs_uniquifier=secrets.token_hex(32))
        db.session.add(account)
        self.made += 1
        return account


def display_name(author: Author) -> str:
    """Returns the name a writer is shown under."""
    return fitted(author.name, NAME_LENGTH) or fitted(author.login, NAME_LENGTH) or "Anonymous"


def address(text: str) -> str:
    """Returns an e-mail as it is stored; "" for what does not look like one."""
    try:
        email = validate_email(text, check_deliverability=False).normalized
    except EmailNotValidError:
        return ""
    return email if len(email) <= EMAIL_LENGTH else ""
