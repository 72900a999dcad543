"""People's own data: taken along, or erased. A member's behind the password, a guest's behind a link to the mailbox."""

from datetime import timedelta

from flask import Blueprint, abort, request, session
from flask_login import current_user, logout_user
from werkzeug.wrappers import Response

from hcpov import clock
from hcpov.auth import letters
from hcpov.auth.forms import AddressForm
from hcpov.auth.gates import lately
from hcpov.extensions import limiter
from hcpov.transfer import actions, document, queries, tokens
from hcpov.transfer.forms import LeaveAccountForm, LeaveForm
from hcpov.transfer.queries import Part
from hcpov.web import chrome, long
from hcpov.web.redirects import see_other

blueprint = Blueprint("data", __name__)

LIMIT = "10/minute"
GUESSES = "30/minute"
REMEMBERED = "remembered"  # the cookie of a device that needs no second factor


@blueprint.get("/account/data")
@lately
def own() -> Response:
    """Says what a member can have."""
    return chrome.page("transfer/own.html")


@blueprint.post("/account/data")
@limiter.limit(LIMIT)
@lately
def take_own() -> Response:
    """Hands a member all that is held about them: a file, or a page to read and print."""
    account = current_user._get_current_object()
    actions.note_export(account)
    parts = queries.of_account(account)
    if request.form.get("as") == "page":
        read = document.as_lines(parts)
        return chrome.long_page("transfer/report.html", parts=read, held_under=account.email, made=clock.now())
    return _file(f"account {account.id}", parts)


@blueprint.route("/account/erase", methods=["GET", "POST"])
@limiter.limit(LIMIT, methods=["POST"])
@lately
def erase_own() -> Response:
    """Erases a member who typed their address. The last administrator is told what to do first."""
    form = LeaveAccountForm()
    form.owner = current_user.email
    if request.method == "GET" or not form.validate():
        status = 200 if request.method == "GET" else 422
        return chrome.page("transfer/erase.html", status, form=form, refused=False)
    if not actions.erase_account(current_user.id, form.how):
        return chrome.page("transfer/erase.html", 409, form=form, refused=True)
    logout_user()  # of Flask-Login: that of Flask-Security would ask the account, which is gone
    session.clear()
    answer = see_other("/account/erased")
    answer.delete_cookie(REMEMBERED, httponly=True, samesite="Strict")
    return answer


@blueprint.get("/account/erased")
def own_erased() -> Response:
    """Says goodbye."""
    return chrome.page("transfer/erased.html", what="account")


@blueprint.route("/my-data", methods=["GET", "POST"])
@limiter.limit(LIMIT, methods=["POST"])
def ask() -> Response:
    """Takes the address of somebody without an account. The answer is the same for every address."""
    form = AddressForm()
    if request.method == "GET" or not form.validate():
        return chrome.page("transfer/ask.html", 200 if request.method == "GET" else 422, form=form)
    actions.send_data_link(form.email.data or "")
    return see_other("/my-data/sent")


@blueprint.get("/my-data/sent")
def sent() -> Response:
    """Says to look into the mailbox, whether anything is held or not."""
    return chrome.page("transfer/sent.html")


@blueprint.get("/my-data/erased")
def erased() -> Response:
    """Says that nothing is left."""
    return chrome.page("transfer/erased.html", what="address")


@blueprint.get("/my-data/<token>")
@limiter.limit(GUESSES)
def held(token: str) -> Response:
    """Shows what is held under the address in a link."""
    return _held(token, _address(token), LeaveForm(formdata=None))


@blueprint.post("/my-data/<token>/file")
@limiter.limit(LIMIT)
def take(token: str) -> Response:
    """Hands over the same as a file."""
    email = _address(token)
    return _file(email, queries.of_address(email))


@blueprint.post("/my-data/<token>/erase")
@limiter.limit(LIMIT)
def erase(token: str) -> Response:
    """Erases what is held under the address in a link."""
    email, form = _address(token), LeaveForm()
    if not form.validate():
        return _held(token, email, form)
    actions.erase_guest(email, form.how)
    return see_other("/my-data/erased")


def _address(token: str) -> str:
    """Returns the address in a link; a page that says what to do for any other link."""
    email = tokens.read(token, timedelta(hours=letters.DATA_HOURS))
    return email or abort(chrome.page("transfer/stale.html", 404))


def _held(token: str, email: str, form: LeaveForm) -> Response:
    parts = document.as_lines(queries.of_address(email))
    answer = chrome.long_page("transfer/held.html", parts=parts, held_under=email, token=token, form=form)
    answer.status_code = 422 if form.errors else 200
    return answer


def _file(held_under: str, parts: list[Part]) -> Response:
    answer = long.whole(document.as_json(held_under, parts), "application/json")
    answer.headers["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return answer
