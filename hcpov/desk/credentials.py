"""The desk's pages about badges: what members asked for, and what was granted."""

from flask import Blueprint, abort, request
from werkzeug.wrappers import Response

from hcpov.auth.models import Credential, CredentialState
from hcpov.desk import answers
from hcpov.desk.forms import BadgeForm
from hcpov.desk.policy import Keeper
from hcpov.desk.settling import moderator_here, read_at
from hcpov.languages import lazy
from hcpov.profiles import actions, asks, policy, terms
from hcpov.web import htmx
from hcpov.web.paging import row_number
from hcpov.web.redirects import see_other

blueprint = Blueprint("credentials", __name__)

WAITING, GRANTED = "/desk/credentials", "/desk/credentials/granted"
STOOD = {"grant": CredentialState.ASKED, "refuse": CredentialState.ASKED, "revoke": CredentialState.GRANTED}
OWN = lazy("This form is about your own badge. Another moderator decides on it.")
LATE = lazy("Somebody decided meanwhile, or the member took it back. Nothing was done twice.")
CHANGED = lazy("The member changed their name while you read. Here it is as it stands now. Nothing was done.")


@blueprint.get(WAITING)
def waiting() -> Response:
    """What members asked for."""
    return _listing(moderator_here())


@blueprint.get(GRANTED)
def granted() -> Response:
    """What was granted, and can be taken back."""
    return _listing(moderator_here(), granted=True)


@blueprint.post(f"{WAITING}/<int(max=999999999):number>")
def decide(number: int) -> Response:
    """Grants, refuses or takes back."""
    keeper = moderator_here()
    credential = asks.one(number) or abort(404)
    if not policy.may_decide(keeper.account_id, credential.account_id):
        abort(403, OWN)
    act, form = request.form.get("action", ""), BadgeForm()
    if act not in STOOD:
        abort(400)
    if credential.state != STOOD[act]:
        return _late(keeper, credential)
    if not form.says_enough(act):
        return _one(keeper, credential, 422, form=form, act=act)
    if not _decide(keeper, credential, act, form):
        return _late(keeper, credential)
    if not htmx.wanted():
        return see_other(GRANTED if act == "revoke" else WAITING)
    return answers.fragment("desk/_badge_decided.html", row=asks.ask_row(credential), act=act, problem="")


def _decide(keeper: Keeper, credential: Credential, act: str, form: BadgeForm) -> bool:
    reason, by, read = form.reason.data or "", keeper.account_id, read_at()
    if act == "grant":
        return actions.grant(credential, by, form.until or terms.usual(), reason, read)
    return (actions.refuse if act == "refuse" else actions.revoke)(credential, by, reason, read)


def _listing(keeper: Keeper, status: int = 200, granted: bool = False, problem: str = "") -> Response:
    """Answers with what waits or was granted. One query, and how many comments wait."""
    listing = asks.granted(row_number("before")) if granted else asks.waiting(row_number("after"))
    context = _context(keeper) | {"listing": listing, "granted": granted, "problem": problem}
    return answers.page("desk/credentials.html", keeper, status, **context)


def _one(keeper: Keeper, credential: Credential, status: int, **more: object) -> Response:
    """Answers with one badge that can be decided on, and what was wrong."""
    context = _context(keeper) | {"row": asks.ask_row(credential)} | more
    if htmx.wanted():
        return answers.fragment("desk/_badge.html", status, keeper=keeper, **context)
    return answers.page("desk/badge.html", keeper, status, **context)


def _late(keeper: Keeper, credential: Credential) -> Response:
    """Answers who came second: with the badge when its member changed, else with what happened."""
    if credential.state == STOOD.get(request.form.get("action", "")):
        return _one(keeper, credential, 409, problem=CHANGED)
    if htmx.wanted():
        return answers.fragment("desk/_badge_decided.html", 409, row=asks.ask_row(credential), act="", problem=LATE)
    return _listing(keeper, 409, problem=LATE)


def _context(keeper: Keeper) -> dict[str, object]:
    return {
        "own_id": keeper.account_id,
        "read": answers.read_mark(),
        "usual": terms.usual(),
        "latest": terms.latest(),
        "form": None,
        "act": "",
        "problem": "",
    }
