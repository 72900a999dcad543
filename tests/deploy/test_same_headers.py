"""nginx and the application answer with the same status, headers and bytes: whoever of them answers, it is one page."""

from collections.abc import Callable
from pathlib import Path

import pytest

from hcpov.config import Settings
from tests.deploy.asking import Answer, ask
from tests.deploy.fronts import NAME, SITE, Nginx
from tests.live import wait_until
from tests.make import Make

SECURE = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": NAME, "X-Forwarded-For": "192.0.2.1", "Host": NAME}
STATIC = ["/static/css/pov.css", "/static/js/comment.js", "/static/img/icon.svg"]
ENCODINGS = ["identity", "gzip", "br", "gzip, deflate, br", "br;q=0, gzip", "gzip;q=0"]

Both = Callable[..., tuple[Answer, Answer]]


@pytest.fixture
def both(nginx: Nginx, application: str) -> Both:
    """Asks nginx over TLS, and the application as nginx asks it; returns both answers, nginx's first."""

    def asked(path: str, method: str = "GET", **headers: str) -> tuple[Answer, Answer]:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return ask(nginx.https, path, sent, method), ask(application, path, sent | SECURE, method)

    return asked


@pytest.fixture
def stored(application: str, settings: Settings, make: Make) -> dict[str, Path]:
    """Finished pages of all kinds by address, each with the file it lies in. nginx could answer them all by itself."""
    post = make.post()
    for number in range(30):
        make.post(f"Post {number}")
    site = settings.instance / "pages" / SITE
    found = {
        "/": site / "@index.html",
        post.path: site / post.path[1:] / "@index.html",
        "/boardroom-buzz/": site / "boardroom-buzz/@index.html",
        "/blogs/": site / "blogs/@index.html",
    }
    for path, file in found.items():
        ask(application, path, SECURE)
        wait_until(lambda file=file: all(Path(f"{file}{ending}").exists() for ending in ("", ".gz", ".br")), 5)  # type: ignore[misc]
    return found


@pytest.mark.parametrize("accepted", ENCODINGS)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_page(both: Both, stored: dict[str, Path], method: str, accepted: str) -> None:
    for path in stored:
        of_nginx, own = both(path, method, Accept_Encoding=accepted)
        assert of_nginx == own
        assert own.all("vary") == ["Accept-Encoding, Cookie"]
        assert own.all("cache-control") == ["public, no-cache"]
        assert own.all("strict-transport-security") == ["max-age=63072000"]


@pytest.mark.parametrize("accepted", ENCODINGS)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_page_that_has_not_changed(both: Both, stored: dict[str, Path], method: str, accepted: str) -> None:
    for path in stored:
        tag = both(path, Accept_Encoding=accepted)[1].all("etag")[0]
        for condition in (tag, f"W/{tag}", f'"other", {tag}', "*"):
            of_nginx, own = both(path, method, Accept_Encoding=accepted, If_None_Match=condition)
            assert of_nginx == own
            assert own.status == 304


@pytest.mark.parametrize(
    "headers",
    [
        {"If_None_Match": '"other"'},
        {"If_Modified_Since": "Fri, 01 Jan 2100 00:00:00 GMT"},
        {"If_Match": '"other"'},
        {"If_Unmodified_Since": "Mon, 01 Jan 2001 00:00:00 GMT"},
        {"Range": "bytes=0-3"},
        {"Cookie": "theme=dark"},
        {"Via": "1.1 some-proxy", "Accept_Encoding": "br"},
    ],
    ids=str,
)
@pytest.mark.parametrize("path", ["/", *STATIC])
def test_other_wishes(both: Both, stored: dict[str, Path], path: str, headers: dict[str, str]) -> None:
    of_nginx, own = both(path, **headers)
    assert of_nginx == own


@pytest.mark.parametrize("accepted", ENCODINGS)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", STATIC)
def test_a_static_file(both: Both, settings: Settings, path: str, method: str, accepted: str) -> None:
    assert (settings.instance / "pages" / path[1:]).exists(), "nginx has no copy, so this would compare nothing"
    of_nginx, own = both(f"{path}?v=0123abcd", method, Accept_Encoding=accepted)
    assert of_nginx == own
    assert own.all("cache-control") == ["public, max-age=31536000, immutable"]
    tag = own.all("etag")[0]
    of_nginx, own = both(path, method, Accept_Encoding=accepted, If_None_Match=tag)
    assert of_nginx == own
    assert own.status == 304


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize(
    "path", ["/nothing/at/all/", "/static/nothing.css", "/blogs", "/healthz", "/desk/", "/feed.atom"]
)
def test_what_has_no_file(both: Both, path: str, method: str) -> None:
    of_nginx, own = both(path, method)
    assert (of_nginx.status, of_nginx.headers) == (own.status, own.headers)


def test_a_page_is_another_as_soon_as_its_post_is(both: Both, stored: dict[str, Path], make: Make) -> None:
    before = both("/boardroom-buzz/")[0]
    for file in stored.values():
        for ending in ("", ".gz", ".br"):
            Path(f"{file}{ending}").unlink()
    of_nginx, own = both("/boardroom-buzz/")
    assert of_nginx == own == before
