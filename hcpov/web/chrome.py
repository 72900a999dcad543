"""Whole pages: what stands around every view's own words."""

from typing import Any

from flask import make_response, render_template, request
from flask_login import current_user
from werkzeug.wrappers import Response

from hcpov.blog import queries as blogs
from hcpov.web import strip


def page(template: str, status: int = 200, **context: Any) -> Response:
    """Renders a page with its masthead, welcome bar and strip. One query: the blogs of the masthead."""
    masthead = blogs.masthead()
    member = current_user if current_user.is_authenticated else None
    return make_response(
        render_template(
            template,
            masthead=masthead,
            member=member,
            strip=strip.current(),
            strip_closed=strip.is_for_me() and strip.is_closed(),
            here=request.full_path.rstrip("?"),
            **context,
        ),
        status,
    )
