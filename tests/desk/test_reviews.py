"""An editor says that a post was reviewed, by whom and when: for readers, for machines, and to be taken back."""

import json
import re
from datetime import date
from typing import Any

import pytest
from werkzeug.test import TestResponse

from hcpov.audit.models import Audit
from hcpov.blog.models import Post, State
from hcpov.extensions import db
from tests.desk.changes import stored
from tests.desk.conftest import Desk
from tests.house.markup import problems_of

SAID = {"name": "Rosa Vidal", "title": "Cardiologist, MD", "place": "Girona", "on": "2026-03-03"}
SHOWN = (
    "<span>Reviewed by <b>Rosa Vidal</b>, Cardiologist, MD, Girona, "
    '<time datetime="2026-03-03">March 3, 2026</time></span>'
)


def path(desk: Desk) -> str:
    """Returns the address of the form."""
    return f"/desk/posts/{desk.post.id}/review"


def say(desk: Desk, who: str = "editor", **more: str) -> TestResponse:
    """Says who reviewed the desk's post."""
    said: dict[str, Any] = SAID | more
    return desk.send(who, path(desk), **said)


def read(desk: Desk) -> str:
    """Returns the post as a stranger reads it."""
    answer = desk.browsers["stranger"].get(desk.post.path)
    assert answer.status_code == 200 and problems_of(answer.text) == []
    return answer.text


def medical(page: str) -> list[dict[str, Any]]:
    """Returns what machines are told of a review."""
    [block] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
    return [each for each in json.loads(block)["@graph"] if each["@type"] == "MedicalWebPage"]


def noted(desk: Desk) -> list[str]:
    """Returns what the audit log says of reviews."""
    with desk.app.app_context():
        return [each for each in db.session.scalars(db.select(Audit.what).order_by(Audit.id)) if "review" in each]


def test_readers_and_machines_are_told(desk: Desk) -> None:
    assert "Reviewed by" not in read(desk) and medical(read(desk)) == []
    assert say(desk).headers["Location"] == desk.post.path
    assert SHOWN in read(desk)
    [page] = medical(read(desk))
    assert page["lastReviewed"] == "2026-03-03" and page["mainEntity"] == {"@id": page["url"]}
    assert page["reviewedBy"] == {
        "@type": "Person",
        "name": "Rosa Vidal",
        "jobTitle": "Cardiologist, MD",
        "workLocation": "Girona",
    }
    assert noted(desk) == ["post reviewed"]


def test_a_name_and_a_day_are_enough(desk: Desk) -> None:
    say(desk, title="", place="")
    assert '<span>Reviewed by <b>Rosa Vidal</b>, <time datetime="2026-03-03">' in read(desk)
    assert medical(read(desk))[0]["reviewedBy"] == {"@type": "Person", "name": "Rosa Vidal"}


def test_a_review_is_changed_and_taken_back(desk: Desk) -> None:
    say(desk)
    say(desk, name="Ana Roca", on="2026-04-01")
    assert "Ana Roca" in read(desk) and "Rosa Vidal" not in read(desk)
    form = desk.browsers["editor"].get(path(desk)).text
    assert problems_of(form) == [] and 'value="Ana Roca"' in form and 'value="2026-04-01"' in form
    assert desk.send("editor", f"{path(desk)}/remove").headers["Location"] == path(desk)
    assert "Reviewed by" not in read(desk) and medical(read(desk)) == []
    assert stored(desk).reviewed_on is None and stored(desk).reviewer_name == ""
    desk.send("editor", f"{path(desk)}/remove")  # once more does nothing
    assert noted(desk) == ["post reviewed", "post reviewed", "post review taken back"]


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("name", "", "Please say who reviewed it."),
        ("name", " \u200b ", "Please say who reviewed it."),
        ("name", "a" * 81, "at most 80 characters"),
        ("title", "a" * 121, "at most 120 characters"),
        ("place", "a" * 81, "at most 80 characters"),
        ("on", "", "Please say on which day"),
        ("on", "yesterday", "valid date"),
        ("on", "2999-01-01", "not ahead"),
        ("on", "1999-12-31", "not before 2000"),
    ],
)
def test_what_cannot_be_meant_comes_back_with_its_words(desk: Desk, field: str, text: str, words: str) -> None:
    answer = say(desk, **{field: text})
    assert answer.status_code == 422 and words in answer.text and problems_of(answer.text) == []
    kept = "place" if field != "place" else "name"
    assert f'value="{SAID[kept]}"' in answer.text
    assert stored(desk).reviewed_on is None and "Reviewed by <b>" not in read(desk)


@pytest.mark.parametrize("text", ['<b>"q"</b> & </script>', "{{ 7 * 7 }}", "A\nB"])
def test_hostile_names_stay_words(desk: Desk, text: str) -> None:
    say(desk, name=text)
    assert medical(read(desk))[0]["reviewedBy"]["name"] == " ".join(text.split())


@pytest.mark.parametrize(
    ("who", "status"), [("stranger", 404), ("member", 403), ("other", 403), ("moderator", 403), ("admin", 303)]
)
def test_only_who_edits_the_blog_says_so(desk: Desk, who: str, status: int) -> None:
    assert say(desk, who).status_code == status
    assert (stored(desk).reviewed_on is not None) == (status == 303)
    assert desk.send(who, f"{path(desk)}/remove").status_code == status
    assert desk.browsers[who].get(path(desk)).status_code == (200 if status == 303 else status)


def test_nothing_changes_without_the_sessions_token_or_by_get(desk: Desk) -> None:
    editor = desk.browsers["editor"]
    assert editor.post(path(desk), data=SAID).status_code == 400
    assert editor.get(f"{path(desk)}?name=A&on=2026-03-03").status_code == 200
    assert stored(desk).reviewed_on is None
    say(desk)
    assert editor.post(f"{path(desk)}/remove").status_code == 400
    assert editor.get(f"{path(desk)}/remove").status_code == 405
    assert stored(desk).reviewed_on == date(2026, 3, 3)


def test_a_post_that_was_never_public_has_no_review(desk: Desk) -> None:
    draft = desk.make.draft(title="Draft")
    assert desk.browsers["editor"].get(f"/desk/posts/{draft}/review").status_code == 404
    assert desk.send("editor", f"/desk/posts/{draft}/review", name="A").status_code == 404


def test_the_desk_leads_to_it(desk: Desk) -> None:
    page = desk.browsers["editor"].get(f"/desk/posts/{desk.post.id}").text
    assert f'href="{path(desk)}">Reviewed by …</a>' in page
    say(desk)
    assert ">Reviewed by Rosa Vidal</a>" in desk.browsers["editor"].get(f"/desk/posts/{desk.post.id}").text


def test_a_withdrawn_post_keeps_its_review(desk: Desk) -> None:
    say(desk)
    with desk.app.app_context():
        db.session.get_one(Post, desk.post.id).state = State.WITHDRAWN
        db.session.commit()
    assert desk.browsers["editor"].get(path(desk)).status_code == 200
