"""What nginx reads from the instance folder: finished pages for strangers, static files for everybody, nothing else."""

import gzip
import os

import brotli
import pytest

from hcpov.web.headers import protecting
from tests.deploy.asking import Answer, ask
from tests.deploy.fronts import BEHIND_A_FRONT, SITE, Nginx
from tests.deploy.pages import MARK, PAGES, STATIC, WORD, text

COMMON = {name.lower(): value for name, value in protecting(BEHIND_A_FRONT)}
OF_PAGES = COMMON | {"cache-control": "public, no-cache", "vary": "Accept-Encoding, Cookie"}
OF_STATIC = COMMON | {"cache-control": "public, max-age=31536000, immutable", "vary": "Accept-Encoding"}
ENCODINGS = {
    "": "", "gzip": "gzip", "br": "br", "gzip, deflate, br": "br", "br;q=0, gzip": "gzip", "gzip;q=0": "",
    "deflate": "", "BR": "br", "br;q=0.001": "br", "identity": "",
}  # fmt: skip
DECODED = {"": bytes, "gzip": gzip.decompress, "br": brotli.decompress}


def check(answer: Answer, path: str, encoding: str, headers: dict[str, str]) -> None:
    """Fails when the answer is not the file with just these headers and those of its encoding."""
    told = dict(answer.headers)
    assert len(told) == len(answer.headers), "a header is sent twice"
    length = int(told["content-length"])
    expected = headers | {"content-length": str(length), "etag": f'"{MARK:x}-{length:x}"'}
    assert told == expected | ({"content-encoding": encoding} if encoding else {})
    if answer.body:
        assert (len(answer.body), DECODED[encoding](answer.body)) == (length, text(path))


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("accepted", ENCODINGS)
def test_a_finished_page_is_sent_as_the_contract_says(nginx: Nginx, accepted: str, method: str) -> None:
    for path in PAGES:
        answer = ask(nginx.plain, path, {"Accept-Encoding": accepted} if accepted else {}, method)
        assert (answer.status, bool(answer.body)) == (200, method == "GET")
        check(answer, path, ENCODINGS[accepted], OF_PAGES | {"content-type": "text/html; charset=utf-8"})


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("accepted", ENCODINGS)
def test_a_static_file_is_sent_as_the_contract_says(nginx: Nginx, accepted: str, method: str) -> None:
    for path, kind in STATIC.items():
        sent = {"Cookie": "session=mine", "Accept-Encoding": accepted}
        answer = ask(nginx.plain, f"{path}?v=0123abcd", sent, method)
        assert (answer.status, bool(answer.body)) == (200, method == "GET")
        check(answer, path, ENCODINGS[accepted], OF_STATIC | {"content-type": f"{kind}; charset=utf-8"})


@pytest.mark.parametrize(("path", "headers"), [("/", OF_PAGES), ("/static/css/pov.css", OF_STATIC)])
@pytest.mark.parametrize("accepted", ["identity", "gzip", "br"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_has_not_changed_is_not_sent_again(
    nginx: Nginx, path: str, headers: dict[str, str], accepted: str, method: str
) -> None:
    tag = ask(nginx.plain, path, {"Accept-Encoding": accepted}).all("etag")[0]
    for condition in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        answer = ask(nginx.plain, path, {"Accept-Encoding": accepted, "If-None-Match": condition}, method)
        assert (answer.status, answer.body, dict(answer.headers)) == (304, b"", headers | {"etag": tag})
    assert ask(nginx.plain, path, {"If-None-Match": '"other"'}, method).status == 200


@pytest.mark.parametrize("path", ["/", "/static/css/pov.css"])
@pytest.mark.parametrize(
    "sent",
    [
        {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"},
        {"Range": "bytes=0-3"},
        {"Range": "bytes=0-3", "If-Range": "*"},
    ],
    ids=str,
)
def test_times_and_ranges_mean_nothing(nginx: Nginx, path: str, sent: dict[str, str]) -> None:
    assert ask(nginx.plain, path, sent) == ask(nginx.plain, path)


@pytest.mark.parametrize(
    "sent",
    [
        {"Cookie": "theme=dark; sessions=1; xsession=2; a=session"},
        {"Cookie": '=;;; \xe9," {}'},
        {"Cookie": "x" * 3000},
        {"Via": "1.1 some-proxy"},
        {"Authorization": "Basic eDp5"},
        {"Cache-Control": "no-cache", "Pragma": "no-cache"},
    ],
    ids=lambda sent: str(sent)[:40],
)
def test_what_says_nothing_of_the_reader_keeps_nobody_from_the_file(nginx: Nginx, sent: dict[str, str]) -> None:
    assert ask(nginx.plain, "/", sent) == ask(nginx.plain, "/")


def test_an_empty_query_is_none(nginx: Nginx) -> None:
    assert ask(nginx.plain, "/?") == ask(nginx.plain, "/")


@pytest.mark.parametrize(
    "sent",
    [
        {"HX-Request": "true"},
        {"HX-Request": "1"},
        {"Cookie": "session=abc"},
        {"Cookie": "theme=dark; receipt=abc"},
        {"Cookie": "theme=dark;strip=closed"},
        {"Cookie": "session="},
        {"Cookie": "session"},
        {"If-Match": '"other"'},
        {"If-Unmodified-Since": "Mon, 01 Jan 2001 00:00:00 GMT"},
    ],
    ids=str,
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_may_be_a_readers_own_is_the_applications(
    nginx: Nginx, application: str, sent: dict[str, str], method: str
) -> None:
    answer, own = ask(nginx.plain, "/", sent, method), ask(application, "/", sent, method)
    assert WORD not in answer.body
    assert (answer.status, answer.all("etag"), answer.all("cache-control")) == (
        own.status,
        own.all("etag"),
        own.all("cache-control"),
    )
    assert answer.all("etag") != ask(nginx.plain, "/").all("etag")


@pytest.mark.parametrize(
    "path",
    [
        "/?before=20&x=1",
        "/?x=1",
        "/?before=",
        "/?before=ab12",
        "/?before=1234567890",
        "/?Before=20",
        "/?before=20&",
        "/?&",
        "/?before=%32%30",
        "/?before=20;",
        "/?utm_source=feed",
        "/a/2026/11/b/history?x",
        "/??",
    ],
)
def test_a_query_that_has_no_page_is_the_applications(nginx: Nginx, application: str, path: str) -> None:
    answer = ask(nginx.plain, path)
    assert WORD not in answer.body
    assert answer.status == ask(application, path).status


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "get", "PROPFIND"])
@pytest.mark.parametrize("path", [*PAGES, "/static/css/pov.css"])
def test_what_is_no_reading_reaches_the_application(nginx: Nginx, application: str, path: str, method: str) -> None:
    answer = ask(nginx.plain, path, method=method)
    assert WORD not in answer.body
    if method == "get":  # nginx knows no small methods
        assert answer.status in {400, 405}
        return
    own = ask(application, path, method=method)
    assert (answer.status, answer.all("allow"), answer.all("content-security-policy")) == (
        own.status,
        own.all("allow"),
        own.all("content-security-policy"),
    )


def test_a_page_that_is_thrown_away_is_not_seen_again(nginx: Nginx) -> None:
    root = nginx.root
    for number in range(50):
        page = root / SITE / "gone/@index.html"
        for ending in ("", ".gz", ".br"):
            place = page.parent / f"{page.name}{ending}"
            place.parent.mkdir(parents=True, exist_ok=True)
            new = root / f"new-{number}"
            new.write_bytes(WORD + b" %d" % number)
            new.replace(place)
        assert ask(nginx.plain, "/gone/").body == WORD + b" %d" % number
        for ending in (".br", ".gz", ""):
            (page.parent / f"{page.name}{ending}").unlink()
        assert WORD not in ask(nginx.plain, "/gone/").body


@pytest.mark.parametrize("path", ["/vanished/?before=3", "/static/css/vanished.css?v=1"])
def test_a_page_that_goes_between_the_look_and_the_reading_is_the_applications(
    nginx: Nginx, application: str, path: str
) -> None:
    """A pipe is there to be looked at and is nothing that can be read."""
    name = f"{SITE}/vanished/@before=3.html" if "before" in path else "static/css/vanished.css"
    pipe = nginx.root / name
    pipe.parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(pipe)
    try:
        answer, own = ask(nginx.plain, path), ask(application, path)
    finally:
        pipe.unlink()
    assert answer == own


def test_a_static_file_without_a_copy_comes_from_the_application(nginx: Nginx, application: str) -> None:
    path = "/static/css/desk.css?v=1"
    answer, own = ask(nginx.plain, path), ask(application, path)
    assert (answer.status, answer.body, answer.all("content-type")) == (200, own.body, own.all("content-type"))
