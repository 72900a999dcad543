"""The picture of a shared page: words only, none that would come out as boxes, and small."""

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFont

from hcpov.blog.machines import cards
from hcpov.blog.machines.cards import Card, draw
from hcpov.blog.models import Post, State
from hcpov.extensions import db
from tests.make import Make

LARGEST = 60 * 1024
CARD = Card("Health Care POV", "Boardroom Buzz", "What a clinic learns", "Inés Calder, Lead", "January 28, 2013")
TITLES = {
    "one word": "Listen",
    "usual": "What a clinic learns when it stops talking",
    "longest": ("Every hospital has a document that nobody reads and everybody signs. " * 5)[:300],
    "one word that never ends": "W" * 300,
    "accents": "Łódź, naïve Ærøskøbing, Đặng",
    "Greek": "Ένα καθαρό σεντόνι",
    "emoji between words": "Night 🌙 shifts 👩‍⚕️",
    "controls": "A\x00b\x1b[1m\u202ec",
    "nothing": "",
}


def opened(data: bytes) -> Image.Image:
    """Returns a card as an image."""
    with Image.open(io.BytesIO(data)) as image:
        assert image.format == "PNG"
        image.load()
        return image


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A machine without fonts."""
    caches = (cards.draw, cards._fonts, cards._has, cards._shape)
    for name in ("XDG_DATA_DIRS", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    for each in caches:
        each.cache_clear()
    yield
    for each in caches:
        each.cache_clear()


@pytest.mark.parametrize("title", TITLES.values(), ids=TITLES)
def test_a_card_is_what_sharing_asks_for(title: str) -> None:
    data = draw(replace(CARD, title=title))
    image = opened(data)
    assert image.size == (1200, 630) and image.mode == "P"
    assert len(data) <= LARGEST
    inks = {colour for _, colour in image.convert("RGB").getcolors(100_000) or []}
    assert len(inks) > 3  # paper, the bar, and letters


@pytest.mark.parametrize("title", TITLES.values(), ids=TITLES)
def test_a_machine_without_fonts_draws_as_well(bare: None, title: str) -> None:
    assert opened(draw(replace(CARD, title=title))).size == (1200, 630)


def test_letters_that_a_machine_lacks_become_plain_ones(bare: None) -> None:
    assert cards.drawable("Łódź, naïve", cards._SERIF) == "Lodz, naive"


@pytest.mark.parametrize("title", ["手術室での申し送り", "🌙🌙🌙", "𓀀𓀁", "\ue000\ue001"])
def test_a_title_that_would_be_boxes_gives_its_place_to_the_blog(title: str) -> None:
    assert draw(replace(CARD, title=title)) == draw(replace(CARD, title="Boardroom Buzz", kicker=""))


def test_what_no_font_has_is_left_out() -> None:
    assert cards.drawable("Night 🌙 shifts", cards._SERIF) == "Night shifts"


def test_the_box_itself_is_known() -> None:
    for font in cards._fonts(cards._SERIF, 40):
        assert isinstance(font, ImageFont.FreeTypeFont)
        assert cards._has(font, "A") and not cards._has(font, "\U0010fffe")


@settings(deadline=None, max_examples=20)
@given(st.text(max_size=300), st.text(max_size=80))
def test_any_words_make_a_card(title: str, name: str) -> None:
    card = Card(name, name, title, name, title[:40])
    assert len(draw(card)) <= LARGEST


def test_long_titles_shrink_and_are_cut() -> None:
    sizes = [cards._fitted(TITLES[each]) for each in ("one word", "usual", "longest")]
    assert sizes[0][0] > sizes[2][0]
    assert sizes[0][1] == ["Listen"] and sizes[2][1][-1].endswith("…") and len(sizes[2][1]) == 4


def test_a_post_has_a_card(client: FlaskClient, make: Make) -> None:
    post = make.post(author_id=make.account("Ada Author", title="Lead").id)
    answer = client.get(f"{post.path}card.png")
    assert answer.mimetype == "image/png" and opened(answer.data).size == (1200, 630)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "public, no-cache" and answer.headers["ETag"]
    assert "Set-Cookie" not in answer.headers and "default-src 'none'" in answer.headers["Content-Security-Policy"]
    for path in ("/card.png", "/boardroom-buzz/card.png"):
        assert opened(client.get(path).data).size == (1200, 630)


def test_what_is_not_public_has_no_card(client: FlaskClient, make: Make) -> None:
    for state in (State.DRAFT, State.SCHEDULED, State.WITHDRAWN):
        assert client.get(f"{make.post(state=state).path}card.png").status_code == 404
    for path in ("/no-such-blog/card.png", "/boardroom-buzz/2013/01/nothing/card.png", "/pages/privacy/card.png"):
        assert client.get(path).status_code == 404


def test_a_question_behind_the_address_draws_nothing(
    client: FlaskClient, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = make.post()
    monkeypatch.setattr(cards, "draw", lambda card: pytest.fail("drawn"))
    answer = client.get(f"{post.path}card.png?a=1")
    assert (answer.status_code, answer.headers["Location"]) == (301, f"{post.path}card.png")


def test_another_title_is_another_card(app: Flask, client: FlaskClient, make: Make) -> None:
    post = make.post("Before")
    path = f"{post.path}card.png"
    before = client.get(path).data
    assert client.get(path).data == before
    with app.app_context():
        db.session.get_one(Post, post.id).title = "After"
        db.session.commit()
    after = client.get(path)
    assert after.data != before
    with app.app_context():
        db.session.get_one(Post, post.id).state = State.WITHDRAWN
        db.session.commit()
    assert client.get(path).status_code == 404


def test_somebody_signed_in_gets_the_same_card(
    client: FlaskClient, make: Make, sign_in: Callable[[Any], FlaskClient]
) -> None:
    path = f"{make.post().path}card.png"
    assert sign_in(make.account()).get(path).data == client.get(path).data
