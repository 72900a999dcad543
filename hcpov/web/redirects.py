"""Answers that send the browser on."""

from urllib.parse import urlsplit

from flask import redirect
from werkzeug.wrappers import Response


def see_other(location: str) -> Response:
    """Answers a change: 303, so that reloading the page repeats nothing (RFC 9110 15.4.4)."""
    return redirect(location, 303)


def moved_for_good(location: str) -> Response:
    """Answers an old address: 301, which browsers and search engines may keep for a day."""
    answer = redirect(location, 301)
    answer.headers["Cache-Control"] = "public, max-age=86400"
    return answer


def local_path(address: str) -> str:
    """Returns `address` when it is a path on this site, else the home page: no link of ours leads to another site."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or not address.startswith("/") or address.startswith(("//", "/\\")):
        return "/"
    return address if address.isprintable() else "/"
