"""Every page that a stranger can reach is whole, and every template can be shown."""

import html
import re
from contextlib import closing

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import StrictUndefined, meta

from hcpov.blog.models import State
from tests.house.markup import problems_of
from tests.house.routes import PUBLIC, routes
from tests.house.tree import python_sources, templates
from tests.make import Make

LINK = re.compile(r'(?:href|src)="(/[^"#]*)')
NOT_PAGES = {
    "account.new_email": "opens with a token only",
    "auth.confirm_email": "opens with a token only",
    "auth.reset_password": "opens with a token only",
    "auth.static": "a file",
    "captcha.audio": "a sound",
    "comments.permalink": "leads to the page it is on",
    "comments.receipt": "opens with a receipt only",
    "data.held": "opens with a token only",
    "updates.wishes": "opens with a token only",
    "captcha.fragment": "a fragment",
    "feeds.blog": "a feed",
    "feeds.page_thread": "a feed",
    "feeds.site": "a feed",
    "feeds.tag": "a feed",
    "feeds.thread": "a feed",
    "machines.card": "a picture",
    "machines.card_of_blog": "a picture",
    "machines.card_of_site": "a picture",
    "machines.cite_as": "a file",
    "machines.robots": "a file",
    "machines.sitemap": "a list for machines",
    "machines.sitemap_of_people": "a list for machines",
    "machines.sitemap_of_posts": "a list for machines",
    "machines.sitemap_of_site": "a list for machines",
    "machines.sitemap_of_tags": "a list for machines",
    "media.file": "a picture",
    "ops.alive": "a word for machines",
    "ops.measured": "numbers for machines",
    "ops.ready": "words for machines",
    "posts.shared": "opens with a token only",
    "security_txt.file": "a file",
    "static": "a file",
}
GOOD = '<!doctype html><html lang="en"><head><title>A</title></head><body><h1>A</h1><p id="a">a</p></body></html>'


@pytest.fixture
def filled(make: Make) -> Make:
    """A site with something of everything that a stranger can see."""
    post = make.post("What a clinic learns", editors_note="By a guest.", disclosure="None", summary="Short.")
    first = make.comment(post, "I agree <b>twice</b> & more.", disclosure="I work there.")
    make.comment(post, "So do I.", parent=first)
    make.post(
        "Closed & “quoted”", comments_open=False, byline_name="A Guest", byline_title="Nurse", body="# One\n\n1. a"
    )
    for _ in range(21):
        make.post()
    make.blog("empty-room", "Empty Room")
    return make


def test_every_page_a_stranger_can_reach_is_whole(client: FlaskClient, filled: Make) -> None:
    wrong, waiting, seen = [], ["/", "/join?next=/", "/sign-in?next=/"], set()
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        answer = client.get(path)
        with closing(answer):
            if answer.status_code == 303:
                waiting.append(answer.headers["Location"].partition("#")[0])
            elif answer.status_code != 200:
                wrong.append(f"{path}: {answer.status_code}")
            elif answer.mimetype == "text/html":
                wrong += [f"{path}: {problem}" for problem in problems_of(answer.text)]
                waiting += [html.unescape(link) for link in LINK.findall(answer.text)]
    assert len(seen) > 30
    assert not wrong, "\n".join(wrong)


def test_every_public_address_answers_with_a_whole_page(app: Flask, client: FlaskClient, make: Make) -> None:
    for route in routes(app, make):
        if route.method == "GET" and route.endpoint in PUBLIC and route.endpoint not in NOT_PAGES:
            answer = client.get(route.path)
            assert (answer.status_code, answer.mimetype) == (200, "text/html"), route.path
            assert problems_of(answer.text) == [], route.path


def test_an_empty_site_is_whole(client: FlaskClient) -> None:
    for path in ("/", "/blogs/"):
        assert problems_of(client.get(path).text) == [], path


def test_errors_are_whole_pages(app: Flask, client: FlaskClient, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    post = make.post("Withdrawn", state=State.WITHDRAWN)
    open_post = make.post("Open")

    def broken() -> None:
        raise RuntimeError("broken on purpose")

    monkeypatch.setitem(app.view_functions, "blog.blogs", broken)
    answers = {
        403: client.post(open_post.comments, headers={"Origin": "https://elsewhere.example"}),
        404: client.get("/no-such-page/"),
        405: client.get(open_post.comments),
        410: client.get(post.path),
        413: client.post(open_post.comments, data={"body": "a" * 2 * 1024 * 1024}),
        500: client.get("/blogs/"),
    }
    for status, answer in answers.items():
        assert answer.status_code == status
        assert problems_of(answer.text) == [], status


def test_answers_to_forms_are_whole_pages(client: FlaskClient, make: Make) -> None:
    post, closed = make.post("Open"), make.post("Closed", comments_open=False)
    answers = {
        "a comment without a code": client.post(post.comments, data={"body": "I agree."}),
        "a new code": client.post(post.comments, data={"body": "I agree.", "refresh": "yes"}),
        "a comment that came too late": client.post(closed.comments, data={"body": "I agree."}),
        "no address to write to": client.post("/updates", data={"email": "nobody"}),
        "an address to write to": client.post("/updates", data={"email": "reader@example.org"}),
        "a wrong password": client.post("/sign-in", data={"email": "reader@example.org", "password": "wrong"}),
        "nothing to join with": client.post("/join", data={"email": "reader@example.org"}),
    }
    wrong = [f"{what}: {problem}" for what, answer in answers.items() for problem in problems_of(answer.text)]
    assert not wrong, "\n".join(wrong)


def test_every_template_can_be_compiled_and_finds_what_it_includes(app: Flask) -> None:
    environment = app.jinja_env.overlay(undefined=StrictUndefined)
    names = [source.path.removeprefix("templates/") for source in templates()]
    assert set(app.jinja_env.list_templates(filter_func=lambda name: name in names)) == set(names)
    for source in templates():
        environment.get_template(source.path.removeprefix("templates/"))
        for used in meta.find_referenced_templates(environment.parse(source.text)):
            assert used in names, f"{source.path} uses {used}"


def test_every_template_is_used() -> None:
    said = "\n".join(source.text for source in [*templates(), *python_sources()])
    names = [source.path.removeprefix("templates/") for source in templates()]
    # Flask-Security adds the ending of a letter itself.
    used = [f'"{name}"' in said or f'"{name.removesuffix(".txt")}"' in said for name in names]
    assert [name for name, known in zip(names, used, strict=True) if not known] == []


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("<h1>A</h1>", ""),
        ("<h1>A</h1>", "<h1>A</h1><h1>B</h1>"),
        ("<title>A</title>", "<title> </title>"),
        (' lang="en"', ""),
        ('<p id="a">a</p>', '<p id="a">a</p><p id="a">a</p>'),
        ('<p id="a">a</p>', "<p><div>a</div></p>"),
        ('<p id="a">a</p>', "<b><i>a</b></i>"),
        ("<!doctype html>", ""),
    ],
)
def test_what_is_wrong_with_a_page_is_seen(good: str, bad: str) -> None:
    assert problems_of(GOOD) == []
    assert problems_of(GOOD.replace(good, bad))
