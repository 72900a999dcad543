"""Words that come while an upgrade changes the tables: they are not taken, and not lost either."""

from contextlib import ExitStack

from flask import Flask, current_app, g, request
from werkzeug.exceptions import ServiceUnavailable
from werkzeug.wrappers import Response

from hcpov import writing
from hcpov.languages import lazy
from hcpov.web import errors, origin

_SAFE = {"GET", "HEAD", "OPTIONS"}
_LATER = lazy("The site is being brought up to date just now, and nothing was taken yet. Send it again in a minute.")


def install(app: Flask) -> None:
    """Lets changes in one by one as long as no upgrade wants to be alone."""
    app.before_request(_enter)
    app.teardown_request(_leave)


def _enter() -> Response | None:
    if request.method in _SAFE:
        return None
    gate: writing.Gate = current_app.extensions[writing.EXTENSION]
    g.writing = stack = ExitStack()
    return None if stack.enter_context(gate.share()) else _later()


def _leave(_error: BaseException | None) -> None:
    if stack := g.pop("writing", None):
        stack.close()


def _later() -> Response:
    """Answers with the words that were sent; those of a foreign page are not to be sent again from here."""
    if not origin.is_ours():
        return Response(str(_LATER), 503, {"Retry-After": "60"}, mimetype="text/plain")
    return errors.page(ServiceUnavailable(), str(_LATER))
