"""What pages weigh on the line, and what text waits for: fixed budgets, as the site compresses in a hurry."""

import gzip
import re
from datetime import timedelta

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.forms import HTMX, WORDS, hidden, new_code
from tests.make import START, MadePost, Make
from tests.web.talk import BODY, COMMENTS

FIRST_FLIGHT = 14_600  # ten packets: what a server sends before it hears from the reader again
STYLES = re.compile(r"<style>(.*?)</style>", re.DOTALL)
WAITED_FOR = re.compile(
    r'<link rel="stylesheet"(?! media="print")[^>]*>|<script (?![^>]*\b(?:defer|async)\b|type="application/)[^>]*>'
)

# Compressed bytes of a page with its styles: Brotli 5 and gzip 6. But for the post, what was found and a twentieth.
BUDGETS = {
    "home": (6_850, 7_350),
    "blog": (6_900, 7_400),
    "blogs": (4_150, 4_500),
    "month": (6_850, 7_350),
    "tag": (6_450, 6_900),
    "post": (FIRST_FLIGHT, FIRST_FLIGHT),
    "history": (4_250, 4_600),
    "people": (6_400, 6_900),
}


@pytest.fixture
def talked_of(make: Make) -> MadePost:
    """A post with every field and fifty comments, a third of them replies; twenty posts before it."""
    author = make.account("Inés Calder", handle="ines-calder", about="Runs a clinic.", title="Operations lead")
    for number, (name, title, _, said) in enumerate(COMMENTS[:20]):
        summary, heading = said[:110], f"{title}s on {said.split('. ')[0][:60].lower()}"
        at = START - timedelta(hours=number + 1)
        make.post(heading, at=at, summary=summary, byline_name=name, author_id=author.id, tags=["Hand-off"])
    post = make.post(
        "What a clinic learns when it stops talking",
        body=BODY,
        summary="A night team threw away eleven signatures and kept two questions. The questions are still asked.",
        editors_note="The author leads the unit described. Names of colleagues are used with their consent.",
        disclosure="The author sits on the hospital's forms committee.",
        tags=["Hand-off", "Night shifts"],
        author_id=author.id,
        byline_name="Jonathan Quill",
        byline_title="Night lead",
        byline_place="Leeds",
    )
    root = None
    for number, (name, title, place, said) in enumerate(COMMENTS):
        reply = root if number % 3 == 2 else None
        own = 48_211 + 11 * number + number % 5  # other posts are talked about meanwhile
        at = START + timedelta(seconds=2_417 * number + 7 * number * number)
        make.comment(post, said, parent=reply, name=name, title=title, place=place, id=own, at=at)
        root = root if reply else own
    return post


def _paths(post: MadePost) -> dict[str, str]:
    _, blog, year, month, _, _ = post.path.split("/")
    paths = {"home": "/", "blog": f"/{blog}/", "blogs": "/blogs/", "month": f"/{blog}/{year}/{month}/"}
    paths |= {"tag": "/tags/hand-off/", "post": post.path, "history": f"{post.path}history"}
    return paths | {"people": "/people/ines-calder/"}


def _compressed(text: bytes) -> tuple[int, int]:
    return len(brotli.compress(text, quality=5)), len(gzip.compress(text, 6))


@pytest.mark.parametrize("kind", BUDGETS)
def test_page_within_its_bytes(client: FlaskClient, talked_of: MadePost, kind: str) -> None:
    answer = client.get(_paths(talked_of)[kind])
    assert answer.status_code == 200
    assert len(STYLES.findall(answer.text)) == 1  # the styles are counted, or the budget would say nothing
    found, allowed = _compressed(answer.data), BUDGETS[kind]
    assert found[0] <= allowed[0] and found[1] <= allowed[1], f"{kind}: {found} bytes, at most {allowed}"


@pytest.mark.parametrize("kind", BUDGETS)
def test_text_waits_for_two_requests_at_most(client: FlaskClient, talked_of: MadePost, kind: str) -> None:
    page = client.get(_paths(talked_of)[kind]).text
    assert 1 + len(WAITED_FOR.findall(page)) <= 2, WAITED_FOR.findall(page)


@pytest.mark.parametrize(
    ("markup", "waited_for"),
    [
        ('<link rel="stylesheet" href="/a.css">', 1),
        ('<link rel="stylesheet" media="print" href="/a.css">', 0),
        ('<script src="/a.js"></script>', 1),
        ('<script defer src="/a.js"></script>', 0),
        ('<script type="application/ld+json">{}</script>', 0),
        ('<link rel="alternate" href="/feed.atom">', 0),
    ],
)
def test_what_text_waits_for_is_seen(markup: str, waited_for: int) -> None:
    assert len(WAITED_FOR.findall(markup)) == waited_for


def test_the_fifty_comments_are_real_text(client: FlaskClient, talked_of: MadePost) -> None:
    page = client.get(talked_of.path).text
    assert page.count('class="comment"') == len(COMMENTS) == 50
    assert len({said for _, _, _, said in COMMENTS}) == 50
    assert len(STYLES.sub("", page)) > 40_000


def test_code_within_its_bytes(client: FlaskClient, make: Make) -> None:
    answer = client.get(f"/captcha?for={make.post().id}", headers=HTMX)
    found = _compressed(answer.data)
    assert max(found) <= 3_072, found


def test_sound_within_its_bytes(client: FlaskClient, make: Make) -> None:
    code = hidden(client.get(f"/captcha?for={make.post().id}", headers=HTMX).text)
    answer = client.get(f"/captcha/{code}/audio")
    assert answer.status_code == 200
    assert 4_000 < len(answer.data) <= 40_960


def test_posted_comment_within_its_bytes(app: Flask, client: FlaskClient, talked_of: MadePost) -> None:
    fields = WORDS | {"body": COMMENTS[1][3]} | new_code(app, client, talked_of)
    answer = client.post(talked_of.comments, data=fields, headers=HTMX)
    assert answer.status_code == 200 and "hx-partial" in answer.text
    found = _compressed(answer.data)
    assert max(found) <= 1_536, found
