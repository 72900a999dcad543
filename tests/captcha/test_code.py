"""The security code: its fragment, its sound, and what it does not tell."""

import base64
import io
import re
import subprocess
import sys
import wave

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from hcpov import config
from hcpov.captcha import challenges
from hcpov.captcha.actions import burn, forget_used
from hcpov.captcha.models import Challenge
from hcpov.config import Settings
from hcpov.extensions import db
from tests.forms import HTMX, hidden, right_code
from tests.make import Make


def test_fragment_brings_picture_challenge_and_field(app: Flask, client: FlaskClient, make: Make) -> None:
    answer = client.get(f"/captcha?for={make.post().id}")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    [picture] = re.findall(r'src="data:image/png;base64,([^"]+)"', answer.text)
    assert Image.open(io.BytesIO(base64.b64decode(picture))).size == (200, 75)
    token = hidden(answer.text)
    code = right_code(app, token)
    assert re.fullmatch(r"[02345689]{5}", code)
    seen = answer.text.replace(picture, "") + str(answer.headers)
    assert code not in seen.replace(token, "")
    padded = token.split(".")[0] + "=="
    assert code.encode() not in base64.urlsafe_b64decode(padded)
    with app.app_context():
        assert db.session.query(Challenge).count() == 0  # issuing writes nothing


def test_only_whoever_asks_for_another_code_is_told_that_it_came(client: FlaskClient, make: Make) -> None:
    post = make.post()
    assert "A new code" not in client.get(f"/captcha?for={post.id}", headers=HTMX).text
    again = client.get(f"/captcha?for={post.id}&refresh=yes", headers=HTMX).text
    assert '<hx-partial hx-target="#leave [data-say]" hx-swap="innerHTML">A new code is in the picture.<' in again


def test_each_code_is_new(app: Flask, client: FlaskClient, make: Make) -> None:
    post = make.post()
    tokens = {hidden(client.get(f"/captcha?for={post.id}").text) for _ in range(10)}
    assert len(tokens) == 10
    assert len({right_code(app, token) for token in tokens}) > 5


@pytest.mark.parametrize("wanted", ["", "0", "x", "-1", "99999", "1' OR 1=1", "9" * 40, "²"])
def test_unknown_post_has_no_code(client: FlaskClient, wanted: str) -> None:
    assert client.get("/captcha", query_string={"for": wanted}).status_code == 404


def test_sound_speaks_an_unused_code(app: Flask, client: FlaskClient, make: Make) -> None:
    token = hidden(client.get(f"/captcha?for={make.post().id}").text)
    answer = client.get(f"/captcha/{token}/audio")
    assert answer.mimetype == "audio/wav"
    with wave.open(io.BytesIO(answer.data)) as sound:
        assert sound.getnframes() / sound.getframerate() > 2
    with app.app_context():
        challenge = challenges.read(token)
        assert challenge is not None
        burn(challenge, right=False)
    assert client.get(f"/captcha/{token}/audio").status_code == 404
    assert client.get("/captcha/forged/audio").status_code == 404


def test_used_codes_are_forgotten_when_none_could_be_tried_again(app: Flask, make: Make, travel: object) -> None:
    post = make.post()
    with app.app_context():
        burn(challenges.issue(post.id), right=True)
        assert forget_used() == 0
        travel(2 * 3600 + 1)  # type: ignore[operator]
        assert forget_used() == 1


def test_digits_of_one_secret_are_not_anothers(app: Flask) -> None:
    with app.app_context():
        here = [challenges.digits(f"{number:024x}") for number in range(50)]
        before, app.secret_key = app.secret_key, "another secret"
        there = [challenges.digits(f"{number:024x}") for number in range(50)]
        app.secret_key = before
    assert sum(a == b for a, b in zip(here, there, strict=True)) <= 1


def test_every_digit_is_as_likely(app: Flask) -> None:
    with app.app_context():
        drawn = "".join(challenges.digits(f"{number:024x}") for number in range(2000))
    assert set(drawn) == set(challenges.ALPHABET)
    assert all(1100 < drawn.count(digit) < 1400 for digit in challenges.ALPHABET)


def test_what_decides_the_sound_does_not_tell_the_digits(app: Flask) -> None:
    with app.app_context():
        for number in range(50):
            nonce = f"{number:024x}"
            told = "".join(challenges.ALPHABET[byte % 8] for byte in challenges.seed(nonce))
            assert challenges.digits(nonce) != told[: challenges.DIGITS]


def test_command_answers_whoever_holds_the_secret(
    app: Flask, client: FlaskClient, make: Make, settings: Settings
) -> None:
    token = hidden(client.get(f"/captcha?for={make.post().id}").text)
    command = [sys.executable, "-W", "error", "-m", "hcpov.cli", "captcha", "answer"]
    environment = {
        "HCPOV_INSTANCE": str(settings.instance),
        "HCPOV_SECRET_KEY": settings.secret_key,
        "PATH": "/usr/bin:/bin",
    }
    run = subprocess.run(
        [*command, token], cwd=config.ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == right_code(app, token)
    forged = subprocess.run(
        [*command, "x"], cwd=config.ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert forged.returncode == 1
    assert "was not signed with this site's secret" in forged.stderr
