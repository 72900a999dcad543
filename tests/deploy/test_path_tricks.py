"""No way of writing an address reaches a file that has none: such addresses go to the application as they were sent."""

import socket
from contextlib import closing

import pytest

from tests.deploy.asking import ask
from tests.deploy.fronts import Nginx
from tests.deploy.pages import TRAP, WORD
from tests.live import SECONDS

TRICKS = [
    "/static/../secret.html", "/static/..", "/static/../site/@index.html", "/static/../static/css/pov.css",
    "/static/css/../css/pov.css", "/./", "/a/./2026/11/b/", "/static/%2e%2e/secret.html",
    "/static/%2e%2e/site/%40index.html", "/static/..%2fsecret.html", "/static/%2e%2e%2fsecret.html",
    "/..%5csecret.html", "/..\\secret.html", "/%252e%252e/secret.html", "/static/%252e%252e%252fsecret.html",
    "/static/..;/secret.html", "//", "///", "//a/2026/11/b/", "/a//2026/11/b/", "/a/2026/11/b//",
    "//static/css/pov.css", "/static//css/pov.css", "/%2f", "/a%2f2026%2f11%2fb%2f", "/%61/2026/11/b/", "/A/2026/11/b/",
    "/a/2026/11/b/%20", "/a/2026/11/b/;x", "/a/2026/11/b", "/@index.html", "/@before=20.html", "/@index",
    "/a/2026/11/b/@index.html", "/a/2026/11/b/history@index.html", "/x@index.html", "/site/", "/site/@index.html",
    "/site/a/2026/11/b/@index.html", "/site/x@index.html", "/site%2f", "/pages/", "/pages/site/",
    "/pages/site/@index.html", "/pages/site/a/2026/11/b/", "/pages/static/css/pov.css", "/pages/../",
    "/pages/../static/css/pov.css", "/pages/privacy", "/pages/privacy/@index.html", "/pages/secret.html", "/static",
    "/static/", "/static/css", "/static/css/", "/static/css/pov.css.gz", "/static/css/pov.css.br",
    "/static/css/pov.css/", "/static/css/pov.css/x.css", "/static/css/pov.css@index.html", "/static/css/pov%2ecss",
    "/static/css%2fpov.css", "/static/css/notes.txt", "/static/.dot.css", "/static/.dot/a.css", "/static/img/icon.svgz",
    "/Static/css/pov.css", "/static/css/POV.CSS", "/static@index.html", "/staticx/css/pov.css", "/.dot", "/.git/config",
    "/.env", "/a/.dot/", "/.dot@index.html", "/secret.html", "/hcpov.sqlite3", "/others/a", "/others/a@index.html",
    "/new/a@index.html", "/new/a", "/index.html", "/@index.html.gz", "/index.html.gz", "/?before=../../x",
    "/?before=..%2f..%2fsecret", "/?before=x", "/?before=20.html", "/?before=20/../../secret", "/?before=20%00",
    "/?../../secret.html", "/?after=20", "/?before=c20", "/a/2026/11/b/?before=20", "/a/2026/11/b/history?before=20",
    "/~root/", "/*", "/%c3%a9/", "/%c0%ae%c0%ae/secret.html", "/" + "a" * 4095, "/" + "a/" * 2047,
    "/static/" + "a" * 4083 + ".css", "/" + "a" * 255 + "/", "/?before=" + "1" * 4000, "/" + "a." * 2000 + "!",
    "/static/" + "a-" * 2000 + "!", "/" + "%2e" * 1300,
]  # fmt: skip
# Addresses above the root, and what cannot be decoded: no browser sends them, and nginx refuses them itself.
BEYOND = [
    "/..", "/../secret.html", "/../../secret.html", "/static/../../secret.html", "/../hcpov.sqlite3",
    "/" + "../" * 1365,
    "/%2e%2e/secret.html", "/%2E%2E/", "/..%2fsecret.html", "/static/..%00/secret.html", "/static/css/pov.css%00",
    "/%00", "/%", "/%zz", "/%u002e%u002e/secret.html",
]  # fmt: skip
OF_ERRORS = {"content-security-policy", "x-content-type-options", "referrer-policy", "cache-control"}


def _short(path: str) -> str:
    return path[:50]


@pytest.mark.parametrize("path", TRICKS, ids=_short)
def test_no_trick_reaches_a_file(nginx: Nginx, application: str, path: str) -> None:
    for encoding in ("identity", "gzip, br"):
        sent = {"Host": "localhost", "Accept-Encoding": encoding}
        answer, own = ask(nginx.plain, path, sent), ask(application, path, sent)
        assert (WORD in answer.body, TRAP in answer.body) == (False, False)
        assert (answer.status, answer.headers) == (own.status, own.headers)


@pytest.mark.parametrize("path", BEYOND, ids=_short)
def test_what_is_no_address_is_refused(nginx: Nginx, path: str) -> None:
    answer = ask(nginx.plain, path)
    assert (answer.status, WORD in answer.body, TRAP in answer.body) == (400, False, False)
    assert dict(answer.headers).keys() >= OF_ERRORS


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (b"GET /\0 HTTP/1.1", b"400"),
        (b"GET /static/css/pov.css\0.txt HTTP/1.1", b"400"),
        (b"GET ../secret.html HTTP/1.1", b"400"),
        (b"GET secret.html HTTP/1.1", b"400"),
        (b"GET http://localhost/../secret.html HTTP/1.1", b"400"),
        (b"GET http://localhost/static/../secret.html HTTP/1.1", b"404"),
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1", b"414"),
        (b"TRACE / HTTP/1.1", b"405"),
    ],
    ids=lambda each: each[:30].decode("ascii", "backslashreplace"),
)
def test_a_line_that_is_no_request_gets_nothing(nginx: Nginx, line: bytes, status: bytes) -> None:
    host, port = nginx.plain.removeprefix("http://").split(":")
    with closing(socket.create_connection((host, int(port)), timeout=SECONDS)) as line_to:
        line_to.sendall(line + b"\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        said = b"".join(iter(lambda: line_to.recv(65536), b""))
    assert said.split(b" ")[1] == status
    assert (WORD in said, TRAP in said) == (False, False)
    assert b"Content-Security-Policy: default-src 'none'" in said or b"content-security-policy" in said.lower()
