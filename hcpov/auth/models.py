"""Accounts and the site's roles, with the columns that Flask-Security reads."""

from datetime import datetime

from flask_security import RoleMixin, UserMixin
from sqlalchemy import Column, ForeignKey, String, Table, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hcpov import clock
from hcpov.extensions import Model

NAME_LENGTH = 80
TITLE_LENGTH = 120
PLACE_LENGTH = 80
EMAIL_LENGTH = 254  # RFC 5321 4.5.3.1.3, without the angle brackets
PASSWORD_LENGTH = 1024

MODERATOR = "moderator"
ADMIN = "admin"

account_role = Table(
    "account_role",
    Model.metadata,
    Column("account_id", ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
    Column("role_id", ForeignKey("role.id", ondelete="CASCADE"), primary_key=True),
)


class Role(Model, RoleMixin):
    """A role on the whole site: moderator or admin. Roles on one blog are the blog's."""

    __tablename__ = "role"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    description: Mapped[str] = mapped_column(String(200), default="")


class Account(Model, UserMixin):
    """A person who can sign in, or an imported writer who has not yet asked for a password."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(EMAIL_LENGTH), unique=True)
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    confirmed_at: Mapped[datetime | None]
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH), default="")
    place: Mapped[str] = mapped_column(String(PLACE_LENGTH), default="")
    about: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    roles: Mapped[list[Role]] = relationship(secondary=account_role)  # type: ignore[assignment]

    @property
    def is_staff(self) -> bool:
        """Says whether this account has a role on the whole site."""
        return bool(self.roles)
