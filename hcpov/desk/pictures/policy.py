"""Who may add pictures, and say what one shows."""

from hcpov.blog.policy import Writer


def may_add(writer: Writer) -> bool:
    """Whoever may write on any blog adds pictures, and sees those that are there."""
    return writer.everywhere or bool(writer.edits or writer.writes)


def may_describe(writer: Writer, owner_id: int | None) -> bool:
    """Editors say of every picture what it shows, authors of those they sent."""
    return writer.everywhere or bool(writer.edits) or (bool(writer.writes) and owner_id == writer.account_id)
