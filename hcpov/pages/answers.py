"""Answers of the application that are nobody else's: not kept, but pressed on their way, for slow lines.

What presses a secret beside another's words can give it away by its length (BREACH). Our tokens are others in each
answer, a foreign page has no session here (SameSite=Lax), and where one leads a reader here nothing is pressed.
"""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from hcpov.pages.encodings import PLAIN, pressed, wanted
from hcpov.pages.entry import Headers
from hcpov.pages.recording import RECORDING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LEAST, MOST = 600, 1024 * 1024  # bytes: less is one packet in any case, more is written out as it comes
_TEXT = re.compile(r"text/html|application/(?:atom\+xml|rss\+xml|feed\+json)")


def passed_on(application: "WSGIApplication", environ: "WSGIEnvironment", begin: "StartResponse") -> Iterable[bytes]:
    """Asks the application, and answers with fewer bytes where that is possible."""
    encoding = wanted(environ.get("HTTP_ACCEPT_ENCODING", ""))
    if encoding == PLAIN or environ.get("HTTP_SEC_FETCH_SITE") == "cross-site":
        return application(environ, begin)
    held: list[tuple[str, Headers]] = []

    def hold(status: str, headers: Headers, problem: Any = None) -> Any:
        if problem or RECORDING in environ or not _is_worth_it(status, headers):
            return begin(status, headers, problem) if problem else begin(status, headers)
        held.append((status, headers))
        return lambda _piece: None

    answer = application(environ, hold)
    if not held:
        return answer
    try:
        body = b"".join(answer)
    finally:
        getattr(answer, "close", lambda: None)()
    status, headers = held[0]
    if not body:  # to a HEAD
        begin(status, headers)
        return ()
    small = pressed(body, encoding)
    begin(status, [*_told(headers), ("Content-Encoding", encoding), ("Content-Length", str(len(small)))])
    return (small,)


def _is_worth_it(status: str, headers: Headers) -> bool:
    told = {name.lower(): value for name, value in headers}
    length = told.get("content-length", "")
    fits = length.isdecimal() and LEAST <= int(length) <= MOST
    is_text = bool(_TEXT.match(told.get("content-type", "")))
    return fits and is_text and "content-encoding" not in told and not status.startswith("206")


def _told(headers: Headers) -> Headers:
    """Returns the headers of an answer that is pressed: its validator is for the words, not for the bytes any more."""
    found, varies = [], ["Accept-Encoding"]
    for name, value in headers:
        match name.lower():
            case "content-length":
                continue
            case "vary":
                varies.append(value)
                continue
            case "etag":
                value = value if value.startswith("W/") else f"W/{value}"
        found.append((name, value))
    return [*found, ("Vary", ", ".join(varies))]
