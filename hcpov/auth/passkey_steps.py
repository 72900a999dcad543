"""The steps around Flask-Security's views of passkeys; `steps.py` says what a step is."""

from collections.abc import Callable
from typing import Any

from flask import g, request, session
from flask_login import current_user
from flask_security.utils import check_and_get_token_status
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from hcpov.auth import sessions, ways
from hcpov.auth.forms import NOT_CHECKED
from hcpov.auth.models import Account
from hcpov.auth.passkeys import READY
from hcpov.extensions import db
from hcpov.languages import lazy

View = Callable[[], Response]

MOST_PASSKEYS = 20
TOO_MANY = lazy("You have %(most)s passkeys, the most there can be. Remove one first.", most=MOST_PASSKEYS)
LAST = lazy("Your work here needs a second factor, and this passkey is yours. Add another, or an authenticator, first.")
TWICE = lazy("This passkey is here already.")


def passkeys(view: View) -> Response:
    """Lists somebody's passkeys, and asks the browser for a new one."""
    if current_user.is_authenticated:
        if refused := ways.unproven("/account/passkeys"):
            return refused
        if request.method == "POST" and len(current_user.webauthn) >= MOST_PASSKEYS:
            return ways.turned_back("/account/passkeys", TOO_MANY)
    return view()


def keep_passkey(view: View, token: str) -> Response:
    """Keeps a new passkey."""
    if not current_user.is_authenticated:
        return view()
    if refused := ways.stale("/account/passkeys") or ways.unproven("/account/passkeys"):
        return refused
    expired, invalid, state = check_and_get_token_status(token, "wan", ways.option("WAN_REGISTER_WITHIN"))
    if expired or invalid or "name" not in state:
        return ways.turned_back("/account/passkeys")
    if len(current_user.webauthn) >= MOST_PASSKEYS:
        return ways.turned_back("/account/passkeys", TOO_MANY)
    try:
        view()
        db.session.flush()
    except IntegrityError:  # another request kept it a moment ago
        db.session.rollback()
        return ways.turned_back("/account/passkeys", TWICE)
    if "passkey_problem" in g:
        return ways.turned_back("/account/passkeys", g.passkey_problem)
    account = current_user
    needs_codes = account.uses_second_factor and not account.mf_recovery_codes
    return ways.see_other("/account/recovery-codes" if needs_codes else "/account/passkeys")


def remove_passkey(view: View) -> Response:
    """Removes a passkey, unless somebody's work here hangs on it."""
    if current_user.is_authenticated:
        if refused := ways.unproven("/account/passkeys"):
            return refused
        if request.method == "POST" and current_user.guarded_by_passkey and len(current_user.webauthn) == 1:
            return ways.turned_back("/account/passkeys", LAST)
    return view()


def passkey(view: View) -> Response:
    """Asks for a passkey to sign in with."""
    ways.half_way(READY)
    return _as_first(view)


def passkey_answer(view: View, token: str) -> Response:  # noqa: ARG001  # the view has it
    """Takes a passkey to sign in with."""
    answer = _as_first(view)
    if current_user.is_authenticated:
        return answer
    return ways.turned_back(ways.with_next("/sign-in/passkey"), g.get("passkey_problem", ways.TOO_LATE))


def verify_answer(view: View, token: str) -> Response:  # noqa: ARG001  # the view has it
    """Takes a passkey in the place of the password, before something that matters."""
    before = session.get("fs_paa")
    answer = view()
    if not current_user.is_authenticated:
        return answer
    if session.get("fs_paa") == before:
        return ways.turned_back(ways.with_next("/account/verify/passkey"), g.get("passkey_problem", NOT_CHECKED))
    session[sessions.PROVEN] = True
    return answer


def sign_in_page() -> dict[str, Any]:
    """Returns what the page to sign in with a passkey shows besides Flask-Security's inputs."""
    account: Account | None = g.get("half_way")
    return {"owes_code": account is not None, "owes_passkey": account is not None and account.guarded_by_passkey}


def page() -> dict[str, Any]:
    """Returns what the page of somebody's passkeys shows besides Flask-Security's inputs."""
    known = sorted(current_user.webauthn, key=lambda each: each.created_at)
    device = sessions.device(request.headers.get("User-Agent", ""))
    return {"passkeys": known, "suggested": "" if device in {each.name for each in known} else device}


STEPS: dict[str, Callable[..., Response]] = {
    "wan_delete": remove_passkey,
    "wan_register": passkeys,
    "wan_register_response": keep_passkey,
    "wan_signin": passkey,
    "wan_signin_response": passkey_answer,
    "wan_verify_response": verify_answer,
}


def _as_first(view: View) -> Response:
    """A passkey signs in by itself also where a code is owed; if it does not, the code is owed as before."""
    state = session.pop("tf_state", None)
    answer = view()
    if state and not current_user.is_authenticated:
        session["tf_state"] = state
    return answer
