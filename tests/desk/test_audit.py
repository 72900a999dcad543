"""The audit log at the desk: what it shows, what it is asked for, and the way out as a file."""

import csv
import io
import json
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hcpov.audit import queries as records
from hcpov.audit.models import Audit
from hcpov.audit.queries import Filter
from hcpov.extensions import db
from tests.desk.changes import change
from tests.desk.conftest import Desk
from tests.house.markup import problems_of

NOON = datetime(2026, 3, 8, 17, 0, tzinfo=UTC)  # noon in New York, on the day its clocks go forward
HOSTILE = '=HYPERLINK("https://evil.example"), <b>x</b>\nnext line'


def note(desk: Desk, what: str = "role given", about: str = "account 7", at: datetime = NOON, **columns: Any) -> None:
    """Adds a line."""
    with desk.app.app_context():
        db.session.add(Audit(what=what, about=about, at=at, **columns))
        db.session.commit()


def shown(desk: Desk, query: str = "") -> str:
    """Returns the log as an admin sees it."""
    answer = desk.browsers["admin"].get(f"/desk/audit{query}")
    assert answer.status_code == 200, query
    assert problems_of(answer.text) == [], query
    return answer.text


def test_what_somebody_did_is_noted_with_name_reason_and_revision(desk: Desk) -> None:
    assert "Nothing has been noted yet." in shown(desk)
    change(desk, "correction", body="Corrected.", reason="It was <b>wrong</b>.")
    page = shown(desk)
    assert "<b>Post correction</b>: It was &lt;b&gt;wrong&lt;/b&gt;." in page
    assert "by Edda Editor" in page and f"post {desk.post.id}" in page and "revision: 2" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "abcd"),
        ("?what=role+given", "abd"),
        ("?what=nothing", ""),
        ("?about=account+7", "ab"),
        ("?about=account", "abd"),
        ("?about=%25", ""),
        ("?who=rita", "b"),
        ("?who=nobody", ""),
        ("?who=%25", ""),
        ("?since=2026-03-08", "abc"),
        ("?until=2026-03-07", "d"),
        ("?since=2026-03-07&until=2026-03-07", "d"),
        ("?since=2026-03-09", ""),
        ("?what=role+given&about=account+7&who=rita", "b"),
        ("?before=999999999", "abcd"),
    ],
)
def test_filters(desk: Desk, query: str, found: str) -> None:
    rita = desk.make.account("Rita Rollo")
    note(desk, reason="Reason a.")
    note(desk, reason="Reason b.", account_id=rita.id)
    note(desk, "post correction", "post 7", reason="Reason c.", at=NOON + timedelta(hours=10))  # still the eighth
    note(desk, about="account 8", reason="Reason d.", at=NOON - timedelta(hours=13))  # still the seventh
    page = shown(desk, query)
    assert [each for each in "abcd" if f"Reason {each}." in page] == list(found)
    rows = list(csv.DictReader(io.StringIO(desk.browsers["admin"].get(f"/desk/audit.csv{query}").text)))
    assert sorted(row["reason"][-2] for row in rows) == list(found)


def test_a_number_names_an_account(desk: Desk) -> None:
    rita = desk.make.account("Rita Rollo")
    note(desk, reason="By Rita.", account_id=rita.id)
    note(desk, reason="From the terminal.")
    page = shown(desk, f"?who={rita.id}")
    assert "By Rita." in page and "From the terminal." not in page


@pytest.mark.parametrize("query", ["?since=yesterday", "?until=2026-02-30", "?since=0001-01-01", "?who=" + "a" * 81])
def test_what_cannot_be_looked_for(desk: Desk, query: str) -> None:
    note(desk, reason="A reason.")
    answer = desk.browsers["admin"].get(f"/desk/audit{query}")
    assert answer.status_code == 422
    assert problems_of(answer.text) == []
    assert 'class="error"' in answer.text and "A reason." not in answer.text
    assert desk.browsers["admin"].get(f"/desk/audit.json{query}").status_code == 422


@pytest.mark.parametrize(("who", "status"), [("stranger", 404), ("member", 403), ("editor", 403), ("moderator", 403)])
def test_it_is_the_admins(desk: Desk, who: str, status: int) -> None:
    for path in ("/desk/audit", "/desk/audit.csv", "/desk/audit.json"):
        assert desk.browsers[who].get(path).status_code == status
        assert "/desk/audit" not in desk.browsers[who].get("/desk/").text


def test_pages_follow_each_other_with_the_same_filters(desk: Desk) -> None:
    for number in range(120):
        note(desk, reason=f"Number {number}.")
        note(desk, "something else", reason="Not asked for.")
    query, seen = "?what=role+given", []
    while query:
        page = shown(desk, query)
        assert "Not asked for." not in page
        seen += [number for number in range(120) if f"Number {number}." in page]
        query = page.split('href="/desk/audit')[-1].split('"')[0].replace("&amp;", "&") if 'rel="next"' in page else ""
    assert sorted(seen) == list(range(120))


def test_the_way_out_as_a_file(desk: Desk) -> None:
    note(desk, reason=HOSTILE, details={"role": "editor", "blog": 2})
    note(desk, "blog made", "blog 1", at=NOON + timedelta(days=1))
    answer = desk.browsers["admin"].get("/desk/audit.csv")
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="audit.csv"'
    assert answer.headers["Cache-Control"] == "private, no-store"
    first, second = csv.DictReader(io.StringIO(answer.text, newline=""))
    assert first["reason"] == f"'{HOSTILE}"  # no formula when a spreadsheet opens it
    assert (json.loads(first["details"]), second["details"]) == ({"role": "editor", "blog": 2}, "")
    assert (second["what"], second["at"]) == ("blog made", "2026-03-09T17:00:00Z")
    told = json.loads(desk.browsers["admin"].get("/desk/audit.json").text)
    assert [(each["reason"], each["details"]) for each in told] == [
        (HOSTILE, {"role": "editor", "blog": 2}),
        ("", {}),
    ]
    assert json.loads(desk.browsers["admin"].get("/desk/audit.json?what=none").text) == []


def test_a_long_log_is_written_out_a_few_rows_at_a_time(desk: Desk) -> None:
    def peak(rows: int) -> int:
        with desk.app.app_context():
            db.session.execute(
                db.insert(Audit), [{"what": "a", "about": "b", "reason": "r" * 300, "at": NOON, "details": {}}] * rows
            )
            db.session.commit()
            tracemalloc.start()
            size = sum(len(piece) for piece in records.as_csv(Filter()))
            _, most = tracemalloc.get_traced_memory()
            tracemalloc.stop()
        assert size > rows * 300
        return most

    few = peak(2_000)
    assert peak(18_000) < few * 1.5


def test_what_it_costs(desk: Desk, queries: Callable[[], Any]) -> None:
    costs = []
    for rows in (4, 45):
        for number in range(rows):
            note(desk, account_id=desk.make.account(f"Rita {number}").id)
        for path in ("/desk/audit", "/desk/audit?who=rita", "/desk/audit.csv"):
            desk.browsers["admin"].get(path)
            with queries() as said:
                assert desk.browsers["admin"].get(path).data
            costs.append(len(said))
    assert costs == [6, 7, 2] * 2
