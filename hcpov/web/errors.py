"""Errors, in words that say what to do."""

import time
from math import ceil

from flask import Flask, current_app, redirect, render_template, request
from flask_limiter import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import Forbidden, HTTPException, InternalServerError, ServiceUnavailable
from werkzeug.wrappers import Response

from hcpov import clock
from hcpov.blog import queries as blogs
from hcpov.extensions import db, limiter
from hcpov.languages import gettext, lazy
from hcpov.web import chrome, htmx, requests
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
    503: (lazy("We are out of breath"), lazy("The site could not answer just now. Go back and try again in a minute.")),
}

# What these say is all there is to it: nobody need write to us.
PLAIN = {404, 405, 410, 429}

DRAINED_BYTES = 256 * 1024 * 1024
DRAINED_SECONDS = 20


def install(app: Flask) -> None:
    """Answers every error with a page, or with a fragment when htmx asked."""
    app.register_error_handler(HTTPException, _answer)
    app.register_error_handler(OperationalError, _busy)
    app.register_error_handler(Exception, _broken)


def _answer(error: HTTPException) -> Response:
    if error.response is not None or (error.code or 500) < 400:
        return error.get_response()
    if error.code == 404 and (moved := _moved()):
        return moved
    if error.code == 413:
        drain()
    return page(error)


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


def _busy(error: OperationalError) -> Response:
    db.session.rollback()
    current_app.logger.error("database unavailable: %s", type(error.orig).__name__)
    return page(ServiceUnavailable())


def _broken(_error: Exception) -> Response:
    db.session.rollback()
    current_app.logger.exception("unexpected error")
    return page(InternalServerError())


def page(error: HTTPException, words: str = "") -> Response:
    """Answers an error with a page, or with a fragment when htmx asked; `words` say better than ours what to do."""
    status = error.code or 500
    heading, advice = WORDS.get(status, WORDS[500 if status >= 500 else 400])
    if isinstance(error, CSRFError):
        advice = gettext(
            "The page was open for so long that its seal is out of date. Go back, reload it and send it again."
        )
    elif status == 403 and error.description and error.description != Forbidden.description:
        advice = error.description
    elif isinstance(error, RateLimitExceeded) and error.limit and error.limit.error_message:
        advice = str(error.limit.error_message)
    advice = words or advice
    told = "" if status in PLAIN else requests.number()
    context = {"heading": heading, "advice": advice, "number": status, "told": told}
    if htmx.wanted():
        answer = Response(render_template("errors/_problem.html", **context), status, mimetype="text/html")
    elif status >= 500:
        # The masthead needs the database, which may be what broke.
        answer = Response(render_template("errors/bare.html", **context), status, mimetype="text/html")
    else:
        answer = chrome.page("errors/error.html", status=status, **context)
    if status in {429, 503}:
        answer.headers["Retry-After"] = str(_wait())
    for name, value in error.get_headers():
        if name not in {"Content-Type", "Content-Length"}:
            answer.headers[name] = value
    return answer


def _wait() -> int:
    """Returns after how many seconds it is worth trying again."""
    limit = limiter.current_limit
    return max(1, limit.reset_at - ceil(clock.now().timestamp())) if limit and limit.breached else 60
