"""The blogs themselves: begun, renamed, put in order, with their texts; and the pages of the site."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import undefer

from hcpov.audit.models import Audit
from hcpov.blog.models import Blog, Kind, OldSlug, Post
from hcpov.desk.shelf.queries import mark_of
from hcpov.extensions import db
from tests.desk.conftest import Desk
from tests.forms import WORDS, new_code
from tests.house.markup import problems_of

TEXTS: dict[str, Any] = {
    "tagline": "From the ward.",
    "about": "About **us**.",
    "write_for_us": "Write *to* us. <script>x</script>",
}


def blog(desk: Desk, number: int) -> Blog:
    """Returns a blog as it is stored, with its texts."""
    with desk.app.app_context():
        found: Blog = db.session.scalars(
            db.select(Blog).where(Blog.id == number).options(undefer(Blog.write_for_us))
        ).one()
        db.session.expunge(found)
        return found


def seen(desk: Desk) -> str:
    """Returns the mark that the form of the desk's blog carries now."""
    return mark_of(blog(desk, desk.post.blog_id))


def lines(desk: Desk) -> list[str]:
    """Returns what the audit log has."""
    with desk.app.app_context():
        return list(db.session.scalars(db.select(Audit.what).order_by(Audit.id)))


def test_an_admin_begins_a_blog_behind_the_others(desk: Desk) -> None:
    answer = desk.send("admin", "/desk/blogs/new", name="Ward & Wire", slug="ward-wire")
    assert answer.status_code == 303
    number = int(answer.headers["Location"].split("/")[3])
    page = desk.browsers["admin"].get(answer.headers["Location"])
    assert problems_of(page.text) == []
    assert "Ward &amp; Wire" in page.text
    made = blog(desk, number)
    assert (made.name, made.slug) == ("Ward & Wire", "ward-wire")
    assert made.position > blog(desk, desk.post.blog_id).position
    assert "Ward &amp; Wire has no posts yet." in desk.browsers["stranger"].get("/ward-wire/").text
    assert lines(desk) == ["blog made"]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": "", "slug": "a"}, "Please give the blog a name."),
        ({"name": "A" * 81, "slug": "a"}, "at most 80 characters"),
        ({"name": "A", "slug": ""}, "Please give the blog an address."),
        ({"name": "A", "slug": "Upper Case"}, "lower case letters"),
        ({"name": "A", "slug": "a/b"}, "lower case letters"),
        ({"name": "A", "slug": "a" * 121}, "at most 120 characters"),
        ({"name": "A", "slug": "desk"}, "no word that is an address of the site"),
        ({"name": "A", "slug": "write-for-us"}, "no word that is an address of the site"),
        ({"name": "A", "slug": "night-shift"}, "There is a blog at /night-shift/ already."),
        ({"name": "A", "slug": "once"}, "was the address of another blog"),
    ],
)
@pytest.mark.parametrize("path", ["new", "{}/name"])
def test_names_and_addresses_that_do_not_fit(desk: Desk, path: str, fields: dict[str, Any], words: str) -> None:
    with desk.app.app_context():
        db.session.add(OldSlug(slug="once", blog_id=desk.elsewhere.blog_id))
        db.session.commit()
    answer = desk.send("admin", f"/desk/blogs/{path.format(desk.post.blog_id)}", **fields)
    assert answer.status_code == 422
    assert problems_of(answer.text) == []
    assert words in answer.text
    assert f'value="{fields["slug"]}"' in answer.text or not fields["slug"]
    assert (blog(desk, desk.post.blog_id).slug, lines(desk)) == ("boardroom-buzz", [])


def test_the_old_address_of_a_blog_leads_on_for_ever(desk: Desk) -> None:
    number, browser = desk.post.blog_id, desk.browsers["stranger"]
    for slug in ("board-room", "the-board"):
        assert desk.send("admin", f"/desk/blogs/{number}/name", name="The Board", slug=slug).status_code == 303
    path = desk.post.path.replace("boardroom-buzz", "the-board")
    for old in ("boardroom-buzz", "board-room"):
        for rest in ("", "2013/01/", "feed.atom", "write-for-us", "?before=3", "x/%C3%A4?a=b&c=d"):
            answer = browser.get(f"/{old}/{rest}")
            assert (answer.status_code, answer.headers["Location"]) == (301, f"/the-board/{rest}")
        answer = browser.get(desk.post.path.replace("boardroom-buzz", old), follow_redirects=True)
        assert (answer.status_code, answer.request.path) == (200, path)
        assert browser.get(f"/{old}").status_code in {301, 308}
    assert desk.send("admin", f"/desk/blogs/{number}/name", name="Again", slug="boardroom-buzz").status_code == 303
    assert browser.get(desk.post.path).status_code == 200
    assert browser.get(path).headers["Location"] == desk.post.path
    assert desk.send("admin", f"/desk/blogs/{number}/name", name="Again", slug="the-board").status_code == 303
    assert browser.get(desk.post.path).headers["Location"] == path
    assert browser.get("/nobody/2013/").status_code == 404
    assert lines(desk) == ["blog renamed"] * 4


@pytest.mark.parametrize("path", ["/once//evil.example", "/once/%0d%0aSet-Cookie:a=b", "/once/\\x"])
def test_old_addresses_lead_to_no_other_site(desk: Desk, path: str) -> None:
    with desk.app.app_context():
        db.session.add(OldSlug(slug="once", blog_id=desk.post.blog_id))
        db.session.commit()
    answer = desk.browsers["stranger"].get(path)
    target = answer.headers.get("Location", "/boardroom-buzz/").removeprefix("http://localhost")
    assert target.startswith(("/boardroom-buzz/", "/once/")) or answer.status_code == 404
    assert "Set-Cookie" not in answer.headers


def test_a_comment_begun_before_the_renaming_arrives(desk: Desk) -> None:
    browser = desk.browsers["stranger"]
    fields = WORDS | new_code(desk.app, browser, desk.post)
    desk.send("admin", f"/desk/blogs/{desk.post.blog_id}/name", name="The Board", slug="the-board")
    answer = browser.post(desk.post.comments, data=fields)
    new = desk.post.comments.replace("boardroom-buzz", "the-board")
    assert (answer.status_code, answer.headers["Location"]) == (308, new)
    assert browser.post(new, data=fields).status_code == 303
    assert "Potassium" in browser.get(desk.post.path, follow_redirects=True).text


def order(desk: Desk) -> list[str]:
    """Returns the blogs' names as readers see them."""
    page = desk.browsers["stranger"].get("/blogs/").text
    return re.findall(r'<h2><a href="[^"]*">([^<]*)</a></h2>', page)


def test_an_admin_puts_the_blogs_in_order(desk: Desk) -> None:
    third = desk.make.blog("third", "Third")
    assert order(desk) == ["Boardroom Buzz", "Night Shift", "Third"]
    assert desk.send("admin", f"/desk/blogs/{third}/move", to="up").status_code == 303
    assert order(desk) == ["Boardroom Buzz", "Third", "Night Shift"]
    desk.send("admin", f"/desk/blogs/{third}/move", to="up")
    desk.send("admin", f"/desk/blogs/{third}/move", to="up")  # it is the first already
    assert order(desk) == ["Third", "Boardroom Buzz", "Night Shift"]
    desk.send("admin", f"/desk/blogs/{third}/move", to="down")
    assert order(desk) == ["Boardroom Buzz", "Third", "Night Shift"]
    assert desk.send("admin", f"/desk/blogs/{third}/move", to="away").status_code == 400
    assert desk.send("admin", "/desk/blogs/999999/move", to="up").status_code == 404


def test_an_editor_writes_what_the_blog_says_of_itself(desk: Desk) -> None:
    address = f"/desk/blogs/{desk.post.blog_id}"
    reader = desk.browsers["stranger"]
    assert reader.get("/boardroom-buzz/write-for-us").status_code == 404
    assert "Write for us" not in reader.get("/boardroom-buzz/").text + reader.get(desk.post.path).text
    assert desk.send("editor", f"{address}/texts", seen=seen(desk), **TEXTS).status_code == 303
    page = reader.get("/boardroom-buzz/write-for-us")
    assert problems_of(page.text) == []
    assert "<em>to</em> us." in page.text and "<script>x" not in page.text
    for path in ("/boardroom-buzz/", desk.post.path):
        assert '<a href="/boardroom-buzz/write-for-us">Write for us</a>' in reader.get(path).text
        assert "<strong>us</strong>" in reader.get(path).text
    form = desk.browsers["editor"].get(f"{address}/edit")
    assert problems_of(form.text) == []
    assert "Write *to* us. &lt;script&gt;" in form.text
    assert "Edited by Edda Editor." in form.text
    assert f'action="{address}/name"' not in form.text
    desk.send("editor", f"{address}/texts", seen=seen(desk), **TEXTS | {"write_for_us": ""})
    assert reader.get("/boardroom-buzz/write-for-us").status_code == 404


def test_who_comes_second_sees_both_texts(desk: Desk) -> None:
    address, mark = f"/desk/blogs/{desk.post.blog_id}/texts", seen(desk)
    assert desk.send("editor", address, seen=mark, **TEXTS).status_code == 303
    answer = desk.send("admin", address, seen=mark, **TEXTS | {"about": "Mine."})
    assert answer.status_code == 409
    assert problems_of(answer.text) == []
    assert "Mine.</textarea>" in answer.text and "About **us**." in answer.text
    assert blog(desk, desk.post.blog_id).about == "About **us**."
    assert f'name="seen" value="{seen(desk)}"' in answer.text
    assert desk.send("admin", address, **TEXTS | {"about": "Mine."}).status_code == 409  # without a mark


@pytest.mark.parametrize(("field", "length"), [("tagline", 201), ("about", 5001), ("write_for_us", 20_001)])
def test_texts_have_limits(desk: Desk, field: str, length: int) -> None:
    texts: dict[str, Any] = TEXTS | {field: "a" * length}
    answer = desk.send("editor", f"/desk/blogs/{desk.post.blog_id}/texts", seen=seen(desk), **texts)
    assert answer.status_code == 422
    assert "characters long." in answer.text and "a" * length in answer.text
    assert blog(desk, desk.post.blog_id).tagline == "A tagline."


READS = ["/desk/blogs/new", "/desk/blogs/{}/edit", "/desk/pages", "/desk/pages/new"]
WRITES: dict[str, dict[str, Any]] = {
    "/desk/blogs/new": {"name": "A", "slug": "a"},
    "/desk/blogs/{}/name": {"name": "B", "slug": "b"},
    "/desk/blogs/{}/texts": TEXTS,
    "/desk/blogs/{}/move": {"to": "down"},
    "/desk/pages/new": {"title": "A", "slug": "a", "body": "A."},
}
OWN = {"/desk/blogs/{}/edit", "/desk/blogs/{}/texts"}


@pytest.mark.parametrize("who", ["stranger", "member", "other", "moderator", "editor", "admin"])
def test_who_may_what(desk: Desk, who: str) -> None:
    for path in dict.fromkeys([*READS, *WRITES]):
        may = who == "admin" or (who == "editor" and path in OWN)
        refused = 404 if who == "stranger" else 403
        fields = WRITES.get(path, {}) | {"seen": seen(desk)}
        if path in READS:
            read = desk.browsers[who].get(path.format(desk.post.blog_id))
            assert read.status_code == (200 if may else refused), path
            assert not may or problems_of(read.text) == []
        if path in WRITES:
            before = len(lines(desk))
            sent = desk.send(who, path.format(desk.post.blog_id), **fields)
            assert sent.status_code == (303 if may else refused), path
            assert len(lines(desk)) == before + may


def test_without_the_token_nothing_is_changed(desk: Desk) -> None:
    for path, fields in WRITES.items():
        sent = desk.browsers["admin"].post(path.format(desk.post.blog_id), data=fields)
        assert sent.status_code == 400, path
    assert lines(desk) == []
    for path in READS:
        desk.browsers["admin"].get(path.format(desk.post.blog_id))
    assert lines(desk) == []


@pytest.mark.parametrize("slug", ["comment-policy", "privacy", "accessibility"])
def test_every_site_has_these_pages_and_can_write_its_own(desk: Desk, slug: str) -> None:
    reader, admin = desk.browsers["stranger"], desk.browsers["admin"]
    default = reader.get(f"/pages/{slug}/")
    assert default.status_code == 200
    assert problems_of(default.text) == []
    assert "Set-Cookie" not in default.headers
    assert f"/desk/pages/new?slug={slug}" in admin.get("/desk/pages").text
    form = admin.get(f"/desk/pages/new?slug={slug}").text
    assert "## " in form and f'value="{slug}"' in form
    with desk.app.app_context():
        assert db.session.scalar(db.select(db.func.count()).where(Post.kind == Kind.PAGE)) == 0
    sent = desk.send("admin", "/desk/pages/new", title="Ours", slug=slug, body="Our *own* words.")
    assert (sent.status_code, sent.headers["Location"]) == (303, f"/pages/{slug}/")
    assert "Our <em>own</em> words." in reader.get(f"/pages/{slug}/").text
    assert "Leave a comment" not in reader.get(f"/pages/{slug}/").text
    assert f"/desk/pages/new?slug={slug}" not in admin.get("/desk/pages").text
    again = desk.send("admin", "/desk/pages/new", title="Ours", slug=slug, body="Again.")
    assert again.status_code == 422
    assert "There is a page at" in again.text and "Again.</textarea>" in again.text


def test_the_privacy_page_names_the_server_that_sees_readers(desk: Desk) -> None:
    page = desk.browsers["stranger"].get("/pages/privacy/").text
    assert "cdn.jsdelivr.net" in page and "after 14 days without use" in page and "for 30 days" in page


@pytest.mark.parametrize(
    "fields", [{"title": ""}, {"slug": "Über"}, {"slug": "a b"}, {"body": " "}, {"body": "a" * 200_001}]
)
def test_pages_that_do_not_fit(desk: Desk, fields: dict[str, Any]) -> None:
    said = {"title": "A title", "slug": "a-page", "body": "A text."} | fields
    answer = desk.send("admin", "/desk/pages/new", **said)
    assert answer.status_code == 422
    assert problems_of(answer.text) == []
    assert said["body"].strip() in answer.text and said["title"] in answer.text


def test_what_the_pages_cost(desk: Desk, queries: Callable[[], Any]) -> None:
    paths = ["/desk/blogs", f"/desk/blogs/{desk.post.blog_id}/edit", "/desk/pages", "/desk/blogs/new"]
    costs = []
    for rows in (2, 20):
        for number in range(rows):
            desk.make.blog(f"blog-{rows}-{number}", "Another")
            desk.make.post(kind=Kind.PAGE, slug=f"page-{rows}-{number}")
            desk.make.editor(desk.make.account().id, desk.post.blog_id)
        for path in paths:
            desk.browsers["admin"].get(path)
            with queries() as said:
                assert desk.browsers["admin"].get(path).status_code == 200
            costs.append(len(said))
    assert costs == [4, 5, 4, 3] * 2
