"""What machines ask: whether the site is alive, whether it is ready, and what is measured."""

import hmac
from collections.abc import Iterable
from ipaddress import ip_address
from typing import TYPE_CHECKING

from flask import Blueprint, Flask, Response, abort, request
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from hcpov import config
from hcpov.ops import metrics, readiness

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ADDRESSES = {"/healthz", "/readyz", "/metrics"}
# A front on this machine asks from loopback too, for whoever it asks for.
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")
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


@blueprint.get("/metrics")
def measured() -> Response:
    """What is measured, for this machine and whoever has the token. For others there is no such page."""
    if not (_is_here() or _has_token(config.current().metrics_token)):
        abort(404)
    answer = Response(metrics.text(), content_type=CONTENT_TYPE_PLAIN_0_0_4)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _is_here() -> bool:
    """Says whether a program on this machine asks us itself."""
    if any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def _has_token(token: str) -> bool:
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(token) and hmac.compare_digest(given.encode(), token.encode())


def _told(words: str, status: int = 200) -> Response:
    answer = Response(f"{words}\n", status, content_type=PLAIN)
    answer.headers["Cache-Control"] = "no-store"
    return answer
