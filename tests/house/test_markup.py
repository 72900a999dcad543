"""The Nu checker, which the W3C runs too, finds nothing in any page. It comes from npm and needs Java."""

import html
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hcpov.comments.models import State as CommentState
from tests.conftest import POSTGRES
from tests.house.routes import routes
from tests.house.tree import ROOT
from tests.make import MadeAccount, Make

NU = ROOT / ".cache/nu/package/build/dist/vnu.jar"
LINK = re.compile(r'href="(/[^"#]*)')
# htmx's attributes have a colon or `hx-` in front; `data-hx-` would make them valid, and each page longer.
OURS = r"Attribute “hx-[a-z0-9:-]+” not allowed on element .*"
ONE_RUN = ("-Xss2m", "-XX:TieredStopAtLevel=1")  # a process so short does not repay a second compilation
PATIENT = "We had one last week, DOB 4/12/1961, on the night shift."

pytestmark = pytest.mark.skipif(bool(POSTGRES), reason="the pages are the same")


@pytest.fixture(scope="session")
def nu() -> str:
    """Java, which the checker needs. A machine without either skips; in CI that is a failure."""
    java = shutil.which("java")
    missing = "Java" if not java else "vnu-jar from npm (`make test` fetches it)" if not NU.exists() else ""
    if missing:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"this test needs {missing}")
    return java or ""


def complaints(java: str, folder: Path) -> list[str]:
    """Returns what the checker says of the pages in a folder: errors and warnings, with the page's beginning."""
    options = ["--format", "json", "--stdout", "--exit-zero-always", "--filterpattern", OURS]
    pages = sorted(str(path) for path in folder.glob("*.html"))
    said = subprocess.run(
        [java, *ONE_RUN, "-jar", NU, *options, *pages], capture_output=True, text=True, check=True, timeout=300
    )
    found = json.loads(said.stdout)["messages"]
    return [f"{each['url'].rpartition('/')[2]}: {each['message']} {each.get('extract', '')!r}" for each in found]


def keep(folder: Path, path: str, text: str) -> None:
    """Writes a page under a name that says which it was."""
    name = re.sub(r"[^a-z0-9]+", "-", path.lower()).strip("-") or "home"
    (folder / f"{name[:80]}.html").write_text(text, encoding="utf-8")


def crawl(browser: FlaskClient, folder: Path, starts: list[str], who: str) -> int:
    """Keeps every page that can be reached by links from `starts`; returns how many there are."""
    waiting, seen, kept = list(starts), set(), 0
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        with closing(browser.get(path)) as answer:
            if answer.mimetype == "text/html" and answer.status_code < 500:
                kept += 1
                keep(folder, f"{who} {path}", answer.text)
                waiting += [html.unescape(link) for link in LINK.findall(answer.text)]
    return kept


def test_the_checker_sees_what_is_wrong(nu: str, tmp_path: Path) -> None:
    whole = '<!doctype html><html lang="en"><head><title>A</title></head><body><h1>A</h1>{}</body></html>'
    (tmp_path / "good.html").write_text(
        whole.format('<p hx-get="/a" hx-status:422="target:#a">a</p>'), encoding="utf-8"
    )
    assert complaints(nu, tmp_path) == []
    (tmp_path / "bad.html").write_text(whole.format('<p colour="red"><img src="a"></p>'), encoding="utf-8")
    assert len(complaints(nu, tmp_path)) == 2


def test_every_page_is_valid(
    nu: str, app: Flask, client: FlaskClient, make: Make, sign_in: Callable[[MadeAccount], FlaskClient], tmp_path: Path
) -> None:
    admin = make.account("Ada Min", handle="ada", roles=("admin", "moderator"), about="*Words.*")
    post = make.post("What a clinic learns", editors_note="By a guest.", disclosure="None", tags=["Night shifts"])
    first = make.comment(post, "I agree <b>twice</b> & more.", disclosure="I work there.", account_id=admin.id)
    make.comment(post, "So do I.", parent=first)
    make.comment(post, PATIENT, state=CommentState.HELD, reasons=["may identify a patient"])
    make.post("With pictures", body='# One\n\n1. a\n\n<img src="/media/x.webp">\n\n| a | b |\n| - | - |\n| 1 | 2 |')
    make.post("Closed & “quoted”", comments_open=False, byline_name="A Guest", author_id=admin.id)
    for _ in range(21):
        make.post()
    make.blog("empty-room", "Empty Room")
    member = sign_in(admin)
    kept = crawl(client, tmp_path, ["/", "/join", "/sign-in", "/nope/"], "stranger")
    kept += crawl(member, tmp_path, ["/", "/account/", "/desk/", "/desk/posts/"], "admin")
    for route in routes(app, make):
        if route.method == "GET":
            with closing(member.get(route.path)) as answer:
                if answer.mimetype == "text/html" and answer.text.lstrip().startswith("<!doctype"):
                    kept += 1
                    keep(tmp_path, f"route {route.path}", answer.text)
    said = {"body": PATIENT, "name": "Ada", "title": "", "place": "", "email": "no"}
    keep(tmp_path, "a comment without a code", client.post(post.comments, data=said).text)
    keep(tmp_path, "a wrong sign-in", client.post("/sign-in", data={"email": "a@b.example", "password": "x"}).text)
    keep(tmp_path, "an empty join", client.post("/join", data={}).text)
    assert kept > 80
    assert complaints(nu, tmp_path) == []
