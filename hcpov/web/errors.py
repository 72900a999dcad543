"""Errors, in words that say what to do.

What broke may be the database: from 500 on a page asks it nothing, not even who is signed in.
"""

import errno
import sqlite3
import time
from collections.abc import Callable
from math import ceil
from typing import Any

from flask import Flask, current_app, redirect, request
from flask_limiter import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, OperationalError
from werkzeug.exceptions import Forbidden, HTTPException, InternalServerError, ServiceUnavailable
from werkzeug.wrappers import Response

from hcpov import clock
from hcpov.blog import queries as blogs
from hcpov.extensions import db, limiter
from hcpov.languages import gettext, lazy
from hcpov.web import chrome, htmx, kept, requests
from hcpov.web.redirects import moved_for_good

WORDS = {
    400: (lazy("This form could not be read"), lazy("Go back, reload the page and send it again.")),
    403: (lazy("This is not yours to open"), lazy("You are signed in, but this page belongs to somebody else.")),
    404: (lazy("There is no such page"), lazy("The address may have been mistyped, or the page is not public.")),
    405: (lazy("This address takes no visits"), lazy("It only receives forms. Go back to the page the form is on.")),
    410: (
        lazy("This post was withdrawn"),
        lazy("It was public once and has been taken back. The address is kept for the record."),
    ),
    413: (
        lazy("That was too much at once"),
        lazy("What you sent is larger than this site accepts. Go back and shorten it."),
    ),
    415: (
        lazy("Only forms are read here"),
        lazy("What you sent is no form of ours. Open the page here and send it from there."),
    ),
    429: (lazy("Too many at once"), lazy("Many requests came from your network. Wait a minute, then try again.")),
    500: (lazy("Something broke here"), lazy("It is our fault and has been noted. Please try again in a minute.")),
    503: (lazy("We are out of breath"), lazy("The site could not answer just now. Please try again in a minute.")),
}

NO_ROOM = (
    lazy("We have no room just now"),
    lazy("The site's disk is full, so nothing was stored. Try again in a few minutes."),
)
KEPT = lazy("The site could not answer just now. Wait a minute, then send it again from here.")
POSTGRESQL_FULL = "53100"  # disk_full: https://www.postgresql.org/docs/15/errcodes-appendix.html
NO_ROOM_ERRORS = {errno.ENOSPC, errno.EDQUOT}

# What these say is all there is to it: nobody need write to us.
PLAIN = {404, 405, 410, 429}

DRAINED_BYTES = 256 * 1024 * 1024
DRAINED_SECONDS = 20


def install(app: Flask) -> None:
    """Answers every error with a page, or with a fragment when htmx asked."""
    app.register_error_handler(HTTPException, _answer)
    for kind in (OperationalError, sqlite3.OperationalError):
        app.register_error_handler(kind, _busy)
    app.register_error_handler(OSError, _file)
    app.register_error_handler(Exception, _broken)
    app.teardown_appcontext(_give_back)


def _answer(error: HTTPException) -> Response:
    if error.response is not None or (error.code or 500) < 400:
        return error.get_response()
    try:
        if error.code == 404 and (moved := _moved()):
            return moved
        if error.code == 413:
            drain()
        return page(error)
    except OperationalError as away:  # the masthead could not be asked for
        return _busy(away)


def drain() -> None:
    """Reads the rest of a body that is too large, within bounds: browsers show no answer to a form half sent."""
    stream, left, until = request.environ["wsgi.input"], DRAINED_BYTES, time.monotonic() + DRAINED_SECONDS
    while left > 0 and time.monotonic() < until and (chunk := stream.read(min(left, 65536))):
        left -= len(chunk)


def _moved() -> Response | None:
    """Leads old addresses on: 301, for good. A form from before a blog was renamed goes on with its words (308)."""
    if request.method not in {"GET", "HEAD"}:
        target = blogs.renamed(request.path, {})
        return redirect(target, 308) if target else None
    target = blogs.moved(request.path, request.args)
    return moved_for_good(target) if target else None


def _roll_back() -> None:
    _done_or_let_go(db.session.rollback)


def _give_back(_error: BaseException | None) -> None:
    """Gives the session back before Flask-SQLAlchemy does, which would raise where the connection is closed."""
    if db.session.registry.has():
        _done_or_let_go(db.session.close)


def _done_or_let_go(act: Callable[[], None]) -> None:
    """A connection that the database has closed cannot do it, and is let go with what it had not committed."""
    try:
        act()
    except DBAPIError:
        db.session().invalidate()


def _busy(error: OperationalError | sqlite3.OperationalError) -> Response:
    _roll_back()
    cause = error.orig if isinstance(error, OperationalError) else error
    code = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None) or ""
    current_app.logger.error("database unavailable: %s", f"{type(cause).__name__} {code}".strip())
    full = code in {"SQLITE_FULL", POSTGRESQL_FULL}
    return page(ServiceUnavailable(), no_room=full)


def _file(error: OSError) -> Response:
    if error.errno not in NO_ROOM_ERRORS:
        return _broken(error)
    _roll_back()
    current_app.logger.error("no room on the disk: %s", errno.errorcode[error.errno])
    return page(ServiceUnavailable(), no_room=True)


def _broken(_error: Exception) -> Response:
    _roll_back()
    current_app.logger.exception("unexpected error")
    return page(InternalServerError())


def page(error: HTTPException, words: str = "", no_room: bool = False) -> Response:
    """Answers an error with a page, or with a fragment when htmx asked; `words` say better than ours what to do.

    From 500 on, who had sent a form finds in it what they wrote, to be sent again.
    """
    status = error.code or 500
    heading, advice = NO_ROOM if no_room else WORDS.get(status, WORDS[500 if status >= 500 else 400])
    if isinstance(error, CSRFError):
        advice = gettext(
            "The page was open for so long that its seal is out of date. Go back, reload it and send it again."
        )
    elif status == 403 and error.description and error.description != Forbidden.description:
        advice = error.description
    elif isinstance(error, RateLimitExceeded) and error.limit and error.limit.error_message:
        advice = str(error.description)
    fields = kept.fields() if status >= 500 and not htmx.wanted() else []
    if fields and status == 503 and not no_room:
        advice = KEPT  # the form stands on this page: there is nowhere to go back to
    advice = words or advice
    told = "" if status in PLAIN else requests.number()
    context = {"heading": heading, "advice": advice, "number": status, "told": told}
    if htmx.wanted():
        answer = _bare("errors/_problem.html", status, **context)
    elif status >= 500:
        action = request.full_path.rstrip("?")
        template = "errors/kept.html" if fields else "errors/bare.html"
        answer = _bare(template, status, fields=fields, action=action, **context)
    else:
        answer = chrome.page("errors/error.html", status=status, **context)
    if status in {429, 503}:
        answer.headers["Retry-After"] = str(_wait())
    for name, value in error.get_headers():
        if name not in {"Content-Type", "Content-Length"}:
            answer.headers[name] = value
    return answer


def _bare(template: str, status: int, **context: Any) -> Response:
    """Renders without what Flask's extensions add for each template: they ask the database who is signed in."""
    words = current_app.jinja_env.get_template(template).render(**context)
    return Response(words, status, mimetype="text/html")


def _wait() -> int:
    """Returns after how many seconds it is worth trying again."""
    limit = limiter.current_limit
    return max(1, limit.reset_at - ceil(clock.now().timestamp())) if limit and limit.breached else 60
