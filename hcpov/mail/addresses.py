"""E-mail addresses as a relay takes them."""

import re
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

from hcpov.mail.models import ADDRESS_LENGTH

# What most addresses are made of; the others are read by a library that knows the whole of RFC 5321 and 6531.
PLAIN = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*"
)

NONE = "no address that mail can be sent to"


@dataclass(frozen=True)
class Mailbox:
    """An address whose domain is in ASCII. `is_international` when its local part is not (RFC 6531)."""

    address: str
    is_international: bool


class NoAddress(ValueError):
    """There is nobody to write to at such an address."""


def mailbox(text: str) -> Mailbox:
    """Returns an address as it travels: quoted parts as they are, the domain by IDNA. Raises NoAddress."""
    if "=?" in text:  # begins the code for foreign letters, which Python would decode in a header
        raise NoAddress(NONE)
    if PLAIN.fullmatch(text) and len(text) <= ADDRESS_LENGTH:
        return Mailbox(text, False)
    try:
        known = validate_email(
            text,
            check_deliverability=False,
            allow_quoted_local=True,
            globally_deliverable=False,
            test_environment=True,
            strict=True,
        )
    except EmailNotValidError:
        raise NoAddress(NONE) from None
    return Mailbox(f"{known.local_part}@{known.ascii_domain}", not known.local_part.isascii())


def masked(address: str) -> str:
    """Returns an address that tells whose it may be only to who knows them: `m…@example.org`."""
    local, at, domain = address.rpartition("@")
    return f"{local[:1]}…{at}{domain}" if at else "…"
