"""Answers that send the browser on."""

from urllib.parse import urlsplit

from flask import Flask, redirect, request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.wrappers import Response


def install(app: Flask) -> None:
    """Keeps `next` on this site wherever Flask-Security reads it."""
    app.before_request(_keep_next_here)


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
    try:
        parts = urlsplit(address)
    except ValueError:
        return "/"
    if parts.scheme or parts.netloc or not address.startswith("/") or address.startswith("//") or "\\" in address:
        return "/"
    return address if address.isprintable() else "/"


def _keep_next_here() -> None:
    """Puts the home page in the place of a `next` that leads elsewhere, so that an honest reader still gets in."""
    if not (request.endpoint or "").startswith("auth."):
        return
    if "next" in request.args:
        request.args = _kept(request.args)
    if "next" in request.form:
        request.form = _kept(request.form)


def _kept(fields: MultiDict[str, str]) -> ImmutableMultiDict[str, str]:
    others = [(name, value) for name, value in fields.items(multi=True) if name != "next"]
    return ImmutableMultiDict([*others, ("next", local_path(fields["next"]) if fields["next"] else "")])
