"""The shipped Caddyfile, and Caddy in front of the application."""

import subprocess
from pathlib import Path

import pytest

from tests.deploy import fronts
from tests.deploy.asking import ask
from tests.deploy.fronts import NAME
from tests.deploy.test_nginx import FORM, slow_writers_hold_nobody_up
from tests.make import Make

FILE = fronts.DEPLOY / "Caddyfile"


def caddy_says(folder: Path, *words: str) -> tuple[int, str]:
    """Returns how a command of Caddy ended, and what it wrote."""
    done = subprocess.run(
        [fronts.CADDY, *words],
        env=fronts.caddy_environment(folder),
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_caddy_takes_the_file_without_a_word(tmp_path: Path) -> None:
    ended, said = caddy_says(tmp_path, "validate", "--adapter", "caddyfile", "--config", str(FILE))
    assert (ended, '"warn"' in said, '"error"' in said) == (0, False, False), said
    assert caddy_says(tmp_path, "fmt", str(FILE)) == (0, FILE.read_text(encoding="utf-8"))


def test_the_site_is_served_by_its_name_with_tls(tmp_path: Path) -> None:
    _, said = caddy_says(tmp_path, "adapt", "--adapter", "caddyfile", "--config", str(FILE))
    assert (f'"host":["{NAME}"]' in said, '"listen":[":443"]' in said) == (True, True)


@pytest.mark.parametrize("accepted", ["", "gzip", "br", "gzip, deflate, br"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    "path", ["/", "/static/css/pov.css", "/static/js/comment.js", "/static/img/icon.svg", "/nothing/"]
)
def test_answers_go_through_as_they_are(caddy: str, application: str, path: str, method: str, accepted: str) -> None:
    sent = {"Accept-Encoding": accepted} if accepted else {}
    answer, own = ask(caddy, path, sent, method), ask(application, path, sent, method)
    assert _steady(answer.headers) == _steady(own.headers)
    assert (answer.status, answer.body) == (own.status, own.body)
    for tag in own.all("etag"):
        again = {**sent, "If-None-Match": tag}
        answer, own = ask(caddy, path, again, method), ask(application, path, again, method)
        assert (answer.status, _steady(answer.headers)) == (304, _steady(own.headers))


def test_the_application_knows_how_it_was_asked(caddy: str) -> None:
    lies = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "Forwarded": "host=evil.example"}
    assert ask(caddy, "/blogs", lies).all("location") == [f"{caddy}/blogs/"]


def test_what_is_too_large_is_refused_in_the_applications_words(caddy: str, make: Make) -> None:
    answer = ask(caddy, make.post().comments, FORM, "POST", b"body=" + b"a" * 10_000_000)
    assert (answer.status, b"larger than this site accepts" in answer.body) == (413, True)


def test_slow_writers_hold_nobody_up(caddy: str) -> None:
    slow_writers_hold_nobody_up(caddy)


def test_who_finds_nobody_is_told_to_come_back(tmp_path: Path) -> None:
    with fronts.running_caddy(tmp_path, "127.0.0.1:1") as address:
        answer = ask(address, "/")
    assert (answer.status, answer.all("retry-after"), answer.all("cache-control")) == (503, ["60"], ["no-store"])
    assert answer.all("content-type") == ["text/html; charset=utf-8"]
    assert b"Please try again in a minute." in answer.body


def _steady(headers: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    """Leaves out what the clock writes into a header."""
    return [each for each in headers if each[0] != "expires"]
