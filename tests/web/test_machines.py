"""What machines are told of a page: its one address, what other sites show of it, and its facts as JSON-LD."""

import json
from collections.abc import Callable
from typing import Any

import html5lib
import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from hcpov.blog.models import Kind
from hcpov.web import linked_data
from tests.make import Make
from tests.web.talk import COMMENTS

SITE = "http://localhost"
HTML = "{http://www.w3.org/1999/xhtml}"
HOSTILE = '</script><script>alert(1)</script> <!-- & "quoted" \\ \u2028 \u202e'

Read = Callable[[str], Any]


@pytest.fixture
def read(client: FlaskClient) -> Read:
    """Returns a way to read a page as a browser's parser does."""
    return lambda path: html5lib.parse(client.get(path).text)


def said(page: Any, name: str, of: str = "property") -> list[str]:
    """Returns what the head says under a name."""
    return [each.get("content") for each in page.iter(f"{HTML}meta") if each.get(of) == name]


def canonical(page: Any) -> list[str]:
    """Returns what a page says is its address."""
    return [each.get("href") for each in page.iter(f"{HTML}link") if each.get("rel") == "canonical"]


def facts_of(page: Any) -> list[dict[str, Any]]:
    """Returns what a post's JSON-LD says, thing by thing."""
    [block] = [each for each in page.iter(f"{HTML}script") if each.get("type") == "application/ld+json"]
    found = json.loads(block.text)
    assert found["@context"] == "https://schema.org"
    things: list[dict[str, Any]] = found["@graph"]
    return things


def test_every_kept_page_says_its_one_address(client: FlaskClient, make: Make, read: Read) -> None:
    make.blog(write_for_us_html="<p>Write.</p>")
    make.account("Ada", handle="ada", about="Words.")
    posts = [make.post(f"Post {number}", tags=["Wards"]) for number in range(22)]
    make.post("About", kind=Kind.PAGE, slug="about-us")
    last = posts[10]
    month = "/boardroom-buzz/2013/01/"
    paths = ["/", "/blogs/", "/boardroom-buzz/", month, "/tags/wards/", last.path, f"{last.path}history"]
    paths += ["/people/ada/", "/pages/about-us/", "/pages/privacy/", "/boardroom-buzz/write-for-us"]
    for path in paths:
        assert canonical(read(path)) == [f"{SITE}{path}"], path
        assert canonical(read(f"{path}?utm_source=letter&reply=4")) == [f"{SITE}{path}"], path
    for path in ("/", "/boardroom-buzz/", month, "/tags/wards/"):
        page = read(f"{path}?before={last.id}")
        assert canonical(page) == [f"{SITE}{path}?before={last.id}"]
        assert said(page, "robots", "name") == ["noindex"]
        assert said(read(path), "robots", "name") == []


def test_what_a_view_does_not_declare_is_no_address(make: Make, read: Read) -> None:
    post = make.post()
    assert canonical(read(f"{post.path}?before=4")) == [f"{SITE}{post.path}"]
    assert canonical(read("/?after=4")) == [f"{SITE}/"]


def test_later_comments_are_a_page_of_their_own_and_a_reply_is_none(make: Make, read: Read) -> None:
    post = make.post()
    first = make.comment(post)
    assert canonical(read(f"{post.path}?after={first}")) == [f"{SITE}{post.path}?after={first}"]
    assert canonical(read(f"{post.path}?reply={first}")) == [f"{SITE}{post.path}"]


def test_a_history_is_not_searched_for(make: Make, read: Read) -> None:
    assert said(read(f"{make.post().path}history"), "robots", "name") == ["noindex"]


def test_a_permalink_of_a_comment_leads_to_its_post(client: FlaskClient, make: Make) -> None:
    post = make.post()
    number = make.comment(post)
    assert client.get(f"/comments/{number}/").headers["Location"] == f"{post.path}#comment-{number}"


def test_a_post_says_what_other_sites_show(make: Make, read: Read) -> None:
    author = make.account("Inés Calder", handle="ines", title="Operations lead")
    post = make.post("What & how", summary="Short “words”.", author_id=author.id, tags=["Hand-off", "Wards"])
    page = read(post.path)
    one = {
        "og:title": "What & how",
        "og:type": "article",
        "og:url": f"{SITE}{post.path}",
        "og:description": "Short “words”.",
        "og:image": f"{SITE}{post.path}card.png",
        "og:image:width": "1200",
        "og:image:height": "630",
        "og:image:alt": "What & how",
        "og:site_name": "Health Care POV",
        "article:section": "Boardroom Buzz",
    }
    assert {name: said(page, name) for name in one} == {name: [text] for name, text in one.items()}
    assert said(page, "article:tag") == said(page, "citation_keywords", "name") == ["Hand-off", "Wards"]
    assert said(page, "og:locale") == []  # en_US, says Open Graph
    assert said(page, "twitter:card", "name") == ["summary_large_image"]
    assert said(page, "description", "name") == ["Short “words”."]


def test_a_post_can_be_cited_by_libraries(make: Make, read: Read) -> None:
    author = make.account("Inés Calder", handle="ines")
    post = make.post("What & how", author_id=author.id, byline_name="Guest Writer", byline_title="Nurse")
    page = read(post.path)
    one = {
        "citation_title": "What & how",
        "citation_author": "Guest Writer",
        "citation_publication_date": "2013/01/28",
        "citation_journal_title": "Boardroom Buzz",
        "citation_publisher": "Health Care POV",
        "citation_public_url": f"{SITE}{post.path}",
    }
    assert {name: said(page, name, "name") for name in one} == {name: [text] for name, text in one.items()}
    make.post("About", kind=Kind.PAGE, slug="about-us")
    for path in ("/", "/boardroom-buzz/", "/pages/about-us/"):
        assert "citation_" not in html5lib.serialize(read(path)), path


@pytest.mark.parametrize(
    ("path", "kind", "title", "card"),
    [
        ("/", "website", "Health Care POV", "/card.png"),
        ("/boardroom-buzz/", "website", "Boardroom Buzz", "/boardroom-buzz/card.png"),
        ("/people/ada/", "profile", "Ada", "/card.png"),
    ],
)
def test_lists_and_people_say_what_other_sites_show(
    make: Make, read: Read, path: str, kind: str, title: str, card: str
) -> None:
    make.post(author_id=make.account("Ada", handle="ada", about="Words.").id)
    page = read(path)
    assert said(page, "og:type") == [kind] and said(page, "og:title") == [title]
    assert said(page, "og:url") == [f"{SITE}{path}"]
    assert said(page, "og:image") == [f"{SITE}{card}"]
    assert len(said(page, "og:description")) == 1


def test_facts_of_a_post(make: Make, read: Read) -> None:
    author = make.account("Inés Calder", handle="ines", title="Operations lead")
    post = make.post("What a clinic learns", summary="Short.", author_id=author.id, tags=["Wards"])
    first = make.comment(post, "I *agree*,\n\nas “ever”.", name="Ada Reader")
    make.comment(post, "So do I.", parent=first, name="Ben Reader")
    page = read(post.path)
    posting, crumbs = facts_of(page)
    address = f"{SITE}{post.path}"
    assert posting["@type"] == "BlogPosting" and posting["@id"] == posting["url"] == address
    assert posting["headline"] == "What a clinic learns"
    assert posting["datePublished"] == "2013-01-28T16:13:00Z" and posting["dateModified"]
    assert posting["author"] == {
        "@type": "Person",
        "name": "Inés Calder",
        "jobTitle": "Operations lead",
        "url": f"{SITE}/people/ines/",
    }
    assert posting["isPartOf"] == {"@type": "Blog", "name": "Boardroom Buzz", "url": f"{SITE}/boardroom-buzz/"}
    assert posting["publisher"]["name"] == "Health Care POV"
    assert posting["keywords"] == ["Wards"] and posting["commentCount"] == 2
    assert "correction" not in posting
    assert [each["author"]["name"] for each in posting["comment"]] == ["Ada Reader", "Ben Reader"][
        : linked_data.COMMENTS
    ]
    assert posting["comment"][0]["text"] == "I agree, as “ever”."
    assert posting["comment"][0]["url"] == f"{SITE}/comments/{first}/"
    assert posting["comment"][0]["datePublished"].startswith("2013-01-28T")
    assert crumbs["@type"] == "BreadcrumbList"
    ways = [(each["position"], each["name"], each["item"]) for each in crumbs["itemListElement"]]
    assert ways == [
        (1, "Health Care POV", f"{SITE}/"),
        (2, "Boardroom Buzz", f"{SITE}/boardroom-buzz/"),
        (3, "What a clinic learns", address),
    ]


def test_facts_name_a_guest_and_no_account(make: Make, read: Read) -> None:
    author = make.account("Editor", handle="editor")
    post = make.post(author_id=author.id, byline_name="Jonathan Quill", byline_title="Night lead", byline_place="Leeds")
    author_said = facts_of(read(post.path))[0]["author"]
    assert author_said == {"@type": "Person", "name": "Jonathan Quill", "jobTitle": "Night lead"}


def test_facts_have_the_first_comments_and_count_all(make: Make, read: Read) -> None:
    post = make.post()
    for _, _, _, words in COMMENTS[: linked_data.COMMENTS + 2]:
        make.comment(post, words)
    make.comment(post, "Not yet read by an editor.", state="held")
    posting = facts_of(read(post.path))[0]
    assert len(posting["comment"]) == linked_data.COMMENTS
    assert posting["commentCount"] == linked_data.COMMENTS + 2
    assert "Not yet read" not in json.dumps(posting)


def test_hostile_words_stay_words(make: Make, read: Read) -> None:
    post = make.post(HOSTILE, summary=HOSTILE, byline_name=HOSTILE[:80], tags=["A & B"])
    make.comment(post, HOSTILE, name=HOSTILE[:80])
    page = read(post.path)
    posting = facts_of(page)[0]
    assert posting["headline"] == said(page, "og:title")[0] == HOSTILE
    assert "</script>" in posting["comment"][0]["text"]
    assert next(each.get("src") or each.get("type") for each in page.iter(f"{HTML}script")) == "application/ld+json"


@given(st.text(st.characters(exclude_categories=["Cs"])), st.text())
def test_a_block_is_json_and_cannot_be_ended(words: str, name: str) -> None:
    name = name.encode(errors="replace").decode()
    block = str(linked_data.block({"name": words, f"a{name}": [words]}))
    assert json.loads(block) == {"name": words, f"a{name}": [words]}
    assert not set(block) & set("<>&")


def test_a_site_page_is_no_posting(make: Make, read: Read) -> None:
    page = make.post("About", kind=Kind.PAGE, slug="about-us")
    thing, crumbs = facts_of(read(page.path))
    assert thing["@type"] == "WebPage" and "isPartOf" not in thing and "image" not in thing
    assert [each["name"] for each in crumbs["itemListElement"]] == ["Health Care POV", "About"]
