"""What machines ask: whether the site is alive, and whether it is ready."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Blueprint, Flask, Response

from hcpov import config
from hcpov.ops import readiness

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ADDRESSES = {"/healthz", "/readyz"}
PLAIN = "text/plain; charset=utf-8"

blueprint = Blueprint("ops", __name__)


def install(app: Flask) -> None:
    """Takes cookies from what machines ask, so that no session is looked for in the database."""
    inner = app.wsgi_app

    def outer(environ: "WSGIEnvironment", begin: "StartResponse") -> Iterable[bytes]:
        if environ["PATH_INFO"] in ADDRESSES:
            environ.pop("HTTP_COOKIE", None)
        return inner(environ, begin)

    app.wsgi_app = outer  # type: ignore[method-assign,assignment]


@blueprint.get("/healthz")
def alive() -> Response:
    """Says that this process answers. Nothing else is asked: a database that is away is no reason to start it anew."""
    return _told("alive")


@blueprint.get("/readyz")
def ready() -> Response:
    """Says whether readers can be sent here, with a word for each thing they need."""
    found = readiness.look(config.current())
    return _told("\n".join(found.lines), 200 if found.is_ready else 503)


def _told(words: str, status: int = 200) -> Response:
    answer = Response(f"{words}\n", status, content_type=PLAIN)
    answer.headers["Cache-Control"] = "no-store"
    return answer
