"""What is noted of each request: a line in the log, and the number by which its reader can tell us of it."""

import re
import secrets
import time
from functools import cache
from typing import Any

from flask import Flask, Response, current_app, g, request

from hcpov.ops import logs, metrics

HEADER = "X-Request-Id"
LOG = "hcpov.requests"

_ARGUMENT = re.compile(r"<(?:[^:<>]+:)?([^<>]+)>")
# A part of an address that is nobody's: no token, no name with a number, nothing long.
_PLAIN = re.compile(r"[a-z]{1,20}(?:-[a-z]{1,20}){0,3}(?:\.[a-z]{2,4})?|[0-9]{1,4}")
_MOST_PARTS = 8
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


def install(app: Flask) -> None:
    """Notes each request that the application answers. Finished pages are answered before, and counted only."""
    app.extensions[LOG] = logs.lines(app.config["HCPOV"])
    app.before_request(_begin)
    app.after_request(_noted)
    app.teardown_request(_end)


def number() -> str:
    """Returns the number of this request."""
    return logs.request_id.get()


def route() -> str:
    """Returns the address without anything that was filled in; of one that is not ours only what is plain."""
    if request.url_rule is not None:
        return _pattern(request.url_rule.rule)
    first, *parts = request.path.split("/")[: _MOST_PARTS + 1]
    return "/".join([first and "…", *(each if not each or _PLAIN.fullmatch(each) else "…" for each in parts)])


@cache
def _pattern(rule: str) -> str:
    return _ARGUMENT.sub(r"<\1>", rule)


def _begin() -> None:
    """Gives the request its number, unless it is a stranger's inside a member's: that one is the member's too."""
    g.is_outermost = not logs.request_id.get()
    if g.is_outermost:
        logs.request_id.set(secrets.token_hex(4))


def _noted(answer: Response) -> Response:
    if not g.get("is_outermost"):
        return answer
    if "public" not in answer.headers.get("Cache-Control", ""):  # what caches keep is the same for all
        answer.headers[HEADER] = number()
    method = request.method if request.method in _METHODS else "other"
    seconds, status = time.perf_counter() - g.started, answer.status_code
    metrics.answered(method, _pattern(request.url_rule.rule) if request.url_rule else "none", status, seconds)
    log: Any = current_app.extensions[LOG]
    log.info(
        "request", method=method, route=route(), status=status, ms=round(seconds * 1000, 1), queries=g.cost.queries
    )
    return answer


def _end(_problem: BaseException | None) -> None:
    if g.get("is_outermost"):
        logs.request_id.set("")
