"""The steps around Flask-Security's views of second factors and passkeys: what is asked before, and where to go after.

Each step takes the view it stands before. They answer what those views leave open: a half-finished sign-in is good for
a few minutes and sets nothing up for whoever has a second factor already, nothing is changed by a session that was not
proven lately, and what went wrong is said.
"""

from collections.abc import Callable
from functools import partial, wraps
from typing import Any

from flask import Flask, g, request, session
from flask_login import current_user
from flask_security import Security
from flask_security.utils import check_and_get_token_status
from werkzeug.wrappers import Response

from hcpov import clock, languages
from hcpov.auth import changes, passkey_steps, second_factor, ways
from hcpov.auth.forms import CodeForm
from hcpov.auth.models import Account
from hcpov.auth.passkeys import READY
from hcpov.extensions import limiter

View = Callable[[], Response]

SETTING_UP = ("setup_from_login", "validating_profile")
GUESSES = "10/minute; 60/hour"  # for one account: who guesses has its password, and perhaps many addresses


def install(app: Flask, security: Security) -> None:
    """Puts the steps before the views, and gives the pages what the views do not."""
    for endpoint, step in STEPS.items():
        name = f"auth.{endpoint}"
        app.view_functions[name] = _before(app.view_functions[name], step)
    for endpoint in ("two_factor_token_validation", "mf_recovery"):
        name = f"auth.{endpoint}"
        guesses = limiter.limit(GUESSES, key_func=lambda: session.get("tf_user_id", ""), methods=["POST"])
        app.view_functions[name] = guesses(app.view_functions[name])  # type: ignore[assignment]
    security.tf_token_validation_context_processor(_code_page)
    security.mf_recovery_codes_context_processor(_codes_page)
    security.wan_signin_context_processor(passkey_steps.sign_in_page)
    security.wan_register_context_processor(passkey_steps.page)


def sign_in(view: View) -> Response:
    """Notes when a sign-in was left half-way, for the code to follow soon."""
    answer = view()
    if "tf_user_id" in session:
        session[ways.SINCE] = clock.now().timestamp()
    return answer


def set_up(view: View) -> Response:
    """Sets an authenticator up, or away; also on the way in, for those who must have one."""
    if not current_user.is_authenticated:
        return view() if ways.half_way(*SETTING_UP) else ways.see_other("/sign-in")
    return ways.unproven("/account/second-factor") or view()


def keep_authenticator(view: View, token: str) -> Response:
    """Takes the first code of a new authenticator; a wrong one may be tried again with the same picture."""
    if not current_user.is_authenticated:
        return view()
    if refused := ways.stale("/account/second-factor") or ways.unproven("/account/second-factor"):
        return refused
    account, form = current_user._get_current_object(), CodeForm()
    expired, invalid, state = check_and_get_token_status(token, "tf_setup", ways.option("TWO_FACTOR_SETUP_WITHIN"))
    if expired or invalid or not second_factor.codes().can_read(state["totp_secret"]):
        return ways.turned_back("/account/second-factor")
    form.user, form.tf_totp_secret, form.primary_method, form.is_setup = (
        account,
        state["totp_secret"],
        state["method"],
        True,
    )
    if form.validate():
        changes.keep_authenticator(account, form.tf_totp_secret)
        return ways.see_other("/account/second-factor" if account.mf_recovery_codes else "/account/recovery-codes")
    values = second_factor.codes().fetch_setup_values(form.tf_totp_secret, account)
    return ways.page(
        ways.option("TWO_FACTOR_SETUP_TEMPLATE"),
        status=422,
        two_factor_verify_code_form=form,
        chosen_method="authenticator",
        state_token=token,
        authr_qrcode=values["image"],
        authr_key=values["key"],
    )


def code(view: View) -> Response:
    """Takes the code at sign-in; who has set an authenticator up on the way in is led to recovery codes."""
    if current_user.is_authenticated:
        return ways.see_other("/account/second-factor")
    account = ways.half_way(READY, "validating_profile")
    if account is None:
        return ways.see_other("/sign-in")
    first = session["tf_state"] != READY
    if account.guarded_by_passkey:
        return ways.see_other("/sign-in/passkey")
    answer = view()
    if not current_user.is_authenticated:
        return answer
    account.tf_totp_secret = second_factor.codes().sealed_anew(account.tf_totp_secret or "")
    return ways.see_other("/account/recovery-codes") if first else answer


def help_(_view: View) -> Response:
    """Says what to do without a code. Flask-Security's own page would write to an address that nobody reads."""
    if current_user.is_authenticated or ways.half_way(READY) is None:
        return ways.see_other("/sign-in")
    return ways.page("auth/help.html", codes=bool(g.half_way.mf_recovery_codes))


def choose(_view: View) -> Response:
    """Leads on: nobody is asked for one of several second factors, as a passkey signs in by itself."""
    return ways.see_other("/sign-in/code" if ways.half_way(READY) else "/sign-in")


def recover(view: View) -> Response:
    """Takes a recovery code at sign-in."""
    return view() if current_user.is_authenticated or ways.half_way(READY) else ways.see_other("/sign-in")


def recovery_codes(view: View) -> Response:
    """Makes recovery codes, for those who are asked for a second factor."""
    if current_user.is_authenticated:
        if refused := ways.unproven("/account/recovery-codes"):
            return refused
        if request.method == "POST" and not current_user.uses_second_factor:
            return ways.see_other("/account/recovery-codes")
    return view()


OWN: dict[str, Callable[..., Response]] = {
    "login": sign_in,
    "mf_recovery": recover,
    "mf_recovery_codes": recovery_codes,
    "tf_select": choose,
    "two_factor_rescue": help_,
    "two_factor_setup": set_up,
    "two_factor_setup_validate": keep_authenticator,
    "two_factor_token_validation": code,
}
STEPS = OWN | passkey_steps.STEPS


def _before(view: Callable[..., Any], step: Callable[..., Response]) -> Callable[..., Response]:
    @wraps(view)
    def stepped(**values: str) -> Response:
        return step(partial(view, **values), **values)

    return stepped


def _code_page() -> dict[str, Any]:
    """A code that cannot be right is no matter of typing; and who sets up sees the picture until the code is right."""
    account: Account = g.half_way
    if session.get("tf_state") == READY:
        return {"unreadable": not second_factor.codes().can_read(account.tf_totp_secret)}
    values = second_factor.codes().fetch_setup_values(session["tf_totp_secret"], account)
    return {"authr_qrcode": values["image"], "authr_key": values["key"]}


def _codes_page() -> dict[str, Any]:
    """Of two lists on paper, the later is good."""
    return {"made": languages.long_moment(clock.now())}
