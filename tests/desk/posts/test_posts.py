"""The list and the editor: who may, what is kept, what is said beside which field."""

from collections.abc import Callable
from typing import Any

import pytest

from hcpov.blog.models import BODY_LENGTH, Kind, State
from tests.desk.posts.conftest import BODY, POSTS, Newsroom, beside, value
from tests.house.markup import problems_of

Queries = Callable[[], Any]


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("stranger", 404),
        ("member", 403),
        ("colleague", 403),
        ("other", 403),
        ("moderator", 403),
        ("author", 200),
        ("editor", 200),
        ("admin", 200),
    ],
)
def test_who_may_open_and_save_a_draft(room: Newsroom, who: str, status: int) -> None:
    number = room.begin()
    answer = room.people[who].get(f"{POSTS}/{number}")
    assert answer.status_code == status
    assert problems_of(answer.text) == []
    saved = room.act(who, number, title="Another title")
    assert saved.status_code == (303 if status == 200 else status)
    assert room.post(number).title == ("Another title" if status == 200 else "Ninety days")
    for path in ("draft", "preview", "links"):
        sent = room.send(who, f"{POSTS}/{number}/{path}", body="Words", tab="a", base="2")
        assert sent.status_code in ({200, 303} if status == 200 else {status}), path
    assert len(room.drafts()) == (status == 200)
    assert room.send(who, f"{POSTS}/{number}/forget", tab="a").status_code == (303 if status == 200 else status)
    assert room.drafts() == []


def test_nothing_is_changed_without_a_token(room: Newsroom) -> None:
    number = room.begin()
    for path in ("", "/draft", "/preview", "/forget", "/links", "/withdraw"):
        answer = room.people["editor"].post(f"{POSTS}/{number}{path}", data={"title": "Taken", "do": "publish"})
        assert answer.status_code == 400, path
    assert room.people["editor"].post(f"{POSTS}/new", data={"blog": "1"}).status_code == 400
    post = room.post(number)
    assert (post.title, post.state, post.version) == ("Ninety days", State.DRAFT, 2)


def test_a_session_that_changed_gives_the_words_back(room: Newsroom) -> None:
    number = room.begin()
    fields = {"csrf_token": "old", "title": "Mine", "body": "My words.", "base": "2", "do": "save"}
    answer = room.people["editor"].post(f"{POSTS}/{number}", data=fields)
    assert answer.status_code == 400
    assert (value(answer.text, "title"), value(answer.text, "body")) == ("Mine", "My words.")
    assert room.people["editor"].post(
        f"{POSTS}/{number}", data=fields | {"csrf_token": value(answer.text, "csrf_token")}
    )
    assert room.post(number).body == "My words."


def test_a_session_that_ended_gives_the_words_back(room: Newsroom) -> None:
    number = room.begin()
    answer = room.people["stranger"].post(f"{POSTS}/{number}", data={"body": "My <b>words</b>.", "title": "Mine"})
    assert answer.status_code == 401
    assert problems_of(answer.text) == []
    assert (value(answer.text, "title"), value(answer.text, "body")) == ("Mine", "My <b>words</b>.")
    assert "Ninety days" not in answer.text


@pytest.mark.parametrize(
    ("who", "blog", "status"),
    [
        ("stranger", "boardroom-buzz", 404),
        ("member", "boardroom-buzz", 403),
        ("moderator", "boardroom-buzz", 403),
        ("author", "boardroom-buzz", 303),
        ("author", "night-shift", 403),
        ("editor", "night-shift", 403),
        ("editor", "boardroom-buzz", 303),
        ("admin", "night-shift", 303),
    ],
)
def test_who_may_begin_where(room: Newsroom, who: str, blog: str, status: int) -> None:
    answer = room.send(who, f"{POSTS}/new", blog=str(room.make.blog(blog)))
    assert answer.status_code == status
    if status == 303:
        page = room.people[who].get(answer.location)
        assert page.status_code == 200
        assert room.log() == [("post begun", "")]


def test_everything_that_is_typed_is_saved(room: Newsroom) -> None:
    number, guest = room.begin(), room.people.account("author").id
    typed: dict[str, Any] = {
        "title": "  A new \n title ",
        "summary": "Short.",
        "editors_note": "By a guest.",
        "body": "One.\r\n\r\nTwo.\x00",
        "disclosure": "None",
        "tags": "Outreach, nursing, outreach,, ",
        "slug": "My Own Address!",
        "byline_name": "Gia Guest",
        "byline_title": "Nurse",
        "byline_place": "Oslo",
        "embargo": "Not before the journal",
        "lang": "pt_br",
        "announce": "no",
        "author": str(guest),
        "at": "2027-03-01T08:30",
    }
    assert room.act("editor", number, **typed).status_code == 303
    kept = room.fields(number)
    assert kept == typed | {
        "title": "A new title",
        "body": "One.\n\nTwo.",
        "tags": "Outreach, nursing",
        "slug": "my-own-address",
        "lang": "pt-BR",
    }
    page = room.read("editor", number)
    assert all(value(page, name) == kept[name] for name in ("title", "body", "slug", "tags", "at"))


def test_authors_choose_no_other_writer(room: Newsroom) -> None:
    number, editor = room.begin(), room.people.account("editor")
    room.act("author", number, author=str(editor.id))
    assert room.post(number).author_id == room.people.account("author").id
    assert 'name="author"' not in room.read("author", number)
    stranger = room.people.account("other")
    answer = room.act("editor", number, author=str(stranger.id))
    assert answer.status_code == 422
    assert "neither an author nor an editor" in beside(answer.text, "author")


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("title", "a" * 301, "at most 300"),
        ("summary", "a" * 501, "at most 500"),
        ("body", "word " * 210_000, "at most 200,000"),
        ("editors_note", "a" * 2001, "at most 2,000"),
        ("disclosure", "a" * 2001, "at most 2,000"),
        ("tags", ",".join(f"t{number}" for number in range(21)), "a post can have 20"),
        ("tags", "t" * 81, "at most 80"),
        ("slug", "!!!", "letters, digits and hyphens"),
        ("at", "soon", "Write a day and a time"),
        ("at", "2013-01-28T11:13", "within 5 years"),
        ("at", "9999-12-31T23:59", "within 5 years"),
        ("at", "2026-11-21T11:13", "This time is over"),
        ("at", "2027-03-14T02:30", "go forward"),
        ("at", "2027-11-07T01:30", "twice"),
        ("author", "x", "neither an author"),
    ],
)
def test_what_does_not_fit_is_said_beside_its_field_and_nothing_is_lost(
    room: Newsroom, name: str, text: str, words: str
) -> None:
    number = room.begin()
    typed: dict[str, Any] = {"body": "My words.", "title": "Mine"} | {name: text}
    answer = room.act("editor", number, **typed)
    assert answer.status_code == 422
    assert words in beside(answer.text, name)
    assert problems_of(answer.text) == []
    assert value(answer.text, "title") == ("Mine" if name != "title" else text)
    if name != "author":
        assert value(answer.text, name) == text.strip()
    assert room.post(number).version == 2
    if len(text) < 1_000_000:
        assert room.drafts() == [("tab-editor", text.strip() if name == "body" else "My words.")]


def test_a_megabyte_comes_back_whole(room: Newsroom) -> None:
    number, long = room.begin(), "ab " * (BODY_LENGTH * 2) + "end"
    answer = room.act("editor", number, body=long)
    assert (answer.status_code, value(answer.text, "body")) == (422, long)
    kept = room.keep("editor", number, body=long)
    assert (kept.status_code, "too long" in kept.text) == (413, True)


def test_hostile_text_is_only_text(room: Newsroom) -> None:
    number = room.begin()
    body = '<script>bad()</script>\n\n[a](javascript:bad())\n\n<img src=x onerror="bad()">\n\n\ud800 and \x00'
    sent = body.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    assert room.act("editor", number, body=sent, title="<b>Bold</b>").status_code == 303
    page = room.read("editor", number)
    shown = page[page.index('id="preview"') :]
    assert "<script>bad" not in page and "onerror" not in shown and 'href="javascript' not in page
    assert "<b>Bold" not in page
    answer = room.send("editor", f"{POSTS}/{number}/preview", True, body=sent, base="3")
    assert "<script" not in answer.text and "onerror" not in answer.text


def test_preview_is_the_real_rendering(room: Newsroom) -> None:
    number = room.begin()
    typed: dict[str, Any] = {
        "title": "New",
        "body": "# One\n\n> Two",
        "disclosure": "None",
        "tags": "ward",
        "base": "2",
    }
    fragment = room.send("author", f"{POSTS}/{number}/preview", True, **typed)
    assert "<html" not in fragment.text
    for words in ('<h2 class="headline">New</h2>', "<h2>One</h2>", "<blockquote>", "<b>Disclosure</b>None", "ward"):
        assert words in fragment.text, words
    assert '<hx-partial hx-target="#count"' in fragment.text
    page = room.send("author", f"{POSTS}/{number}/preview", do="preview", tab="t", **typed)
    assert page.status_code == 200
    assert problems_of(page.text) == []
    assert value(page.text, "body") == "# One\n\n> Two"
    assert "<blockquote>" in page.text
    assert room.post(number).title == "Ninety days"
    assert room.drafts() == [("t", "# One\n\n> Two")]


def test_slug_follows_the_title_until_it_is_chosen(room: Newsroom) -> None:
    number = room.begin()
    assert room.post(number).slug == "ninety-days"
    page = room.read("editor", number)
    assert (value(page, "slug"), 'placeholder="ninety-days"' in page) == ("", True)
    room.act("editor", number, title="Other words", slug="")
    assert room.post(number).slug == "other-words"
    room.act("editor", number, slug="kept")
    room.act("editor", number, title="Third", slug=value(room.read("editor", number), "slug"))
    assert room.post(number).slug == "kept"


def test_slug_that_is_taken_is_told_beside_its_field(room: Newsroom, travel: Callable[[float], None]) -> None:
    number = room.begin(slug="taken", disclosure="None")
    room.make.post(slug="taken")  # of 2013
    assert beside(room.read("editor", number), "slug") == ""
    other = room.begin(slug="taken", disclosure="None")
    assert room.act("editor", other, "publish").status_code == 303
    assert "another post of" in beside(room.read("editor", number), "slug")
    answer = room.act("editor", number, "publish", body="My words.")
    assert (answer.status_code, "another post of" in beside(answer.text, "slug")) == (422, True)
    post = room.post(number)
    assert (post.state, post.body) == (State.DRAFT, "My words.")
    assert room.act("editor", number, "publish", slug="free").status_code == 303


def test_tags_are_suggested(room: Newsroom) -> None:
    room.begin(tags="Nursing, Night shift, Outreach")
    names = room.people["author"].get(f"{POSTS}/tags?tags=Outreach,%20ni").text
    assert 'data-tag="Night shift"' in names and "Nursing" not in names
    assert "data-tag" not in room.people["author"].get(f"{POSTS}/tags?tags=a,").text
    assert "data-tag" not in room.people["author"].get(f"{POSTS}/tags?tags=%25_").text


def test_pages_of_the_site_are_for_admins(room: Newsroom) -> None:
    page = room.make.post("Privacy", kind=Kind.PAGE, state=State.DRAFT)
    assert room.people["editor"].get(f"{POSTS}/{page.id}").status_code == 403
    assert room.people["admin"].get(f"{POSTS}/{page.id}").status_code == 200


def test_the_list(room: Newsroom) -> None:
    mine = room.begin(title="By the author", embargo="Not before Monday")
    other = room.begin("editor", title="By the editor")
    room.make.draft("night-shift", title="Elsewhere")
    published = room.make.post("Long public")
    texts = {who: room.people[who].get(POSTS).text for who in ("author", "editor", "admin", "moderator")}
    assert all(problems_of(text) == [] for text in texts.values())
    assert f"{POSTS}/{mine}" in texts["author"] and f"{POSTS}/{other}" not in texts["author"]
    assert "Not before Monday" in texts["author"]
    assert f"{POSTS}/{mine}" in texts["editor"] and f"{POSTS}/{other}" in texts["editor"]
    assert "Elsewhere" not in texts["editor"] and "Elsewhere" in texts["admin"]
    assert "You edit no blog" in texts["moderator"]
    assert "Long public" not in texts["editor"]
    editor = room.people["editor"]
    assert f"{POSTS}/{published.id}" in editor.get(f"{POSTS}?show=published").text
    assert "By the author" not in editor.get(f"{POSTS}?by=me").text
    assert "Elsewhere" not in room.people["admin"].get(f"{POSTS}?blog=boardroom-buzz").text
    assert "There is no such post" in editor.get(f"{POSTS}?show=withdrawn").text
    for query in ("show=attic", "blog=none", "before=x"):
        assert editor.get(f"{POSTS}?{query}").status_code == 404, query


def test_the_list_in_pages_costs_the_same(room: Newsroom, queries: Queries) -> None:
    editor = room.people["editor"]

    def cost(path: str) -> int:
        with queries() as said:
            assert editor.get(path).status_code == 200
        return len(said)

    for number in range(4):
        room.begin(title=f"Draft {number}")
    few = cost(POSTS)
    for number in range(4, 40):
        room.begin(title=f"Draft {number}")
    assert cost(POSTS) == few == 6  # session with roles, blogs edited, blogs, list, what waits, masthead
    first = editor.get(POSTS).text
    assert "Draft 39<" in first and "Draft 9<" not in first
    more = first[first.index("before=") :].split('"')[0]
    second = editor.get(f"{POSTS}?{more}").text
    assert "Draft 9<" in second and "Draft 0<" in second and "Draft 10<" not in second
    assert "before=" not in second


def test_the_editor_costs_the_same_with_many_drafts(room: Newsroom, queries: Queries) -> None:
    number, author = room.begin(), room.people["author"]

    def cost() -> int:
        with queries() as said:
            assert author.get(f"{POSTS}/{number}").status_code == 200
        return len(said)

    few = cost()
    for tab in range(10):
        room.keep("author", number, tab=f"t{tab}", body=f"Words {tab}", title="T")
        room.keep("editor", number, tab=f"t{tab}", body=f"Words {tab}", title="T")
    assert cost() == few == 9


def test_plain_words_are_counted(room: Newsroom) -> None:
    number = room.begin(body="one two three " * 200)
    assert "600 words · 3 minute read" in room.read("author", number)
    assert BODY not in room.read("author", number)
