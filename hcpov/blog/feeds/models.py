"""What the permanent names in feeds begin with."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from hcpov.extensions import Model

NAME_LENGTH = 60


class FeedName(Model):
    """The one who names things here (RFC 4151 2.1): a word of chance and a day, made with the database and then fixed.

    It goes where the database goes: into backups, through a restore, under another address. A host's name would not
    do: it changes with the site's address, is the same for every site that was first tried on 127.0.0.1, and can pass
    to somebody else. There is one row, which a migration writes.
    """

    __tablename__ = "feed_name"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    made_at: Mapped[datetime]
