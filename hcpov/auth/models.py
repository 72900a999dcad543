"""Accounts and the site's roles, with the columns that Flask-Security reads."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from flask_security import RoleMixin, UserMixin, WebAuthnMixin
from sqlalchemy import JSON, Column, ForeignKey, Index, LargeBinary, String, Table, Text
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hcpov import clock, config
from hcpov.extensions import Model
from hcpov.text.messages import mark

NAME_LENGTH = 80
TITLE_LENGTH = 120
PLACE_LENGTH = 80
EMAIL_LENGTH = 254  # RFC 5321 4.5.3.1.3, without the angle brackets
PASSWORD_LENGTH = 1024
ABOUT_LENGTH = 1000
HANDLE_LENGTH = 60
DEVICE_LENGTH = 80
PROFESSION_LENGTH = 80
REGION_LENGTH = 80
BODY_LENGTH = 120
NUMBER_LENGTH = 40
LINK_LENGTH = 300
REASON_LENGTH = 300

FORMER = mark("A former member")  # the name on what stays when an account goes

MODERATOR = "moderator"
ADMIN = "admin"
EDITOR = "editor"
AUTHOR = "author"

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
    """A person who can sign in, or an imported writer who has not yet asked for a password.

    `fs_uniquifier` changes with the password. `tf_last_counter` is the authenticator's last code that was used, so that
    none is used twice (RFC 6238 5.2). `new_email` waits until its mailbox has answered. `handle` is the name in the
    address of the public page.
    """

    __tablename__ = "account"
    __table_args__ = ({"sqlite_autoincrement": True},)  # an erased account's number never names another

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(EMAIL_LENGTH), unique=True)
    new_email: Mapped[str | None] = mapped_column(String(EMAIL_LENGTH))
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    fs_webauthn_user_handle: Mapped[str | None] = mapped_column(  # type: ignore[assignment]
        String(64), unique=True
    )
    tf_primary_method: Mapped[str | None] = mapped_column(String(20))
    tf_totp_secret: Mapped[str | None] = mapped_column(String(500))
    tf_last_counter: Mapped[int | None]
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(JSON(none_as_null=True)))
    confirmed_at: Mapped[datetime | None]
    handle: Mapped[str | None] = mapped_column(String(HANDLE_LENGTH), unique=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH), default="")
    place: Mapped[str] = mapped_column(String(PLACE_LENGTH), default="")
    about: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    roles: Mapped[list[Role]] = relationship(secondary=account_role)  # type: ignore[assignment]
    webauthn: Mapped[list["Passkey"]] = relationship(  # type: ignore[assignment]
        back_populates="account", cascade="all, delete-orphan", passive_deletes=True
    )
    # Named by a word, as blogs stand above people: SQLAlchemy looks the class up when all are there.
    blog_roles: Mapped[list[Any]] = relationship("BlogRole", viewonly=True)

    @property
    def page(self) -> str:
        """The address of the public page; empty for whom there is none: not confirmed, or switched off."""
        return f"/people/{self.handle}/" if self.handle and self.active and self.confirmed_at else ""

    @property
    def is_staff(self) -> bool:
        """Says whether this account has a role on the whole site."""
        return bool(self.roles)

    @property
    def desk(self) -> str:
        """The address of this account's place at the desk; empty for readers."""
        if self.is_staff or any(each.role == EDITOR for each in self.blog_roles):
            return "/desk/"
        return "/desk/posts" if self.blog_roles else ""

    @property
    def needs_second_factor(self) -> bool:
        """Says whether this account may only work with a second factor: moderators, admins and editors."""
        if not config.current().second_factor_for_staff:
            return False
        return self.is_staff or any(each.role == EDITOR for each in self.blog_roles)

    @property
    def has_second_factor(self) -> bool:
        """Says whether an authenticator or a passkey is set up."""
        return bool((self.tf_totp_secret and self.tf_primary_method) or self.webauthn)

    @property
    def guarded_by_passkey(self) -> bool:
        """Says whether a password alone does not sign in because there is a passkey."""
        return bool(self.needs_second_factor and not self.tf_primary_method and self.webauthn)

    @property
    def uses_second_factor(self) -> bool:
        """Says whether a password alone does not sign in, so that recovery codes are of use."""
        return bool(self.tf_primary_method) or self.guarded_by_passkey

    def check_tf_required(self, methods: list[tuple[str, str]], fresh: bool) -> tuple[bool, list[tuple[str, str]]]:
        """Says whether a second factor is asked for now: whoever has one, unless this device was remembered lately.

        Whoever works here is led to set one up at the first sign-in.
        """
        return bool(methods or self.needs_second_factor) and not (methods and fresh), methods

    def check_tf_required_setup(self) -> bool:
        """Says whether the second factor cannot be switched off."""
        return self.needs_second_factor


class Passkey(Model, WebAuthnMixin):
    """A passkey, with the columns that Flask-Security reads. `usage` is `first`: it signs in by itself."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1024), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(default=0)
    transports: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    backup_state: Mapped[bool] = mapped_column(default=False)
    device_type: Mapped[str] = mapped_column(String(64), default="")
    extensions: Mapped[str | None] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(String(64))
    usage: Mapped[str] = mapped_column(String(64))
    lastuse_datetime: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    account: Mapped[Account] = relationship(back_populates="webauthn")


class LoginSession(Model):
    """A place where somebody is signed in. The browser holds the key, the database only its digest.

    A row that is gone is a session that has ended, whatever the browser still sends. `remembered` sessions outlive the
    browser's window.
    """

    __tablename__ = "login_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    device: Mapped[str] = mapped_column(String(DEVICE_LENGTH))
    remembered: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    seen_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)

    account: Mapped[Account] = relationship()


class CredentialState(StrEnum):
    """Where a professional credential stands."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Credential(Model):
    """A professional credential that a member asked to show. Only profession and region are ever public."""

    __tablename__ = "credential"
    __table_args__ = (Index("ix_credential_state", "state", "asked_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    profession: Mapped[str] = mapped_column(String(PROFESSION_LENGTH))
    region: Mapped[str] = mapped_column(String(REGION_LENGTH))
    body: Mapped[str] = mapped_column(String(BODY_LENGTH))
    number: Mapped[str] = mapped_column(String(NUMBER_LENGTH))
    link: Mapped[str] = mapped_column(String(LINK_LENGTH), default="")
    state: Mapped[str] = mapped_column(String(10), default=CredentialState.ASKED)
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    reason: Mapped[str] = mapped_column(String(REASON_LENGTH), default="")
    expires_on: Mapped[date | None]

    account: Mapped[Account] = relationship(foreign_keys=[account_id])


class Tombstone(Model):
    """Something that was erased for good, by kind and number alone, so that a restored backup erases it again."""

    __tablename__ = "tombstone"

    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    how: Mapped[str] = mapped_column(String(20), default="")
    at: Mapped[datetime] = mapped_column(default=clock.now)
