"""Sending pictures to the desk, as a form and as the editor's script; who may; what is said when one is not taken."""

import io
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa
from PIL import Image
from sqlalchemy.orm import Session

from hcpov.blog.models import State
from hcpov.blog.policy import Writer
from hcpov.config import Settings
from hcpov.desk.pictures.policy import may_add, may_describe
from hcpov.extensions import db
from hcpov.media.models import ALT_LENGTH, Picture
from tests import live
from tests.forms import HTMX
from tests.house.markup import problems_of
from tests.media import files
from tests.media.conftest import BOUNDARY, PICTURES, Desk, body
from tests.media.files import noise, photo, quarters, saved

Queries = Callable[[], Any]
MARKDOWN = re.compile(r"!\[(.*)\]\((/media/[0-9a-f]{16}-(\d+)x(\d+)\.webp)\)")
MEMBER = Writer(1, False, frozenset(), frozenset())
AUTHOR = Writer(2, False, frozenset(), frozenset({7}))
EDITOR = Writer(3, False, frozenset({7}), frozenset())
ADMIN = Writer(4, True, frozenset(), frozenset())


def test_the_editors_script_gets_the_markdown_to_insert(desk: Desk) -> None:
    answer = desk.send(data=photo(6, size=(900, 600)), htmx=True, alt="The [red] card")
    assert (answer.status_code, answer.mimetype) == (201, "text/plain")
    found = MARKDOWN.fullmatch(answer.text)
    assert found and found.groups()[2:] == ("900", "600")
    assert found[1] == r"The \[red\] card"
    (picture,) = desk.kept()
    assert (picture.name, picture.alt, picture.width, picture.height) == ("ward.jpg", "The [red] card", 900, 600)
    shown = desk.app.test_client().get(found[2])
    assert (shown.status_code, shown.mimetype) == (200, "image/webp")


def test_the_plain_form_leads_to_the_picture(desk: Desk) -> None:
    answer = desk.send(alt="A card")
    (picture,) = desk.kept()
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{PICTURES}#p-{picture.id}")
    page = desk.browser("author").get(PICTURES)
    assert problems_of(page.text) == []
    assert f'id="p-{picture.id}"' in page.text and f"![A card]({picture.path})" in unescape(page.text)
    assert "ward.jpg · 400 \u00d7 300" in page.text and "Ada Author" in page.text and "in no post yet" in page.text
    assert desk.app.test_client().get(picture.small_path).status_code == 200


def test_a_picture_in_a_post_is_shown_with_its_forms(desk: Desk) -> None:
    markdown = desk.send(data=saved(noise(1000, 700), "JPEG"), htmx=True, alt="A card").text
    post = desk.make.post(body=f"Text.\n\n{markdown}")
    page = desk.app.test_client().get(post.path).text
    tag = re.search(r"<img [^>]*>", page)
    assert tag
    assert 'width="1000" height="700"' in tag[0] and 'loading="lazy"' in tag[0]
    addresses = re.findall(r"(/media/\S+?\.webp) (\d+)w", tag[0])
    assert [int(width) for _, width in addresses] == [480, 960, 1000]
    for address, width in addresses:
        with Image.open(io.BytesIO(desk.app.test_client().get(address).data)) as form:
            assert form.width == int(width)


def test_an_empty_desk_says_what_to_do(desk: Desk) -> None:
    page = desk.browser("author").get(PICTURES)
    assert problems_of(page.text) == []
    assert "No pictures yet." in page.text


GIF = saved(Image.new("P", (9, 9)), "GIF")
REFUSED: list[tuple[int, str, bytes | None, dict[str, str]]] = [
    (422, "Choose a file", None, {}),
    (415, "This is a GIF", GIF, {}),
    (415, "This is an SVG", b"<svg onload='alert(1)'/>", {"name": "photo.png"}),
    (415, "no picture", b"<script>alert(1)</script>", {"name": "photo.jpg"}),
    (422, "cut short", photo()[:3000], {}),
    (422, "40 megapixels", files.png_that_claims(60_000, 60_000), {}),
    (422, "at most 300 characters", b"", {"alt": "a" * (ALT_LENGTH + 1)}),
]


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize(("status", "words", "data", "fields"), REFUSED)
def test_what_is_not_taken_is_said(
    desk: Desk, status: int, words: str, data: bytes | None, fields: dict[str, str], htmx: bool
) -> None:
    answer = desk.send(data=data, htmx=htmx, **({"alt": "Kept words"} | fields))
    assert answer.status_code == status
    assert words in answer.text
    if htmx:
        assert answer.mimetype == "text/plain" and "<" not in answer.text
    else:
        assert problems_of(answer.text) == []
        assert answer.text.count(words) == 1 and 'aria-invalid="true"' in answer.text
        assert ("Kept words" in answer.text) is ("alt" not in fields)
    assert desk.kept() == []


def test_an_empty_file_is_refused(desk: Desk) -> None:
    form = {"csrf_token": desk.token("author"), "picture": (io.BytesIO(b""), "empty.jpg")}
    answer = desk.browser("author").post(PICTURES, data=form, headers=HTMX)
    assert (answer.status_code, answer.text) == (422, "There is no picture in this. Choose a file and send it again.")


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize("read", [True, False])
def test_a_file_that_is_too_large_is_answered(desk: Desk, htmx: bool, read: bool) -> None:
    much = bytes(20 * 1024 * 1024 + 1)
    if read:  # a little too large: what is around the picture might have been the rest
        answer = desk.send(data=much, htmx=htmx)
    else:
        headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"} | (HTMX if htmx else {})
        answer = desk.browser("author").post(PICTURES, data=body({}, much + bytes(10**6)), headers=headers)
    assert answer.status_code == 413
    assert "larger than 20 MB. Save the picture smaller, then send it again." in answer.text
    if htmx:
        assert answer.mimetype == "text/plain" and "<" not in answer.text
    else:
        assert problems_of(answer.text) == []


def test_the_name_and_type_that_are_claimed_decide_nothing(desk: Desk) -> None:
    form = {"csrf_token": desk.token("author"), "picture": (io.BytesIO(photo()), "../../evil.svg", "image/svg+xml")}
    assert desk.browser("author").post(PICTURES, data=form).status_code == 303
    (picture,) = desk.kept()
    assert picture.path.endswith("-400x300.webp")
    assert "../../evil.svg" not in picture.path


@pytest.mark.parametrize("name", ["", "a" * 400 + ".jpg", "<b>.jpg", "Ünïcode 📷.jpg", "a\x00b.jpg"])
def test_odd_file_names_do_no_harm(desk: Desk, name: str) -> None:
    assert desk.send(name=name or "x").status_code == 303
    (picture,) = desk.kept()
    assert len(picture.name) <= 120 and picture.name.isprintable()
    page = desk.browser("author").get(PICTURES).text
    assert problems_of(page) == [] and "<b>.jpg" not in page


def test_the_same_picture_is_kept_once(desk: Desk) -> None:
    first = desk.send(data=photo())
    again = desk.send("editor", data=photo(), alt="The card")
    (picture,) = desk.kept()
    assert first.headers["Location"] == f"{PICTURES}#p-{picture.id}"
    assert again.headers["Location"] == f"{PICTURES}?before={picture.id + 1}#p-{picture.id}"
    assert picture.alt == "The card"  # it had no words yet
    assert desk.send(data=photo(), alt="Other words", htmx=True).text == f"![Other words]({picture.path})"
    assert desk.send(data=photo(), htmx=True).text == f"![The card]({picture.path})"
    assert [each.alt for each in desk.kept()] == ["The card"]


def test_the_same_picture_in_the_same_moment_is_kept_once(desk: Desk) -> None:
    token = desk.token("author")
    desk.send("editor", data=photo())
    (first,) = desk.kept()
    with desk.app.app_context():
        db.session.execute(db.delete(Picture))
        db.session.commit()
    row = {each.key: getattr(first, each.key) for each in sa.inspect(Picture).column_attrs} | {"alt": "The other's"}

    def overtake(session: Session, *_arguments: object) -> None:
        if any(isinstance(each, Picture) for each in session.new):
            with db.engine.begin() as other:
                other.execute(db.insert(Picture).values(row))

    sa.event.listen(db.session, "before_flush", overtake)
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"} | HTMX
    form = body({"csrf_token": token, "alt": ""}, photo())
    try:
        answer = desk.browser("author").post(PICTURES, data=form, headers=headers)
    finally:
        sa.event.remove(db.session, "before_flush", overtake)
    assert (answer.status_code, answer.text) == (201, f"![The other's]({first.path})")
    assert [each.id for each in desk.kept()] == [first.id]


def test_a_large_picture_is_taken(desk: Desk) -> None:
    data = saved(quarters(), "JPEG") + bytes(19 * 1024 * 1024)
    assert desk.send(data=data).status_code == 303


def test_the_same_picture_from_many_at_once_is_kept_once(desk: Desk) -> None:
    token, browser = desk.token("author"), desk.browser("author")
    cookie = browser.get_cookie("session")
    assert cookie

    def send(_number: int) -> tuple[int, str]:
        one = desk.app.test_client()
        one.set_cookie("session", cookie.value)
        form = {"csrf_token": token, "picture": (io.BytesIO(photo()), "ward.jpg")}
        answer = one.post(PICTURES, data=form, headers=HTMX)
        return answer.status_code, answer.text

    with ThreadPoolExecutor(6) as pool:
        answers = set(pool.map(send, range(6)))
    (picture,) = desk.kept()
    assert answers == {(201, f"![]({picture.path})")}
    folder = desk.app.config["HCPOV"].instance / "media"
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize(
    ("who", "status"),
    [("stranger", 404), ("member", 403), ("moderator", 403), ("author", 303), ("editor", 303), ("admin", 303)],
)
def test_who_may_send_and_see(desk: Desk, who: str, status: int) -> None:
    assert desk.send(who).status_code == status
    seen = 200 if status == 303 else status
    assert desk.browser(who).get(PICTURES).status_code == seen
    assert len(desk.kept()) == (status == 303)
    number = desk.kept()[0].id if status == 303 else 1
    assert desk.browser(who).get(f"{PICTURES}/{number}").status_code == seen


@pytest.mark.parametrize(
    ("writer", "add", "own", "others", "nobodys"),
    [
        (MEMBER, False, False, False, False),
        (AUTHOR, True, True, False, False),
        (EDITOR, True, True, True, True),
        (ADMIN, True, True, True, True),
    ],
)
def test_who_may_what(writer: Writer, add: bool, own: bool, others: bool, nobodys: bool) -> None:
    assert may_add(writer) is add
    assert may_describe(writer, writer.account_id) is own
    assert may_describe(writer, 99) is others
    assert may_describe(writer, None) is nobodys


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize(
    ("who", "status"),
    [("stranger", 404), ("member", 403), ("other", 403), ("author", 200), ("editor", 200), ("admin", 200)],
)
def test_who_may_say_what_it_shows(desk: Desk, who: str, status: int, htmx: bool) -> None:
    desk.send("author")
    number = desk.kept()[0].id
    answer = desk.describe(who, number, "  A red\ncard ", htmx)
    assert answer.status_code == (303 if status == 200 and not htmx else status)
    assert desk.kept()[0].alt == ("A red card" if status == 200 else "")
    if status == 200 and htmx:
        assert answer.text.count("<li") == 1 and "Saved." in answer.text and 'value="A red card"' in answer.text
    elif status == 200:
        assert answer.headers["Location"] == f"{PICTURES}/{number}"


@pytest.mark.parametrize("htmx", [False, True])
def test_words_that_are_too_long_come_back(desk: Desk, htmx: bool) -> None:
    desk.send()
    number, words = desk.kept()[0].id, "a" * (ALT_LENGTH + 1)
    answer = desk.describe("author", number, words, htmx)
    assert answer.status_code == 422
    assert words in answer.text and "at most 300 characters" in answer.text
    assert desk.kept()[0].alt == ""
    assert htmx or problems_of(answer.text) == []


@pytest.mark.parametrize("path", [f"{PICTURES}/999", f"{PICTURES}/x", f"{PICTURES}/-1", f"{PICTURES}?before=x"])
def test_there_is_no_such_picture(desk: Desk, path: str) -> None:
    assert desk.browser("author").get(path).status_code == 404
    assert desk.describe("author", 999, "A").status_code == 404


def test_a_missing_token_refuses(desk: Desk) -> None:
    desk.send()
    number, browser = desk.kept()[0].id, desk.browser("author")
    form = {"picture": (io.BytesIO(photo(3)), "a.jpg"), "alt": "A"}
    assert browser.post(PICTURES, data=form).status_code == 400
    assert browser.post(f"{PICTURES}/{number}", data={"alt": "A"}).status_code == 400
    assert [each.alt for each in desk.kept()] == [""]


def test_where_it_is_used_is_said(desk: Desk) -> None:
    markdown = desk.send(data=saved(noise(700, 300), "JPEG"), htmx=True).text
    desk.send(data=saved(quarters(), "PNG"))
    used, unused = desk.kept()
    small = f"<img src='{used.small_path}' alt=''>"
    desk.make.post("Shown once & again", body=f"{markdown}\n\n{markdown}")
    desk.make.post("Only small", body=small, state=State.DRAFT)
    desk.make.post("None", body=f"/media/ {used.digest[:15]}")
    page = desk.browser("author").get(PICTURES).text
    assert "in 2 posts</a>" in page and page.count("in no post yet") == 1
    one = desk.browser("author").get(f"{PICTURES}/{used.id}").text
    assert problems_of(one) == []
    assert "Shown once &amp; again</a>" in one and "Only small<br>" in one and ">None" not in one
    assert "No post shows it yet." in desk.browser("author").get(f"{PICTURES}/{unused.id}").text


def test_the_list_goes_on(desk: Desk) -> None:
    desk.rows(49)
    seen, path, pages = [], PICTURES, 0
    while path:
        page = desk.browser("author").get(path).text
        seen += [int(each) for each in re.findall(r'<li class="picture" id="p-(\d+)"', page)]
        older = re.search(r'href="(/desk/pictures\?before=\d+)" rel="next"', page)
        path, pages = older[1] if older else "", pages + 1
        assert ("Back to the newest" in page) is (pages > 1)
    assert pages == 3 and len(seen) == 49 and seen == sorted(seen, reverse=True)
    assert "There are no older pictures" in desk.browser("author").get(f"{PICTURES}?before={seen[-1]}").text


def test_what_the_list_costs(desk: Desk, queries: Queries) -> None:
    author, costs = desk.browser("author"), list[int]()
    for pictures, posts in ((2, 1), (20, 20)):
        desk.rows(pictures)
        for _ in range(posts):
            desk.make.post(body="![A](/media/1000000000000000-900x600.webp)")
        with queries() as said:
            page = author.get(PICTURES).text
        costs.append(len(said))
    assert page.count("<li class") == 22 and "in 21 posts" in page
    # Who it is with their roles, the pictures, where they are used, the masthead, what waits.
    assert costs == [5, 5]


def test_what_one_picture_costs(desk: Desk, queries: Queries) -> None:
    author, costs = desk.browser("author"), list[int]()
    desk.rows(1)
    number = desk.kept()[0].id
    for posts in (1, 20):
        for _ in range(posts):
            desk.make.post(body="![A](/media/1000000000000000-900x600.webp)")
        with queries() as said:
            assert author.get(f"{PICTURES}/{number}").text.count("· published") == len(costs) * 20 + 1
        costs.append(len(said))
    assert costs == [5, 5]


def test_sending_too_often_is_slowed(settings: Settings, desk: Desk) -> None:
    desk.make.blog()
    with live.serving(settings, HCPOV_RATE_LIMITS="on") as address:
        statuses = [live.post(address, PICTURES, {})[0] for _ in range(80)]  # each process may count for itself
        assert set(statuses[:30]) == {404}
        assert 429 in statuses
