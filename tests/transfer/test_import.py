"""Small exports, taken in whole."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from time_machine import travel

from hcpov.auth.models import Account
from hcpov.blog.models import Blog, OldAddress, Post, Tag
from hcpov.comments.models import Comment
from hcpov.extensions import db
from hcpov.transfer import arrivals
from hcpov.transfer.wordpress import BadExport
from tests.make import Make
from tests.transfer.conftest import Bar
from tests.transfer.wxr import SITE, author, export, item, meta, said, term

Take = Callable[..., str]
SEEN = '<img src="/a.jpg" alt="A ward">'


def one(app: Flask, number: int) -> Post:
    """The post with a WordPress number, loose from its session."""
    with app.app_context():
        post = db.session.scalars(sa.select(Post).where(Post.origin == f"wordpress:{SITE}/?p={number}")).one()
        _read = (post.tags, post.author, post.blog)
        db.session.expunge_all()
        return post


def comments(app: Flask) -> dict[str, Comment]:
    with app.app_context():
        found = {str(each.origin).rpartition("=")[2]: each for each in db.session.scalars(sa.select(Comment))}
        db.session.expunge_all()
        return found


def test_a_post_with_all_its_parts(app: Flask, take: Take, client: FlaskClient, bar: Bar) -> None:
    filed = [term("Night shift"), term("Rock &amp; Roll", "category"), term("nav", "nav_menu")]
    fields = {"title": "A <em>ward</em> &amp; its “kettle”", "excerpt": "In <b>short</b>.", "comment_status": "closed"}
    report = take(export(author(), item(12, "One.\n\nTwo.", *filed, said(3), **fields)))
    post = one(app, 12)
    assert (post.title, post.summary, post.slug) == ("A ward & its “kettle”", "In short.", "post-12")
    assert (post.state, post.published_at) == ("published", datetime(2013, 1, 28, 16, 13, tzinfo=UTC))
    assert (post.year, post.month, post.updated_at) == (2013, 1, post.published_at)
    assert (post.comments_open, post.comment_count, post.words) == (False, 1, 2)
    assert post.last_comment_at == datetime(2013, 2, 1, 10, 3, tzinfo=UTC)
    assert [tag.name for tag in post.tags] == ["Night shift", "Rock & Roll"]
    assert post.author is not None and (post.author.name, post.author.password) == ("Ada Reader", None)
    assert (post.blog.slug, post.blog.name, post.blog.tagline) == ("the-ward", "The Old Ward", "Notes from the ward")
    assert "1 post: 1 published" in report and "HTML in the title became plain text (1)" in report
    assert (bar.length, bar.done) == (1, 1)
    answer = client.get("/2013/01/28/post-12/")
    assert (answer.status_code, answer.location) == (301, "/the-ward/2013/01/post-12/")
    assert client.get(answer.location).status_code == 200


@pytest.mark.parametrize(
    ("language", "lang", "told"),
    [
        ("es", "es", "in another language than the site's: 1 post or page in es"),
        ("pt_br", "pt-BR", "1 post or page in pt-BR"),
        ("de-DE-formal", "de-DE", "in de-DE"),
        ("en-US", "", ""),  # what WordPress says where nobody chose
        ("", "", ""),
        ("xx-YY", "", "language “xx-YY” is not known here"),
        ("es" * 500, "", "language “eses"),
    ],
)
def test_a_post_is_in_the_exports_language(language: str, lang: str, told: str, app: Flask, take: Take) -> None:
    report = take(export(author(), item(1), language=language))
    assert one(app, 1).lang == lang
    assert told in report and ("language" in report) == bool(told) and len(report) < 1000


def test_a_post_may_be_in_a_language_of_its_own(app: Flask, take: Take, client: FlaskClient) -> None:
    filed = '<category domain="language" nicename="ca"><![CDATA[Català]]></category>'  # as Polylang does
    ours = meta("lang", "ar")  # as this site's own export does
    items = item(1, "A.", filed), item(2, "B.", ours), item(3, "C."), item(4, "D.", meta("lang", "none, thank you"))
    take(export(author(), *items, language="es-ES"))
    assert [one(app, number).lang for number in range(1, 5)] == ["ca", "ar", "es-ES", "es-ES"]
    assert not one(app, 1).tags
    assert '<h1 class="headline" lang="ar" dir="rtl">' in client.get("/the-ward/2013/01/post-2/").text
    take(export(author(), *items, language="en-US"))
    assert one(app, 3).lang == "es-ES"  # what was taken stays


def test_the_month_of_the_address_is_the_sites(app: Flask, take: Take) -> None:
    take(export(item(1, post_date_gmt="2013-02-01 03:00:00")))
    assert (one(app, 1).year, one(app, 1).month) == (2013, 1)  # still January in New York


STATES = {
    "draft": ({"status": "draft"}, "draft", "post 1 “Post 1”"),
    "review": ({"status": "pending"}, "draft", "waited for a review"),
    "private": ({"status": "private"}, "draft", "was private on the old site"),
    "password": ({"post_password": "enter"}, "draft", "was protected by a password, which this site does not have"),
    "future": ({"status": "future", "post_date_gmt": "2090-01-01 12:00:00"}, "scheduled", "Scheduled (1)"),
    "published later": ({"post_date_gmt": "2090-01-01 12:00:00"}, "scheduled", "January 1, 2090"),
    "plugin's": ({"status": "archived"}, "draft", "had the state “archived”, which is not known here"),
    "no date": ({"post_date_gmt": "0000-00-00 00:00:00", "post_date": ""}, "draft", "has no date that can be read"),
    "broken date": ({"post_date_gmt": "2013-99-99 00:00:00", "post_date": "soon"}, "draft", "has no date"),
}


@pytest.mark.parametrize(("fields", "state", "told"), STATES.values(), ids=STATES.keys())
def test_states(fields: dict[str, Any], state: str, told: str, app: Flask, take: Take) -> None:
    with travel(datetime(2026, 1, 1, tzinfo=UTC)):
        report = take(export(item(1, **fields)))
    assert one(app, 1).state == state
    assert told in report
    assert (one(app, 1).published_at is not None) is (state == "scheduled")


def test_what_is_not_taken_is_told(app: Flask, take: Take) -> None:
    report = take(
        export(
            item(1),
            item(2, "x", said(5), status="trash"),
            item(3, status="auto-draft"),
            item(0, title="Nameless"),
            item(1, title="Twin"),
            item(4, post_type="nav_menu_item"),
            item(5, post_type="attachment", attachment_url="https://f.example.org/a.jpg"),
            item(6, post_type="wp_block"),
        )
    )
    assert "1 post: 1 published" in report
    for told in (
        "It is in the trash of the old site (1)",
        "It is an empty draft that WordPress makes by itself (1)",
        "line 5: post 0 “Nameless”",
        "line 5: post 1 “Twin”",
        "1 of kind “nav_menu_item”: they are entries of the old site's menus",
        "1 of kind “attachment”: they stay where they are",
        "1 of kind “wp_block”: they are of a kind this site does not have",
        "1 comment under what was not taken",
    ):
        assert told in report, told


def test_dates_fall_back(app: Flask, take: Take) -> None:
    zeros = {"post_date_gmt": "0000-00-00 00:00:00"}
    report = take(
        export(
            item(1, pubDate="Mon, 28 Jan 2013 18:00:00 +0200", **zeros),
            item(2, post_date="2013-01-28 11:13:00", **zeros),
        )
    )
    assert one(app, 1).published_at == datetime(2013, 1, 28, 16, tzinfo=UTC)
    assert one(app, 2).published_at == datetime(2013, 1, 28, 16, 13, tzinfo=UTC)  # the site's zone is New York
    assert "does not say the zone of the date; this site's was taken (1):\n    post 2" in report


def test_slugs_fit_and_are_unique(app: Flask, take: Take, make: Make) -> None:
    make.post(slug="taken", blog="the-ward")
    make.post(slug="about", blog="other", kind="page")  # type: ignore[arg-type]
    report = take(
        export(
            item(1, post_name="%ce%b5%cf%80%ce%af"),
            item(2, post_name="taken"),
            item(3, post_name="taken", post_date_gmt="2013-03-01 12:00:00"),
            item(4, post_name="about", post_type="page"),
            item(5, post_name="", title="Ein Fräulein"),
            item(6, post_name="", title="", status="draft"),
            item(7, post_name="taken", status="draft"),
        )
    )
    assert [one(app, n).slug for n in range(1, 8)] == [
        "epi",
        "taken-2",
        "taken",
        "about-2",
        "ein-fraulein",
        "post-6",
        "taken-3",
    ]
    assert "post 1 “Post 1”: “επί” is now “epi”" in report
    assert "“taken” is now “taken-2” (the other was taken)" in report


def test_titles_and_excerpts_are_cut_to_their_columns(app: Flask, take: Take) -> None:
    report = take(export(author(name="N " * 200), item(1, title="word " * 100, excerpt="word " * 200), title="T" * 200))
    post = one(app, 1)
    assert post.title.endswith("word…") and len(post.title) <= 300
    assert post.summary.endswith("word…") and len(post.summary) <= 500
    assert post.author is not None and len(post.author.name) <= 80
    assert len(post.blog.name) == 80
    assert "The title was cut to 300 characters (1)" in report and "The excerpt was cut" in report


def test_authors_are_known_by_their_e_mail(app: Flask, take: Take, make: Make) -> None:
    known = make.account("Grace Hopper", email="Grace@example.org")
    people = [author(), author("grace", "grace@example.org", "G.", 8), author("nomail", "", "No Mail", 9)]
    items = [item(n, creator=name) for n, name in enumerate(["ada", "grace", "nomail", "stranger", ">ada", ""], 1)]
    report = take(export(*people, *items))
    assert [one(app, n).author_id == known.id for n in range(1, 7)] == [False, True, False, False, False, False]
    assert one(app, 1).author_id == one(app, 5).author_id is not None
    assert [one(app, n).byline_name for n in range(1, 7)] == ["", "", "No Mail", "stranger", "", ""]
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Account)) == 2
        assert db.session.scalar(sa.select(Account.name).where(Account.id == known.id)) == "Grace Hopper"
    assert "1 new account" in report and "“>ada” was taken as “ada”" in report
    assert "@" not in report


def test_comments_keep_who_and_when(app: Flask, take: Take) -> None:
    taken = [
        said(1, comment_author="<b>R</b> &amp; " + "nn " * 40),
        said(2, comment_author="", comment_author_email="no e-mail"),
        said(3, comment_user_id=7, comment_author_email="ada@example.org"),
        said(4, comment_author_email="ada@example.org"),
        said(5, comment_date_gmt="0000-00-00 00:00:00", comment_date=""),
        said(6, text="<p> </p>"),
        said(0),
        said(7, comment_approved="0"),
        said(8, comment_type="pingback"),
    ]
    report = take(export(author(), item(1, "x", *taken)))
    found = comments(app)
    assert found.keys() == {"1", "2", "3", "4", "5", "7", "8"}
    assert found["1"].name.startswith("R & nn nn") and len(found["1"].name) <= 80
    assert (found["2"].name, found["2"].email, found["1"].email) == ("Anonymous", "", "rita@example.org")
    assert (found["3"].account_id, found["3"].email) == (one(app, 1).author_id, "")
    assert (found["4"].account_id, found["4"].email) == (None, "ada@example.org")  # an e-mail alone proves nothing
    assert found["5"].created_at == one(app, 1).published_at
    assert (found["7"].state, found["7"].published_at, found["7"].reasons) == ("held", None, ["held on the old site"])
    assert (found["8"].state, found["8"].reasons) == ("removed", ["a pingback, not a person's comment"])
    assert one(app, 1).comment_count == 5
    assert "A comment without a word in it (1)" in report and "A comment without a number" in report
    assert "has the one of its post (1)" in report


def test_no_network_address_is_kept(take: Take, rows: Callable[[], Any]) -> None:
    take(export(author(), item(1, "x", said(1))))
    assert "192.0.2.77" not in repr(rows())


def test_threads_are_flattened_and_told(app: Flask, take: Take) -> None:
    chain = [said(1), said(2, comment_parent=1), said(3, comment_parent=2), said(4, comment_parent=99)]
    report = take(export(item(1, "x", *chain)))
    found = comments(app)
    assert [found[n].parent_id for n in "1234"] == [None, found["1"].id, found["1"].id, None]
    assert "Answers to answers now stand under the first comment (1):\n    comment 3" in report
    assert "comment 4 on post 1 “Post 1”: it answered comment 99, which is not in the export" in report


def test_old_addresses_that_cannot_be_kept_are_told(app: Flask, take: Take, client: FlaskClient, make: Make) -> None:
    make.blog("wards", "Wards")
    report = take(
        export(
            item(1, link=f"{SITE}/wards/"),
            item(2, link=f"{SITE}/same/"),
            item(3, link=f"{SITE}/same/"),
            item(4, link=f"{SITE}/the-ward/2013/01/post-4/"),
            item(5, link=f"{SITE}/feed.atom"),
            item(6, link=f"{SITE}/" + "x" * 600),
            item(7, link=f"{SITE}//caf%C3%A9/%CE%B5/"),
            item(8, link=f"{SITE}/?p=8", status="draft"),
            item(9, link=f"{SITE}/join/", post_type="page"),
            item(10, link="http://[broken"),
            item(11, link=SITE),
        ),
    )
    with app.app_context():
        kept = set(db.session.scalars(sa.select(OldAddress.path)))
    numbered = {f"/?p={n}" for n in (1, 2, 3, 4, 5, 6, 7, 8, 10, 11)} | {"/?page_id=9"}
    assert kept == {"/same", "/café/ε"} | numbered
    own = report.partition("one of this site's own (4):")[2].splitlines()[1:5]
    assert [line.rpartition(" ")[2] for line in own] == ["/wards", "/feed.atom", "/join", "/"]
    assert "leads to another post already (1):\n    post 3" in report
    assert "The old address is also the new one (1):\n    post 4" in report
    assert "too long (1):\n    post 6" in report
    for sent in ("/café/ε", "//café/ε/"):
        answer = client.get("/", environ_overrides={"PATH_INFO": sent.encode().decode("latin-1")})
        assert answer.location == "/the-ward/2013/01/post-7/", sent
    assert client.get("/?p=1").location == "/the-ward/2013/01/post-1/"
    assert client.get("/?p=8").status_code == 200  # a draft leads nowhere yet: the home page


def test_links_between_posts_lead_to_the_new_addresses(app: Flask, take: Take) -> None:
    old = "/2013/01/28/post-2/"
    body = (
        f'<a href="{SITE}{old}#more">a</a> <a href="{old}">b</a> <a href="http://www.old.example.org/?p=2">c</a> '
        f'<a href="{SITE}/2013/01/28/post-3/">d</a> <a href="/files/x.pdf">e</a> <a href="#f">f</a> '
        f'<a href="https://else.example.org{old}">g</a> <a href="{SITE}/p2/">h</a> {SEEN}'
    )
    photo = item(9, post_type="attachment", link=f"{SITE}/p2/", attachment_url="https://f.example.org/a.jpg")
    report = take(export(item(1, body), item(2), item(3, status="draft"), photo))
    html = one(app, 1).html
    assert html.count('href="/the-ward/2013/01/post-2/"') == 3
    for address in (
        f"{SITE}/2013/01/28/post-3/",
        f"{SITE}/files/x.pdf",
        "#f",
        f"https://else.example.org{old}",
        "https://f.example.org/a.jpg",
    ):
        assert f'href="{address}"' in html
    assert f'src="{SITE}/a.jpg" alt="A ward"' in html
    assert "Links to the old site lead to the new addresses (1):\n    post 1 “Post 1”: 4" in report
    assert "Links without the old site's name now have it (1):\n    post 1 “Post 1”\n" in report
    assert f'HCPOV_PICTURE_HOSTS="{SITE}"' in report


def test_tags_with_one_address_become_one(app: Flask, take: Take) -> None:
    report = take(export(item(1, "x", term("C"), term("C++"), term("c", "category"))))
    assert [tag.name for tag in one(app, 1).tags] == ["C"]
    assert "“C++” is “C”" in report
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Tag)) == 1


def test_a_second_import_adds_nothing_and_changes_nothing(take: Take, rows: Callable[[], Any], app: Flask) -> None:
    text = export(author(), item(1, SEEN, said(1), said(2, comment_parent=1), term("x")), item(2, post_type="page"))
    take(text)
    with app.app_context():
        db.session.execute(sa.update(Post).values(title="Edited here", state="withdrawn"))
        db.session.commit()
    before = rows()
    report = take(text.replace("Post 1", "Another title"))
    assert rows() == before
    assert "nothing: all that is in this export was taken before" in report
    assert "2 posts and pages and 2 comments" in report
    assert take(text, "a-third-blog") and rows() == before


def test_a_later_export_brings_only_what_is_new(app: Flask, take: Take) -> None:
    take(export(author(), item(1, "x", said(1), said(2))))
    late = said(3, comment_parent=1, comment_date_gmt="2012-01-01 00:00:00")
    report = take(export(author(), item(1, "x", said(1), said(2), late), item(2, f'<a href="{SITE}/?p=1">a</a>')))
    found = comments(app)
    assert found["3"].parent_id == found["1"].id
    assert one(app, 1).comment_count == 3
    assert one(app, 1).last_comment_at == found["2"].created_at
    assert 'href="/the-ward/2013/01/post-1/"' in one(app, 2).html
    assert "1 post: 1 published\n  1 comment: 1 published" in report


def test_a_new_blog_stands_last_and_may_be_named(app: Flask, take: Take, make: Make) -> None:
    make.blog("first", "First", position=4)
    take(export(item(1)), name="My Ward")
    assert (one(app, 1).blog.name, one(app, 1).blog.position) == ("My Ward", 5)


@pytest.mark.parametrize("slug", ["join", "Not A Slug", ""])
def test_a_blog_that_could_not_be_reached_is_refused(slug: str, take: Take, rows: Callable[[], Any]) -> None:
    before = rows()
    with pytest.raises(BadExport, match="cannot be a blog's address"):
        take(export(item(1)), slug)
    assert rows() == before


def test_a_failure_in_the_last_step_leaves_nothing(
    take: Take, rows: Callable[[], Any], monkeypatch: pytest.MonkeyPatch, app: Flask
) -> None:
    def fails(*_given: object) -> None:
        raise OSError("no space left on device")

    before = rows()
    with monkeypatch.context() as patch:
        patch.setattr(arrivals, "_tell", fails)
        with pytest.raises(OSError, match="no space"):
            take(export(author(), item(1, "x", said(1), term("x"))))
    assert rows() == before
    assert "1 post" in take(export(author(), item(1)))
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Blog)) == 1
