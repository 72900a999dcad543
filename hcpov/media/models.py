"""Pictures."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from hcpov import clock
from hcpov.extensions import Model
from hcpov.text import pictures

NAME_LENGTH = 120
ALT_LENGTH = 300


class Picture(Model):
    """A picture that was taken in. `digest` is that of its largest form as stored: the same picture is kept once.

    `width` and `height` are the largest form's, in pixels. `name` is the file's as it was sent, for people to find it.
    """

    __tablename__ = "picture"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    alt: Mapped[str] = mapped_column(String(ALT_LENGTH), default="")
    width: Mapped[int]
    height: Mapped[int]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    @property
    def path(self) -> str:
        """The address of the whole picture, which is what a text names."""
        return pictures.address(pictures.names(self.digest, self.width, self.height)[self.width])

    @property
    def small_path(self) -> str:
        """The address of its narrowest form."""
        return pictures.address(next(iter(pictures.names(self.digest, self.width, self.height).values())))
