"""A published post's language is changed in the open, by the form that changes its words."""

import pytest

from hcpov.audit.models import Audit
from hcpov.extensions import db
from tests.desk.changes import change, kept, stored
from tests.desk.conftest import Desk
from tests.house.markup import problems_of


def facts(desk: Desk) -> list[dict[str, object]]:
    """Returns what the log tells of each change."""
    with desk.app.app_context():
        return list(db.session.scalars(db.select(Audit.details).order_by(Audit.id)))


def test_the_form_asks_for_it(desk: Desk) -> None:
    change(desk, "minor", lang="ar")
    page = desk.browsers["editor"].get(f"/desk/posts/{desk.post.id}/change").text
    assert problems_of(page) == []
    assert 'name="lang" list="tongues" aria-describedby="lang-hint" value="ar">' in page
    assert '<option value="es">español</option>' in page


def test_a_language_alone_is_a_change_as_any_other(desk: Desk) -> None:
    assert '<div class="prose">' in desk.browsers["stranger"].get(desk.post.path).text
    assert change(desk, "minor", lang="pt_br").status_code == 303
    assert stored(desk).lang == "pt-BR" and [each.kind for each in kept(desk)] == ["publication", "minor"]
    assert facts(desk) == [{"revision": 2, "lang": "pt-BR", "lang_was": ""}]
    assert '<div class="prose" lang="pt-BR">' in desk.browsers["stranger"].get(desk.post.path).text
    change(desk, "correction", lang="", reason="It is English.")
    page = desk.browsers["stranger"].get(desk.post.path).text
    assert '<div class="prose">' in page and "It is English." in page
    assert facts(desk)[1] == {"revision": 3, "lang": "", "lang_was": "pt-BR"}


def test_a_form_that_does_not_ask_leaves_it(desk: Desk) -> None:
    change(desk, "minor", lang="es")
    assert change(desk, "minor").status_code == 422  # nothing is different
    change(desk, "minor", body="Otras palabras.")
    assert (stored(desk).lang, stored(desk).body) == ("es", "Otras palabras.")
    assert "lang" not in facts(desk)[1]


def test_a_preview_says_it_and_changes_nothing(desk: Desk) -> None:
    page = change(desk, "minor", lang="ar", action="preview").text
    assert '<div class="prose" lang="ar" dir="rtl">' in page and problems_of(page) == []
    assert '<h3>Language</h3>\n<p class="marked"><ins>ar</ins></p>' in page
    assert stored(desk).lang == "" and kept(desk) == []


def test_the_words_of_an_older_revision_keep_the_language_of_now(desk: Desk) -> None:
    change(desk, "minor", lang="es", body="Otras palabras.")
    page = desk.browsers["editor"].get(f"/desk/posts/{desk.post.id}/change?from=1").text
    assert 'list="tongues" aria-describedby="lang-hint" value="es">' in page and "One paragraph." in page


def test_who_was_slower_sees_both(desk: Desk) -> None:
    version = str(stored(desk).version)
    change(desk, "minor", lang="es")
    answer = change(desk, "minor", lang="ar", version=version)
    assert answer.status_code == 409 and problems_of(answer.text) == []
    assert "<del>es</del>" in answer.text and "<ins>ar</ins>" in answer.text
    assert stored(desk).lang == "es"


@pytest.mark.parametrize("text", ["klingon", '"><q>', "../../etc/passwd", "e" * 5000])
def test_what_is_no_language_comes_back(desk: Desk, text: str) -> None:
    answer = change(desk, "minor", lang=text)
    assert answer.status_code == 422 and '"><q>' not in answer.text and problems_of(answer.text) == []
    assert "This is no language that is known here." in answer.text
    assert stored(desk).lang == ""


@pytest.mark.parametrize(("who", "status"), [("stranger", 404), ("member", 403), ("other", 403), ("moderator", 403)])
def test_only_who_edits_the_blog_changes_it(desk: Desk, who: str, status: int) -> None:
    assert change(desk, "minor", who=who, lang="es").status_code == status
    assert stored(desk).lang == ""
