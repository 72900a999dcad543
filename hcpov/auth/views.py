"""The way in by mail, and somebody's own account. Signing in, codes and passkeys are Flask-Security's views."""

from collections.abc import Callable
from datetime import timedelta

from flask import Blueprint, Flask, request
from flask_login import current_user
from flask_security.confirmable import confirm_email_token_status
from flask_security.recoverable import reset_password_token_status
from flask_security.views import register
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from hcpov.auth import actions, guesses, letters, queries, sessions, tokens
from hcpov.auth.forms import AddressForm, NewPasswordForm
from hcpov.auth.gates import lately, member
from hcpov.extensions import db, limiter
from hcpov.updates import actions as wishes
from hcpov.web import chrome
from hcpov.web.redirects import see_other

blueprint = Blueprint("account", __name__)

LIMIT = "10/minute"  # what writes a mail
GUESSES = "30/minute"  # what compares a secret; one network is a whole hospital
# Views of Flask-Security that compare a secret, and what else than the network is counted; a passkey is no guess.
SECRETS: dict[str, Callable[[guesses.View], guesses.View] | None] = {
    "change_password": guesses.by_account,
    "login": guesses.by_address,
    "mf_recovery": guesses.by_account,
    "two_factor_setup_validate": guesses.by_account,
    "two_factor_token_validation": guesses.by_account,
    "verify": guesses.by_account,
    "wan_register_response": None,
    "wan_signin_response": None,
    "wan_verify_response": None,
}


def install(app: Flask) -> None:
    """Puts our views in the place of those of Flask-Security that act on GET or answer by what they know."""
    ours = {
        "auth.register": limiter.limit(LIMIT, methods=["POST"])(join),
        "auth.forgot_password": limiter.limit(LIMIT, methods=["POST"])(forgotten),
        "auth.send_confirmation": limiter.limit(LIMIT, methods=["POST"])(send_confirmation),
        "auth.reset_password": limiter.limit(GUESSES)(reset),
        "auth.confirm_email": limiter.limit(GUESSES)(confirm),
    }
    app.view_functions.update(ours)  # type: ignore[arg-type]
    for endpoint, counted in SECRETS.items():
        view: guesses.View = limiter.limit(GUESSES, methods=["POST"])(app.view_functions[f"auth.{endpoint}"])
        app.view_functions[f"auth.{endpoint}"] = counted(view) if counted else view
    app.register_blueprint(blueprint)


def join() -> Response:
    """Joins. Of two at once with one address, or one name, the second is read anew: by then the first is known."""
    try:
        return _join()
    except IntegrityError:
        db.session.rollback()
        return _join()


def _join() -> Response:
    answer: Response = register()
    actions.keep_join()
    return answer


@blueprint.get("/join/sent")
def joined() -> Response:
    """Says to look into the mailbox, to whoever joined, known or not."""
    return chrome.page("auth/sent.html", what="join")


def send_confirmation() -> Response:
    """Asks for the confirmation once more."""
    form = AddressForm()
    if request.method != "POST" or not form.validate():
        return chrome.page("auth/ask_confirmation.html", 422 if request.method == "POST" else 200, form=form)
    actions.send_confirmation(form.email.data or "")
    return see_other("/join/sent")


def confirm(token: str) -> Response:
    """Takes the yes of a mailbox. Mail scanners follow links: only the button says yes."""
    expired, invalid, account = confirm_email_token_status(token)
    if expired or invalid or account is None:
        return chrome.page("auth/stale.html", 404, what="confirm")
    if request.method == "POST":
        actions.confirm(account)
        return see_other("/join/confirmed")
    return chrome.page("auth/confirm.html", account=account, token=token)


@blueprint.get("/join/confirmed")
def confirmed() -> Response:
    """Leads on to signing in."""
    return chrome.page("auth/confirmed.html")


def forgotten() -> Response:
    """Asks for a new password. The answer is the same for every address."""
    form = AddressForm()
    if request.method != "POST" or not form.validate():
        return chrome.page("auth/forgotten.html", 422 if request.method == "POST" else 200, form=form)
    actions.send_reset(form.email.data or "")
    return see_other("/reset/sent")


@blueprint.get("/reset/sent")
def reset_sent() -> Response:
    """Says to look into the mailbox, whether the address is known or not."""
    return chrome.page("auth/sent.html", what="reset")


def reset(token: str) -> Response:
    """Takes a new password from whoever holds the letter. It is used up by the password it sets."""
    expired, invalid, account = reset_password_token_status(token)
    if expired or invalid or account is None or not account.active:
        return chrome.page("auth/stale.html", 404, what="reset")
    form = NewPasswordForm()
    form.user = account
    if request.method != "POST" or not form.validate():
        return chrome.page("auth/reset.html", 422 if request.method == "POST" else 200, form=form, token=token)
    actions.reset_password(account, form.password.data or "")
    return guesses.know_browser(see_other("/reset/done"), account)


@blueprint.get("/reset/done")
def reset_done() -> Response:
    """Leads on to signing in with the new password."""
    return chrome.page("auth/reset_done.html")


@blueprint.get("/account/")
@member
def home() -> Response:
    """What there is to set."""
    return chrome.page("auth/account.html")


@blueprint.get("/account/sessions")
@member
def signed_in() -> Response:
    """Where somebody is signed in."""
    found = queries.sessions_of(current_user.id)
    return chrome.page("auth/sessions.html", sessions=found, this=sessions.here())


@blueprint.post("/account/sessions/<int(max=999999999):number>")
@member
def end_session(number: int) -> Response:
    """Signs out at one place. One that has ended, or is another's, is simply not there any more."""
    actions.end_one(current_user.id, number)
    return see_other("/account/sessions")


@blueprint.post("/account/sessions")
@member
def end_sessions() -> Response:
    """Signs out everywhere but here, and forgets the devices that may skip the second factor."""
    sessions.end_others(current_user._get_current_object())
    return see_other("/account/sessions")


@blueprint.route("/account/email", methods=["GET", "POST"])
@limiter.limit(LIMIT, methods=["POST"])
@lately
def email() -> Response:
    """Asks for another address. The old one stays until the new mailbox answered."""
    form = AddressForm()
    if request.method != "POST" or not form.validate():
        return chrome.page("auth/email.html", 422 if request.method == "POST" else 200, form=form)
    actions.ask_new_email(current_user._get_current_object(), form.email.data or "")
    return see_other("/account/email")


@blueprint.route("/account/email/<token>", methods=["GET", "POST"])
@limiter.limit(GUESSES)
def new_email(token: str) -> Response:
    """Takes the yes of the new mailbox."""
    account = tokens.account_of(token, timedelta(hours=letters.EMAIL_HOURS))
    if account is None:
        return chrome.page("auth/stale.html", 404, what="email")
    if request.method != "POST":  # a mail scanner's HEAD is no yes either
        return chrome.page("auth/new_email.html", account=account, token=token)
    old = account.email
    taken = actions.take_new_email(account)
    if taken:
        wishes.move(old, account.email)
    return chrome.page("auth/stale.html", 404, what="email") if not taken else see_other("/account/email/changed")


@blueprint.get("/account/email/changed")
def email_changed() -> Response:
    """Says that the address was changed, signed in or not."""
    return chrome.page("auth/email_changed.html")
