"""Whole pages: what stands around every view's own words."""

from typing import Any

from flask import g, make_response, render_template, request, stream_template
from flask_login import current_user
from werkzeug.wrappers import Response

from hcpov import config
from hcpov.blog import queries as blogs
from hcpov.pages.files import QUERY
from hcpov.web import long, strip


def page(template: str, status: int = 200, **context: Any) -> Response:
    """Renders a page with its masthead, welcome bar and strip. One query: the blogs of the masthead."""
    return make_response(render_template(template, **_around(), **context), status)


def long_page(template: str, **context: Any) -> Response:
    """Renders a page with rows that are fetched while it is written. One query of its own; no cache may keep it."""
    return long.whole(stream_template(template, **_around(), **context), "text/html")


def address() -> str:
    """Returns the one address of a page: its own, and which part of a list it is, as its view declares (`finished`).

    How else it was asked for (a reply to be written, two revisions to compare) makes no other page of it.
    """
    parts = (f"{name}={request.args[name]}" for name in g.get("parts", ()) if name in request.args)
    part = next((each for each in parts if QUERY.fullmatch(each)), "")
    return f"{config.current().site_url}{request.path}{f'?{part}' if part else ''}"


def _around() -> dict[str, Any]:
    return {
        "masthead": blogs.masthead(),
        "member": current_user if current_user.is_authenticated else None,
        "strip": strip.current(),
        "strip_closed": strip.is_for_me() and strip.is_closed(),
        "canonical": address(),
        "here": request.full_path.rstrip("?"),
    }
