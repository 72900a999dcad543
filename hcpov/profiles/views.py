"""What members say of themselves, their public pages, and the badges they ask for."""

from flask import Blueprint, abort, request
from flask_login import current_user
from flask_security import auth_required
from werkzeug.wrappers import Response

from hcpov.auth.models import ABOUT_LENGTH
from hcpov.extensions import limiter
from hcpov.profiles import actions, asks, policy, queries
from hcpov.profiles.forms import KINDS, NPI_KIND, AskForm, ProfileForm
from hcpov.web import chrome
from hcpov.web.finished import finished
from hcpov.web.paging import lettered_number
from hcpov.web.redirects import see_other

blueprint = Blueprint("profiles", __name__)

LIMIT = "30/minute"
BADGES = "/account/credentials"

member = auth_required("session")


@blueprint.get("/people/<slug:handle>/")
@finished("before")
def person(handle: str) -> Response:
    """A member's public page. With nothing on it there is none: joining publishes nothing."""
    found = queries.person(handle) or abort(404)
    before = lettered_number("before", queries.POST + queries.COMMENT)
    written = queries.written(found.id, before)
    empty = not written.entries and not found.about_html
    if empty and not (current_user.is_authenticated and _sees_empty(found.id)):
        abort(404)
    if before is not None and not written.entries:
        abort(404)
    badges = queries.badges(found.id)
    return chrome.page("profiles/person.html", person=found, written=written, badges=badges, before=before, empty=empty)


def _sees_empty(account_id: int) -> bool:
    return policy.sees_empty(current_user.id, current_user.is_staff, account_id)


@blueprint.route("/account/profile", methods=["GET", "POST"])
@limiter.limit(LIMIT, methods=["POST"])
@member
def profile() -> Response:
    """Name, title, place and words about oneself."""
    me = current_user._get_current_object()
    form = ProfileForm(obj=me)
    if request.method == "POST" and form.validate():
        actions.write_profile(me, **{field.name: field.data or "" for field in form})
        return see_other("/account/")
    status = 200 if request.method == "GET" else 422
    badges = queries.badges(me.id)
    return chrome.page("profiles/profile.html", status, form=form, badges=badges, about_length=ABOUT_LENGTH)


@blueprint.route(BADGES, methods=["GET", "POST"])
@limiter.limit(LIMIT, methods=["POST"])
@member
def credentials() -> Response:
    """The badges somebody asked for, and the form to ask."""
    form, refusal = AskForm(), ""
    if request.method == "POST" and form.validate():
        refusal = actions.ask(current_user.id, **form.given())
        if not refusal:
            return see_other(BADGES)
    status = 200 if request.method == "GET" else 409 if refusal else 422
    own = asks.own(current_user.id)
    waits = any(each.stand == "asked" for each in own)
    kinds = {"all": KINDS, "chosen": form.kind.data if form.kind.data in KINDS else NPI_KIND}
    return chrome.page(
        "profiles/credentials.html", status, form=form, own=own, waits=waits, kinds=kinds, refusal=refusal
    )


@blueprint.post(f"{BADGES}/<int(max=999999999):number>")
@limiter.limit(LIMIT)
@member
def withdraw(number: int) -> Response:
    """Takes a badge or the wish for one back. What is decided already, or another's, is left as it is."""
    actions.withdraw(current_user.id, number)
    return see_other(BADGES)
