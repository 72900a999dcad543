"""The status strip: which server answered, with which build, who is signed in, what the page cost."""

import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Flask, abort, g, request
from flask_login import current_user
from sqlalchemy import event
from sqlalchemy.engine import Engine
from werkzeug.wrappers import Response

from hcpov import config
from hcpov.languages import gettext
from hcpov.ops import build
from hcpov.web import htmx
from hcpov.web.redirects import local_path, see_other

COOKIE = "strip"

blueprint = Blueprint("strip", __name__)


@dataclass(frozen=True)
class Strip:
    """What the strip shows. The time is for staff only: it would make two strangers' pages differ."""

    server: str
    build: str
    who: str
    queries: int
    milliseconds: float | None


@dataclass
class Cost:
    """What a request cost so far."""

    queries: int = 0


def install(app: Flask) -> None:
    """Counts what a request costs, and lets the strip be closed."""
    app.before_request(_start)
    app.register_blueprint(blueprint)


def _start() -> None:
    g.started, g.cost = time.perf_counter(), Cost()


@event.listens_for(Engine, "before_cursor_execute")
def _count(*_arguments: Any) -> None:
    with suppress(RuntimeError, AttributeError):  # outside of a request, or before it is counted
        g.cost.queries += 1


def is_for_me() -> bool:
    """Says whether this reader is one whom the strip is for."""
    shown_to = config.current().strip
    return shown_to == "everyone" or (shown_to == "staff" and current_user.is_authenticated and current_user.is_staff)


def is_closed() -> bool:
    """Says whether this reader closed it."""
    return request.cookies.get(COOKIE) == "closed"


def current() -> Strip | None:
    """Returns the strip for this request, or None when there is none to show."""
    if not is_for_me() or is_closed():
        return None
    member = current_user.is_authenticated
    return Strip(
        server=config.current().server_name or socket.gethostname(),
        build=build.BUILD,
        who=gettext("signed in: %(name)s", name=current_user.name) if member else gettext("not signed in"),
        queries=g.cost.queries,
        milliseconds=(time.perf_counter() - g.started) * 1000 if member else None,
    )


@blueprint.post("/strip")
def toggle() -> Response:
    """Closes the strip for this browser's session, or shows it again."""
    if not is_for_me():
        abort(404)
    closed = request.form.get("show") != "yes"
    answer = Response("") if htmx.wanted() else see_other(local_path(request.form.get("next", "/")))
    if closed:
        answer.set_cookie(COOKIE, "closed", httponly=True, samesite="Lax")
    else:
        answer.delete_cookie(COOKIE)
    return answer
