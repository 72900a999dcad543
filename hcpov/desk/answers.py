"""What the desk answers: whole pages, or the fragments of them that htmx asked for."""

from typing import Any

from flask import make_response, render_template
from werkzeug.wrappers import Response

from hcpov import clock
from hcpov.comments import decisions, queue
from hcpov.comments.queue import HeldRow
from hcpov.desk.forms import SettleForm
from hcpov.desk.policy import Keeper
from hcpov.languages import lazy
from hcpov.web import chrome, htmx
from hcpov.web.article import spans
from hcpov.web.paging import row_number

HELD = "/desk/held"
CHANGED = lazy("It changed while you read. Here it is as it stands now. Nothing was done.")
LATE = lazy("Somebody settled it meanwhile, or the writer took it back. Nothing was done twice.")
NO_UNDO = lazy("This can be undone no more: the comment was changed or settled again since.")
NOTHING_TICKED = lazy("Tick at least one comment first.")


def page(template: str, keeper: Keeper, status: int = 200, **context: Any) -> Response:
    """Renders a page of the desk. One query more than any page: how many comments wait."""
    return chrome.page(template, status, keeper=keeper, waits=queue.count(keeper.blogs), **context)


def fragment(template: str, status: int = 200, **context: Any) -> Response:
    """Renders a part of a page."""
    return make_response(render_template(template, **context), status)


def listing(keeper: Keeper, status: int = 200, problem: str = "") -> Response:
    """Answers with what waits, and with what the editor did last. Three queries, and how many wait."""
    read = read_mark()
    found = queue.waiting(keeper.blogs, row_number("after"))
    context = {
        "items": [(row, spans(row.body, row.finds)) for row in found.rows],
        "listing": found,
        "done": decisions.just_done(keeper.account_id),
        "read": read,
        "problem": problem,
    }
    if htmx.wanted():
        return fragment("desk/_queue.html", status, waits=queue.count(keeper.blogs), fresh=True, **context)
    return page("desk/held.html", keeper, status, **context)


def one(keeper: Keeper, row: HeldRow, status: int = 200, form: SettleForm | None = None, problem: str = "") -> Response:
    """Answers with one comment that still waits, with what was wrong or why nothing was done."""
    context = {"row": row, "pieces": spans(row.body, row.finds), "read": read_mark(), "form": form, "problem": problem}
    if htmx.wanted():
        return fragment("desk/_item.html", status, waits=queue.count(keeper.blogs), fresh=True, **context)
    return page("desk/one.html", keeper, status, **context)


def settled(keeper: Keeper, number: int, what: str, name: str, title: str, decision: int | None) -> Response:
    """Answers htmx with what was done, and the way back."""
    waits = queue.count(keeper.blogs)
    words = {"what": what, "name": name, "title": title, "problem": ""}
    return fragment("desk/_settled.html", 200, waits=waits, number=number, decision=decision, **words)


def late(keeper: Keeper, number: int) -> Response:
    """Answers who came second: with the comment when its words changed, else with what happened."""
    row = queue.waiting_one(number)
    return one(keeper, row, 409, problem=CHANGED) if row else problem(keeper, number, LATE)


def problem(keeper: Keeper, number: int, words: str) -> Response:
    """Answers why nothing was done."""
    if htmx.wanted():
        waits = queue.count(keeper.blogs)
        return fragment("desk/_settled.html", 409, waits=waits, number=number, problem=words, decision=None)
    return listing(keeper, 409, words)


def read_mark() -> int:
    """Returns the moment from which on an editor has not read what changes, in microseconds."""
    return int(clock.now().timestamp() * 1e6)
