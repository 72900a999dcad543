"""Changing a published post in the open: by the form, who may, what is refused, and that nothing is lost."""

from typing import Any

import pytest

from hcpov.audit.models import Audit
from hcpov.blog import actions
from hcpov.blog.models import REASON_LENGTH, Kind, State
from hcpov.desk.revisions.forms import BODY_LENGTH
from hcpov.extensions import db
from tests.desk.changes import WORDS, change, drafts, kept, stored
from tests.desk.conftest import Desk
from tests.house.markup import problems_of

HOSTILE = '<script>alert(1)</script> "quoted" & {{ 7 * 7 }} </script>'


def test_the_form_has_the_words_and_opening_it_changes_nothing(desk: Desk) -> None:
    before = stored(desk)
    page = desk.browsers["editor"].get(f"/desk/posts/{desk.post.id}/change")
    assert page.status_code == 200
    assert problems_of(page.text) == []
    for words in (
        'value="The hand-off that fits on a card"',
        "One paragraph.\n\nAnother one.</textarea>",
        "Retraction",
    ):
        assert words in page.text
    assert (stored(desk).version, kept(desk)) == (before.version, [])


@pytest.mark.parametrize(
    ("kind", "reason", "title"),
    [
        ("minor", "", "Minor change"),
        ("correction", "The number of beds was wrong.", "Correction"),
        ("concern", "A reader doubts the figures.", "Expression of concern"),
        ("retraction", "The study was withdrawn.", "Retraction"),
    ],
)
def test_a_change_is_kept_with_the_text_before_it(desk: Desk, kind: str, reason: str, title: str) -> None:
    answer = change(desk, kind, body="Other words.", reason=reason)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/desk/posts/{desk.post.id}/revisions")
    first, second = kept(desk)
    assert (first.kind, first.body, first.public) == ("publication", WORDS["body"], True)
    assert (second.kind, second.body, second.reason, second.public) == (kind, "Other words.", reason, kind != "minor")
    post = stored(desk)
    assert (post.body, post.html) == ("Other words.", "<p>Other words.</p>\n")
    assert post.retracted is (kind == "retraction")
    assert [each["kind"] for each in post.notices] == ([] if kind == "minor" else [kind])
    with desk.app.app_context():
        line = db.session.scalars(db.select(Audit)).one()
        assert (line.what, line.about, line.reason) == (f"post {kind}", f"post {desk.post.id}", reason)
        assert line.account_id == second.account_id
    page = desk.browsers["editor"].get(f"/desk/posts/{desk.post.id}/revisions").text
    assert f"2 · {title}" in page


def test_a_preview_is_the_real_rendering_and_saves_nothing(desk: Desk) -> None:
    body = "One *new* paragraph.\n\nAnother one.\n\n<script>alert(1)</script>[x](javascript:alert)"
    answer = change(desk, "retraction", body=body, reason=HOSTILE, action="preview")
    assert answer.status_code == 200
    assert problems_of(answer.text) == []
    assert "One <em>new</em> paragraph." in answer.text
    assert "Retracted: The hand-off" in answer.text
    assert "<ins>*new* " in answer.text
    assert "<script>alert" not in answer.text and 'href="javascript' not in answer.text
    assert 'value="save">Save this change' in answer.text
    assert kept(desk) == []
    assert stored(desk).body == WORDS["body"]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"kind": ""}, "Say what kind of change it is."),
        ({"kind": "publication"}, "Say what kind of change it is."),
        ({"kind": "minor"}, "Nothing is different yet."),
        ({"kind": "correction"}, "Please give a reason."),
        ({"kind": "correction", "reason": " \u200b "}, "Please give a reason."),
        ({"kind": "concern", "reason": "a" * (REASON_LENGTH + 1)}, "at most 500 characters"),
        ({"kind": "retraction", "title": " "}, "Please give the post a title."),
        ({"kind": "correction", "title": "a" * 301}, "at most 300 characters"),
        ({"kind": "correction", "body": "  "}, "Please leave some text."),
        ({"kind": "correction", "body": "a " * (BODY_LENGTH // 2 + 1)}, "at most 500,000 characters"),
        ({"kind": "correction", "body": "a " * 1024 * 1024}, "at most 500,000"),
        ({"kind": "removal", "reason": "A person is named.", "body": "Less."}, "Read what will be erased"),
        ({"kind": "removal", "reason": "Born 4/12/1961.", "body": "Less.", "erase": "yes"}, "may identify somebody"),
    ],
)
def test_what_is_refused_stays_in_the_form(desk: Desk, fields: dict[str, Any], words: str) -> None:
    said: dict[str, Any] = {"kind": "correction", "reason": "Why not.", "summary": "Kept words."} | fields
    if fields == {"kind": "minor"}:
        said["summary"] = ""
    if "reason" not in fields and fields.get("kind") == "correction" and len(fields) == 1:
        said["reason"] = ""
    answer = change(desk, said.pop("kind"), **said)
    assert answer.status_code == 422
    assert problems_of(answer.text) == []
    assert words in answer.text
    assert said["summary"] in answer.text
    assert fields.get("body", "").strip() in answer.text
    assert kept(desk) == []


@pytest.mark.parametrize("action", ["save", "preview"])
@pytest.mark.parametrize("version", ["1", "", "x", "99999999999", "0"])
def test_who_comes_second_sees_both_texts(desk: Desk, version: str, action: str) -> None:
    assert change(desk, "correction", body="Theirs came first.", reason="First.").status_code == 303
    answer = change(desk, "correction", body="Mine came second.", reason="Second.", version=version, action=action)
    assert answer.status_code == 409
    assert problems_of(answer.text) == []
    assert "Somebody changed this post while you wrote." in answer.text
    assert "Mine came second.</textarea>" in answer.text
    assert "Theirs came first.</textarea>" in answer.text
    assert "<del>Theirs" in answer.text and "<ins>Mine" in answer.text
    assert 'name="version" value="2"' in answer.text
    assert stored(desk).body == "Theirs came first."
    assert change(desk, "correction", body="Mine came second.", reason="Second.").status_code == 303
    assert [each.body for each in kept(desk)][1:] == ["Theirs came first.", "Mine came second."]


def test_a_removal_erases_the_history_and_everybodys_drafts(desk: Desk) -> None:
    change(desk, "correction", body="It was Mr Calder, and his number.", reason="A name was missing.")
    with desk.app.app_context():
        for tab in ("one", "two"):
            actions.keep_draft(desk.post.id, kept(desk)[1].account_id or 0, tab, 2, {"body": "Mr Calder again."})
        actions.keep_draft(desk.elsewhere.id, kept(desk)[1].account_id or 0, "one", 1, {"body": "Other."})
    fields: dict[str, Any] = {"body": "It was a patient.", "reason": "A person was named.", "erase": "yes"}
    preview = change(desk, "removal", action="preview", **fields)
    assert "erases 2 texts of earlier revisions and 2 drafts" in preview.text
    assert drafts(desk) == 3
    assert change(desk, "removal", **fields).status_code == 303
    assert drafts(desk) == 1
    first, second, third = kept(desk)
    for erased in (first, second):
        assert erased.erased_at is not None
        assert (erased.title, erased.summary, erased.body, erased.editors_note, erased.disclosure) == ("",) * 5
    assert (second.reason, third.body, third.erased_at) == ("A name was missing.", "It was a patient.", None)
    everything = "".join(
        desk.browsers["editor"].get(path).text
        for path in (f"/desk/posts/{desk.post.id}/revisions", f"{desk.post.path}history", desk.post.path, "/feed.atom")
    )
    assert "Calder" not in everything
    assert "A person was named." in everything


@pytest.mark.parametrize("path", ["change", "revisions"])
@pytest.mark.parametrize(
    ("who", "status"),
    [("stranger", 404), ("member", 403), ("other", 403), ("moderator", 403), ("editor", 200), ("admin", 200)],
)
def test_who_may_open_it(desk: Desk, who: str, status: int, path: str) -> None:
    assert desk.browsers[who].get(f"/desk/posts/{desk.post.id}/{path}").status_code == status
    if status != 200:
        assert change(desk, "correction", who, body="Mine.", reason="Because.").status_code == status
        for act in ("withdraw", "return"):
            sent = desk.send(who, f"/desk/posts/{desk.post.id}/{act}", reason="Because.", version="1")
            assert sent.status_code == status
        assert (kept(desk), stored(desk).state) == ([], State.PUBLISHED)


def test_a_moderator_who_edits_the_blog_may(desk: Desk) -> None:
    account = desk.make.account("Both", roles=("moderator",))
    desk.make.editor(account.id, desk.post.blog_id)
    browser = desk.browsers.sign_in(account)
    assert browser.get(f"/desk/posts/{desk.post.id}/change").status_code == 200
    assert browser.get(f"/desk/posts/{desk.elsewhere.id}/change").status_code == 403


def test_a_page_of_the_site_is_the_admins(desk: Desk) -> None:
    page = desk.make.post("Privacy", kind=Kind.PAGE, slug="privacy")
    assert desk.browsers["editor"].get(f"/desk/posts/{page.id}/change").status_code == 403
    assert change(desk, "correction", "admin", page, body="We keep less.", reason="We keep less.").status_code == 303
    public = desk.browsers["stranger"]
    assert "We keep less." in public.get("/pages/privacy/").text
    assert '<a href="/pages/privacy/history#revision-2">' in public.get("/pages/privacy/").text
    assert 'id="revision-2"' in public.get("/pages/privacy/history").text


@pytest.mark.parametrize("state", [State.DRAFT, State.REVIEW, State.SCHEDULED])
def test_what_is_not_public_yet_is_changed_elsewhere(desk: Desk, state: State) -> None:
    post = desk.make.post("Not yet", state=state)
    answer = desk.browsers["editor"].get(f"/desk/posts/{post.id}/change")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/desk/posts/{post.id}")
    assert change(desk, "correction", post=post, body="Mine.", reason="Because.").status_code == 404
    assert desk.send("editor", f"/desk/posts/{post.id}/withdraw", reason="Because.", version="1").status_code == 404
    assert desk.browsers["editor"].get(f"/desk/posts/{post.id}/revisions").status_code == 200
    assert kept(desk, post) == []


@pytest.mark.parametrize("path", ["change", "withdraw", "return"])
def test_without_the_token_nothing_is_changed(desk: Desk, path: str) -> None:
    fields: dict[str, Any] = WORDS | {"version": "1", "kind": "correction", "reason": "Because.", "action": "save"}
    address = f"/desk/posts/{desk.post.id}/{path}"
    assert desk.browsers["editor"].post(address, data=fields | {"body": "Mine."}).status_code == 400
    foreign = {"Origin": "https://elsewhere.example"}
    assert desk.browsers["editor"].post(address, data=fields, headers=foreign).status_code == 403
    assert (kept(desk), stored(desk).state) == ([], State.PUBLISHED)


def test_an_older_revision_begins_a_change_and_is_not_saved(desk: Desk) -> None:
    change(desk, "correction", body="Newer words.", reason="First.")
    page = desk.browsers["editor"].get(f"/desk/posts/{desk.post.id}/change?from=1")
    assert "These are the words of revision 1." in page.text
    assert "One paragraph.\n\nAnother one.</textarea>" in page.text
    assert (len(kept(desk)), stored(desk).body) == (2, "Newer words.")
    assert desk.browsers["editor"].get(f"/desk/posts/{desk.post.id}/change?from=9").status_code == 404
    change(desk, "removal", body="Less.", reason="Somebody was named.", erase="yes")
    assert desk.browsers["editor"].get(f"/desk/posts/{desk.post.id}/change?from=1").status_code == 404
