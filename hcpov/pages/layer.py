"""The WSGI layer in front of the application: answers with finished pages, and keeps what the application makes.

An anonymous page is the same bytes for everybody. Whoever may be told something else is passed on: a reader with a
session, a receipt or a closed strip, htmx, and whoever asks with a query that no page declares.
"""

import io
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from werkzeug.http import parse_date

from hcpov.pages import files
from hcpov.pages.answers import passed_on
from hcpov.pages.assets import Assets
from hcpov.pages.counters import slot
from hcpov.pages.encodings import encoded, wanted
from hcpov.pages.entry import Entry, Headers
from hcpov.pages.memory import Memory
from hcpov.pages.recording import NAME, RECORDING, Recording
from hcpov.pages.store import PAGE, Store

HIT, MISSED = "hit", "missed"  # as they are counted
COOKIES = ("session", "receipt", "strip")  # with any of these a reader may be shown something else

_OURS = re.compile(rf"(?:^|[;,\s])(?:{'|'.join(COOKIES)})=")
_DROPPED = {"content-length", "date", "etag", "vary"}
_SERVER = ("SERVER_NAME", "SERVER_PORT", "SERVER_PROTOCOL", "SCRIPT_NAME", "HTTP_HOST", "REMOTE_ADDR")

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class Layer:
    """The layer. `application` is what it stands in front of."""

    def __init__(self, application: "WSGIApplication", store: Store, assets: Assets) -> None:
        self.application, self.store, self.assets, self.memory = application, store, assets, Memory()
        self.hits, self.misses = store.counts.cell(PAGE, HIT), store.counts.cell(PAGE, MISSED)

    def __call__(self, environ: "WSGIEnvironment", begin: "StartResponse") -> Iterable[bytes]:
        """Answers a request (PEP 3333)."""
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return passed_on(self.application, environ, begin)
        if asset := self.assets.find(environ["PATH_INFO"]):
            return _answered(asset, environ, begin)
        name = _name(environ)
        if name is None:
            return passed_on(self.application, environ, begin)
        entry = self.find(name)
        if entry is None and environ["REQUEST_METHOD"] == "HEAD":
            entry = self.strangers(environ)  # the page is made whole, so that its head is that of the page
        if entry is None:
            entry, answer = self._made(name, environ, begin)
            if entry is None:
                return answer
        return _answered(entry, environ, begin)

    def find(self, name: str) -> Entry | None:
        """Returns a page from memory, or from its files."""
        entry = self.memory.find(name, self.store.counters)
        if entry is None and (entry := self.store.find(name)):
            self.memory.keep(name, entry)
        if entry:
            self.hits.add()
        return entry

    def strangers(self, environ: "WSGIEnvironment") -> Entry | None:
        """Returns the page that a stranger gets at the address of this request, made if need be; None where it is none.

        The application is asked as a stranger would ask, so nothing of the reader can get into the page.
        """
        asked = {key: environ[key] for key in _SERVER if key in environ}
        asked |= {key: value for key, value in environ.items() if key.startswith("wsgi.")}
        asked |= {"REQUEST_METHOD": "GET", "PATH_INFO": environ["PATH_INFO"]}
        asked |= {"QUERY_STRING": environ["QUERY_STRING"], "wsgi.input": io.BytesIO()}
        name = _name(asked)
        if name is None:
            return None
        if entry := self.find(name):
            return entry
        entry, answer = self._made(name, asked, _nobody)
        getattr(answer, "close", lambda: None)()
        return entry

    def _made(
        self, name: str, environ: "WSGIEnvironment", begin: "StartResponse"
    ) -> tuple[Entry | None, Iterable[bytes]]:
        """Asks the application; returns the page it made and kept, or its answer when that is no page to keep."""
        environ[NAME] = name
        caught: Headers = []

        def catch(status: str, headers: Headers, problem: Any = None) -> Any:
            if RECORDING in environ and status.startswith("200") and not any(_sets_cookie(each) for each in headers):
                caught.extend(headers)
                return io.BytesIO().write
            return begin(status, headers, problem) if problem else begin(status, headers)

        answer = passed_on(self.application, environ, catch)
        if not caught:
            return None, answer
        try:
            page = b"".join(answer)
        finally:
            getattr(answer, "close", lambda: None)()
        return self._kept(name, page, caught, environ[RECORDING]), ()

    def _kept(self, name: str, page: bytes, headers: Headers, noted: Recording) -> Entry:
        self.misses.add()
        kind = next(value for key, value in headers if key.lower() == "content-type")
        is_html = kind.startswith("text/html")
        vary = ("Vary", "Accept-Encoding, Cookie" if is_html else "Accept-Encoding")
        entry = Entry(
            encoded(page),
            [*(each for each in headers if each[0].lower() not in _DROPPED), vary],
            noted.number,
            frozenset(map(slot, noted.subjects)),
            noted.holes,
            noted.until.timestamp() if noted.until else None,
        )
        if self.store.keep(name, entry, noted.subjects, is_html):
            self.memory.keep(name, entry)
        return entry


def _name(environ: "WSGIEnvironment") -> str | None:
    """Returns the name of the page that a request may be answered with; None for one that has to be passed on."""
    if "HTTP_HX_REQUEST" in environ:
        return None
    cookies = environ.get("HTTP_COOKIE")
    if cookies and _OURS.search(cookies):
        return None
    return files.name(environ["PATH_INFO"], environ.get("QUERY_STRING", ""))


def _answered(entry: Entry, environ: "WSGIEnvironment", begin: "StartResponse") -> Iterable[bytes]:
    encoding = wanted(environ.get("HTTP_ACCEPT_ENCODING", ""))
    if _has_it(entry, encoding, environ):
        begin("304 Not Modified", [each for each in entry.ready[encoding] if each[0] not in _ONLY_WITH_BODY])
        return ()
    begin("200 OK", list(entry.ready[encoding]))
    return () if environ["REQUEST_METHOD"] == "HEAD" else (entry.body.of(encoding),)


_ONLY_WITH_BODY = {"Content-Type", "Content-Length", "Content-Encoding"}


def _has_it(entry: Entry, encoding: str, environ: "WSGIEnvironment") -> bool:
    """Says whether the reader has this very answer, by its validator, or by its date where it gave no validator.

    Validators are compared weakly (RFC 9110 13.1.2). Only feeds have a date.
    """
    if (known := environ.get("HTTP_IF_NONE_MATCH")) is not None:
        tags = {each.strip().removeprefix("W/") for each in known.split(",")}
        return known.strip() == "*" or entry.tags[encoding] in tags
    since = parse_date(environ.get("HTTP_IF_MODIFIED_SINCE"))
    changed = parse_date(dict(entry.headers).get("Last-Modified")) if since else None
    return since is not None and changed is not None and changed <= since


def _sets_cookie(header: tuple[str, str]) -> bool:
    return header[0].lower() == "set-cookie"


def _nobody(*_arguments: Any) -> Any:
    return io.BytesIO().write
