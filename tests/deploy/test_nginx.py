"""The shipped nginx site around its files: TLS, what is passed on, and what happens when nobody answers."""

import re
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests import live
from tests.deploy import fronts
from tests.deploy.asking import ask
from tests.deploy.fronts import NAME, SITE, Nginx
from tests.make import Make

SECURITY = {"content-security-policy", "x-content-type-options", "referrer-policy", "permissions-policy"}
SECURITY |= {"cross-origin-opener-policy"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def lonely(tmp_path: Path) -> Iterator[Nginx]:
    """A front with nobody behind it."""
    (tmp_path / "pages").mkdir()
    nobody = f"127.0.0.1:{live.free_port()}"
    with fronts.running_nginx(fronts.write_nginx(tmp_path, tmp_path / "pages", nobody, tmp_path / "pages")) as found:
        yield found


def test_nginx_takes_the_files_without_a_word(tmp_path: Path) -> None:
    fronts.write_nginx(tmp_path, tmp_path, "127.0.0.1:1", tmp_path)
    done = subprocess.run(fronts.command(tmp_path, "-t", "-q"), capture_output=True, text=True, check=False)
    log = tmp_path / "error.log"
    assert (done.returncode, done.stderr, log.exists() and log.read_text(encoding="utf-8")) == (0, "", "")


def test_http_leads_to_https(nginx: Nginx) -> None:
    answer = ask(nginx.http, "/a/b?c=%20d", {"Host": NAME})
    assert (answer.status, answer.all("location")) == (301, [f"https://{NAME}/a/b?c=%20d"])
    assert ask(nginx.http, "/", {"Host": "elsewhere.example.org"}).all("location") == [f"https://{NAME}/"]


def test_certbot_can_prove_the_name(nginx: Nginx) -> None:
    proof = nginx.folder / "www/.well-known/acme-challenge/a-token"
    proof.parent.mkdir(parents=True)
    proof.write_text("a proof", encoding="ascii")
    answer = ask(nginx.http, "/.well-known/acme-challenge/a-token", {"Host": NAME})
    assert (answer.status, answer.body, answer.all("content-type")) == (200, b"a proof", ["text/plain"])
    assert ask(nginx.http, "/.well-known/acme-challenge/another", {"Host": NAME}).status == 404
    assert ask(nginx.http, "/.well-known/acme-challenge/", {"Host": NAME}).status == 403


def test_tls_speaks_http_2_and_nothing_old(nginx: Nginx) -> None:
    context = ssl.create_default_context(cafile=str(nginx.folder / "fullchain.pem"))
    context.set_alpn_protocols(["h2", "http/1.1"])
    host, port = nginx.https.removeprefix("https://").split(":")
    with (
        socket.create_connection((host, int(port)), timeout=live.SECONDS) as line,
        context.wrap_socket(line, server_hostname=NAME) as secure,
    ):
        assert (secure.selected_alpn_protocol(), secure.version()) == ("h2", "TLSv1.3")
    old = subprocess.run(
        ["openssl", "s_client", "-connect", f"{host}:{port}", "-tls1_1", "-cipher", "ALL:@SECLEVEL=0"],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        text=True,
        check=False,
    )
    assert "Cipher is (NONE)" in old.stdout


def test_the_application_knows_how_it_was_asked(nginx: Nginx) -> None:
    lies = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "ftp", "Forwarded": "host=evil.example"}
    secure = ask(nginx.https, "/blogs", lies)
    assert (secure.status, secure.all("location")) == (308, [f"https://{NAME}/blogs/"])
    plain = ask(nginx.plain, "/blogs", lies)
    assert plain.all("location") == [f"{nginx.plain}/blogs/"]


def test_a_form_of_ours_is_taken_through_nginx(nginx: Nginx, make: Make) -> None:
    post, said = make.post(), {**FORM, "Origin": f"https://{NAME}", "Sec-Fetch-Site": "same-origin"}
    assert ask(nginx.https, post.comments, said, "POST", b"body=I+agree.").status == 422
    foreign = {**FORM, "Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert ask(nginx.https, post.comments, foreign, "POST", b"body=I+agree.").status == 403


def test_what_is_too_large_is_refused_in_the_applications_words(nginx: Nginx, application: str, make: Make) -> None:
    post, large = make.post(), b"body=" + b"a" * 10_000_000
    answer, own = (ask(each, post.comments, FORM, "POST", large) for each in (nginx.plain, application))
    assert (answer.status, answer.headers, b"larger than this site accepts" in answer.body) == (413, own.headers, True)


def test_what_is_far_too_large_is_refused_before_it_is_read(nginx: Nginx) -> None:
    host, port = nginx.plain.removeprefix("http://").split(":")
    with closing(socket.create_connection((host, int(port)), timeout=live.SECONDS)) as line:
        line.sendall(b"POST /a/2026/11/b/comments HTTP/1.1\r\nHost: localhost\r\nContent-Length: 80000000\r\n\r\nbody=")
        said = b"".join(iter(lambda: line.recv(65536), b""))  # it says so and closes
    assert said.startswith(b"HTTP/1.1 413 ")
    assert b"larger than this site accepts" in said
    names = {found.decode().lower() for found in re.findall(rb"^([A-Za-z-]+):", said, re.MULTILINE)}
    assert names >= SECURITY | {"cache-control"}


def test_who_finds_nobody_is_told_to_come_back(lonely: Nginx) -> None:
    for path in ("/", "/nothing", "/static/css/pov.css"):
        answer = ask(lonely.https, path)
        assert (answer.status, answer.all("retry-after"), answer.all("cache-control")) == (503, ["60"], ["no-store"])
        assert {name for name, _ in answer.headers} >= SECURITY | {"strict-transport-security"}
        assert b"Please try again in a minute." in answer.body


def test_finished_pages_are_there_while_nobody_answers(lonely: Nginx) -> None:
    page = lonely.folder / "pages" / SITE / "a/@index.html"
    page.parent.mkdir(parents=True)
    page.write_bytes(b"still here")
    assert ask(lonely.https, "/a/").body == b"still here"


def test_slow_writers_hold_nobody_up(nginx: Nginx) -> None:
    slow_writers_hold_nobody_up(nginx.plain)


def test_the_word_https_is_said_once_and_for_two_years(nginx: Nginx) -> None:
    assert ask(nginx.https, "/nothing/").all("strict-transport-security") == ["max-age=63072000"]
    assert ask(nginx.http, "/").all("strict-transport-security") == []


def test_neither_addresses_nor_readers_are_kept(nginx: Nginx) -> None:
    ask(nginx.plain, "/receipts/a-secret-token")
    ask(nginx.https, "/receipts/a-secret-token")
    log = nginx.folder / "access.log"
    assert not log.exists() or log.read_text(encoding="utf-8") == ""


def slow_writers_hold_nobody_up(address: str, writers: int = 6) -> None:
    """Begins forms that are not ended, more than the application has workers, and asks it for something meanwhile."""
    host, port = address.removeprefix("http://").split(":")
    lines = [socket.create_connection((host, int(port)), timeout=live.SECONDS) for _ in range(writers)]
    try:
        for line in lines:
            head = "POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            line.sendall(f"{head}Content-Length: 1000\r\n\r\nemail=".encode())
        for _ in range(writers):
            assert ask(address, "/nothing/at/all/").status == 404
    finally:
        for line in lines:
            line.close()
