"""Filling in the comment form, as a tool outside would: addresses and field names of the public contract only."""

import re
from html import unescape

from flask import Flask
from flask.testing import FlaskClient

from hcpov.captcha import challenges
from tests.make import MadePost

WORDS = {
    "name": "Ada Reader",
    "title": "Pharmacist",
    "place": "Tulsa OK",
    "email": "ada@example.org",
    "body": "Potassium <3.5 is *not* rare on this ward.",
}
HTMX = {"HX-Request": "true"}


def hidden(page: str, name: str = "challenge") -> str:
    """Returns the value of a hidden field; empty when the page has none."""
    found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)"', page)
    return unescape(found[1]) if found else ""


def new_code(app: Flask, client: FlaskClient, post: MadePost) -> dict[str, str]:
    """Asks for a code and returns the fields that answer it rightly."""
    token = hidden(client.get(f"/captcha?for={post.id}").text)
    return {"challenge": token, "code": right_code(app, token)}


def right_code(app: Flask, token: str) -> str:
    """Returns the digits of a challenge, as `hcpov captcha answer` does."""
    with app.app_context():
        challenge = challenges.read(token)
        assert challenge is not None
        return challenges.digits(challenge.nonce)


def wrong_code(code: str) -> str:
    """Returns other digits."""
    return "".join(str((int(digit) + 1) % 10) for digit in code)


def kept(page: str) -> dict[str, str]:
    """Returns what the visible fields of the comment form in a page hold."""
    form = page[page.index('id="leave"') :]
    fields = {}
    for name in ("name", "title", "place", "email", "disclosure", "code"):
        found = re.search(rf'<input [^>]*name="{name}"[^>]*>', form)
        value = re.search(r'value="([^"]*)"', found[0]) if found else None
        fields[name] = unescape(value[1]) if value else ""
    body = re.search(r"<textarea[^>]*>\n?(.*?)</textarea>", form, re.DOTALL)
    return fields | {"body": unescape(body[1]) if body else ""}
