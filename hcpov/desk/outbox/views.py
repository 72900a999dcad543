"""Mail at the desk, for admins only."""

from flask import Blueprint, abort, request
from werkzeug.wrappers import Response

from hcpov.desk import answers
from hcpov.desk.outbox import actions, queries
from hcpov.desk.outbox.forms import AddressForm
from hcpov.desk.outbox.queries import GIVEN_UP, WAITING
from hcpov.desk.policy import Keeper
from hcpov.desk.writers import admin_here
from hcpov.languages import lazy
from hcpov.web import htmx
from hcpov.web.paging import row_number
from hcpov.web.redirects import see_other

blueprint = Blueprint("outbox", __name__)

MAIL = "/desk/mail"
LATE = lazy("It was sent or dropped meanwhile, or is being sent just now. Nothing was done.")
NONE_LEFT = lazy("There is nothing that can be tried again.")
NOT_REFUSED = lazy("This address is not among those that refused mail. It is written to as any other.")


@blueprint.get(MAIL)
def listing() -> Response:
    """What waits, or what was given up."""
    return _listing(admin_here())


@blueprint.post(MAIL)
def act_on_all() -> Response:
    """Tries again whatever was given up, or calls a relay that was away."""
    keeper, act = admin_here(), request.form.get("act")
    if act not in {"retry", "call"}:
        abort(400)
    if act == "call":
        actions.call_again(keeper.account_id)
    elif not actions.retry_all(keeper.account_id):
        return _listing(keeper, 409, NONE_LEFT)
    return _done(keeper)


@blueprint.post(f"{MAIL}/<int(max=999999999):number>")
def act_on_one(number: int) -> Response:
    """Tries one message again, drops it, or lets its address be written to again."""
    keeper, act = admin_here(), request.form.get("act")
    if act == "lift":
        address = queries.address_of(number) or abort(404)
        done = actions.lift(keeper.account_id, address, f"the address of message {number}")
        return _done(keeper) if done else _listing(keeper, 409, NOT_REFUSED)
    if act not in {"retry", "drop"}:
        abort(400)
    done = (actions.retry if act == "retry" else actions.drop)(keeper.account_id, number)
    return _done(keeper) if done else _listing(keeper, 409, LATE)


@blueprint.post(f"{MAIL}/refused")
def lift() -> Response:
    """Lets an address be written to again that refused mail."""
    keeper, form = admin_here(), AddressForm()
    if not form.validate():
        return _listing(keeper, 422, form=form)
    if not actions.lift(keeper.account_id, form.email.data or ""):
        form.email.errors = [NOT_REFUSED]
        return _listing(keeper, 409, form=form)
    return _done(keeper)


def _listing(keeper: Keeper, status: int = 200, problem: str = "", form: AddressForm | None = None) -> Response:
    """Answers with a page of messages, and with why nothing was done."""
    which, whole = request.args.get("which", WAITING), request.args.get("addresses") == "whole"
    if which not in {WAITING, GIVEN_UP}:
        abort(404)
    outbox = queries.outbox(which, row_number("after"), whole)
    context = {"outbox": outbox, "whole": whole, "asked": _asked(), "problem": problem}
    context["form"] = form or AddressForm(formdata=None)
    if htmx.wanted():
        return answers.fragment("desk/outbox/_mail.html", status, **context)
    return answers.page("desk/outbox/mail.html", keeper, status, **context)


def _done(keeper: Keeper) -> Response:
    return _listing(keeper) if htmx.wanted() else see_other(MAIL + _asked())


def _asked() -> str:
    """Returns which list was asked for, as a query string. Built from what is known, not from what was sent."""
    given_up, whole = request.args.get("which") == GIVEN_UP, request.args.get("addresses") == "whole"
    words = [*(["which=given-up"] if given_up else []), *(["addresses=whole"] if whole else [])]
    return f"?{'&'.join(words)}" if words else ""
