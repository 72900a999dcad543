"""The desk's first page: what waits for whom, the numbers, and how the house is."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from hcpov import clock
from hcpov.auth.models import Account, Credential
from hcpov.blog.models import State
from hcpov.config import Settings
from hcpov.extensions import db
from hcpov.mail import actions as mail
from hcpov.mail.models import Message
from hcpov.ops.backups import findings, names, places
from tests.desk.conftest import NAMES, Desk
from tests.house.markup import problems_of
from tests.make import MadeAccount, Make


def front(desk: Desk, who: str) -> str:
    """Returns the page as somebody sees it."""
    answer = desk.browsers[who].get("/desk/")
    assert answer.status_code == 200
    assert problems_of(answer.text) == []
    return answer.text


def number_of(desk: Desk, who: str) -> int:
    """Returns somebody's account."""
    assert desk.browsers[who]
    with desk.app.app_context():
        name = NAMES.get(who, who.title())
        return int(db.session.scalars(db.select(Account.id).where(Account.name == name)).one())


def message(desk: Desk, number: int, **columns: Any) -> None:
    """Adds a message to the outbox."""
    with desk.app.app_context():
        db.session.add(Message(to="a@example.org", subject="A", text="A", dedupe_key=f"key {number}", **columns))
        db.session.commit()


def test_nothing_waits(desk: Desk) -> None:
    page = front(desk, "moderator")
    assert "Nothing. Every comment has been looked at, and no post waits for you." in page
    assert "No message waits to be sent." in page
    assert "No backup yet. Take one: hcpov backup." in page and "/desk/health" not in page


@pytest.mark.parametrize("ok", [True, False])
def test_the_newest_backup_and_whether_it_can_be_put_back(desk: Desk, ok: bool) -> None:
    settings: Settings = desk.app.config["HCPOV"]
    folder = places.folder(settings)
    folder.mkdir(exist_ok=True)
    said = {"moment": clock.now().isoformat(), "ok": ok, "words": "Tried.", "seconds": 1.0, "size": 1}
    made = [folder / names.name(clock.now()), findings.path(settings)]
    try:
        made[0].write_bytes(b"")
        made[1].write_text(json.dumps(said))
        page = front(desk, "admin")
    finally:
        for each in made:
            each.unlink()
    assert re.search(r"The newest backup is \d+ seconds? old\.", page)
    assert ("The last one could not be put back." in page) is not ok
    assert 'href="/desk/health"' in page


def test_what_waits_for_whom(desk: Desk) -> None:
    mine, others = number_of(desk, "editor"), number_of(desk, "other")
    desk.make.post("My draft", state=State.DRAFT, author_id=mine)
    desk.make.post("My draft elsewhere", blog="night-shift", state=State.DRAFT, author_id=mine)
    desk.make.post("Somebody's draft", state=State.DRAFT, author_id=others)
    desk.make.post("To be reviewed", state=State.REVIEW, author_id=others)
    desk.make.post("To be published", state=State.SCHEDULED, author_id=others, at=clock.now() + timedelta(days=2))
    desk.make.post("Reviewed elsewhere", blog="night-shift", state=State.REVIEW)
    desk.make.post("Taken back", state=State.WITHDRAWN, author_id=mine)
    titles = [
        "To be reviewed",
        "Reviewed elsewhere",
        "To be published",
        "My draft",
        "My draft elsewhere",
        "Somebody&#39;s draft",
        "Taken back",
    ]
    seen = {
        who: [each for each in titles if f">{each}</a>" in front(desk, who)] for who in ("editor", "other", "admin")
    }
    assert seen == {
        "editor": ["To be reviewed", "To be published", "My draft", "My draft elsewhere"],
        "other": ["To be reviewed", "Reviewed elsewhere", "To be published", "Somebody&#39;s draft"],
        "admin": ["To be reviewed", "Reviewed elsewhere", "To be published"],
    }
    page = front(desk, "editor")
    assert [page.index(f">{each}</a>") for each in seen["editor"][:3]] == sorted(
        page.index(f">{each}</a>") for each in seen["editor"][:3]
    )
    assert "publishes itself" in page and "In review" in page


def test_each_blogs_numbers(desk: Desk) -> None:
    desk.make.post("Draft", state=State.DRAFT)
    desk.make.post("Another")
    for _ in range(3):
        desk.make.comment(desk.post)
    desk.hold()
    desk.hold(post=desk.elsewhere)
    desk.make.blog("empty", "Empty")
    page = front(desk, "admin")
    for name, cells in (("Boardroom Buzz", (2, 3, 1)), ("Night Shift", (1, 0, 1)), ("Empty", (0, 0, 0))):
        row = page.split(f">{name}</a></th>")[1].split("</tr>")[0]
        assert row == "".join(f"<td>{cell}</td>" for cell in cells)
    page = front(desk, "editor")
    assert ">Night Shift</a></th>" not in page and ">Boardroom Buzz</a></th>" in page
    assert "The house" not in page and "1 comment waits" in page


def test_the_house_and_what_members_ask(desk: Desk) -> None:
    message(desk, 1)
    message(desk, 2)
    message(desk, 3, sent_at=clock.now())
    message(desk, 4, gave_up_at=clock.now())
    member = number_of(desk, "member")
    with desk.app.app_context():
        facts = {"profession": "Nurse", "region": "Ohio", "body": "Board", "number": "1"}
        db.session.add(Credential(account_id=member, **facts))
        db.session.add(Credential(account_id=member, state="granted", **facts))
        db.session.commit()
    page = front(desk, "moderator")
    assert "2 messages wait to be sent; 1 message was given up." in page
    assert "/desk/mail" not in page and '<a href="/desk/mail">Look at the mail</a>' in front(desk, "admin")
    with desk.app.app_context():
        mail.pause("the relay hung up at the call")
    assert "Mail stands still: the relay hung up at the call." in front(desk, "moderator")
    assert '<a href="/desk/credentials">1 badge waits</a>' in page
    assert "badge waits" not in front(desk, "editor")


@pytest.mark.parametrize(("who", "status"), [("stranger", 404), ("member", 403)])
def test_it_is_the_desks(desk: Desk, who: str, status: int) -> None:
    assert desk.browsers[who].get("/desk/").status_code == status


def test_what_it_costs(desk: Desk, queries: Callable[[], Any]) -> None:
    mine, costs = number_of(desk, "editor"), []
    for rows in (4, 40):
        for number in range(rows):
            desk.make.post(state=State.DRAFT, author_id=mine)
            desk.make.post(blog=f"blog-{rows}-{number}", state=State.REVIEW)
            desk.make.comment(desk.post)
            desk.hold()
            message(desk, rows * 1000 + number)
        for who in ("editor", "moderator", "admin"):
            desk.browsers[who].get("/desk/")
            with queries() as said:
                page = desk.browsers[who].get("/desk/").text
            costs.append(len(said))
    # the session with its roles, blogs of the masthead, how many wait; an editor's blogs; then the page's own
    assert costs == [7, 9, 8] * 2
    assert "These are the first of more." in page


@pytest.mark.parametrize(
    ("role", "leads"), [("", ""), ("author", "/desk/posts"), ("editor", "/desk/"), ("moderator", "/desk/")]
)
def test_the_welcome_bar_leads_to_ones_place(
    make: Make, sign_in: Callable[[MadeAccount], FlaskClient], role: str, leads: str
) -> None:
    account = make.account(roles=("moderator",) if role == "moderator" else ())
    if role in {"author", "editor"}:
        make.editor(account.id, make.blog(), role)
    browser = sign_in(account)
    page = browser.get("/").text
    assert (f'<a href="{leads}">Desk</a>' in page) if leads else ">Desk</a>" not in page
    assert not leads or browser.get(leads).status_code == 200
