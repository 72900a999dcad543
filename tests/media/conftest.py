"""Who sends pictures, and with what."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hcpov.blog.models import BlogRole
from hcpov.extensions import db
from hcpov.media.models import Picture
from tests.forms import HTMX, hidden
from tests.make import MadeAccount, Make
from tests.media.files import quarters, saved

PICTURES = "/desk/pictures"
NAMES = {"editor": "Edda Editor", "author": "Ada Author", "other": "Otto Author", "admin": "Al Admin"}

BOUNDARY = "no-picture-has-this-in-it"


def body(fields: dict[str, str], file: bytes | None, name: str = "ward.jpg") -> bytes:
    """Returns the form as a browser sends it. The test client would leave a file open for each large one."""
    parts = [f'"{field}"\r\n\r\n{value}'.encode() for field, value in fields.items()]
    if file is not None:
        head = f'"picture"; filename="{name}"\r\nContent-Type: image/jpeg\r\n\r\n'
        parts.append(head.encode() + file)
    opening = f"--{BOUNDARY}\r\nContent-Disposition: form-data; name=".encode()
    return b"".join([opening + part + b"\r\n" for part in parts]) + f"--{BOUNDARY}--\r\n".encode()


@dataclass
class Desk:
    """The desk's pictures, with everybody who may try to use them."""

    app: Flask
    make: Make
    sign_in: Callable[[MadeAccount], FlaskClient]
    browsers: dict[str, FlaskClient] = field(default_factory=dict)

    def browser(self, who: str) -> FlaskClient:
        """Returns somebody's browser, signed in when it is first asked for."""
        if who not in self.browsers:
            if who == "stranger":
                self.browsers[who] = self.app.test_client()
            else:
                self.browsers[who] = self.sign_in(self.account(who))
        return self.browsers[who]

    def account(self, who: str) -> MadeAccount:
        """Makes somebody: an admin or moderator of the site, an editor or author of a blog, or just a member."""
        account = self.make.account(
            NAMES.get(who, who.title()),
            email=f"{who}@example.org",
            roles=(who,) if who in {"admin", "moderator"} else (),
        )
        role = {"editor": "editor", "author": "author", "other": "author"}.get(who)
        if role:
            blog_id = self.make.blog()
            with self.app.app_context():
                db.session.add(BlogRole(account_id=account.id, blog_id=blog_id, role=role))
                db.session.commit()
        return account

    def token(self, who: str) -> str:
        """Returns the token of somebody's session."""
        return hidden(self.browser(who).get("/" if who != "stranger" else "/sign-in/none").text, "csrf_token")

    def send(self, who: str = "author", data: bytes | None = b"", htmx: bool = False, **fields: Any) -> TestResponse:
        """Sends a file; a small picture when it is empty, none when it is None."""
        name = fields.pop("name", "ward.jpg")
        form = {"csrf_token": self.token(who), "alt": ""} | fields
        file = None if data is None else data or saved(quarters(), "PNG")
        headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"} | (HTMX if htmx else {})
        return self.browser(who).post(PICTURES, data=body(form, file, name), headers=headers)

    def describe(self, who: str, number: int, alt: str, htmx: bool = False) -> TestResponse:
        """Says what a picture shows."""
        form = {"csrf_token": self.token(who), "alt": alt}
        return self.browser(who).post(f"{PICTURES}/{number}", data=form, headers=HTMX if htmx else {})

    def kept(self) -> list[Picture]:
        """Returns the pictures as they are stored, oldest first."""
        with self.app.app_context():
            found = list(db.session.scalars(db.select(Picture).order_by(Picture.id)))
            db.session.expunge_all()
            return found

    def rows(self, number: int, account_id: int | None = None) -> None:
        """Makes rows of pictures without their files."""
        with self.app.app_context():
            first = db.session.scalar(db.select(db.func.count()).select_from(Picture)) or 0
            for each in range(first, first + number):
                digest = f"{each + 1:064x}"[::-1]
                db.session.add(Picture(digest=digest, name=f"{each}.png", width=900, height=600, account_id=account_id))
            db.session.commit()


@pytest.fixture
def desk(app: Flask, make: Make, sign_in: Callable[[MadeAccount], FlaskClient]) -> Desk:
    """The desk's pictures."""
    return Desk(app, make, sign_in)
