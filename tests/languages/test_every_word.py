"""Every word that somebody reads comes from the catalogue.

The catalogue of these tests says everything between ⟦ and ⟧, and people's own words are in Greek: Latin letters outside
the brackets went past it.
"""

import html
import re
import smtplib
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hcpov.auth.models import ADMIN
from hcpov.blog.models import State
from hcpov.comments.models import State as CommentState
from hcpov.mail import problems
from hcpov.mail.answers import Step, broken, sorted_out
from hcpov.ops import build
from tests.forms import HTMX, hidden
from tests.make import MadeAccount, MadePost, Make

SignIn = Callable[[MadeAccount], FlaskClient]

UNSEEN = re.compile(r"<(script|style|textarea|title|datalist)\b.*?</\1>", re.DOTALL)
NAMED = re.compile(r'\b(?:alt|title|placeholder|aria-label|content)="([^"]*)"')
TAGS = re.compile(r"<[^>]*>")
WORD = re.compile(r"[A-Za-zÀ-ÿ]{2,}")
MONTHS = "January February March April May June July August September October November December"
# Names of things, what people choose themselves, and what machines are told: the same in every language.
NAMES = set(
    f"{MONTHS} AM PM just now Health Care POV CSV JSON Atom RSS Feed ms width device initial scale "
    "hcpov localhost org example America New York alpha omega arkhe "
    "http https md webp png html npi en KB MB GB TB Redis".split()
)


def outside(text: str) -> str:
    """Returns what stands outside all brackets."""
    found, depth = [], 0
    for letter in text:
        depth += (letter == "⟦") - (letter == "⟧")
        if depth == 0 and letter != "⟧":
            found.append(letter)
    return "".join(found)


def foreign(page: str) -> list[str]:
    """Returns the words of a page that went past the catalogue."""
    page = page.replace(build.BUILD, "").replace(socket.gethostname(), "")  # the strip names them
    page = re.sub(r"<meta [^>]*>", "", UNSEEN.sub("", page))
    pieces = [TAGS.sub(" ", page), *NAMED.findall(page)]
    pieces += re.findall(r"<title>(.*?)</title>", page)
    found = [word for piece in pieces for word in WORD.findall(outside(html.unescape(piece)))]
    return [word for word in found if word not in NAMES]


def test_what_went_past_the_catalogue_is_seen() -> None:
    assert foreign("<p>⟦Read <b>Ω</b>⟧ Write</p>") == ["Write"]
    assert foreign('<img alt="A picture">') == ["picture"]
    assert foreign("<p>⟦In ⟦January⟧⟧ Ω</p>") == []


@dataclass(frozen=True)
class Greek:
    """A site whose people write Greek."""

    post: MadePost
    comment: int
    draft: int
    member: MadeAccount
    admin: MadeAccount

    def fill(self, paths: list[str]) -> list[str]:
        """Returns paths with the numbers of what is there."""
        known = {"post": self.post.path, "post_id": self.post.id, "blog_id": self.post.blog_id, "comment": self.comment}
        return [path.format(**known, draft=self.draft, member=self.member.id) for path in paths]


@pytest.fixture
def greek(make: Make) -> Greek:
    """A site with something of everything."""
    make.blog("blog-a", "Ιστολόγιο", tagline="Λόγια", about_html="<p>Λόγια</p>", write_for_us_html="<p>Λόγια</p>")
    admin = make.account(
        "Διαχειριστής", roles=(ADMIN,), title="Ιατρός", place="Π", email="alpha@example.org", handle="alpha"
    )
    member = make.account(
        "Ωμέγα Άλφα", handle="omega", title="Ιατρός", place="Αθήνα", about="Γράφω.", email="omega@example.org"
    )
    words: dict[str, Any] = {"body": "Λόγια.", "summary": "Λίγα.", "editors_note": "Σημείωση.", "disclosure": "Ουδέν."}
    post = make.post("Τίτλος", blog="blog-a", author_id=member.id, tags=["Τάξη"], **words)
    make.post("Άλλο", blog="blog-a", byline_name="Ξένος", byline_place="Π", state=State.WITHDRAWN)
    draft = make.draft("blog-a", admin.id, title="Αρχή", body="Λόγια.")
    make.editor(member.id, post.blog_id, "author")
    make.badge(member.id, profession="Ιατρός", region="Αθήνα", body="Σ", number="1", link="")
    writer: dict[str, Any] = {"name": "Ρω Σίγμα", "title": "Ιατρός", "place": "Π"}
    first = make.comment(post, "Συμφωνώ.", disclosure="Ουδέν.", **writer)
    make.comment(post, "Όχι.", parent=first, **writer)
    make.comment(
        post, "Ίσως.", state=CommentState.HELD, reasons=["3 links", "this blog checks every comment"], **writer
    )
    return Greek(post, first, draft, member, admin)


STRANGERS = """/ /search /search?q=συμφωνώ /search?q=zz /?before=1 /blog-a/ /blog-a/?before=1 /blogs/ {post}
{post}history {post}?after=1 /blog-a/2013/01/ /tags/taxe/ /people/omega/ /moderation/ /sign-in
/join /reset /join/confirm /join/sent /sign-in/passkey /updates /my-data /my-data/sent
/my-data/none /updates/none /receipts/none /comments/{comment}/report /captcha?for={post_id}
/pages/no-such-page/ /reset/sent /reset/done /join/confirmed /account/email/changed""".split()
MEMBERS = """{post} / /account/ /account/profile /account/credentials /account/email /account/password
/account/passkeys /account/second-factor /account/recovery-codes /account/updates
/account/sessions /account/data /account/erase /people/omega/""".split()
DESK = """/desk/ /desk/posts /desk/posts?show=published /desk/posts/{draft} /desk/posts/{post_id}
/desk/posts/{post_id}/revisions /desk/posts/{post_id}/change /desk/held /desk/words /desk/blogs
/desk/blogs/{blog_id}/edit /desk/blogs/new /desk/pictures /desk/members /desk/members?q=zzz
/desk/members/{member} /desk/credentials /desk/credentials/granted /desk/pages /desk/pages/new
/desk/mail /desk/mail?which=given-up /desk/audit /desk/health
/desk/posts/{post_id}/review /moderation/""".split()


def wrong_in(client: FlaskClient, paths: list[str]) -> list[str]:
    """Returns the words of pages that went past the catalogue, with the pages."""
    found = []
    for path in paths:
        answer = client.get(path, follow_redirects=True)
        assert answer.mimetype == "text/html" and answer.status_code < 500, path
        found += [f"{path}: {word}" for word in dict.fromkeys(foreign(answer.text))]
    return found


def test_pages_for_strangers(client: FlaskClient, greek: Greek, pseudo: None) -> None:
    assert wrong_in(client, greek.fill(STRANGERS)) == []


def test_pages_for_members(greek: Greek, sign_in: SignIn, pseudo: None) -> None:
    assert wrong_in(sign_in(greek.member), greek.fill(MEMBERS)) == []


def test_pages_of_the_desk(greek: Greek, sign_in: SignIn, pseudo: None) -> None:
    assert wrong_in(sign_in(greek.admin), greek.fill(DESK)) == []


def test_what_is_held_about_a_member(greek: Greek, sign_in: SignIn, pseudo: None) -> None:
    browser = sign_in(greek.admin)
    token = hidden(browser.get(greek.fill(["/desk/posts/{draft}"])[0]).text, "csrf_token")
    fields = {"csrf_token": token, "title": "Αρχή", "body": "Λόγια.", "base": "1", "tab": "a"}
    assert browser.post(greek.fill(["/desk/posts/{draft}/draft"])[0], data=fields).status_code == 200
    browser.post(
        greek.fill(["/desk/posts/{post_id}/review"])[0], data={"csrf_token": token, "name": "Ω", "on": "2026-03-03"}
    )
    browser.post("/account/data", data={"csrf_token": token, "as": "page"})  # a line in the log
    answer = browser.post("/account/data", data={"csrf_token": token, "as": "page"})
    assert answer.status_code == 200 and answer.text.count("⟦") > 60
    assert foreign(answer.text) == []
    assert wrong_in(browser, ["/desk/audit"]) == []


@pytest.mark.parametrize("of", [problems.SHAPES, [problems.IN_A_ROW]])
def test_why_a_letter_was_not_sent(of: list[str], app: Flask, pseudo: None) -> None:
    known = {
        "code": "550 5.1.1",
        "step": "the call",
        "kind": "TimeoutError",
        "problem": "refused with 550",
        "number": "3",
    }
    with app.app_context():
        assert [said for each in of if foreign(said := problems.said(each % known).replace("TimeoutError", ""))] == []


def test_each_answer_of_a_relay_has_its_words(app: Flask, pseudo: None) -> None:
    errors = [OSError(), TimeoutError(), ssl.SSLError(), socket.gaierror(), ConnectionRefusedError()]
    errors += [smtplib.SMTPServerDisconnected(), smtplib.SMTPConnectError(421, "No")]
    kept = [str(broken(step, error)) for step in Step for error in errors]
    codes = [(250, b""), (421, b"4.7.0 Later"), (451, b"Later"), (550, b"5.1.1 No"), (550, b"No"), (552, b"Large")]
    kept += [str(sorted_out(step, code, words)) for step in Step for code, words in codes]
    with app.app_context():
        assert [each for each in kept if not problems.said(each).startswith("⟦")] == []
        assert problems.said("words of an older version") == "words of an older version"


def test_answers_to_forms(client: FlaskClient, greek: Greek, pseudo: None) -> None:
    answers = {
        "nothing said": client.post(greek.post.comments, data={"name": ""}),
        "nothing said, as a fragment": client.post(greek.post.comments, data={"name": ""}, headers=HTMX),
        "a new code": client.post(greek.post.comments, data={"body": "Σημείωση.", "refresh": "yes"}),
        "no address to write to": client.post("/updates", data={"email": "β"}),
        "an address to write to": client.post("/updates", data={"email": "reader@example.org"}, follow_redirects=True),
        "a wrong password": client.post("/sign-in", data={"email": "reader@example.org", "password": "β"}),
        "nothing to join with": client.post("/join", data={"email": "β", "password": "β"}),
        "from elsewhere": client.post(greek.post.comments, headers={"Origin": "https://elsewhere.example"}),
        "no form": client.post("/updates", json={}),
        "no such page": client.get("/no-such-page/"),
        "no visits": client.get(greek.post.comments),
    }
    wrong = {what: found for what, answer in answers.items() if (found := foreign(answer.text))}
    assert wrong == {}
