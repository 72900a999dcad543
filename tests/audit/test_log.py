"""The audit log: what is kept, and who reads it at the desk."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from hcpov.audit.actions import note
from hcpov.audit.models import Audit
from hcpov.audit.queries import Filter, kinds, page
from hcpov.extensions import db
from tests.desk.conftest import Desk, desk
from tests.house.markup import problems_of
from tests.make import Make

__all__ = ["desk"]  # the fixture

LOG = "/desk/audit"


def write(app: Flask, *arguments: Any, **details: Any) -> None:
    """Writes a line of the log."""
    with app.app_context():
        note(*arguments, **details)
        db.session.commit()


@pytest.mark.parametrize(
    ("who", "status"), [("stranger", 404), ("member", 403), ("editor", 403), ("moderator", 403), ("admin", 200)]
)
def test_who_may_read_it(desk: Desk, who: str, status: int) -> None:
    write(desk.app, None, "role given", "account 12", "They asked.")
    answer = desk.browsers[who].get(LOG)
    assert answer.status_code == status
    assert problems_of(answer.text) == []
    assert ("They asked." in answer.text) is (status == 200)


def test_a_line_says_who_what_when_and_why(desk: Desk) -> None:
    mo = desk.make.account("Mo <b>Derator")
    ada = desk.make.account("Ada Reader")
    write(
        desk.app, mo.id, "badge granted", f"account {ada.id}", "Seen <i>there.", profession="Nurse", until="2100-01-01"
    )
    write(desk.app, ada.id, "email changed", f"account {ada.id}")
    write(desk.app, None, "role given", "account 999999", role="admin")
    write(desk.app, mo.id, "post withdrawn", "post 7")
    answer = desk.browsers["admin"].get(LOG)
    assert problems_of(answer.text) == []
    for part in (
        "<b>Badge granted</b>: Seen &lt;i&gt;there.",
        f"by Mo &lt;b&gt;Derator · Ada Reader, account {ada.id} · <time",
        "</time> · profession: Nurse · until: 2100-01-01",
        "by Ada Reader · their own account",
        "from the terminal, or by somebody since erased · account 999999",
        "by Mo &lt;b&gt;Derator · post 7",
    ):
        assert part in answer.text, part
    assert answer.text.index("Post withdrawn") < answer.text.index("Role given") < answer.text.index("Badge granted")
    assert ada.email not in answer.text


def test_an_empty_log_says_so(desk: Desk) -> None:
    assert "Nothing has been noted yet." in desk.browsers["admin"].get(LOG).text
    write(desk.app, None, "role given", "account 12")
    assert "There is nothing older." in desk.browsers["admin"].get(f"{LOG}?before=1").text


def test_it_takes_no_changes(desk: Desk) -> None:
    assert desk.send("admin", LOG, what="role given").status_code == 405


def test_a_page_costs_the_same_with_ten_times_the_rows(desk: Desk, queries: Callable[[], Any]) -> None:
    desk.browsers["admin"].get(LOG)
    costs = []
    for rows in (4, 36):
        for number in range(rows):
            write(desk.app, desk.make.account().id, f"kind {number % 4}", f"account {number}")
        with queries() as said:
            assert desk.browsers["admin"].get(LOG).status_code == 200
        costs.append(len(said))
    # the account with its roles, the masthead, how many comments wait, the kinds, the page, the names on it
    assert costs == [6, 6]


def test_what_is_too_long_is_cut(app: Flask, make: Make) -> None:
    write(app, None, "w" * 99, "a" * 999, "r" * 999)
    with app.app_context():
        [line] = db.session.scalars(db.select(Audit))
        assert (len(line.what), len(line.about), len(line.reason)) == (40, 200, 300)
        assert kinds() == ["w" * 40]
        assert page(wanted=Filter(what="other")).rows == []
        assert page().accounts == set()
