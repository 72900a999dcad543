"""E-mail addresses, as wishes are known by them."""


def same(email: str) -> str:
    """Returns an address as it is kept: in small letters where these mean the same mailbox.

    Other alphabets stay as they are: `ß` in capitals is another word, and would be another person's mailbox.
    """
    local, _, domain = email.rpartition("@")
    return f"{local.lower() if local.isascii() else local}@{domain.lower() if domain.isascii() else domain}"


def masked(email: str) -> str:
    """Returns as much of an address as its owner needs to know it again."""
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}…@{domain}"
