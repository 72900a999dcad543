"""A picture of 200 MB, on the real server: answered in words, and never held in memory."""

import http.client
import re
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from hcpov.config import Settings
from tests import live
from tests.forms import HTMX
from tests.media.conftest import BOUNDARY, PICTURES, Desk, body
from tests.media.files import photo

MEGABYTE = 1024 * 1024
MUCH = 200 * MEGABYTE
HEAD, _, TAIL = body({"alt": "A"}, b"|").partition(b"|")
KINDS = {"a form's length": False, "without a length": True}


@pytest.fixture
def address(settings: Settings) -> Iterator[str]:
    """A server of its own, whose memory is watched."""
    with live.serving(settings, "--web-only", HCPOV_SITE_URL="http://localhost") as found:
        yield found


def pieces(size: int) -> Iterator[bytes]:
    """Yields a form with a file of that size, piece by piece."""
    yield HEAD
    for _ in range(size // MEGABYTE):
        yield bytes(MEGABYTE)
    yield TAIL


def send(address: str, browser: FlaskClient | None, token: str, size: int, chunked: bool) -> tuple[int, str, str]:
    """Sends a file as browsers do, and returns the status, the type and the words of the answer."""
    cookie = browser.get_cookie("session") if browser else None
    headers = {
        "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
        "Cookie": f"session={cookie.value}" if cookie else "",
        "X-CSRFToken": token,
        **HTMX,
    }
    if not chunked:
        headers["Content-Length"] = str(len(HEAD) + size + len(TAIL))
    with closing(http.client.HTTPConnection(address.removeprefix("http://"), timeout=60)) as connection:
        connection.request("POST", PICTURES, pieces(size), headers, encode_chunked=chunked)
        answer = connection.getresponse()
        return answer.status, answer.headers.get_content_type(), answer.read().decode()


def peak(address: str) -> int:
    """Returns the most memory that any process of the server had, in bytes."""
    port = address.rpartition(":")[2].encode()
    found = []
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and b":" + port in (folder / "environ").read_bytes():
                found += re.findall(r"VmHWM:\s+(\d+) kB", (folder / "status").read_text())
        except OSError:  # it ended meanwhile
            continue
    assert found
    return max(int(each) for each in found) * 1024


@pytest.mark.parametrize("chunked", KINDS.values(), ids=KINDS)
def test_it_is_answered_and_not_held(desk: Desk, address: str, chunked: bool) -> None:
    browser, token = desk.browser("author"), desk.token("author")
    assert send(address, browser, token, MEGABYTE, chunked)[0] == 415
    before = peak(address)
    said = "This is larger than 20 MB. Save the picture smaller, then send it again."
    assert send(address, browser, token, MUCH, chunked) == (413, "text/plain", said)
    assert peak(address) - before < 64 * MEGABYTE
    assert send(address, browser, token, MEGABYTE, chunked)[0] == 415  # and it goes on
    assert desk.kept() == []


def test_a_strangers_is_not_even_read(desk: Desk, address: str) -> None:
    assert live.post(address, PICTURES, {"alt": "A"})[0] == 404
    before = peak(address)
    for size in (MEGABYTE, MUCH):
        with suppress(OSError):  # the server hangs up: a stranger is owed no answer
            assert send(address, None, "", size, False)[0] == 404
    assert peak(address) - before < 64 * MEGABYTE
    assert live.post(address, PICTURES, {"alt": "A"})[0] == 404


def test_a_real_one_is_taken_by_the_real_server(desk: Desk, address: str) -> None:
    desk.send(data=photo(3))
    path = desk.kept()[0].path
    with closing(http.client.HTTPConnection(address.removeprefix("http://"), timeout=60)) as connection:
        connection.request("GET", path)
        answer = connection.getresponse()
        assert (answer.status, answer.getheader("Content-Type")) == (200, "image/webp")
        assert answer.read()[8:12] == b"WEBP"
