"""All revisions at the desk, a whole post taken back, and the public history with its notices."""

import json
import re
from collections.abc import Callable
from typing import Any

import feedparser
import pytest

from hcpov.blog.models import Revision, State
from hcpov.extensions import db
from tests.desk.changes import change, kept, stored
from tests.desk.conftest import Desk
from tests.house.markup import problems_of
from tests.make import MadePost

HOSTILE = '<b>1</b> </script><script>alert(1)</script> "q" & {{ 7 * 7 }} ' + "x" * 300
LONG = "A post with many words."


def public(desk: Desk, path: str) -> str:
    """Returns a whole page as a stranger reads it."""
    answer = desk.browsers["stranger"].get(path)
    assert answer.status_code == 200, path
    assert problems_of(answer.text) == [], path
    return answer.text


def history(desk: Desk, query: str = "") -> str:
    """Returns the public history of the desk's post."""
    return public(desk, f"{desk.post.path}history{query}")


def test_a_post_that_never_changed_says_so(desk: Desk) -> None:
    assert "Nothing has been changed since." in history(desk)
    assert "notice-" not in public(desk, desk.post.path)


def test_the_notice_and_the_history_lead_to_each_other(desk: Desk) -> None:
    change(desk, "correction", body="One paragraph.\n\nAnother, better one.", reason="It was too short.")
    post, page = public(desk, desk.post.path), history(desk)
    assert post.index("Another, better one.") < post.index("<b>Correction</b>")
    assert f'<a href="{desk.post.path}history#revision-2">What changed</a>' in post
    assert 'id="notice-2"' in post and 'id="revision-2"' in page
    assert f'<a href="{desk.post.path}#notice-2">The notice on the post</a>' in page
    assert "It was too short." in post and "It was too short." in page
    assert "<ins>Another, better </ins>" in page and "<p>One paragraph.</p>" in post


def test_minor_changes_are_counted_and_not_listed(desk: Desk) -> None:
    for number in range(3):
        change(desk, "minor", body=f"Minor {number}.")
    assert "And 3 minor changes since then" in history(desk)
    before = stored(desk).updated_at
    change(desk, "correction", body="Corrected.", reason="Because.")
    assert stored(desk).updated_at > before
    page = history(desk)
    assert ", and 3 minor changes before it" in page and "since then" not in page
    assert page.count('id="revision-') == 2
    assert "<ins>Corrected.</ins>" in page
    assert desk.browsers["stranger"].get(f"{desk.post.path}history?compare=1..2").status_code == 404
    assert desk.browsers["stranger"].get(f"{desk.post.path}history?compare=1..5").status_code == 200


def test_a_minor_change_does_not_wake_feed_readers(desk: Desk) -> None:
    before = stored(desk).updated_at
    change(desk, "minor", body="Spelled rightly.")
    assert stored(desk).updated_at == before


@pytest.mark.parametrize(
    "asked", ["", "1", "1..", "..2", "1..2..3", "a..b", "1..9", "-1..2", "1..99999999999999999999", "1..2%00"]
)
def test_what_names_no_two_revisions_is_no_page(desk: Desk, asked: str) -> None:
    change(desk, "correction", body="Corrected.", reason="Because.")
    assert desk.browsers["stranger"].get(f"{desk.post.path}history?compare={asked}").status_code == 404


def test_any_two_public_revisions_are_compared(desk: Desk) -> None:
    for word in ("two", "three", "four"):
        change(desk, "correction", body=f"It is {word}.", reason=f"Now {word}.")
    page = history(desk, "?compare=2..4")
    assert "From 2 to 4" in page and "<del>two.</del><ins>four.</ins>" in page
    assert f"{desk.post.path}history?compare=1..4" in history(desk)


def test_erased_texts_say_why_they_are_not_there(desk: Desk) -> None:
    change(desk, "correction", body="Mr Calder.", reason="Once.")
    change(desk, "removal", body="A patient.", reason="A person was named.", erase="yes")
    page = history(desk)
    assert page.count("This text was removed for somebody\u2019s privacy.") == 2
    assert "so nothing can be compared" in page and "Removed for privacy" in page
    assert "nothing can be compared" in history(desk, "?compare=1..3")
    assert "<b>Removed for privacy</b>" in public(desk, desk.post.path)


@pytest.mark.parametrize("kind", ["concern", "retraction"])
def test_grave_notices_stand_above_the_text(desk: Desk, kind: str) -> None:
    change(desk, kind, reason="The figures are in doubt.")
    post = public(desk, desk.post.path)
    article = post.index("<article")  # the head has the first words too
    assert post.index("The figures are in doubt.", article) < post.index("One paragraph.", article)


def test_a_retracted_post_stays_readable_and_is_marked_everywhere(desk: Desk) -> None:
    change(desk, "retraction", reason="The study was withdrawn.")
    change(desk, "minor", body="One paragraph, spelled better.")
    title = "Retracted: The hand-off that fits on a card"
    post = public(desk, desk.post.path)
    assert f"<title>{title} · " in post and f'<h1 class="headline">{title}</h1>' in post
    assert "One paragraph, spelled better." in post
    assert title in public(desk, "/") and title in history(desk)
    entry = next(each for each in feed(desk).entries if each.link.endswith(desk.post.path))
    assert entry.title == title
    assert entry.content[0].value.startswith("<p><b>Retraction, ")


def feed(desk: Desk) -> Any:
    """Returns the site's feed as a feed reader has it."""
    found = feedparser.parse(desk.browsers["stranger"].get("/feed.atom").data)
    assert not found.bozo, found.get("bozo_exception")
    return found


def test_a_feed_carries_the_notice(desk: Desk) -> None:
    before = next(each for each in feed(desk).entries if each.link.endswith(desk.post.path))
    change(desk, "correction", body="Corrected.", reason=HOSTILE)
    after = next(each for each in feed(desk).entries if each.id == before.id)
    assert after.updated >= before.updated and after.published == before.published
    said = after.content[0].value
    assert said.index("Corrected.") < said.index("<b>Correction, ")
    assert "&lt;b&gt;1&lt;/b&gt; &lt;/script&gt;" in said and "<script" not in said
    assert f'href="http://localhost{desk.post.path}history#revision-2"' in said


def test_hostile_reasons_are_words(desk: Desk) -> None:
    change(desk, "correction", reason=HOSTILE)
    for page in (public(desk, desk.post.path), history(desk)):
        assert "&lt;b&gt;1&lt;/b&gt; &lt;/script&gt;&lt;script&gt;alert(1)" in page
        assert "<script>alert" not in page and "{{ 7 * 7 }}" in page
    desk.send("editor", f"/desk/posts/{desk.post.id}/withdraw", reason=HOSTILE, version="2")
    gone = desk.browsers["stranger"].get(desk.post.path)
    assert "&lt;b&gt;1" in gone.text and "<script>alert" not in gone.text


def posting(said: str) -> dict[str, Any]:
    """Returns what a block of facts says of the post."""
    [found] = [each for each in json.loads(said)["@graph"] if each["@type"] == "BlogPosting"]
    return dict(found)


def test_machines_are_told_of_notices_only(desk: Desk) -> None:
    block = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
    [before] = block.findall(public(desk, desk.post.path))
    assert not {"correction", "creativeWorkStatus"} & set(posting(before))
    change(desk, "correction", body="Corrected.", reason=HOSTILE)
    change(desk, "retraction", reason="The study was withdrawn.")
    [said] = block.findall(public(desk, desk.post.path))
    facts = posting(said)
    assert (facts["@type"], facts["creativeWorkStatus"]) == ("BlogPosting", "Retracted")
    assert facts["url"] == f"http://localhost{desk.post.path}"
    first, second = facts["correction"]
    assert (first["@type"], first["text"], first["url"]) == (
        "CorrectionComment",
        HOSTILE,
        f"http://localhost{desk.post.path}history#revision-2",
    )
    assert second["name"] == "Retraction"


def test_a_post_without_notices_pays_nothing_and_with_them_no_query(desk: Desk, queries: Callable[[], Any]) -> None:
    browser, costs = desk.browsers["stranger"], []
    for notices in (0, 1, 10):
        while len(stored(desk).notices) < notices:
            change(desk, "correction", body=f"Corrected {len(kept(desk))} times.", reason="Because.")
        with queries() as said:
            browser.get(desk.post.path)
        costs.append(len(said))
    assert costs == [5, 5, 5]  # one less than a post with comments


def many(desk: Desk, post: MadePost, times: int, words: str = LONG) -> None:
    """Makes public revisions."""
    with desk.app.app_context():
        first = db.session.scalar(db.select(db.func.count()).where(Revision.post_id == post.id)) or 0
        for number in range(first + 1, first + times + 1):
            texts = {"title": "A", "summary": "", "editors_note": "", "body": f"{words} {number}", "disclosure": ""}
            db.session.add(Revision(post_id=post.id, number=number, kind="correction", reason="Because.", **texts))
        db.session.commit()


def test_what_the_history_costs(desk: Desk, queries: Callable[[], Any], unkept: Callable[[], None]) -> None:
    addresses = {
        "stranger": [f"{desk.post.path}history", f"{desk.post.path}history?compare=1..2"],
        "editor": [f"/desk/posts/{desk.post.id}/{each}" for each in ("change", "revisions", "revisions?old=1&new=2")],
    }
    costs: list[list[int]] = []
    for times in (3, 27):
        many(desk, desk.post, times)
        for who, paths in addresses.items():
            for path in paths:
                desk.browsers[who].get(path)
                unkept()
                with queries() as said:
                    assert desk.browsers[who].get(path).status_code == 200
                costs.append([len(said)])
    half = len(costs) // 2
    # readers: post, tags, revisions, texts, masthead; editors: session with roles, blogs they edit, post, …
    assert costs[:half] == costs[half:] == [[5], [5], [5], [6], [7]]


def test_long_histories_are_compared_in_parts(desk: Desk) -> None:
    many(desk, desk.post, 30)
    page = history(desk)
    assert page.count("<ins>") == 10
    assert f'{desk.post.path}history?compare=1..2"' in page
    many(desk, desk.elsewhere, 3, words="long words " * 30_000)
    page = public(desk, f"{desk.elsewhere.path}history")
    assert page.count("<ins>") == 0 and "?compare=2..3" in page
    assert "<ins>3</ins>" in public(desk, f"{desk.elsewhere.path}history?compare=2..3")


def test_the_history_is_the_same_bytes_for_everyone(desk: Desk) -> None:
    change(desk, "correction", body="Corrected.", reason="Because.")
    one = desk.app.test_client().get(f"{desk.post.path}history")
    other = desk.app.test_client().get(f"{desk.post.path}history", headers={"User-Agent": "Another"})
    assert one.data == other.data
    assert one.headers["Cache-Control"] == "public, no-cache" and "Set-Cookie" not in one.headers
    assert "Edda" not in one.text


def test_all_revisions_are_at_the_desk_with_names(desk: Desk) -> None:
    change(desk, "minor", body="Minor words.")
    change(desk, "correction", body="Corrected words.", reason="Because.")
    browser = desk.browsers["editor"]
    page = browser.get(f"/desk/posts/{desk.post.id}/revisions")
    assert problems_of(page.text) == []
    for words in ("2 · Minor change", "3 · Correction", "Edda Editor", "change?from=1", "change?from=2"):
        assert words in page.text
    assert "change?from=3" not in page.text
    compared = browser.get(f"/desk/posts/{desk.post.id}/revisions?old=2&new=3").text
    assert "<del>Minor </del><ins>Corrected </ins>" in compared
    for bad in ("?old=2", "?old=2&new=9", "?old=x&new=1"):
        assert browser.get(f"/desk/posts/{desk.post.id}/revisions{bad}").status_code == 404
    assert browser.get("/desk/posts/999999/revisions").status_code == 404


def test_a_whole_post_is_taken_back_and_brought_back(desk: Desk) -> None:
    change(desk, "correction", body="Corrected.", reason="It was wrong.")
    address, reader = f"/desk/posts/{desk.post.id}", desk.browsers["stranger"]
    assert desk.send("editor", f"{address}/return", reason="Why.", version="2").status_code == 409
    answer = desk.send("editor", f"{address}/withdraw", reason="A court asked for it.", version="2")
    assert (answer.status_code, stored(desk).state) == (303, State.WITHDRAWN)
    for path in (desk.post.path, f"{desk.post.path}history"):
        gone = reader.get(path)
        assert gone.status_code == 410
        assert problems_of(gone.text) == []
        assert "A court asked for it." in gone.text
        assert "Corrected." not in gone.text and desk.post.title not in gone.text
    assert desk.post.title not in public(desk, "/")
    page = desk.browsers["editor"].get(f"{address}/revisions")
    assert "3 · Withdrawn" in page.text and "Bring it back" in page.text
    assert change(desk, "correction", body="Mended while away.", reason="So it can return.").status_code == 303
    assert desk.send("editor", f"{address}/return", reason="Mended.", version="3").status_code == 409
    assert desk.send("editor", f"{address}/return", reason="The court agreed.", version="4").status_code == 303
    post = public(desk, desk.post.path)
    assert "Mended while away." in post and "A court asked" not in post and "It was wrong." in post
    told = history(desk)
    assert "Brought back" in told and "A court asked for it." in told and "The court agreed." in told


@pytest.mark.parametrize(("reason", "words"), [("", "Please give a reason."), ("a" * 501, "at most 500 characters")])
def test_nothing_is_taken_back_without_a_reason(desk: Desk, reason: str, words: str) -> None:
    answer = desk.send("editor", f"/desk/posts/{desk.post.id}/withdraw", reason=reason, version="1")
    assert answer.status_code == 422
    assert problems_of(answer.text) == []
    assert words in answer.text and reason in answer.text
    assert (stored(desk).state, kept(desk)) == (State.PUBLISHED, [])
