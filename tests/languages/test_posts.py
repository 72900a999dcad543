"""Posts in another language than their site's: said to browsers, to feed readers, and in an export."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hcpov.auth.models import ADMIN
from hcpov.blog.models import Post
from hcpov.extensions import db
from hcpov.text import tongues
from hcpov.transfer.site.problems import BadSite
from hcpov.transfer.site.shapes import POST
from tests.forms import hidden
from tests.languages.conftest import Speaking
from tests.make import MadeAccount, Make

SignIn = Callable[[MadeAccount], FlaskClient]
ARABIC: dict[str, Any] = {"lang": "ar", "summary": "خلاصة"}


@pytest.mark.parametrize(
    ("text", "tag"),
    [("es", "es"), ("pt_br", "pt-BR"), ("PT-br", "pt-BR"), (" ar ", "ar"), ("", ""), ("xx", ""), ("es; drop", "")],
)
def test_tags_that_are_known(text: str, tag: str) -> None:
    assert tongues.known(text) == tag


@pytest.mark.parametrize("text", ["../../etc/passwd", "e" * 100_000, "es\0", "э", "-", "root"])
def test_tags_that_are_none(text: str) -> None:
    assert tongues.known(text) == ""
    assert tongues.direction(text) == "ltr"


def test_every_language_of_the_list_is_known() -> None:
    assert [tag for tag in tongues.COMMON if tongues.known(tag) != tag] == []
    assert {tag for tag in tongues.COMMON if tongues.direction(tag) == "rtl"} == {"ar", "he", "fa", "ur"}
    assert tongues.own_name("es") == "español"


def test_a_post_says_its_language_and_direction(client: FlaskClient, make: Make) -> None:
    post = make.post("ماذا تتعلم العيادة", **ARABIC)
    page = client.get(post.path).text
    assert '<h1 class="headline" lang="ar" dir="rtl">' in page
    assert '<p class="dek" lang="ar" dir="rtl">' in page
    assert '<div class="prose" lang="ar" dir="rtl">' in page
    assert '<html lang="en">' in page  # what stands around it is the site's


def test_lists_say_it_beside_the_title(client: FlaskClient, make: Make) -> None:
    post = make.post("ماذا تتعلم العيادة", tags=["Night shifts"], **ARABIC)
    make.comment(post)
    for path in ("/", "/boardroom-buzz/", "/boardroom-buzz/2013/01/", "/tags/night-shifts/"):
        assert '<h2 lang="ar" dir="rtl"><a href=' in client.get(path).text, path
    assert f'<a href="{post.path}" lang="ar" dir="rtl">' in client.get("/").text  # being discussed


@pytest.mark.parametrize("lang", ["", "en"])
def test_a_post_in_the_sites_language_says_nothing(client: FlaskClient, make: Make, lang: str) -> None:
    page = client.get(make.post(lang=lang).path).text
    assert page.count(" lang=") == 1 and " dir=" not in page


def test_a_language_of_the_same_direction_turns_nothing(client: FlaskClient, make: Make) -> None:
    page = client.get(make.post(lang="es").path).text
    assert '<div class="prose" lang="es">' in page


def test_on_a_site_that_runs_from_right_to_left(client: FlaskClient, make: Make, speaking: Speaking) -> None:
    post = make.post(lang="en")
    with speaking("ar"):
        page = client.get(post.path).text
        assert '<html lang="ar" dir="rtl">' in page
        assert '<div class="prose" lang="en" dir="ltr">' in page


def test_feeds_say_it(client: FlaskClient, make: Make) -> None:
    make.post("العيادة", **ARABIC)
    make.post("The clinic")
    assert client.get("/feed.atom").text.count('<entry xml:lang="ar">') == 1
    assert client.get("/feed.rss").text.count("<dc:language>ar</dc:language>") == 1
    items = client.get("/feed.json").json["items"]  # type: ignore[index]
    assert sorted(item.get("language", "") for item in items) == ["", "ar"]


def test_a_kept_list_follows_a_change_of_language(app: Flask, client: FlaskClient, make: Make) -> None:
    post = make.post()
    assert 'lang="es"' not in client.get("/").text
    with app.app_context():
        db.session.get_one(Post, post.id).lang = "es"
        db.session.commit()
    assert '<h2 lang="es">' in client.get("/").text
    assert '<div class="prose" lang="es">' in client.get(post.path).text


def _saved(app: Flask, browser: FlaskClient, draft: int, lang: str) -> tuple[int, str, str]:
    page = browser.get(f"/desk/posts/{draft}").text
    fields = {"title": "A", "body": "Words.", "lang": lang, "do": "save"}
    fields |= {name: hidden(page, name) for name in ("csrf_token", "base", "tab")}
    answer = browser.post(f"/desk/posts/{draft}", data=fields)
    with app.app_context():
        return answer.status_code, db.session.get_one(Post, draft).lang, answer.text


def test_the_editor_takes_a_tag(app: Flask, make: Make, sign_in: SignIn) -> None:
    admin = make.account(roles=(ADMIN,))
    draft, browser = make.draft(author_id=admin.id), sign_in(admin)
    page = browser.get(f"/desk/posts/{draft}").text
    assert '<option value="es">español</option>' in page and 'list="tongues"' in page
    assert _saved(app, browser, draft, "pt_br")[:2] == (303, "pt-BR")
    assert _saved(app, browser, draft, "")[:2] == (303, "")


def test_the_editor_refuses_what_is_no_language(app: Flask, make: Make, sign_in: SignIn) -> None:
    admin = make.account(roles=(ADMIN,))
    draft = make.draft(author_id=admin.id)
    status, lang, page = _saved(app, sign_in(admin), draft, "klingon")
    assert (status, lang) == (422, "")
    assert "This is no language that is known here." in page and 'value="klingon"' in page


def test_a_preview_of_a_tag_half_typed_is_shown(app: Flask, make: Make, sign_in: SignIn) -> None:
    admin = make.account(roles=(ADMIN,))
    draft, browser = make.draft(author_id=admin.id, title="A", body="Words."), sign_in(admin)
    page = browser.get(f"/desk/posts/{draft}").text
    fields = {"title": "A", "body": "Words.", "lang": '"><q>', "csrf_token": hidden(page, "csrf_token")}
    answer = browser.post(f"/desk/posts/{draft}/preview", data=fields)
    assert answer.status_code == 200
    assert '"><q>' not in answer.text and '<div class="prose">' in answer.text


def test_an_export_keeps_it() -> None:
    assert "lang" in POST.names
    facts = {
        "id": 1,
        "kind": "post",
        "slug": "a",
        "title": "A",
        "updated_at": "2013-01-28T16:13:00+00:00",
    }
    assert POST.row(facts | {"lang": "ar"}, "here")["lang"] == "ar"
    assert POST.row(facts, "here")["lang"] == ""  # an export from before there were languages
    with pytest.raises(BadSite):
        POST.row(facts | {"lang": "a" * 36}, "here")
