"""Pure text functions."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcpov.text import dates, markdown, plain, slugs
from hcpov.text.excerpts import excerpt, lines_of, reading_minutes, text_of

ALLOWED = {"p", "br", "a", "em", "strong", "code", "pre", "blockquote", "ul", "ol", "li", "s"}


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\x00b\x1f", "ab"),
        ("e\u0301", "é"),
        ("\ud800x", "x"),
        ("  tab\tstays  ", "tab\tstays"),
    ],
)
def test_clean(typed: str, stored: str) -> None:
    assert plain.clean(typed) == stored


@given(st.text())
def test_cleaned_text_can_be_stored_and_is_stable(typed: str) -> None:
    cleaned = plain.clean(typed)
    cleaned.encode()
    assert "\x00" not in cleaned
    assert plain.clean(cleaned) == cleaned
    assert "\n" not in plain.one_line(typed)


@pytest.mark.parametrize(("typed", "blank"), [("", True), (" \u200b\u202e\n", True), (" a ", False), ("…", False)])
def test_is_blank(typed: str, blank: bool) -> None:
    assert plain.is_blank(typed) is blank


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Ada Reader", "AR"), ("Nguyễn Thu Hà", "NH"), ("Cher", "C"), ("J. R. Hartley", "JH"), ("!!", "?"), ("", "?")],
)
def test_initials(name: str, letters: str) -> None:
    assert plain.initials(name) == letters


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("The hand-off that fits on a card", "the-hand-off-that-fits-on-a-card"),
        ("Ελληνικά", "ellenika"),
        ("!!!", "post"),
    ],
)
def test_slug(title: str, slug: str) -> None:
    assert slugs.slug_for(title, "post") == slug


def test_taken_slug_gets_a_number() -> None:
    assert slugs.numbered("a", {"a", "a-2"}) == "a-3"
    assert slugs.numbered("a", set()) == "a"


def test_dates() -> None:
    moment, zone = datetime(2013, 1, 28, 16, 13, tzinfo=UTC), ZoneInfo("America/New_York")
    assert dates.long_moment(moment, zone) == "January 28, 2013 11:13 AM"
    assert dates.long_moment(moment.replace(hour=5), zone) == "January 28, 2013 12:13 AM"
    assert dates.long_moment(moment.replace(hour=17), zone) == "January 28, 2013 12:13 PM"
    assert dates.long_date(moment.replace(hour=3), zone) == "January 27, 2013"
    assert dates.machine(moment) == "2013-01-28T16:13:00Z"


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (-5, "just now"),
        (0, "just now"),
        (1, "1 minute ago"),
        (59, "59 minutes ago"),
        (60, "1 hour ago"),
        (47 * 60, "1 day ago"),
        (30 * 24 * 60, "30 days ago"),
        (32 * 24 * 60, "January 28, 2013"),
    ],
)
def test_how_long_ago(minutes: int, words: str) -> None:
    moment = datetime(2013, 1, 28, 16, 13, tzinfo=UTC)
    assert dates.ago(moment, moment + timedelta(minutes=minutes), ZoneInfo("America/New_York")) == words


@pytest.mark.parametrize(
    ("source", "gone"),
    [
        ("<script>alert(1)</script>", "script"),
        ('<p onclick="x" style="color:red" id="a" hx-get="/x" data-hx-post="/y">t</p>', "onclick=style=id=hx-"),
        ("[a](javascript:alert(1))", 'href="javascript'),
        ('<iframe src="https://e.example"></iframe>', "iframe"),
        ('<img src="x" onerror="x">', "onerror"),
        ('<a href="data:text/html,x">x</a>', "data:"),
        ("<form><input name=code></form>", "<input"),
        ('<svg><a xlink:href="javascript:x">x</a></svg>', "svg"),
    ],
)
def test_post_markup_is_cleaned(source: str, gone: str) -> None:
    html = markdown.render_post(source)
    for part in gone.split("="):
        assert part not in html or not part


@given(st.text(alphabet=st.sampled_from("<>&\"'/=abhrefonclickscript:[]()!*_`# \n"), max_size=200))
def test_no_comment_makes_markup_of_its_own(source: str) -> None:
    html = markdown.render_comment(source)
    tags = set(re.findall(r"<(/?[a-z0-9]+)([^>]*)>", html))
    assert {name.strip("/") for name, _ in tags} <= ALLOWED
    assert all(not rest or re.fullmatch(r' (href="[^"]*" )?rel="nofollow ugc noopener"| ?', rest) for _, rest in tags)


def test_first_level_heading_is_lowered() -> None:
    assert markdown.render_post("# One\n\n## Two") == "<h2>One</h2>\n<h2>Two</h2>\n"


def test_comment_keeps_what_looks_like_markup() -> None:
    html = markdown.render_comment("K <3.5, see <patient>\n#3 bed\n    indented\n\n1) one")
    assert "&lt;3.5" in html and "&lt;patient&gt;" in html and "#3 bed<br>" in html
    assert "<pre>" not in html and "<h1>" not in html


def test_excerpt() -> None:
    assert excerpt("short", 10) == "short"
    assert excerpt("one two, three", 10) == "one two…"
    assert len(excerpt("x" * 50, 10)) == 10
    assert text_of("<p>One &amp; <b>two</b></p><p>three</p>") == "One & two three"
    assert reading_minutes(0) == 1 and reading_minutes(2300) == 10


def test_lines_of_what_was_said_and_quoted() -> None:
    said = "No.\n\n> One card\n> is enough.\n\nIt is *not*, see\nthe ward & the rota:\n\n- a\n- b"
    assert lines_of(markdown.render_comment(said)).split("\n") == [
        "No.",
        "> One card",
        "> is enough.",
        "It is not, see",
        "the ward & the rota:",
        "a",
        "b",
    ]
    assert lines_of("") == "" and lines_of("<p>one</p>") == "one"
    assert excerpt("one two\n> threefour", 12) == "one two…"
